/**
 * Execution memory of a task whose grants no log tells (INFO): how high it went, from its totals, and how that is spread over its life.
 * The numbers are the spread of 523 tasks of recorded runs against their JVM's own account (docs/accuracy.md), not a fit of any one run.
 */
import type { Amount } from "../amount.ts";
import { amount, NOTHING } from "../amount.ts";
import type { TaskEvidence } from "./evidence.ts";

/** What a Spillable collection may reach before it asks for memory (spark.shuffle.spill.initialMemoryThreshold). */
const UNTRACKED_BYTES = 5_242_880;

export interface PoolNow {
  /** most that execution can hold */
  readonly ceiling: number;
  /** tasks that run, and so may share it */
  readonly running: number;
  /** the task belongs to a SQL query, whose operators do not all report a peak */
  readonly sql: boolean;
}

/** The highest use of a finished task. */
export function peakOf(task: TaskEvidence, pool: PoolNow): Amount {
  const share = Math.floor(pool.ceiling / Math.max(1, pool.running));
  const exact = task.peakOnHeapBytes;
  if (exact !== undefined) {
    return amount(
      {
        atLeast: Math.floor(exact * 0.98),
        atMost: Math.min(pool.ceiling, Math.ceil(exact * 1.02)),
      },
      exact,
    );
  }
  const reported = task.peakExecutionBytes ?? 0;
  if ((task.memorySpilledBytes ?? 0) > 0) {
    // It spilled because its share was used up: 1/N of the pool, or what doubling requests left of it. A task that has just
    // spilled everything does not count in N, so that of many tasks some get more than the running ones' share.
    const largest = Math.floor(
      pool.ceiling / Math.max(1, pool.running > 2 ? pool.running - 2 : pool.running),
    );
    return amount({ atLeast: Math.floor(share * 0.45), atMost: largest }, Math.floor(share * 0.9));
  }
  if (reported === 0) {
    const maySkipReport = pool.sql && (task.shuffleBytes ?? 1) > 0;
    return maySkipReport ? amount({ atLeast: 0, atMost: share }, 0) : NOTHING;
  }
  return amount(
    {
      atLeast: Math.floor(Math.max(0, reported - UNTRACKED_BYTES) * 0.75),
      atMost: Math.min(pool.ceiling, Math.ceil(reported * 1.85)),
    },
    reported < UNTRACKED_BYTES ? 0 : Math.floor(reported * 0.97),
  );
}

interface ShapePoint {
  /** part of the task's life */
  readonly until: number;
  readonly low: number;
  readonly high: number;
  readonly usual: number;
}

/** Share of its peak that a task holds, over its life: 2nd to 98th percentile, and the mean. */
const WITHOUT_SPILL: readonly ShapePoint[] = [
  { until: 0.05, low: 0, high: 0, usual: 0 },
  { until: 0.1, low: 0, high: 0.35, usual: 0.01 },
  { until: 0.2, low: 0, high: 0.55, usual: 0.05 },
  { until: 0.3, low: 0, high: 1, usual: 0.16 },
  { until: 0.4, low: 0, high: 1, usual: 0.34 },
  { until: 0.5, low: 0, high: 1, usual: 0.5 },
  { until: 0.6, low: 0, high: 1, usual: 0.64 },
  { until: 0.7, low: 0, high: 1, usual: 0.73 },
  { until: 0.95, low: 0, high: 1, usual: 0.86 },
  { until: 1, low: 0, high: 1, usual: 0.77 },
];
const WITH_SPILL: readonly ShapePoint[] = [
  { until: 0.05, low: 0, high: 0, usual: 0 },
  { until: 0.1, low: 0, high: 0.4, usual: 0.03 },
  { until: 0.2, low: 0, high: 1, usual: 0.2 },
  { until: 0.3, low: 0, high: 1, usual: 0.42 },
  { until: 0.4, low: 0, high: 1, usual: 0.57 },
  { until: 0.7, low: 0, high: 1, usual: 0.66 },
  { until: 0.8, low: 0, high: 1, usual: 0.54 },
  { until: 1, low: 0, high: 1, usual: 0.4 },
];

/** Parts of a task's life at which what it may hold changes. */
export const SHAPE_BREAKS: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95];

/** What a task holds when `progress` (0 … 1) of its life has passed. */
export function heldAt(peak: Amount, progress: number, spilled: boolean): Amount {
  const shape = spilled ? WITH_SPILL : WITHOUT_SPILL;
  const point = shape.find((p) => progress < p.until) ?? shape[shape.length - 1];
  if (point === undefined) return peak;
  return amount(
    {
      atLeast: Math.floor(peak.atLeast * point.low),
      atMost: Math.ceil(peak.atMost * point.high),
    },
    Math.floor(peak.best * point.usual),
  );
}
