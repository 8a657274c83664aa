/** What a running task's estimate follows from, and what it was last: the same inputs give the same peak. */

import type { Amount } from "../../amount.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { TaskEvidence } from "../evidence.ts";
import type { PoolNow } from "./task-demand.ts";

/** What a task's peak follows from. */
export interface PeakFrom extends PoolNow {
  exact: number | undefined;
  seen: number | undefined;
  alone: boolean;
  finishedAt: number | undefined;
}

export interface KnownTask {
  /** how many ran at once while it did */
  most: number;
  least: number;
  /** tasks of its stage that ran in the middle of its life, and those of them that took memory by their totals */
  peers: number;
  holders: number;
  relationBytes: number;
  /** what its peak may have been at most, of all times that it was asked for */
  highest: number;
  /** what it was said to hold last, where a log does not follow it */
  held: Amount;
  peak: { readonly from: PeakFrom; readonly is: Amount } | undefined;
}

export function isSame(a: PeakFrom, b: PeakFrom): boolean {
  return (
    a.ceiling === b.ceiling &&
    a.running === b.running &&
    a.runningAtLeast === b.runningAtLeast &&
    a.peers === b.peers &&
    a.holders === b.holders &&
    a.sql === b.sql &&
    a.relationBytes === b.relationBytes &&
    a.exact === b.exact &&
    a.seen === b.seen &&
    a.alone === b.alone &&
    a.finishedAt === b.finishedAt
  );
}

/** A task's own account of its peak, where it tells the modes apart (4.0+). */
export function exactPeak(task: TaskEvidence, mode: MemoryMode): number | undefined {
  return mode === "on_heap" ? task.peakOnHeapBytes : task.peakOffHeapBytes;
}
