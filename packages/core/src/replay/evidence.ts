/** What the event log, running ahead of the executor's log, already told: exact block sizes and each task's life. */
import type { ByteInterval } from "../byte-interval.ts";
import type { BlockStatus, EventFact, TaskEndFact } from "../event-fact.ts";

/** A task as the event log tells it. Times are epoch µs. */
export interface TaskEvidence {
  readonly taskId: number;
  readonly stageId: number;
  readonly partition: number;
  launchedAt: number;
  finishedAt: number | undefined;
  peakExecutionBytes: number | undefined;
  peakOnHeapBytes: number | undefined;
  peakOffHeapBytes: number | undefined;
  memorySpilledBytes: number | undefined;
  diskSpilledBytes: number | undefined;
  /** shuffle bytes read and written: a task without either seldom uses execution memory */
  shuffleBytes: number | undefined;
  /** largest `OnHeapExecutionMemory` polled while it ran; executor-wide */
  polledExecutionBytes: number | undefined;
}

interface SizeReport {
  readonly bytes: number;
  readonly ts: number;
}

const KEPT_PER_BLOCK = 8;

const UNTOLD = {
  finishedAt: undefined,
  peakExecutionBytes: undefined,
  peakOnHeapBytes: undefined,
  peakOffHeapBytes: undefined,
  memorySpilledBytes: undefined,
  diskSpilledBytes: undefined,
  shuffleBytes: undefined,
  polledExecutionBytes: undefined,
} as const;

export class ExecutorEvidence {
  readonly #sizes = new Map<string, SizeReport[]>();
  readonly #tasks = new Map<number, TaskEvidence>();
  /** blocks that the event log says left memory, with the time */
  readonly #removals = new Map<string, number[]>();
  /** Last exact size known of a block, from whatever source. */
  readonly #lastSize = new Map<string, number>();
  blockUpdates = 0;

  blockUpdated(status: BlockStatus, ts: number): void {
    this.blockUpdates++;
    const inMemory = status.level.useMemory && status.memoryBytes > 0;
    if (inMemory) {
      append(this.#sizes, status.blockId, { bytes: status.memoryBytes, ts });
    } else {
      append(this.#removals, status.blockId, ts);
    }
  }

  /**
   * The exact size of a store whose printed size is `printed`: the oldest report that fits, which is used up.
   * Without one: the size the block had before, when it still fits a serialized block.
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

  learnSize(blockId: string, bytes: number): void {
    this.#lastSize.set(blockId, bytes);
  }

  /** Oldest removal the event log told of this block after `ts`; used up. */
  takeRemoval(blockId: string, notBefore: number): number | undefined {
    const times = this.#removals.get(blockId);
    const at = times?.findIndex((t) => t >= notBefore) ?? -1;
    if (times === undefined || at < 0) return undefined;
    const ts = times[at];
    times.splice(0, at + 1);
    if (times.length === 0) this.#removals.delete(blockId);
    return ts;
  }

  taskStarted(fact: Extract<EventFact, { kind: "task_start" }>): void {
    this.#tasks.set(fact.taskId, {
      ...UNTOLD,
      taskId: fact.taskId,
      stageId: fact.stageId,
      partition: fact.partitionId ?? fact.index,
      launchedAt: fact.launchedMs * 1000,
    });
  }

  taskEnded(fact: TaskEndFact): void {
    const task = this.#tasks.get(fact.taskId) ?? {
      ...UNTOLD,
      taskId: fact.taskId,
      stageId: fact.stageId,
      partition: fact.partitionId ?? fact.index,
      launchedAt: fact.launchedMs * 1000,
    };
    task.finishedAt = fact.finishedMs === undefined ? undefined : fact.finishedMs * 1000;
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
    task.polledExecutionBytes = fact.executorMetrics?.get("OnHeapExecutionMemory");
    this.#tasks.set(fact.taskId, task);
  }

  task(taskId: number): TaskEvidence | undefined {
    return this.#tasks.get(taskId);
  }

  forgetTask(taskId: number): void {
    this.#tasks.delete(taskId);
  }
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
