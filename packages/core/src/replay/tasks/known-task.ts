/**
 * What a running task's estimate follows from, and what it was last: the same inputs give the same
 * peak.
 */

import { type Amount, amount } from "../../amount.ts";
import { SEEN_OF_PEAK } from "../../calibration/polls.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { TaskEvidence } from "../evidence.ts";
import { type PoolNow, peakOf } from "./task-demand.ts";

/**
 * How little a task holds at first is a matter of its time, not of its share of it: in recorded
 * lives of half a second and of 20 alike, 1 in 50 had taken memory after 50 to 150 ms. Longer lives
 * (µs) begin as those of this length.
 */
export const EARLY_OF_MICROS = 2_000_000;

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
  /**
   * tasks of its stage that ran in the middle of its life, and those of them that took memory by
   * their totals
   */
  peers: number;
  holders: number;
  relationBytes: number;
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

/** Whether it took memory by its totals. */
export function holdsSurely(task: TaskEvidence, mode: MemoryMode): boolean {
  const exact = exactPeak(task, mode);
  if (exact !== undefined) return exact > 0;
  return (task.peakExecutionBytes ?? 0) > 0 || (task.memorySpilledBytes ?? 0) > 0;
}

/** Its peak from its totals, within what was polled of all tasks while it ran. */
export function peakWithinPolls(task: TaskEvidence, pool: PeakFrom): Amount {
  const { seen, alone, exact } = pool;
  const peak = peakOf(task, pool, exact);
  if (seen === undefined || exact !== undefined) return peak;
  // A task that reports more than polls saw of all of them: they may have missed a moment.
  const missed = (task.peakExecutionBytes ?? 0) > seen * 1.1;
  const most = missed ? Math.min(pool.ceiling, seen / SEEN_OF_PEAK) : seen;
  const atMost = Math.ceil(Math.min(Math.max(peak.atMost, seen), most));
  if (alone) return amount({ atLeast: Math.min(seen, atMost), atMost }, seen);
  return amount(
    { atLeast: Math.min(peak.atLeast, atMost), atMost: Math.min(peak.atMost, atMost) },
    peak.best,
  );
}
