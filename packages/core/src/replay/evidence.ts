/**
 * What the event log, running ahead of the executor's log, has reported: exact block sizes and each
 * task's life.
 */
import { rddIdOf } from "../block-id.ts";
import type { ByteInterval } from "../byte-interval.ts";
import type { BlockStatus, EventFact, TaskEndFact } from "../event-fact.ts";
import { Lingering } from "./lingering.ts";

type TaskStartFact = Extract<EventFact, { kind: "task_start" }>;

/** A task as the event log tells it. Times are epoch µs. */
export interface TaskEvidence {
  readonly taskId: number;
  readonly stageId: number;
  /** undefined: not logged, and the index is another thing */
  readonly partition: number | undefined;
  launchedAt: number;
  finishedAt: number | undefined;
  /** it failed or was killed: operators that had not ended reported no peak */
  failed: boolean;
  peakExecutionBytes: number | undefined;
  peakOnHeapBytes: number | undefined;
  peakOffHeapBytes: number | undefined;
  memorySpilledBytes: number | undefined;
  diskSpilledBytes: number | undefined;
  /** shuffle bytes read and written: a task without either seldom uses execution memory */
  shuffleBytes: number | undefined;
  /**
   * of the blocks that it found cached, and of files; 0: it read no cached block
   * (RDD.getOrCompute, 1.2 to 4.x)
   */
  inputBytes: number | undefined;
  /** largest `OnHeapExecutionMemory` polled while it ran; executor-wide */
  polledExecutionBytes: number | undefined;
}

interface SizeReport {
  readonly bytes: number;
  readonly ts: number;
}

const KEPT_PER_BLOCK = 8;
/** Starts are logged in their order, but for so much. */
const OUT_OF_ORDER_MICROS = 1_000_000;
/** Ended tasks that no replay asked for: a log of its own is seconds behind, or there is none. */
const ENDED_TASKS_KEPT = 20_000;

