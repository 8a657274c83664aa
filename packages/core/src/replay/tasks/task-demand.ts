/**
 * Execution memory of a task whose grants no log tells (INFO): how high it went, from its totals, and how that is spread over its life.
 * The numbers are the spread of 523 tasks of recorded runs against their JVM's own account (docs/accuracy.md), not a fit of any one run.
 */
import type { Amount } from "../../amount.ts";
import { amount, NOTHING } from "../../amount.ts";
import type { TaskEvidence } from "../evidence.ts";

/** What a Spillable collection may reach before it asks for memory (spark.shuffle.spill.initialMemoryThreshold). */
const UNTRACKED_BYTES = 5_242_880;

export interface PoolNow {
  /** most that execution can hold */
  ceiling: number;
  /** tasks that run, and so may share it: at most and at least so many while the task did */
  running: number;
  runningAtLeast: number;
  /** the task belongs to a SQL query, whose operators do not all report a peak */
  sql: boolean;
}

/** The highest use of a finished task; exact where it tells the peak of this mode itself (4.0+). */
export function peakOf(task: TaskEvidence, pool: PoolNow, exact: number | undefined): Amount {
  const share = Math.floor(pool.ceiling / Math.max(1, pool.running));
  if (exact !== undefined && !(task.failed && exact === 0)) {
    return amount(
      {
        atLeast: Math.floor(exact * 0.98),
        atMost: Math.min(pool.ceiling, Math.ceil(exact * 1.02)),
      },
      exact,
    );
  }
  const reported = task.peakExecutionBytes ?? 0;
  if (!pool.sql && reported > 0) return peakOfCollections(task, reported, pool);
  if ((task.memorySpilledBytes ?? 0) > 0) {
    // It spilled because its share was used up: 1/N of the pool, or what doubling requests left of it. A task that has just
    // spilled everything does not count in N, so that of many tasks some get more than the running ones' share.
    const largest = Math.floor(
      pool.ceiling / Math.max(1, pool.running > 2 ? pool.running - 2 : pool.running),
    );
    return amount({ atLeast: Math.floor(share * 0.45), atMost: largest }, Math.floor(share * 0.9));
  }
  if (reported === 0) {
    // Peaks are reported when an operator, or (4.0+) the task, ends well.
    const maySkipReport = task.failed || (pool.sql && (task.shuffleBytes ?? 1) > 0);
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

/**
 * Without SQL it is collections that hold execution memory, and the peak that they report is their size: `Spillable` asks for twice its
 * size less what it has whenever it has outgrown that, and has 5 MiB for nothing (spec memory-model 4.4). So it holds no more than twice
 * its size less these 5 MiB; where it spilled, its size had outgrown what it held and no more was to be had.
 */
function peakOfCollections(task: TaskEvidence, reported: number, pool: PoolNow): Amount {
  const tracked = Math.max(0, reported - UNTRACKED_BYTES);
  const doublings = Math.ceil(Math.log2(Math.max(1, reported / UNTRACKED_BYTES)));
  const threshold = Math.min(2 * reported, UNTRACKED_BYTES * 2 ** doublings * OVERSHOOT);
  // Of those that run, one that has asked for nothing yet or has just spilled everything does not count in N.
  const largest = pool.ceiling / Math.max(1, pool.runningAtLeast - 2);
  const most = Math.min(largest, Math.max(reported, threshold - UNTRACKED_BYTES));
  const spilled = (task.memorySpilledBytes ?? 0) > 0;
  const usual = spilled ? tracked : Math.max(tracked, threshold / OVERSHOOT - UNTRACKED_BYTES);
  return amount(
    { atLeast: Math.floor(Math.min(most, tracked * 0.75)), atMost: Math.ceil(most) },
    Math.floor(Math.min(usual, pool.ceiling / Math.max(1, pool.running))),
  );
}

/** A collection's size is sampled, and compared every 32 records: by so much it may exceed what it then asks to double. */
const OVERSHOOT = 1.2;

export interface ShapePoint {
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

const END: ShapePoint = { until: 1, low: 0, high: 1, usual: 1 };

/** Where a task is when `progress` (0 … 1) of its life has passed. */
export function shapeAt(progress: number, spilled: boolean): ShapePoint {
  const shape = spilled ? WITH_SPILL : WITHOUT_SPILL;
  for (const point of shape) if (progress < point.until) return point;
  return shape[shape.length - 1] ?? END;
}

/** What a task holds there. */
export function heldAt(peak: Amount, point: ShapePoint): Amount {
  if (peak === NOTHING) return NOTHING;
  return amount(
    {
      atLeast: Math.floor(peak.atLeast * point.low),
      atMost: Math.ceil(peak.atMost * point.high),
    },
    Math.floor(peak.best * point.usual),
  );
}

/** Share of the polled peak that all tasks together hold, by the mean part of their lives that has passed, in tenths: 5th and 95th percentile, mean. */
interface SharedPoint {
  /** at the instant itself */
  readonly low: number;
  readonly high: number;
  /** at some moment within half a second of it, which is what a time printed in whole seconds tells */
  readonly lowNearby: number;
  readonly highNearby: number;
  readonly usual: number;
}

function shared(
  low: number,
  high: number,
  lowNearby: number,
  highNearby: number,
  usual: number,
): SharedPoint {
  return { low, high, lowNearby, highNearby, usual };
}

const TOGETHER_WITHOUT_SPILL: readonly SharedPoint[] = [
  shared(0, 0.05, 0, 0, 0),
  shared(0, 0.3, 0, 0.1, 0.03),
  shared(0, 0.7, 0, 0.25, 0.15),
  shared(0, 1, 0.14, 0.6, 0.35),
  shared(0, 1, 0.35, 0.85, 0.57),
  shared(0.2, 1, 0.66, 1, 0.68),
  shared(0.33, 1, 0.75, 1, 0.75),
  shared(0.5, 1, 0.75, 1, 0.83),
  shared(0.4, 1, 0.5, 1, 0.88),
  shared(0, 1, 0.1, 0.95, 0.7),
];
const TOGETHER_WITH_SPILL: readonly SharedPoint[] = [
  shared(0, 0.1, 0, 0.05, 0.01),
  shared(0, 0.9, 0, 0.4, 0.17),
  shared(0, 1, 0, 0.6, 0.41),
  shared(0, 1, 0.2, 0.9, 0.59),
  shared(0.05, 1, 0.45, 0.9, 0.7),
  shared(0.1, 1, 0.6, 0.95, 0.72),
  shared(0.05, 1, 0.5, 0.85, 0.68),
  shared(0, 1, 0.3, 0.65, 0.55),
  shared(0, 0.95, 0.05, 0.45, 0.45),
  shared(0, 0.8, 0, 0.2, 0.25),
];
/** Lives that the percentiles nearby are of: longer ones change less within half a second. */
const LIFE_NEARBY_MICROS = 5_000_000;

/**
 * What the running tasks hold together, of whom polls saw at most `seenBytes` at once.
 * @param progress  mean part of their lives that has passed, 0 … 1
 * @param lifeMicros  mean length of their lives
 * @param printedWithin  µs that the time of a step leaves open
 */
export function heldTogether(
  seenBytes: number,
  of: {
    readonly progress: number;
    readonly lifeMicros: number;
    readonly spilled: boolean;
    readonly printedWithin: number;
  },
): Amount {
  const shape = of.spilled ? TOGETHER_WITH_SPILL : TOGETHER_WITHOUT_SPILL;
  const point = shape[Math.min(shape.length - 1, Math.max(0, Math.floor(of.progress * 10)))];
  if (point === undefined) return amount({ atLeast: 0, atMost: seenBytes });
  const open = Math.min(1, of.printedWithin / 1_000_000);
  const nearby = open * Math.min(1, LIFE_NEARBY_MICROS / Math.max(1, of.lifeMicros));
  const share = (instant: number, near: number) => instant + (near - instant) * nearby;
  return amount(
    {
      atLeast: Math.floor(seenBytes * share(point.low, point.lowNearby)),
      atMost: Math.ceil(seenBytes * share(point.high, point.highNearby)),
    },
    Math.floor(seenBytes * point.usual),
  );
}
