/** What one simulated run came to, in the contract's words (docs/spark/whatif.md 2.2). */

/** Outcomes that add up over executors. */
const SUMMED = [
  "evicted_blocks",
  "evicted_bytes",
  "failed_puts",
  "memory_hits",
  "disk_hits",
  "remote_hits",
  "misses",
  "recomputes",
  "spilled_tasks",
  "spills",
  "spilled_bytes",
  "spilled_disk_bytes",
  "waiting_tasks",
  "oom_tasks",
] as const;

/** Outcomes of which the largest executor counts. */
const PEAKS = [
  "peak_storage_bytes",
  "peak_execution_bytes",
  "peak_off_heap_storage_bytes",
] as const;

/** What a simulated run is judged by: evictions, misses, spills, failures, peaks. */
export type OutcomeName = (typeof SUMMED)[number] | (typeof PEAKS)[number];

/** Outcomes of a simulated run, sums before peaks. */
export const OUTCOMES: readonly OutcomeName[] = [...SUMMED, ...PEAKS];

/** A number for each outcome: counts or bytes by its name. */
export type Outcomes = Record<OutcomeName, number>;

export function noOutcomes(): Outcomes {
  return {
    evicted_blocks: 0,
    evicted_bytes: 0,
    failed_puts: 0,
    memory_hits: 0,
    disk_hits: 0,
    remote_hits: 0,
    misses: 0,
    recomputes: 0,
    spilled_tasks: 0,
    spills: 0,
    spilled_bytes: 0,
    spilled_disk_bytes: 0,
    waiting_tasks: 0,
    oom_tasks: 0,
    peak_storage_bytes: 0,
    peak_execution_bytes: 0,
    peak_off_heap_storage_bytes: 0,
  };
}

/** Whether an outcome is counted in bytes. */
export function isInBytes(name: OutcomeName): boolean {
  return name.endsWith("_bytes");
}

/** Is it a highest value (bytes), and not a sum over the run? */
export function isPeak(name: OutcomeName): boolean {
  return PEAKS.some((peak) => peak === name);
}