export class ExecutorEvidence {
  readonly #sizes = new Map<string, SizeReport[]>();
  readonly #tasks = new Map<number, TaskEvidence>();
  readonly #endedTasks = new Lingering<number>(ENDED_TASKS_KEPT, (taskId) =>
    this.forgetTask(taskId),
  );
  /** Last exact size known of a block, from whatever source. */
  readonly #lastSize = new Map<string, number>();
  blockUpdates = 0;
  /** µs; the last time at which one of its tasks began or ended, as far as events say */
  aliveUntil: number = Number.NEGATIVE_INFINITY;
  /** asked for as soon as a task's totals are known */
  whenEnded: ((taskId: number) => void) | undefined;

  blockUpdated(status: BlockStatus, ts: number): void {
    this.blockUpdates++;
    if (isInMemory(status)) {
      append(this.#sizes, status.blockId, { bytes: status.memoryBytes, ts });
    }
  }

  /**
   * The exact size of a store whose printed size is `printed`: the oldest report that fits, which
   * is used up. Without one: the size the block had before, when it still fits a serialized block.
   */
  takeExactSize(blockId: string, printed: ByteInterval): number | undefined {
    const reports = this.#sizes.get(blockId);
    if (reports !== undefined) {
      const at = reports.findIndex((r) => r.bytes >= printed.atLeast && r.bytes <= printed.atMost);
      if (at >= 0) {
        const bytes = reports[at]?.bytes;
        reports.splice(0, at + 1);
        if (reports.length === 0) this.#sizes.delete(blockId);
        if (bytes !== undefined) this.#lastSize.set(blockId, bytes);
        return bytes;
      }
    }
    const last = this.#lastSize.get(blockId);
    return last !== undefined && last >= printed.atLeast && last <= printed.atMost
      ? last
      : undefined;
  }

  /**
   * The exact size that the event log reports of a block's next store, without using the report
   * up.
   */
  exactSizeAhead(blockId: string, printed: ByteInterval): number | undefined {
    const fits = (bytes: number) => bytes >= printed.atLeast && bytes <= printed.atMost;
    const report = this.#sizes.get(blockId)?.find(({ bytes }) => fits(bytes));
    if (report !== undefined) return report.bytes;
    const last = this.#lastSize.get(blockId);
    return last !== undefined && fits(last) ? last : undefined;
  }

  learnSize(blockId: string, bytes: number): void {
    this.#lastSize.set(blockId, bytes);
  }

  taskStarted(fact: TaskStartFact): void {
    this.aliveUntil = Math.max(this.aliveUntil, fact.launchedMs * 1000);
    this.#tasks.set(fact.taskId, begun(fact));
  }

  taskEnded(fact: TaskEndFact): void {
    const task = this.#tasks.get(fact.taskId) ?? begun(fact);
    task.finishedAt = fact.finishedMs === undefined ? undefined : fact.finishedMs * 1000;
    this.aliveUntil = Math.max(this.aliveUntil, task.finishedAt ?? 0);
    task.failed = fact.failed || fact.killed;
    task.peakExecutionBytes = fact.peakExecutionBytes;
    task.peakOnHeapBytes = fact.peakOnHeapExecutionBytes;
    task.peakOffHeapBytes = fact.peakOffHeapExecutionBytes;
    task.memorySpilledBytes = fact.memorySpilledBytes;
    task.diskSpilledBytes = fact.diskSpilledBytes;
    task.shuffleBytes = fact.hasMetrics
      ? (fact.shuffleReadRemoteBytes ?? 0) +
        (fact.shuffleReadLocalBytes ?? 0) +
        (fact.shuffleWriteBytes ?? 0)
      : undefined;
    task.inputBytes = fact.hasMetrics ? fact.inputBytes : undefined;
    task.polledExecutionBytes = fact.executorMetrics?.get("OnHeapExecutionMemory");
    this.#tasks.set(fact.taskId, task);
    this.#endedTasks.add(fact.taskId);
    this.whenEnded?.(fact.taskId);
  }

  /** Tasks without an end in the executor's log that began by `ts` (µs), in the order of events. */
  launchedUntil(ts: number): TaskEvidence[] {
    const launched: TaskEvidence[] = [];
    for (const task of this.#tasks.values()) {
      if (task.launchedAt > ts + OUT_OF_ORDER_MICROS) break;
      if (task.launchedAt <= ts) launched.push(task);
    }
    return launched;
  }

  /** A task ended well after `ts` (µs) of which the executor's log has no end. */
  endsUnlogged(ts: number): boolean {
    for (const { finishedAt, failed } of this.#tasks.values())
      if (finishedAt !== undefined && finishedAt > ts && !failed) return true;
    return false;
  }

  task(taskId: number): TaskEvidence | undefined {
    return this.#tasks.get(taskId);
  }

  forgetTask(taskId: number): void {
    this.#tasks.delete(taskId);
  }
}

/**
 * Before 3.3 only the index is logged; in a stage's later attempts it counts the missing partitions
 * alone.
 */
function partitionOf({
  partitionId,
  index,
  stageAttemptId,
}: TaskStartFact | TaskEndFact): number | undefined {
  return partitionId ?? (stageAttemptId === 0 ? index : undefined);
}

function begun(fact: TaskStartFact | TaskEndFact): TaskEvidence {
  return {
    taskId: fact.taskId,
    stageId: fact.stageId,
    partition: partitionOf(fact),
    launchedAt: fact.launchedMs * 1000,
    finishedAt: undefined,
    failed: false,
    peakExecutionBytes: undefined,
    peakOnHeapBytes: undefined,
    peakOffHeapBytes: undefined,
    memorySpilledBytes: undefined,
    diskSpilledBytes: undefined,
    shuffleBytes: undefined,
    inputBytes: undefined,
    polledExecutionBytes: undefined,
  };
}

/**
 * Whether a report of a block that is no longer in memory says that it was removed, and not
 * evicted. From 3.5 on a removal has no replicas. Up to 3.4 it has no flags, as the eviction of a
 * block without a level for disk: broadcasts and results have one, and an RDD's removal is not
 * reported.
 */
export function isRemoval({ blockId, level }: BlockStatus): boolean {
  if (level.replication === 0) return true;
  return !level.useDisk && rddIdOf(blockId) === undefined;
}

/**
 * Whether a report says that the block is in memory now. A removed one keeps its flags and sizes,
 * and has no replicas: StorageLevel.isValid, Spark 1.2 … 4.2; an evicted one has no flags.
 */
export function isInMemory(status: BlockStatus): boolean {
  return status.level.useMemory && status.level.replication > 0 && status.memoryBytes > 0;
}

function append<T>(to: Map<string, T[]>, key: string, value: T): void {
  const list = to.get(key);
  if (list === undefined) {
    to.set(key, [value]);
    return;
  }
  list.push(value);
  if (list.length > KEPT_PER_BLOCK) list.shift();
}
