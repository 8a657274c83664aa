/**
 * Tasks as an executor's log tells them: their life, and at DEBUG every grant, release and page of
 * execution memory.
 */

import { type Amount, amount, exactAmount, minus, NOTHING, plus } from "../../amount.ts";
import { type ByteInterval, difference, exactly, sum } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { BlockSteps } from "../blocks/block-steps.ts";
import { checkAlone } from "../evidence/statements.ts";
import type { RunningTask } from "../executor-state.ts";
import { readBy } from "../links/broadcasts-read.ts";
import type { LogStep } from "../links/lookahead.ts";
import { countedAlready } from "../links/neighbours.ts";
import { firstGrant, pageNear, requestBehindSpill } from "../links/short-grants.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import { printedWithin, type ReplayContext } from "../replay-context.ts";
import { GrantedMemory } from "./granted-memory.ts";
import { lostEnds } from "./lost-ends.ts";
import type { PartlyLogged } from "./partly-logged.ts";
import type { Spills } from "./spills.ts";
import type { Waits } from "./waits.ts";

type Fact<Kind extends LogFact["kind"]> = Extract<LogFact, { kind: Kind }>;

/** Consumers that always live on the heap: Spillable collections (spec memory-model 4.4). */
const ON_HEAP_CONSUMER = /\.(ExternalSorter|ExternalAppendOnlyMap)@|^null$/;

export class TaskSteps {
  readonly #context: ReplayContext;
  readonly #blocks: BlockSteps;
  readonly #spills: Spills;
  readonly #waits: Waits;
  readonly #partly: PartlyLogged;
  /** `need to spill x`: by how much the request in hand exceeded its first grant. */
  readonly #wanted = new Map<number, ByteInterval>();
  /** What that request already holds. */
  readonly #early = new Map<number, Amount>();
  /** Java thread id → task, learned from lines that name both or leave one candidate. */
  readonly #taskOfThread = new Map<number, number>();
  /** consumer → what it holds, exact where pages are logged */
  readonly #byConsumer = new Map<string, Amount>();
  readonly #granted: GrantedMemory;
  #dumpTask: number | undefined;
  /** of those read here */
  #newestBroadcast = -1;
  /** 3.3+: `need to spill` says when a request falls short. */
  #saysWanted = false;

