/**
 * Many simulated runs of one configuration, and what they say together: median, band, how often
 * anything happened.
 */
import {
  isInBytes,
  isPeak,
  type ManagerCapacity,
  OUTCOMES,
  type OutcomeName,
  type SimulatedConfiguration,
  type WantedMemory,
} from "@respark/core";
import type { SimulatedDraws } from "./simulated-draws.ts";

const MIB = 1_048_576;
/** Outcomes that hang on which executor a task ran on, and beside whom. */
const PLACED: ReadonlySet<OutcomeName> = new Set([
  "evicted_blocks",
  "evicted_bytes",
  "memory_hits",
  "misses",
  "recomputes",
  "spilled_bytes",
  "spilled_disk_bytes",
]);
/**
 * What their bands are widened by for what is not drawn: 4 % of the median, 1 at least from 15 on.
 * Chosen on the public pairs of cached RDDs (docs/whatif.md), where it brings the share of truths
 * inside to 92 %; no other runs confirm it.
 */
const MODEL_ERROR = 0.04;

/** Whole numbers; 0 ≤ lo ≤ median ≤ hi. */
export interface Foretold {
  readonly median: number;
  readonly lo: number;
  readonly hi: number;
  /** Share of the draws in which it happened at all. */
  readonly anyShare: number;
}

export type ForetoldOutcomes = Readonly<Record<OutcomeName, Foretold>>;

/** Values by outcome, a number a draw. */
export type DrawnOutcomes = Readonly<Record<OutcomeName, readonly number[]>>;

/** Above so many tasks times draws there are fewer draws, 16 at least. */
const MOST_TASK_DRAWS = 4_000_000;
const LEAST_DRAWS = 16;

/** How many draws a configuration gets, of those asked for. */
export function drawsFor(wanted: WantedMemory, asked: number): number {
  const tasks = wanted.stages.reduce((sum, stage) => sum + stage.tasks.length, 0);
  const most = Math.floor(MOST_TASK_DRAWS / Math.max(1, tasks));
  return Math.min(asked, Math.max(LEAST_DRAWS, most));
}

/** The first draws under a configuration. Throws NotComparable. */
export function drawnOutcomes(
  runs: SimulatedDraws,
  configuration: SimulatedConfiguration,
  draws: number,
): DrawnOutcomes {
  const values = recordOf((): number[] => []);
  for (let draw = 0; draw < draws; draw++) addDraw(values, runs.outcomes(configuration, draw));
  return values;
}

/** As `drawnOutcomes`, with a turn of the event loop before each draw: a signal is heard there. */
export async function drawnInTurns(
  runs: SimulatedDraws,
  configuration: SimulatedConfiguration,
  draws: number,
): Promise<DrawnOutcomes> {
  const values = recordOf((): number[] => []);
  for (let draw = 0; draw < draws; draw++) {
    await new Promise((resolve) => setImmediate(resolve));
    addDraw(values, runs.outcomes(configuration, draw));
  }
  return values;
}

function addDraw(
  values: Record<OutcomeName, number[]>,
  outcomes: Readonly<Record<OutcomeName, number>>,
): void {
  for (const name of OUTCOMES) values[name].push(Math.round(outcomes[name]));
}

/** Under this capacity: no peak lies beyond its pool. */
export function foretold(drawn: DrawnOutcomes, capacity: ManagerCapacity): ForetoldOutcomes {
  return recordOf((name) => summary(name, drawn[name], mostOf(name, capacity)));
}

/** What a pool can hold at most, bytes; without end for what is no peak. */
function mostOf(name: OutcomeName, capacity: ManagerCapacity): number {
  const { kind, onHeapStorageBytes, onHeapExecutionBytes } = capacity;
  const shared = kind === "unified";
  switch (name) {
    case "peak_storage_bytes":
      return shared ? onHeapStorageBytes + onHeapExecutionBytes : onHeapStorageBytes;
    case "peak_execution_bytes":
      return shared ? onHeapStorageBytes + onHeapExecutionBytes : onHeapExecutionBytes;
    case "peak_off_heap_storage_bytes":
      return capacity.offHeapStorageBytes + capacity.offHeapExecutionBytes;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/**
 * The 5th and 95th percentile so that lo > 0 means 95 of 100, and hi = 0 at most 5; a peak is never
 * surer than 2 % and 1 MiB.
 */
function summary(name: OutcomeName, values: readonly number[], most: number): Foretold {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  const n = sorted.length;
  const median = at(Math.floor((n - 1) / 2));
  let lo = at(Math.floor(0.05 * n));
  let hi = at(Math.ceil(0.95 * n) - 1);
  if (PLACED.has(name) && lo < hi) {
    const error = Math.max(median >= 15 ? 1 : 0, MODEL_ERROR * median);
    lo = Math.max(0, Math.ceil(lo - error));
    hi = Math.floor(hi + error);
  }
  if (isPeak(name) && hi > 0) {
    lo = Math.max(0, Math.min(lo, median - Math.max(MIB, 0.02 * median)));
    hi = Math.max(hi, Math.min(most, median + Math.max(MIB, 0.02 * median)));
  }
  return {
    median,
    lo: isInBytes(name) ? Math.floor(lo) : lo,
    hi: isInBytes(name) ? Math.ceil(hi) : hi,
    anyShare: n === 0 ? 0 : sorted.filter((value) => value > 0).length / n,
  };
}

/** A value for every outcome. */
export function recordOf<Value>(of: (name: OutcomeName) => Value): Record<OutcomeName, Value> {
  return {
    evicted_blocks: of("evicted_blocks"),
    evicted_bytes: of("evicted_bytes"),
    failed_puts: of("failed_puts"),
    memory_hits: of("memory_hits"),
    disk_hits: of("disk_hits"),
    remote_hits: of("remote_hits"),
    misses: of("misses"),
    recomputes: of("recomputes"),
    spilled_tasks: of("spilled_tasks"),
    spills: of("spills"),
    spilled_bytes: of("spilled_bytes"),
    spilled_disk_bytes: of("spilled_disk_bytes"),
    waiting_tasks: of("waiting_tasks"),
    oom_tasks: of("oom_tasks"),
    peak_storage_bytes: of("peak_storage_bytes"),
    peak_execution_bytes: of("peak_execution_bytes"),
    peak_off_heap_storage_bytes: of("peak_off_heap_storage_bytes"),
  };
}
