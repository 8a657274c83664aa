/**
 * Turns states of one track into rows that neither gap nor overlap: a row lasts until the next one
 * begins.
 */
import type { Amount } from "../amount.ts";
import { UNKNOWN_TIME } from "../observation.ts";
import type { EmitRow, MemoryTimelineRow, TaskMemoryTimelineRow, Triple } from "../rows.ts";

/** What tells one state from another. */
export interface MemoryState {
  readonly storageUsed: Amount;
  readonly unrollUsed: Amount;
  readonly executionUsed: Amount;
  readonly storagePool: Amount;
  readonly activeTasks: number | undefined;
  /** false: blocks are not logged, so that storage and all that depends on it is unknown */
  readonly isStorageTold: boolean;
  /** false: no log has its tasks, so that execution and what depends on both pools is unknown */
  readonly isExecutionTold: boolean;
  /** false: the layout is unknown, or the log has ended: nothing can be said of the pools */
  readonly isKnown: boolean;
}

/** A state of one executor's pools of one mode, right after event `seq`. */
export interface MemorySample extends MemoryState {
  readonly seq: number;
  readonly ts: number;
  readonly executionPool: Amount;
  readonly free: Amount;
  readonly storageAvailable: Amount;
  readonly executionAvailable: Amount;
  readonly origin: MemoryTimelineRow["origin"];
  readonly sourceFileId: number | undefined;
  readonly sourceLine: number | undefined;
}

export class MemoryTimeline {
  readonly #emit: EmitRow;
  /** kept and refilled: a writer copies it */
  readonly #row: MemoryTimelineRow;
  #open: MemorySample | undefined;

  constructor(of: {
    executorId: string;
    mode: MemoryTimelineRow["mode"];
    /** undefined: how large the pools are is unknown, though not what is used of them */
    maxMemoryBytes: number | undefined;
    emit: EmitRow;
  }) {
    this.#emit = of.emit;
    this.#row = {
      executorId: of.executorId,
      mode: of.mode,
      seq: 0,
      ts: 0,
      endTs: undefined,
      storageUsed: emptyTriple(),
      unrollUsed: emptyTriple(),
      executionUsed: emptyTriple(),
      storagePool: emptyTriple(),
      executionPool: emptyTriple(),
      free: emptyTriple(),
      storageAvailable: emptyTriple(),
      executionAvailable: emptyTriple(),
      maxMemoryBytes: of.maxMemoryBytes,
      activeTasks: undefined,
      origin: "derived",
      sourceFileId: undefined,
      sourceLine: undefined,
    };
  }

  /** A new state; one equal to the state in force only lets that one go on. */
  add(sample: MemorySample): void {
    if (this.stands(sample)) return;
    if (this.#open !== undefined) this.#write(this.#open, sample.ts);
    this.#open = sample;
  }

  /** Whether the state in force is this one. */
  stands(state: MemoryState): boolean {
    return this.#open !== undefined && sameState(this.#open, state);
  }

  /** seq of the state in force. */
  get seq(): number | undefined {
    return this.#open?.seq;
  }

  /**
   * The end of the executor's life; `undefined`: still open when the logs ended. A log without
   * times and without events (the command that starts an executor, and no more) has no state over
   * time.
   */
  end(ts: number | undefined): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const isWhole = open.seq === 0 && ts === undefined;
    if (isWhole && open.ts === UNKNOWN_TIME) return;
    this.#write(open, ts);
  }

  #write(sample: MemorySample, endTs: number | undefined): void {
    const row = this.#row;
    row.seq = sample.seq;
    row.ts = sample.ts;
    row.endTs = endTs;
    const { isKnown } = sample;
    const told = isKnown && sample.isStorageTold;
    const both = told && sample.isExecutionTold && row.maxMemoryBytes !== undefined;
    setTriple(row.storageUsed, told ? sample.storageUsed : undefined);
    setTriple(row.unrollUsed, told ? sample.unrollUsed : undefined);
    setTriple(
      row.executionUsed,
      isKnown && sample.isExecutionTold ? sample.executionUsed : undefined,
    );
    setTriple(row.storagePool, both ? sample.storagePool : undefined);
    setTriple(row.executionPool, both ? sample.executionPool : undefined);
    setTriple(row.free, both ? sample.free : undefined);
    setTriple(row.storageAvailable, both ? sample.storageAvailable : undefined);
    setTriple(row.executionAvailable, both ? sample.executionAvailable : undefined);
    row.activeTasks = isKnown && sample.isExecutionTold ? sample.activeTasks : undefined;
    row.origin = sample.origin;
    row.sourceFileId = sample.sourceFileId;
    row.sourceLine = sample.sourceLine;
    this.#emit("memory_timeline", row);
  }
}