  constructor(
    context: ReplayContext,
    beside: {
      readonly blocks: BlockSteps;
      readonly spills: Spills;
      readonly waits: Waits;
      readonly partly: PartlyLogged;
    },
  ) {
    this.#context = context;
    this.#blocks = beside.blocks;
    this.#spills = beside.spills;
    this.#waits = beside.waits;
    this.#partly = beside.partly;
    this.#granted = new GrantedMemory(context.lookahead.grants, {
      modeOf: (consumer) => this.#modeOf(consumer),
      beganBefore: (taskId) => this.#partly.mayHoldMore(taskId),
    });
  }

  running(step: LogStep, fact: Fact<"task_running">, rdds: Iterable<number>): void {
    const { state, evidence, lookahead, logged } = this.#context;
    const { taskId } = fact;
    const newestBroadcast = this.#newestBroadcast;
    state.running.set(taskId, {
      taskId,
      stageId: fact.stageId,
      index: fact.index,
      saidAt: step.ts,
      ...(logged.grants ? began(step.ts) : readBy(lookahead, step, { taskId, newestBroadcast })),
      thread: step.thread,
    });
    for (const lost of lostEnds(this.#context, step.ts)) {
      this.#context.unseen.lostGrantOf(lost);
      this.finished(step, lost);
    }
    const partition = evidence.task(taskId)?.partition ?? fact.index;
    if (partition !== undefined) this.#blocks.unrolls.taskBegan(step, taskId, rdds, partition);
  }

  broadcastRead({ broadcastId }: Fact<"broadcast_read">): void {
    this.#newestBroadcast = Math.max(this.#newestBroadcast, broadcastId);
  }

  /** At its last line a task's execution and unroll memory is 0 (spec memory-model 4.6). */
  finished(step: LogStep, taskId: number): void {
    const { state, windows, evidence, execution } = this.#context;
    if (!this.#context.logged.grants) this.#showPeak(step, taskId);
    this.#partly.finished(step, taskId, state.running.delete(taskId));
    this.#context.locks.taskEnded(taskId, state.running.size);
    execution.forget(taskId);
    windows.closeOfTask(taskId);
    for (const ledger of state.ledgers) {
      ledger.endUnroll(`task ${taskId}`);
      const held = ledger.executionByTask.get(taskId);
      if (held !== undefined && held.best > 0 && this.#context.logged.grants) {
        state.memoryEvent(step, {
          op: "release_execution",
          mode: ledger.mode,
          taskId,
          requestedBytes: held.best,
          grantedBytes: held.best,
          grantedBytesMin: held.atLeast,
          grantedBytesMax: held.atMost,
          rule: "task_end",
          origin: "derived",
        });
      }
      ledger.releaseExecution(taskId);
    }
    this.#granted.ended(taskId);
    this.#wanted.delete(taskId);
    this.#early.delete(taskId);
    this.#waits.ended(taskId, step);
    this.#waits.released(step, taskId);
    state.endTaskTracks(taskId, step.ts);
    evidence.forgetTask(taskId);
    if (!this.#context.logged.grants) execution.update(step.ts, printedWithin(step));
    if (state.running.size === 0) {
      for (const ledger of state.ledgers) ledger.endUnrolls();
      this.#byConsumer.clear();
    }
    state.sample(step, "logged");
  }

  /**
   * Where grants are not logged, a task's track shows at least once what its totals say it reached.
   */
  #showPeak(step: LogStep, taskId: number): void {
    const { state, execution, unseen } = this.#context;
    if (execution.mayHavePeaked(taskId)) state.sample(step, "assumed");
    for (const { mode, peak } of execution.peaks(taskId))
      state.sampleTask(step, taskId, mode, peak);
    // The line that said that it runs was lost: its track has this row alone.
    if (state.running.has(taskId) || unseen.isLogLate) return;
    const mode = state.rules.tungstenMode;
    const peak = execution.peakByTotals(taskId, mode, state.ledger(mode).executionCeiling());
    if (peak !== undefined) state.sampleTask(step, taskId, mode, peak);
  }

  /**
   * A grant or release of another thread that a statement shows to have come before its own line.
   */
  takeEarly(step: LogStep): void {
    const { fact } = step;
    if (this.#context.early.has(step)) return;
    if (fact.kind === "execution_acquired") this.acquired(step, fact);
    else if (fact.kind === "execution_released") this.released(step, fact);
    else return;
    this.#context.early.add(step);
  }

  #answeredEarly(taskId: number): boolean {
    for (const { fact } of this.#context.early) {
      if (fact.kind === "execution_acquired" && fact.taskId === taskId) return true;
    }
    return false;
  }

  /**
   * What a grant or release that is yet to come will add to the execution memory that is known to
   * be held.
   */
  #changeOf({ fact }: LogStep): ByteInterval | undefined {
    if (fact.kind === "execution_released") {
      return { atLeast: -fact.released.atMost, atMost: -fact.released.atLeast };
    }
    if (fact.kind !== "execution_acquired") return undefined;
    const early = this.#early.get(fact.taskId) ?? NOTHING;
    return sum(fact.granted, { atLeast: -early.atMost, atMost: -early.atLeast });
  }

  acquired(step: LogStep, fact: Fact<"execution_acquired">): void {
    if (this.#context.early.delete(step)) return;
    const { state } = this.#context;
    const ledger = state.ledger(this.#modeOf(fact.consumer));
    this.#partly.named(step, fact.taskId, ledger.mode);
    const granted = this.#pageSize(step, fact.granted, "page_allocated") ?? amount(fact.granted);
    const early = this.#early.get(fact.taskId);
    this.#early.delete(fact.taskId);
    if (early === undefined && !this.#wanted.has(fact.taskId))
      this.#context.decisions.grants(step, ledger, { taskId: fact.taskId, bytes: granted });
    const before = this.#granted.of(ledger, fact.taskId);
    const held = early === undefined ? before : without(before, early);
    ledger.sumExecution();
    this.#granted.hold(ledger, fact.taskId, plus(held, granted));
    const wanted = this.#wanted.get(fact.taskId);
    this.#wanted.delete(fact.taskId);
    const missing = wanted === undefined ? NOTHING : amount(wanted);
    const evicted = this.#blocks.evictions.takeEvictedFor(fact.taskId);
    ledger.growForExecution(plus(ledger.executionUsed, missing), evicted);
    if (fact.consumer !== undefined) this.#addToConsumer(fact.taskId, fact.consumer, granted);
    const requested = wanted === undefined ? undefined : sum(fact.granted, wanted);
    state.memoryEvent(step, {
      op: "acquire_execution",
      mode: ledger.mode,
      taskId: fact.taskId,
      consumer: fact.consumer,
      requestedBytes: requested === undefined ? granted.best : amount(requested).best,
      grantedBytes: granted.best,
      grantedBytesMin: granted.atLeast,
      grantedBytesMax: granted.atMost,
      origin: "logged",
    });
    this.#waits.ended(fact.taskId, step, {
      granted: granted.best,
      requested: requested === undefined ? undefined : amount(requested).best,
      certain: true,
    });
    state.sample(step, "logged");
  }

  released(step: LogStep, fact: Fact<"execution_released">): void {
    if (this.#context.early.delete(step)) return;
    this.#partly.named(step, fact.taskId, this.#modeOf(fact.consumer));
    this.#grantBeforeSpill(step, fact.taskId, fact.released);
    const freed = this.#pageSize(step, fact.released, "page_freed") ?? amount(fact.released);
    this.#release(step, fact.taskId, fact.consumer, freed);
  }

  /** The task's use fell by what a consumer gave back. */
  #release(step: LogStep, taskId: number, consumer: string | undefined, freed: Amount): void {
    const { state } = this.#context;
    const ledger = state.ledger(this.#modeOf(consumer));
    const held = this.#granted.of(ledger, taskId);
    if (freed.atLeast > held.atMost) this.#context.unseen.lostGrantOf(taskId);
    const told = this.#leftAfter(ledger, taskId, consumer, { held, freed });
    ledger.sumExecution();
    const left = this.#granted.hold(ledger, taskId, told);
    const isGone = left.atMost <= 0 && !this.#partly.mayHoldMore(taskId);
    if (isGone) ledger.releaseExecution(taskId);
    state.memoryEvent(step, {
      op: "release_execution",
      mode: ledger.mode,
      taskId,
      consumer,
      requestedBytes: freed.best,
      grantedBytes: freed.best,
      grantedBytesMin: freed.atLeast,
      grantedBytesMax: freed.atMost,
      origin: "logged",
    });
    state.sample(step, "logged");
    if (isGone) state.endTaskTracks(taskId, step.ts);
  }

  /**
   * A release that gives back all of what a consumer held takes its whole interval with it, so that
   * rounding does not pile up. What is beyond that was granted in lines that are lost.
   */
  #leftAfter(
    ledger: ModeLedger,
    taskId: number,
    consumer: string | undefined,
    { held, freed }: { readonly held: Amount; readonly freed: Amount },
  ): Amount {
    if (consumer === undefined) return minus(held, freed);
    const key = `${taskId} ${consumer}`;
    const mine = this.#byConsumer.get(key) ?? NOTHING;
    if (freed.atLeast > mine.atMost && !this.#partly.mayHoldMore(taskId)) {
      this.#byConsumer.delete(key);
      this.#granted.gaveBackMore(ledger, taskId, freed.atMost - mine.atLeast);
      return without(held, mine);
    }
    const rest = minus(mine, freed);
    const everything = freed.atMost >= mine.atLeast && freed.atLeast <= mine.atMost;
    if (everything) {
      this.#byConsumer.delete(key);
      return without(held, mine);
    }
    this.#byConsumer.set(key, rest);
    return minus(held, freed);
  }

  #addToConsumer(taskId: number, consumer: string, granted: Amount): void {
    const key = `${taskId} ${consumer}`;
    this.#byConsumer.set(key, plus(this.#byConsumer.get(key) ?? NOTHING, granted));
  }

  /** TRACE prints a page's exact size next to the rounded grant. */
  #pageSize(
    step: LogStep,
    printed: ByteInterval,
    kind: "page_allocated" | "page_freed",
  ): Amount | undefined {
    const { recentPages } = this.#context;
    const fits = (bytes: number) => bytes >= printed.atLeast && bytes <= printed.atMost;
    if (kind === "page_freed") {
      const bytes = recentPages.take(step, fits);
      return bytes === undefined ? undefined : exactAmount(bytes);
    }
    return pageNear(this.#context.lookahead, 0, { printed, thread: step.thread });
  }

  pageFreed(step: LogStep, bytes: number): void {
    this.#context.recentPages.add(step, bytes);
  }

  /**
   * `need to spill x`: the request in hand got all but x at first. That part is held from now on,
   * while others spill for the rest; the line that tells how much it was comes only when all is
   * over.
   */
  spillWanted(step: LogStep, fact: Fact<"spill_wanted">): void {
    if (fact.consumer !== undefined && fact.forConsumer !== undefined) return;
    if (this.#answeredEarly(fact.taskId)) return;
    this.#partly.named(step, fact.taskId, this.#modeOf(fact.consumer ?? fact.forConsumer));
    this.#wanted.set(fact.taskId, fact.wanted);
    this.#saysWanted = true;
    const first = firstGrant(this.#context.lookahead, fact);
    if (first === undefined || first.atMost <= 0) return;
    this.#early.set(fact.taskId, first);
    const { state } = this.#context;
    const ledger = state.ledger(this.#modeOf(fact.consumer ?? fact.forConsumer));
    const held = this.#granted.of(ledger, fact.taskId);
    this.#context.decisions.grantsPart(step, ledger, {
      taskId: fact.taskId,
      bytes: plus(first, amount(fact.wanted)),
      first,
    });
    ledger.sumExecution();
    this.#granted.hold(ledger, fact.taskId, plus(held, first));
    ledger.growForExecution(
      plus(ledger.executionUsed, amount(fact.wanted)),
      this.#blocks.evictions.takeEvictedFor(fact.taskId),
    );
    state.sample(step, "logged");
  }

  /**
   * Up to 3.2 nothing says that a request fell short before its spills. It had what the pool's law
   * gave it: the rest of its 1/N, or of what was free.
   */
  #grantBeforeSpill(step: LogStep, taskId: number, released: ByteInterval | undefined): void {
    if (this.#saysWanted || this.#early.has(taskId)) return;
    const { state, lookahead } = this.#context;
    const request = requestBehindSpill(lookahead, taskId, released);
    if (request === undefined) return;
    const { consumer, granted } = request;
    const ledger = state.ledger(this.#modeOf(consumer));
    const held = this.#granted.of(ledger, taskId);
    const active = Math.max(1, ledger.executionByTask.size);
    const share = minus(exactAmount(Math.floor(ledger.executionCeiling() / active)), held);
    const free = minus(exactAmount(ledger.executionCeiling()), ledger.executionUsed);
    const early = least(granted, least(share, free));
    if (early.best === 0) return;
    this.#early.set(taskId, early);
    ledger.sumExecution();
    this.#granted.hold(ledger, taskId, plus(held, early));
    const missing = without(granted, early);
    ledger.growForExecution(
      plus(ledger.executionUsed, missing),
      this.#blocks.evictions.takeEvictedFor(taskId),
    );
    state.sample(step, "derived");
  }

  waiting(step: LogStep, fact: Fact<"execution_waiting">): void {
    this.#waits.began(step, fact.taskId ?? this.#context.taskOf(step), fact.mode);
  }

  /** S1–S3 */
  spilled(step: LogStep, fact: Fact<"spill">): void {
    const taskId = this.#taskOfSpill(step, fact);
    const { logged, execution, state } = this.#context;
    // A collection prints what it is estimated to be; a sorter what it took from the pool.
    if (!logged.grants && fact.what === "sort_data" && execution.holdsAtLeast(fact.size.atLeast)) {
      state.sample(step, "derived");
    }
    this.#spills.printed(step, fact, taskId);
    if (taskId !== undefined) {
      if (this.#context.logged.grants) this.#grantBeforeSpill(step, taskId, undefined);
      else this.#waits.ended(taskId, step);
    }
    this.#waits.released(step, taskId);
    if (!this.#context.logged.grants && fact.what !== "forced_collection") {
      this.#context.execution.fellShort();
    }
  }

  /** T7 `spilled x of requested y from c for r` and its forms */
  spilledAtDebug(step: LogStep, fact: Fact<"execution_spilled">): void {
    this.#spills.atDebug(step, fact);
  }

  leak(step: LogStep, fact: Fact<"task_leak">): void {
    const { state } = this.#context;
    state.emit("memory_leaks", {
      executorId: state.executorId,
      ts: step.ts,
      taskId: fact.taskId,
      leakedBytes: fact.bytes,
      origin: "logged",
      sourceFileId: step.sourceFileId,
      sourceLine: step.line,
    });
  }

  dumpTask(fact: Fact<"dump_task">): void {
    this.#dumpTask = fact.taskId;
  }

  /** T4: exact totals of both modes, a snapshot of the manager. */
  dumpTotals(step: LogStep, fact: Fact<"dump_totals">): void {
    const { state } = this.#context;
    let storage = NOTHING;
    for (const ledger of state.ledgers) storage = plus(storage, ledger.storageUsed);
    const logged = exactly(fact.executionBytes);
    const foreseen = this.#executionHeld();
    const of = { missing: difference(logged, foreseen), printedBy: this.#dumpTask };
    checkAlone(this.#context, step, {
      quantity: "execution_used",
      logged,
      foreseen,
      usedFor: "execution",
      countedEarly: () =>
        countedAlready(this.#context.lookahead, step, of, (next) => this.#changeOf(next)) ?? [],
    });
    checkAlone(this.#context, step, {
      quantity: "storage_used",
      logged: exactly(fact.storageBytes),
      foreseen: storage,
      usedFor: "none",
    });
    if (state.offHeap === undefined) {
      this.#context.execution.measured(exactly(fact.executionBytes), true);
      state.sample(step, "logged");
    }
    this.#dumpTask = undefined;
  }

  #executionHeld(): Amount {
    return this.#context.state.ledgers.reduce((all, l) => plus(all, l.executionUsed), NOTHING);
  }

  #taskOfSpill(step: LogStep, fact: Fact<"spill">): number | undefined {
    const named = fact.taskId ?? this.#context.taskOf(step);
    const { running } = this.#context.state;
    if (named !== undefined) {
      if (fact.threadId !== undefined) this.#taskOfThread.set(fact.threadId, named);
      return named;
    }
    if (running.size === 1) {
      const [only] = running.keys();
      if (fact.threadId !== undefined && only !== undefined) {
        this.#taskOfThread.set(fact.threadId, only);
      }
      return only;
    }
    const learned = fact.threadId === undefined ? undefined : this.#taskOfThread.get(fact.threadId);
    return learned !== undefined && running.has(learned) ? learned : undefined;
  }

  #modeOf(consumer: string | undefined): MemoryMode {
    if (consumer === undefined || ON_HEAP_CONSUMER.test(consumer)) return "on_heap";
    return this.#context.state.rules.tungstenMode;
  }

  /** The task whose memory dump is being printed. */
  get dumpedTask(): number | undefined {
    return this.#dumpTask;
  }
}

function least(a: Amount, b: Amount): Amount {
  return {
    atLeast: Math.min(a.atLeast, b.atLeast),
    atMost: Math.min(a.atMost, b.atMost),
    best: Math.min(a.best, b.best),
  };
}

/**
 * Takes out a part that was added as it stands, so that its uncertainty goes with it; unless a line
 * since has told the whole better.
 */
function without(whole: Amount, part: Amount): Amount {
  const atLeast = Math.max(0, whole.atLeast - part.atLeast);
  const atMost = Math.max(0, whole.atMost - part.atMost);
  if (atLeast > atMost) return minus(whole, part);
  return amount({ atLeast, atMost }, Math.max(0, whole.best - part.best));
}

function began(ts: number): Pick<RunningTask, "startedAt" | "preparedAt"> {
  return { startedAt: ts, preparedAt: ts };
}
