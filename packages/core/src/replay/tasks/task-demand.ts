/**
 * Execution memory of a task whose grants are not logged: its peak from its totals, and how that is
 * spread over its life. The numbers are the spread of 523 tasks of recorded runs against their
 * JVM's own account (docs/accuracy.md), not a fit of any one run.
 */
import type { Amount } from "../../amount.ts";
import { amount, NOTHING } from "../../amount.ts";
import {
  EXACT_WITHIN,
  LEAST_OF_REPORTED,
  MOST_OF_REPORTED,
  OVERSHOOT,
  SPILLED_LEAST,
  SPILLED_USUAL,
} from "../../calibration/task-peaks.ts";
import type { TaskEvidence } from "../evidence.ts";
import type { PeakReports } from "../executor-rules.ts";

/**
 * What a Spillable collection may reach before it asks for memory
 * (spark.shuffle.spill.initialMemoryThreshold).
 */
export const UNTRACKED_BYTES = 5_242_880;

export interface PoolNow {
  /** most that execution can hold */
  ceiling: number;
  /** tasks that run, and so may share it: at most and at least so many while the task did */
  running: number;
  runningAtLeast: number;
  /** tasks of its stage that run in the middle of its life, itself among them */
  peers: number;
  /** of these, those that take execution memory by their totals */
  holders: number;
  /** the task belongs to a SQL query, whose operators do not all report a peak */
  sql: boolean;
  /** Tungsten's page, bytes; undefined: neither set nor derived */
  pageBytes: number | undefined;
  reports: PeakReports;
  /** relations of broadcast joins that it may have read, bytes at most */
  relationBytes: number;
}

/** The highest use of a finished task; exact where it tells the peak of this mode itself (4.0+). */
export function peakOf(task: TaskEvidence, pool: PoolNow, exact: number | undefined): Amount {
  const peak = peakByReports(task, pool, exact);
  // More than the pool has room for contradicts it: it says nothing of the least.
  return peak.atLeast > peak.atMost ? amount({ atLeast: 0, atMost: peak.atMost }, peak.best) : peak;
}

function peakByReports(task: TaskEvidence, pool: PoolNow, exact: number | undefined): Amount {
  const share = Math.floor(pool.ceiling / Math.max(1, pool.running));
  if (exact !== undefined && !(task.failed && exact === 0)) return peakAsTold(task, exact, pool);
  const reported = task.peakExecutionBytes ?? 0;
  const isUnknown = task.peakExecutionBytes === undefined && !pool.reports.absentPeakIsNone;
  if (!pool.sql && reported > 0) return peakOfCollections(task, reported, pool);
  if ((task.memorySpilledBytes ?? 0) > 0) {
    // It spilled because its share was used up: 1/N of the pool, or what doubling requests left of
    // it. A task that has just spilled everything does not count in N, so that of many tasks some
    // get more than the running ones' share.
    const largest = Math.floor(pool.ceiling / sharingOf(pool.holders));
    return amount(
      { atLeast: Math.floor(share * SPILLED_LEAST), atMost: largest },
      Math.floor(share * SPILLED_USUAL),
    );
  }
  if (reported === 0) {
    // Peaks are reported when an operator, or (4.0+) the task, ends well.
    const mayBeMore = pool.sql || isUnknown;
    const maySkipReport = task.failed || (mayBeMore && (task.shuffleBytes ?? 1) > 0);
    const sharing = isUnknown ? sharingOf(pool.holders) : pool.peers;
    const most = Math.floor(pool.ceiling / Math.max(1, sharing));
    return maySkipReport ? amount({ atLeast: 0, atMost: most }, 0) : NOTHING;
  }
  return peakOfOperators(reported, pool);
}

/**
 * A task's own account counts a request once it is met or given up (TaskMemoryManager, 4.0+): what
 * the pool granted before consumers spilled for the rest is in none. It was what was left of the
 * task's share, 0 to 15 % above the account in 17 recorded tasks that spilled.
 */
