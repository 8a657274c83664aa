/**
 * One scenario of the vectors: a manager, its store and its tasks, driven op by op, in the order of
 * evaluation that was recorded.
 */
import {
  type ExecutionRequest,
  type MemoryManager,
  type MemoryMode,
  MemoryStore,
  type PartiallyUnrolled,
  type PutIteratorResult,
  type SparkBehaviour,
  TaskMemoryManager,
  type TaskStep,
  UnifiedMemoryManager,
} from "@respark/core";
import { integer, integers, type JsonRecord, text } from "./json.ts";
import { MockConsumer, type RecordedSpill } from "./mock-consumer.ts";
import { stateOf, taskStateOf } from "./state.ts";
import { type Construction, constructed, errorOf } from "./tables.ts";

/** What an op did, in the words of the vectors. */
export interface OpOutcome {
  readonly result: unknown;
  readonly evicted: readonly string[];
  readonly spills: readonly RecordedSpill[];
  readonly woken: readonly JsonRecord[];
  readonly state: JsonRecord;
  readonly tmm: JsonRecord | undefined;
}

/** An acquire that is under way: what it does next depends on what its request is answered. */
interface Thread {
  readonly ref: number;
  readonly taskId: number;
  readonly step: TaskStep<unknown>;
  request: ExecutionRequest;
}

interface Finished {
  readonly ref: number;
  readonly taskId: number;
  readonly result: unknown;
}

export class Scenario {
  readonly #behaviour: SparkBehaviour;
  readonly #manager: MemoryManager;
  readonly #store: MemoryStore;
  readonly #tungstenMode: MemoryMode;
  readonly #refusesLargePages: boolean;
  readonly #threads = new Map<number, Thread>();
  readonly #tasks = new Map<number, TaskMemoryManager>();
  readonly #consumers = new Map<number, MockConsumer>();
  readonly #consumersOfTask = new Map<number, MockConsumer[]>();
  readonly #partials = new Map<string, PartiallyUnrolled>();
  readonly #spills: RecordedSpill[] = [];
  readonly #tmm: boolean;

  constructor(construction: Construction, given: { readonly name: string; readonly tmm: boolean }) {
    const { manager, capacity } = constructed(construction);
    this.#behaviour = construction.behaviour;
    this.#manager = manager;
    this.#store = new MemoryStore(construction.behaviour, manager, construction.conf);
    this.#tungstenMode = capacity.tungstenMode;
    this.#refusesLargePages = given.name.startsWith("the JVM cannot give the page");
    this.#tmm = given.tmm;
  }

  get state(): JsonRecord {
    return stateOf(this.#behaviour, this.#manager, this.#store);
  }

  /**
   * How many evaluations a request makes before another one of `evalOrder` has its turn; 1 unless
   * the record needs more.
   */
  evaluationsPerTurn = 1;

  run(i: number, op: string, args: JsonRecord, evalOrder: readonly number[]): OpOutcome {
    this.#spills.length = 0;
    this.#store.takeEvicted();
    const finished: Finished[] = [];
    let result: unknown;
    const step = this.#acquireStep(op, args);
    if (step !== undefined) this.#start(i, integer(args["task"], "task"), step, finished);
    else result = this.#attempt(() => this.#call(op, args));
    this.#follow(i, evalOrder, finished);
    const own = finished.find((thread) => thread.ref === i);
    if (step !== undefined) result = own === undefined ? { blocked: true } : own.result;
    return {
      result,
      evicted: this.#store.takeEvicted().map((block) => block.blockId),
      spills: [...this.#spills],
      woken: finished
        .filter((thread) => thread.ref !== i)
        .map(({ ref, taskId, result: got }) => ({ ref, task: taskId, result: got }))
        .sort((a, b) => a.ref - b.ref),
      state: this.state,
      tmm: this.#tmm ? this.#tmmState() : undefined,
    };
  }

  #tmmState(): JsonRecord {
    const states: Record<string, unknown> = {};
    for (const [taskId, manager] of this.#tasks)
      states[taskId] = taskStateOf(manager, this.#consumersOfTask.get(taskId) ?? []);
    return states;
  }

  #attempt(call: () => unknown): unknown {
    try {
      return call();
    } catch (failure) {
      return errorOf(failure);
    }
  }

  #start(ref: number, taskId: number, step: TaskStep<unknown>, finished: Finished[]): void {
    const first = this.#attempt(() => {
      const turn = step.next();
      if (turn.done === true) return turn.value;
      this.#threads.set(ref, { ref, taskId, step, request: turn.value });
      return undefined;
    });
    if (!this.#threads.has(ref)) finished.push({ ref, taskId, result: first });
  }

