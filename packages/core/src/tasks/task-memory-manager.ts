/**
 * What a task's consumers hold, and who spills for whom. Follows TaskMemoryManager and
 * MemoryConsumer, Spark 1.6.1–4.2.0.
 */
import {
  assert,
  JAVA_ILLEGAL_ARGUMENT,
  SparkFailure,
  sparkAssert,
  sparkRequire,
} from "../assert.ts";
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";
import type { MemoryManager } from "../memory/memory-manager.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import { type MemoryConsumer, SpillFailure } from "./memory-consumer.ts";
import { type SpillCandidates, spillCandidates } from "./spill-order.ts";

/** Pages of a task's page table. */
const PAGE_TABLE_SIZE = 8192;
/** (2^31 − 1) · 8: the largest page. */
const MAXIMUM_PAGE_BYTES = 17_179_869_176;

/** A page; it may be smaller than was asked for. */
export interface MemoryPage {
  readonly page: number;
  readonly bytes: number;
}

/**
 * An operation that may have to wait for other tasks: it yields each request it needs answered and
 * goes on with the bytes granted. `answerAtOnce` runs one to its end when no other task is there.
 */
export type TaskStep<Result> = Generator<ExecutionRequest, Result, number>;

/** A task's memory at one moment, in bytes. */
export interface TaskMemorySnapshot {
  readonly taskId: number;
  /** What the manager has on the task's account, both modes. */
  readonly executionBytes: number;
  /** Ids of the consumers that ever got memory, ascending. */
  readonly consumerIds: readonly number[];
  /** Page numbers in use. */
  readonly pages: readonly number[];
  readonly acquiredButNotUsedBytes: number;
  /** 4.0+; else `undefined`. */
  readonly peakOnHeapBytes: number | undefined;
  readonly peakOffHeapBytes: number | undefined;
}

/** What a task has of a mode now, and had at most. */
interface UsedBytes {
  now: number;
  peak: number;
}

/** A request that came short, and who may spill for it. */
interface Shortfall {
  readonly bytes: number;
  readonly mode: MemoryMode;
  readonly requester: MemoryConsumer | undefined;
  readonly candidates: SpillCandidates;
}

const ALWAYS = (): boolean => true;

/**
 * A task's execution memory: asks the manager, and lets the task's consumers spill where it gets
 * less. Follows TaskMemoryManager, Spark 1.6.1 to 4.2.0.
 */
export class TaskMemoryManager {
  readonly taskId: number;
  readonly #behaviour: SparkBehaviour;
  readonly #manager: MemoryManager;
  readonly #tungstenMode: MemoryMode;
  readonly #allocatorGives: (bytes: number) => boolean;
  readonly #answersWhenNobodyWaits: boolean;
  /** Those that ever got memory, each once. */
  readonly #consumers: MemoryConsumer[] = [];
  /** Most tasks' consumers take no pages. */
  #pages: Set<number> | undefined;
  #lowestFreePage = 0;
  #acquiredButNotUsedBytes = 0;
  /** Kept by lines that know peaks of tasks. */
  readonly #used: Readonly<Record<MemoryMode, UsedBytes>> | undefined;

  constructor(given: {
    readonly behaviour: SparkBehaviour;
    readonly manager: MemoryManager;
    readonly taskId: number;
    readonly tungstenMode?: MemoryMode;
    /** Whether the JVM really has a page of this size; default: always. */
    readonly allocatorGives?: (bytes: number) => boolean;
    /**
     * A request that is met while no other waits is not yielded; default: all are, for callers that
     * order the looks.
     */
    readonly answersWhenNobodyWaits?: boolean;
  }) {
    this.taskId = given.taskId;
    this.#behaviour = given.behaviour;
    if (given.behaviour.taskPeaks)
      this.#used = { on_heap: { now: 0, peak: 0 }, off_heap: { now: 0, peak: 0 } };
    this.#manager = given.manager;
    this.#tungstenMode = given.tungstenMode ?? "on_heap";
    this.#allocatorGives = given.allocatorGives ?? ALWAYS;
    this.#answersWhenNobodyWaits = given.answersWhenNobodyWaits === true;
  }