function emptyTriple(): Triple {
  return { bytes: undefined, atLeast: undefined, atMost: undefined };
}

function setTriple(to: Triple, from: Amount | undefined): void {
  to.bytes = from?.best;
  to.atLeast = from?.atLeast;
  to.atMost = from?.atMost;
}

function sameState(a: MemoryState, b: MemoryState): boolean {
  return (
    same(a.storageUsed, b.storageUsed) &&
    same(a.unrollUsed, b.unrollUsed) &&
    same(a.executionUsed, b.executionUsed) &&
    same(a.storagePool, b.storagePool) &&
    a.activeTasks === b.activeTasks &&
    a.isStorageTold === b.isStorageTold &&
    a.isExecutionTold === b.isExecutionTold &&
    a.isKnown === b.isKnown
  );
}

function same(a: Amount, b: Amount): boolean {
  return a === b || (a.best === b.best && a.atLeast === b.atLeast && a.atMost === b.atMost);
}

/** One task's execution memory of one mode, as a track of its own. */
export class TaskTimeline {
  readonly #emit: EmitRow;
  readonly #key: TaskTimelineKey;
  /** kept and refilled, by all tracks of an executor: a writer copies it */
  readonly #row: TaskMemoryTimelineRow;
  #open: TaskSample | undefined;

  constructor(key: TaskTimelineKey, emit: EmitRow, row: TaskMemoryTimelineRow = emptyTaskRow()) {
    this.#key = key;
    this.#row = row;
    this.#emit = emit;
  }

  add(sample: TaskSample): void {
    const open = this.#open;
    if (open !== undefined) {
      if (
        same(open.executionUsed, sample.executionUsed) &&
        open.shareMinBytes === sample.shareMinBytes &&
        open.shareMaxBytes === sample.shareMaxBytes
      )
        return;
      this.#write(open, sample.ts);
    }
    this.#open = sample;
  }

  end(ts: number | undefined): void {
    if (this.#open !== undefined) this.#write(this.#open, ts);
    this.#open = undefined;
  }

  #write(sample: TaskSample, endTs: number | undefined): void {
    const row = this.#row;
    row.executorId = this.#key.executorId;
    row.taskId = this.#key.taskId;
    row.mode = this.#key.mode;
    row.seq = sample.seq;
    row.ts = sample.ts;
    row.endTs = endTs;
    setTriple(row.executionUsed, sample.executionUsed);
    row.shareMinBytes = sample.shareMinBytes;
    row.shareMaxBytes = sample.shareMaxBytes;
    row.origin = sample.origin;
    row.sourceFileId = sample.sourceFileId;
    row.sourceLine = sample.sourceLine;
    this.#emit("task_memory_timeline", row);
  }
}

/** A row for the tracks of an executor's tasks to fill. */
export function emptyTaskRow(): TaskMemoryTimelineRow {
  return {
    executorId: "",
    mode: "on_heap",
    taskId: 0,
    seq: 0,
    ts: 0,
    endTs: undefined,
    executionUsed: emptyTriple(),
    shareMinBytes: undefined,
    shareMaxBytes: undefined,
    origin: "derived",
    sourceFileId: undefined,
    sourceLine: undefined,
  };
}

export interface TaskTimelineKey {
  readonly executorId: string;
  readonly mode: MemoryTimelineRow["mode"];
  readonly taskId: number;
}

export interface TaskSample {
  readonly seq: number;
  readonly ts: number;
  readonly executionUsed: Amount;
  readonly shareMinBytes: number | undefined;
  readonly shareMaxBytes: number | undefined;
  readonly origin: MemoryTimelineRow["origin"];
  readonly sourceFileId: number | undefined;
  readonly sourceLine: number | undefined;
}