function peakAsTold(task: TaskEvidence, exact: number, pool: PoolNow): Amount {
  const spilled = (task.memorySpilledBytes ?? 0) > 0;
  const share = spilled ? Math.floor(pool.ceiling / sharingOf(pool.holders)) : 0;
  const atMost = Math.max(share, Math.ceil(exact * (1 + EXACT_WITHIN)));
  return amount(
    {
      atLeast: Math.floor(exact * (1 - EXACT_WITHIN)),
      atMost: Math.min(pool.ceiling, atMost),
    },
    exact,
  );
}

/**
 * Of so many holders, those that share the pool while one spills: of many, one asks for nothing yet
 * and one has just spilled all.
 */
export function sharingOf(holders: number): number {
  return Math.max(1, holders > 2 ? holders - 2 : holders);
}

/** A hash map's first array: 16,384 entries of two longs (UnsafeFixedWidthAggregationMap). */
const FIRST_MAP_BYTES = 262_144;
/** Operators of one stage that hold a page which they do not report, at most. */
const UNREPORTED_PAGES = 2;
/** A page where none is set and the layout gives none: the least that Spark derives. */
const LEAST_PAGE_BYTES = 1_048_576;

/**
 * Operators of a query report what their maps and sorters reached. The rows of an aggregation's
 * fast map (RowBasedKeyValueBatch, 2.1+) lie in a page of their own that nobody reports, and a map
 * whose rows all found room there reports its first array alone. Joins report their broadcast
 * relation beside it (BroadcastHashJoinExec.prepareBroadcast, up to 3.5), which is no execution
 * memory.
 */
function peakOfOperators(reported: number, pool: PoolNow): Amount {
  const page = pool.pageBytes ?? LEAST_PAGE_BYTES;
  const isMapsAlone = reported % FIRST_MAP_BYTES === 0 && reported < page;
  const maps = isMapsAlone ? reported / FIRST_MAP_BYTES : 0;
  // Up to 2.2 it is of the last map alone: a spill, which no total tells, let go of those before.
  const share = pool.ceiling / sharingOf(pool.holders);
  const atMost = Math.max(
    reported * MOST_OF_REPORTED,
    reported + Math.max(UNREPORTED_PAGES, maps) * page,
    pool.reports.mapPeakOutlivesSpill ? 0 : share,
  );
  const tracked = Math.max(0, reported - pool.relationBytes - UNTRACKED_BYTES);
  return amount(
    {
      atLeast: Math.floor(tracked * LEAST_OF_REPORTED),
      atMost: Math.min(pool.ceiling, Math.ceil(atMost)),
    },
    Math.min(pool.ceiling, reported + maps * page),
  );
}

/**
 * Without SQL it is collections that hold execution memory, and the peak that they report is their
 * size: `Spillable` asks for twice its size less what it has whenever it has outgrown that, and has
 * 5 MiB for nothing (spec memory-model 4.4). So it holds no more than twice its size less these 5
 * MiB; where it spilled, its size had outgrown what it held and no more was to be had.
 */
function peakOfCollections(task: TaskEvidence, reported: number, pool: PoolNow): Amount {
  const tracked = Math.max(0, reported - UNTRACKED_BYTES);
  const doublings = Math.ceil(Math.log2(Math.max(1, reported / UNTRACKED_BYTES)));
  const threshold = Math.min(2 * reported, UNTRACKED_BYTES * 2 ** doublings * OVERSHOOT);
  // Of those that run, one that has asked for nothing yet or has just spilled everything does not
  // count in N.
  const largest = pool.ceiling / Math.max(1, pool.runningAtLeast - 2);
  const most = Math.min(largest, Math.max(reported, threshold - UNTRACKED_BYTES));
  const spilled = (task.memorySpilledBytes ?? 0) > 0;
  const usual = spilled ? tracked : Math.max(tracked, threshold / OVERSHOOT - UNTRACKED_BYTES);
  return amount(
    { atLeast: Math.floor(Math.min(most, tracked * LEAST_OF_REPORTED)), atMost: Math.ceil(most) },
    Math.floor(Math.min(usual, pool.ceiling / Math.max(1, pool.running))),
  );
}