  /**
   * Lets requests look in the recorded order; the op's own first, those nobody named only to die
   * with their task.
   */
  #follow(own: number, evalOrder: readonly number[], finished: Finished[]): void {
    const order = this.#threads.has(own) && evalOrder[0] !== own ? [own, ...evalOrder] : evalOrder;
    for (const [at, ref] of order.entries()) {
      const thread = this.#threads.get(ref);
      if (thread === undefined) {
        if (!finished.some((done) => done.ref === ref))
          throw new Error(`evalOrder names request ${ref}, which does not wait`);
        continue;
      }
      const lastTurn = !order.includes(ref, at + 1);
      this.#turn(thread, lastTurn ? Number.POSITIVE_INFINITY : this.evaluationsPerTurn, finished);
    }
    if (!this.#manager.needsWake) return;
    for (const thread of this.#threads.values()) {
      if (order.includes(thread.ref)) continue;
      if (this.#isActive(thread) && !this.#tmm)
        throw new Error(`request ${thread.ref} was woken, but evalOrder does not name it`);
      if (!this.#isActive(thread)) this.#turn(thread, 1, finished);
    }
    this.#manager.forgetNotifications();
  }

  #isActive(thread: Thread): boolean {
    const pools = this.#manager.snapshot();
    const pool = thread.request.mode === "on_heap" ? pools.onHeap : pools.offHeap;
    return pool.executionBytesByTask.has(thread.taskId);
  }

  #turn(thread: Thread, evaluations: number, finished: Finished[]): void {
    const finish = (result: unknown): void => {
      this.#threads.delete(thread.ref);
      finished.push({ ref: thread.ref, taskId: thread.taskId, result });
    };
    try {
      for (let done = 0; done < evaluations; done++) {
        const granted = this.#manager.evaluate(thread.request);
        if (granted === undefined) return;
        const turn = thread.step.next(granted);
        if (turn.done === true) {
          finish(turn.value);
          return;
        }
        thread.request = turn.value;
      }
    } catch (failure) {
      finish(errorOf(failure));
    }
  }

