/**
 * Unroll memory of an executor without a log: what running tasks may hold of blocks that they put,
 * from their start until the report of the block or their own end.
 */
import { amount } from "../../amount.ts";
import { MOST_HELD } from "../../calibration/unrolls.ts";
import type { BlockStatus, StorageLevelFlags } from "../../event-fact.ts";
import type { RunningTask } from "../executor-state.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import type { ReplayContext } from "../replay-context.ts";

type Putter = Pick<RunningTask, "taskId" | "stageId" | "index">;

/** A report of a block, which was in memory or on disk by then; µs of the event before it. */
interface Heard {
  readonly ts: number;
  /** 0: it found no room in memory */
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** Reports of blocks that replays of executors come to later, by block. */
export class ReportsAhead {
  readonly #heard = new Map<string, Heard[]>();

  /** @param ts  of the event before the report, µs */
  hear({ blockId, memoryBytes, diskBytes, level }: BlockStatus, ts: number): void {
    if (level.replication === 0 || memoryBytes + diskBytes === 0) return;
    const heard = { ts, memoryBytes: level.useMemory ? memoryBytes : 0, diskBytes };
    const known = this.#heard.get(blockId);
    if (known === undefined) this.#heard.set(blockId, [heard]);
    else known.push(heard);
  }

  /** The first report of a block that is still ahead, if it came by `until` (µs). */
  next(blockId: string, until: number): Heard | undefined {
    const first = this.#heard.get(blockId)?.[0];
    return first !== undefined && first.ts <= until ? first : undefined;
  }

  /** The report that is replayed now is ahead no more. */
  replayed({ blockId, memoryBytes, diskBytes, level }: BlockStatus): void {
    if (level.replication === 0 || memoryBytes + diskBytes === 0) return;
    const known = this.#heard.get(blockId);
    known?.shift();
    if (known?.length === 0) this.#heard.delete(blockId);
  }
}

export class ReportedPuts {
  readonly #context: ReplayContext;
  readonly #ahead: ReportsAhead;
  /** block → who puts it; task → its blocks */
  readonly #puts = new Map<string, { readonly ledger: ModeLedger; readonly taskId: number }>();
  readonly #byTask = new Map<number, string[]>();

  constructor(context: ReplayContext, ahead: ReportsAhead) {
    this.#context = context;
    this.#ahead = ahead;
  }

  /** Its share of what the next report of a block may have unrolled is counted already. */
  isUnderWay(blockId: string): boolean {
    return this.#puts.has(blockId);
  }

  began(task: Putter): void {
    const { state, history } = this.#context;
    if (task.index === undefined) return;
    for (const rddId of this.#context.persistedRdds(task.stageId)) {
      const blockId = `rdd_${rddId}_${task.index}`;
      const level = this.#context.levelOfRdd(rddId);
      if (level?.useMemory !== true || this.#puts.has(blockId)) continue;
      // It is read where it stands; from disk, into memory that is counted for it (BlocksOnDisk).
      if (state.ledgerOfBlock(blockId) !== undefined || history.isOnDisk(blockId)) continue;
      const atMost = this.#mostUnrolled(blockId, level, task.taskId);
      if (atMost > 0) this.#begin(blockId, task.taskId, atMost);
    }
  }

  /** The block was stored, or has gone to disk. */
  ended(blockId: string): void {
    const put = this.#puts.get(blockId);
    if (put === undefined) return;
    this.#puts.delete(blockId);
    put.ledger.endUnroll(holderOf(blockId));
  }

  /** What a failed put keeps, it keeps until its task ends (2.0+). */
  taskEnded(taskId: number): void {
    for (const blockId of this.#byTask.get(taskId) ?? [])
      if (this.#puts.get(blockId)?.taskId === taskId) this.ended(blockId);
    this.#byTask.delete(taskId);
  }

  #begin(blockId: string, taskId: number, atMost: number): void {
    const { state } = this.#context;
    const ledger = state.ledger(this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap");
    this.#puts.set(blockId, { ledger, taskId });
    const ofTask = this.#byTask.get(taskId);
    if (ofTask === undefined) this.#byTask.set(taskId, [blockId]);
    else ofTask.push(blockId);
    const most = Math.min(atMost, ledger.rules.maxBytes);
    ledger.unrollFor(holderOf(blockId), amount({ atLeast: 0, atMost: most }, 0));
  }

  /**
   * By the report of it that comes in the task's life. Without one a block with a level for disk is
   * not computed here; one without finds no room, and may unroll into the whole memory, as
   * values that went to disk may have done.
   */
  #mostUnrolled(blockId: string, level: StorageLevelFlags, taskId: number): number {
    const { evidence, state } = this.#context;
    const until = evidence.task(taskId)?.finishedAt ?? Number.POSITIVE_INFINITY;
    const report = this.#ahead.next(blockId, until);
    if (report === undefined) return level.useDisk ? 0 : Number.POSITIVE_INFINITY;
    const { memoryBytes, diskBytes } = report;
    if (memoryBytes === 0 && level.deserialized) return Number.POSITIVE_INFINITY;
    const size = Math.max(memoryBytes, diskBytes);
    return Math.max(state.rules.unrollThresholdBytes, Math.ceil(size * MOST_HELD));
  }
}

const holderOf = (blockId: string): string => `put ${blockId}`;