/** What says how a task's memory is spread over its life. */
export interface LifeOf {
  readonly spilled: boolean;
  readonly sql: boolean;
  /** peak that it reported, bytes */
  readonly reportedBytes: number;
}

/**
 * Mean share of its peak that a task holds in each tenth of its life: 199 tasks of queries and 235
 * tasks that spilled, of 56 recorded runs. The first tasks of a stage hold less than the later
 * ones, which compile nothing.
 */
const QUERY: readonly number[] = [0.03, 0.12, 0.28, 0.4, 0.48, 0.53, 0.56, 0.51, 0.46, 0.25];
const SPILLING: readonly number[] = [0.02, 0.19, 0.4, 0.57, 0.67, 0.69, 0.64, 0.52, 0.43, 0.31];
/**
 * Of collections that did not spill (271 tasks): their size grows evenly between these parts of
 * their life.
 */
const GROWS_FROM = 0.1;
const GROWS_UNTIL = 0.85;
/**
 * Mean share of its peak that a collection holds in the last tenth, in whose second half it is let
 * go.
 */
const LAST_TENTH = 0.9;

/** Parts of a task's life at which what it may hold changes. */
export const SHAPE_BREAKS: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * Parts at which `usualShare` changes (of a life), and `mostShare` (of a life, or of its first two
 * seconds).
 */
export const SHARE_BREAKS: { readonly usual: readonly number[]; readonly most: readonly number[] } =
  {
    usual: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    most: [0.05, 0.1, 0.2],
  };

/** Share of its peak that a task usually holds when `progress` (0 … 1) of its life has passed. */
export function usualShare(progress: number, of: LifeOf): number {
  const tenth = Math.min(9, Math.max(0, Math.floor(progress * 10)));
  if (of.spilled) return SPILLING[tenth] ?? 0;
  const peak = of.sql ? 0 : heldByCollection(of.reportedBytes);
  if (peak === 0) return QUERY[tenth] ?? 0;
  const grown = (tenth / 10 + 0.05 - GROWS_FROM) / (GROWS_UNTIL - GROWS_FROM);
  const size = of.reportedBytes * Math.min(1, Math.max(0, grown));
  return (heldByCollection(size) / peak) * (tenth === 9 ? LAST_TENTH : 1);
}

/**
 * What a collection of this size has asked for: twice its size less what it has, whenever it has
 * outgrown that (Spillable.maybeSpill).
 */
function heldByCollection(sizeBytes: number): number {
  if (sizeBytes <= UNTRACKED_BYTES) return 0;
  return UNTRACKED_BYTES * 2 ** Math.ceil(Math.log2(sizeBytes / UNTRACKED_BYTES)) - UNTRACKED_BYTES;
}

/** Most that a task holds of its peak early in its life: 98th percentile of 523 recorded tasks. */
const EARLY: readonly {
  readonly until: number;
  readonly spilling: number;
  readonly other: number;
}[] = [
  { until: 0.05, spilling: 0, other: 0 },
  { until: 0.1, spilling: 0.4, other: 0.35 },
  { until: 0.2, spilling: 1, other: 0.55 },
];

/** Share of its peak that a task holds at most when `progress` (0 … 1) of its life has passed. */
export function mostShare(progress: number, spilled: boolean): number {
  for (const part of EARLY) if (progress < part.until) return spilled ? part.spilling : part.other;
  return 1;
}

/** What a task holds there; it may hold nothing at any time. */
export function heldAt(
  peak: Amount,
  share: { readonly usual: number; readonly most: number },
): Amount {
  if (peak === NOTHING) return NOTHING;
  return amount(
    { atLeast: 0, atMost: Math.ceil(peak.atMost * share.most) },
    Math.floor(peak.best * share.usual),
  );
}

/**
 * Share of the polled peak that all tasks together hold, by the mean part of their lives that has
 * passed, in tenths: 5th and 95th percentile, mean.
 */
interface SharedPoint {
  /** at the instant itself */
  readonly low: number;
  readonly high: number;
  /**
   * at some moment within half a second of it, which is what a time printed in whole seconds tells
   */
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