  /**
   * Memory for a consumer, spilling what the version spills when there is not enough. Results in
   * the bytes got, 0 … `bytes`. Throws SparkFailure when a spill fails.
   */
  *acquireExecution(bytes: number, consumer: MemoryConsumer): TaskStep<number> {
    const got = this.acquire(bytes, consumer);
    return typeof got === "number" ? got : yield* got;
  }

  /** The same: the bytes where they are had at once, else what has to be answered for them. */
  acquire(bytes: number, consumer: MemoryConsumer): number | TaskStep<number> {
    const asked = this.#ask(bytes, consumer.mode);
    if (typeof asked !== "number") return this.#acquireWaiting(asked, bytes, consumer);
    const got = asked < bytes ? this.#spillFor(bytes, asked, consumer.mode, consumer) : asked;
    return typeof got === "number" ? this.#taken(got, consumer) : this.#takenAfter(got, consumer);
  }

  *#acquireWaiting(
    request: ExecutionRequest,
    bytes: number,
    consumer: MemoryConsumer,
  ): TaskStep<number> {
    const asked = yield request;
    const got = asked < bytes ? this.#spillFor(bytes, asked, consumer.mode, consumer) : asked;
    return this.#taken(typeof got === "number" ? got : yield* got, consumer);
  }

  *#takenAfter(got: TaskStep<number>, consumer: MemoryConsumer): TaskStep<number> {
    return this.#taken(yield* got, consumer);
  }

  #taken(bytes: number, consumer: MemoryConsumer): number {
    if (!this.#consumers.includes(consumer)) this.#consumers.push(consumer);
    const used = this.#used?.[consumer.mode];
    if (used !== undefined) {
      used.now += bytes;
      used.peak = Math.max(used.peak, used.now);
    }
    return bytes;
  }

  /**
   * The same for a Spillable collection of 1.6, which is no consumer: others spill for it, it is
   * never asked to, and clean-up alone knows what it holds. Throws SparkFailure in other lines, and
   * when a spill fails.
   */
  *acquireWithoutConsumer(bytes: number, mode: MemoryMode): TaskStep<number> {
    sparkAssert(
      !this.#behaviour.consumerRequired,
      () => `${bytes} bytes asked for without a consumer`,
    );
    const asked = this.#ask(bytes, mode);
    const first = typeof asked === "number" ? asked : yield asked;
    const got = first < bytes ? this.#spillFor(bytes, first, mode, undefined) : first;
    return typeof got === "number" ? got : yield* got;
  }

  /** The bytes granted, where that may be said at once; else the request. */
  #ask(bytes: number, mode: MemoryMode): number | ExecutionRequest {
    const manager = this.#manager;
    return this.#answersWhenNobodyWaits && manager.waiting.length === 0
      ? manager.acquireExecution(this.taskId, bytes, mode)
      : manager.requestExecution(this.taskId, bytes, mode);
  }

  /** What is got in all; or what has to be answered first. */
  #spillFor(
    bytes: number,
    gotBefore: number,
    mode: MemoryMode,
    requester: MemoryConsumer | undefined,
  ): number | TaskStep<number> {
    const { spillOrder } = this.#behaviour;
    const candidates = spillCandidates(spillOrder, this.#consumers, requester);
    const shortfall = { bytes, mode, requester, candidates };
    let got = gotBefore;
    while (got < bytes) {
      const asked = this.#spillAndAsk(bytes - got, shortfall);
      if (asked === undefined) break;
      if (typeof asked !== "number") return this.#spillOn(asked, got, shortfall);
      got += asked;
    }
    return got;
  }

  *#spillOn(first: ExecutionRequest, gotBefore: number, shortfall: Shortfall): TaskStep<number> {
    let got = gotBefore + (yield first);
    while (got < shortfall.bytes) {
      const asked = this.#spillAndAsk(shortfall.bytes - got, shortfall);
      if (asked === undefined) break;
      got += typeof asked === "number" ? asked : yield asked;
    }
    return got;
  }

  /** Candidates spill until one gives something, and it asks again; `undefined`: none is left. */
  #spillAndAsk(
    missingBytes: number,
    { mode, requester, candidates }: Shortfall,
  ): number | ExecutionRequest | undefined {
    for (;;) {
      const consumer = candidates.next(missingBytes);
      if (consumer === undefined) return undefined;
      const released = this.#spill(consumer, missingBytes, requester);
      candidates.spilled(released);
      if (released > 0 && this.#mayReacquire(mode)) return this.#ask(missingBytes, mode);
    }
  }

  /** 1.6 spills consumers of any mode, but takes again only in Tungsten's. */
  #mayReacquire(mode: MemoryMode): boolean {
    return this.#behaviour.spillOrder !== "hash_any_mode_then_self" || mode === this.#tungstenMode;
  }

  #spill(consumer: MemoryConsumer, bytes: number, trigger: MemoryConsumer | undefined): number {
    try {
      return consumer.spill(bytes, trigger);
    } catch (failure) {
      if (!(failure instanceof SpillFailure)) throw failure;
      if (failure.interrupted && this.#behaviour.interruptedSpill === "runtime_exception")
        throw new SparkFailure("java.lang.RuntimeException", failure.message);
      const words = `while calling spill() on ${consumer.name} : ${failure.message}`;
      throw new SparkFailure(
        this.#behaviour.taskOutOfMemoryClass,
        this.#behaviour.spillFailureWording === "plain"
          ? `error ${words}`
          : `[SPILL_OUT_OF_MEMORY] Error ${words}`,
      );
    }
  }

  /** Gives memory back. */
  releaseExecution(bytes: number, mode: MemoryMode): void {
    const used = this.#used?.[mode];
    if (used !== undefined) used.now -= bytes;
    this.#manager.releaseExecution(this.taskId, bytes, mode);
  }

  /**
   * A page of at most `bytes`, `undefined` when there is nothing at all.
   * Throws SparkFailure when the consumer's mode is not Tungsten's, the page too large, or the page
   * table full.
   */
  *allocatePage(bytes: number, consumer: MemoryConsumer): TaskStep<MemoryPage | undefined> {
    sparkRequire(
      consumer.mode === this.#tungstenMode,
      () =>
        `a consumer of ${consumer.mode} memory asked for a page of ${this.#tungstenMode} memory`,
    );
    if (bytes > MAXIMUM_PAGE_BYTES)
      throw new SparkFailure(
        this.#behaviour.pageTooLargeClass,
        this.#behaviour.pageTooLargeClass === JAVA_ILLEGAL_ARGUMENT
          ? `Cannot allocate a page with more than ${MAXIMUM_PAGE_BYTES} bytes`
          : `Cannot allocate a page of ${bytes} bytes.`,
      );
    for (;;) {
      const got = this.acquire(bytes, consumer);
      const acquired = typeof got === "number" ? got : yield* got;
      if (acquired <= 0) return undefined;
      if (this.#lowestFreePage >= PAGE_TABLE_SIZE) {
        this.releaseExecution(acquired, consumer.mode);
        throw new SparkFailure(
          "java.lang.IllegalStateException",
          `Have already allocated a maximum of ${PAGE_TABLE_SIZE} pages`,
        );
      }
      if (this.#allocatorGives(acquired)) return { page: this.#takePage(), bytes: acquired };
      if (!this.#behaviour.retriesRefusedPages)
        throw new SparkFailure("java.lang.OutOfMemoryError", `${acquired} bytes refused`);
      this.#acquiredButNotUsedBytes += acquired;
    }
  }

  #takePage(): number {
    const page = this.#lowestFreePage;
    this.#pages ??= new Set();
    this.#pages.add(page);
    while (this.#pages.has(this.#lowestFreePage)) this.#lowestFreePage++;
    return page;
  }

  /** Gives back a page. Throws `ModelError` where it was freed before. */
  freePage(page: MemoryPage, mode: MemoryMode): void {
    const was = this.#pages?.delete(page.page);
    assert(was === true, () => `page ${page.page} of ${page.bytes} bytes freed twice`);
    this.#lowestFreePage = Math.min(this.#lowestFreePage, page.page);
    this.releaseExecution(page.bytes, mode);
  }

  /**
   * A page of at least `bytes`, charged to the consumer; `pageBytes` is its page size. Throws
   * SparkFailure when it gets less.
   */
  *allocateConsumerPage(
    bytes: number,
    pageBytes: number,
    consumer: MemoryConsumer,
  ): TaskStep<MemoryPage> {
    const page = this.#whole(
      bytes,
      yield* this.allocatePage(Math.max(pageBytes, bytes), consumer),
      consumer,
    );
    consumer.usedBytes += page.bytes;
    return page;
  }

  /**
   * An array of `longs` 64-bit integers, charged to the consumer. Throws SparkFailure when it gets
   * less.
   */
  *allocateArray(longs: number, consumer: MemoryConsumer): TaskStep<MemoryPage> {
    const bytes = longs * 8;
    const page = this.#whole(bytes, yield* this.allocatePage(bytes, consumer), consumer);
    consumer.usedBytes += bytes;
    return page;
  }

  /** A page of at least `bytes`; a smaller one goes back. */
  #whole(bytes: number, page: MemoryPage | undefined, consumer: MemoryConsumer): MemoryPage {
    if (page !== undefined && page.bytes >= bytes) return page;
    if (page !== undefined) this.freePage(page, consumer.mode);
    throw this.#outOfMemory(bytes, page?.bytes ?? 0);
  }

  #outOfMemory(bytes: number, got: number): SparkFailure {
    const words = `Unable to acquire ${bytes} bytes of memory, got ${got}`;
    const wording = this.#behaviour.outOfMemoryWording;
    const message =
      wording === "plain"
        ? words
        : `[UNABLE_TO_ACQUIRE_MEMORY] ${words}.${wording === "error_class" ? "" : " SQLSTATE: 53200"}`;
    return new SparkFailure(this.#behaviour.taskOutOfMemoryClass, message);
  }

  /**
   * Task end: everything goes back. Results in the bytes that were still held and not merely
   * refused by the JVM: a leak if the task succeeded.
   */
  cleanUp(): number {
    this.#consumers.length = 0;
    this.#manager.releaseExecution(this.taskId, this.#acquiredButNotUsedBytes, this.#tungstenMode);
    return this.#manager.releaseAllExecution(this.taskId);
  }

  /** State of the task's memory; equal states have equal snapshots. */
  snapshot(): TaskMemorySnapshot {
    const pools = this.#manager.snapshot();
    return {
      taskId: this.taskId,
      executionBytes:
        (pools.onHeap.executionBytesByTask.get(this.taskId) ?? 0) +
        (pools.offHeap.executionBytesByTask.get(this.taskId) ?? 0),
      consumerIds: this.#consumers.map((consumer) => consumer.id).sort((a, b) => a - b),
      pages: [...(this.#pages ?? [])].sort((a, b) => a - b),
      acquiredButNotUsedBytes: this.#acquiredButNotUsedBytes,
      peakOnHeapBytes: this.#used?.on_heap.peak,
      peakOffHeapBytes: this.#used?.off_heap.peak,
    };
  }
}

/**
 * Runs a step to its end, answering each request at once; `undefined` when one has to wait and
 * no other task could wake it.
 */
export function answerAtOnce<Result>(
  manager: MemoryManager,
  step: TaskStep<Result>,
): { readonly result: Result } | undefined {
  let turn = step.next();
  while (turn.done !== true) {
    const granted = manager.evaluate(turn.value);
    if (granted === undefined) return undefined;
    turn = step.next(granted);
  }
  return { result: turn.value };
}