  #acquireStep(op: string, args: JsonRecord): TaskStep<unknown> | undefined {
    switch (op) {
      case "acquireExec":
        return this.#acquireExec(args);
      case "tmmAcquire":
        return this.#tmmAcquire(args);
      case "tmmAllocatePage":
        return this.#tmmAllocatePages(args, 1);
      case "tmmAllocatePages":
        return this.#tmmAllocatePages(args, integer(args["count"], "count"));
      case "consumerAllocatePage":
        return this.#consumerAllocatePage(args);
      case "consumerAllocateArray":
        return this.#consumerAllocateArray(args);
      default:
        return undefined;
    }
  }

  *#acquireExec(args: JsonRecord): TaskStep<unknown> {
    return yield this.#manager.requestExecution(
      integer(args["task"], "task"),
      integer(args["size"], "size"),
      modeOf(args),
    );
  }

  *#tmmAcquire(args: JsonRecord): TaskStep<unknown> {
    const consumer = this.#consumer(args);
    const got = yield* this.#task(args).acquireExecution(integer(args["size"], "size"), consumer);
    consumer.usedBytes += got;
    consumer.plainBytes += got;
    return got;
  }

  *#tmmAllocatePages(args: JsonRecord, count: number): TaskStep<unknown> {
    let result: unknown = null;
    for (let page = 0; page < count; page++) {
      const got = yield* this.#task(args).allocatePage(
        integer(args["size"], "size"),
        this.#consumer(args),
      );
      result = got === undefined ? null : { page: got.page, size: got.bytes };
    }
    return result;
  }

  *#consumerAllocatePage(args: JsonRecord): TaskStep<unknown> {
    const consumer = this.#consumer(args);
    const page = yield* this.#task(args).allocateConsumerPage(
      integer(args["size"], "size"),
      consumer.pageBytes,
      consumer,
    );
    consumer.pages.push(page);
    return { page: page.page, size: page.bytes };
  }

  *#consumerAllocateArray(args: JsonRecord): TaskStep<unknown> {
    const consumer = this.#consumer(args);
    const page = yield* this.#task(args).allocateArray(integer(args["size"], "size"), consumer);
    consumer.arrays.push(page);
    return { page: page.page, size: page.bytes };
  }

  #task(args: JsonRecord): TaskMemoryManager {
    const taskId = integer(args["task"], "task");
    const known = this.#tasks.get(taskId);
    if (known !== undefined) return known;
    const manager = new TaskMemoryManager({
      behaviour: this.#behaviour,
      manager: this.#manager,
      taskId,
      tungstenMode: this.#tungstenMode,
      allocatorGives: (bytes) => !this.#refusesLargePages || bytes < 2 ** 31,
    });
    this.#tasks.set(taskId, manager);
    return manager;
  }

  #consumer(args: JsonRecord): MockConsumer {
    const id = integer(args["consumer"], "consumer");
    const consumer = this.#consumers.get(id);
    if (consumer === undefined) throw new Error(`no consumer ${id}`);
    const taskId = integer(args["task"], "task");
    if (this.#consumersOfTask.get(taskId)?.includes(consumer) !== true)
      throw new Error(`consumer ${id} is not of task ${taskId}`);
    return consumer;
  }

  #call(op: string, args: JsonRecord): unknown {
    const task = (): number => integer(args["task"], "task");
    const size = (): number => integer(args["size"], "size");
    const block = (): string => text(args["block"], "block");
    switch (op) {
      case "putBytes":
        return putBytesResult(
          this.#store.putBytes({ blockId: block(), mode: modeOf(args) }, size()),
        );
      case "putValues":
        return this.#put(args, (to, demand) => this.#store.putValues(to, demand));
      case "putIteratorAsBytes":
        return this.#put(args, (to, demand) => this.#store.putIteratorAsBytes(to, demand));
      case "closePartial":
        return this.#closePartial(block(), task());
      case "get":
        return this.#store.get(block());
      case "remove":
        return this.#store.remove(block());
      case "pin":
        return this.#store.pin(block());
      case "unpin":
        this.#store.unpin(block());
        return null;
      case "evict": {
        const forBlock = typeof args["block"] === "string" ? args["block"] : undefined;
        const freed = this.#store.evictBlocksToFreeSpace(forBlock, size(), modeOf(args));
        return this.#behaviour.evictionCreditsExecution ? freed : freed > 0;
      }
      case "acquireStorage":
        return this.#manager.acquireStorage(block(), size(), modeOf(args));
      case "releaseStorage":
        this.#manager.releaseStorage(size(), modeOf(args));
        return null;
      case "acquireUnroll":
        return this.#store.reserveUnroll(block(), task(), size(), modeOf(args));
      case "releaseUnroll":
        this.#store.releaseUnroll(
          task(),
          modeOf(args),
          args["size"] === undefined ? undefined : size(),
        );
        return null;
      case "releaseExec":
        this.#manager.releaseExecution(task(), size(), modeOf(args));
        return null;
      case "releaseAllExec":
        return this.#manager.releaseAllExecution(task());
      case "taskEnd":
        this.#store.releaseUnrollOfTask(task());
        return this.#manager.releaseAllExecution(task());
      case "clear":
        this.#store.clear();
        return null;
      case "setUnmanaged": {
        const manager = this.#manager;
        if (manager instanceof UnifiedMemoryManager)
          manager.setUnmanaged({
            onHeap: integer(args["onHeap"], "onHeap"),
            offHeap: integer(args["offHeap"], "offHeap"),
          });
        return null;
      }
      case "newConsumer":
        this.#newConsumer(args);
        return null;
      case "tmmRelease":
        this.#consumer(args).releasePlain(size());
        return null;
      case "consumerFreePage": {
        const consumer = this.#consumer(args);
        const page = consumer.pages[integer(args["index"], "index")];
        if (page === undefined) return null;
        consumer.freePage(page);
        return { page: page.page, size: page.bytes };
      }
      case "tmmCleanUp":
        return this.#task(args).cleanUp();
      default:
        throw new Error(`no op ${op}`);
    }
  }

  #newConsumer(args: JsonRecord): void {
    const consumer = new MockConsumer({
      id: integer(args["consumer"], "consumer"),
      mode: modeOf(args),
      policy: text(args["policy"], "policy"),
      pageBytes: integer(args["pageSize"], "pageSize"),
      manager: this.#task(args),
      spills: this.#spills,
    });
    this.#consumers.set(consumer.id, consumer);
    const taskId = integer(args["task"], "task");
    this.#consumersOfTask.set(taskId, [...(this.#consumersOfTask.get(taskId) ?? []), consumer]);
  }

  #put(
    args: JsonRecord,
    put: (
      to: { readonly blockId: string; readonly mode: MemoryMode; readonly taskId: number },
      demand: { readonly checkedBytes: readonly number[]; readonly finalBytes: number },
    ) => PutIteratorResult,
  ): unknown {
    const to = {
      blockId: text(args["block"], "block"),
      mode: modeOf(args),
      taskId: integer(args["task"], "task"),
    };
    const held = this.#store.unrollBytesOf(to.taskId, to.mode);
    const result = put(to, {
      checkedBytes: integers(args["checks"], "checks"),
      finalBytes: integer(args["finalSize"], "finalSize"),
    });
    switch (result.kind) {
      case "stored":
        return { stored: result.bytes };
      case "exists":
        return { exists: true };
      case "failed":
        if (this.#behaviour.unrollTransfer !== "pending")
          this.#partials.set(to.blockId, result.partial);
        return {
          failed: true,
          heldUnroll: this.#store.unrollBytesOf(to.taskId, to.mode) - held,
        };
    }
  }

  #closePartial(blockId: string, byTaskId: number): boolean {
    const partial = this.#partials.get(blockId);
    if (partial === undefined) return false;
    this.#partials.delete(blockId);
    this.#store.closePartial(partial, byTaskId);
    return true;
  }
}

function putBytesResult(result: "stored" | "no_space" | "exists"): unknown {
  return result === "exists" ? "exists" : result === "stored";
}

function modeOf(args: JsonRecord): MemoryMode {
  return args["mode"] === "OFF_HEAP" ? "off_heap" : "on_heap";
}
