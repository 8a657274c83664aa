/** What the replay of one executor goes by: its pools, and what its version prints and reports. */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import type { PoolRules } from "./pool-laws.ts";

/** What the peak that a task's end reports leaves out, by version. */
export type PeakReports = Pick<SparkBehaviour, "mapPeakOutlivesSpill" | "absentPeakIsNone">;

/** What an executor's memory is made of: rules of each mode it has, and what the version prints. */
export interface ExecutorRules {
  readonly onHeap: PoolRules;
  readonly offHeap: PoolRules | undefined;
  /** undefined capacities are assumed, and bound nothing */
  readonly isCapacityKnown: boolean;
  /**
   * how much less and more the maximum may be than what the pools go by: it is known as printed,
   * bytes
   */
  readonly maximumDoubt: { readonly below: number; readonly above: number };
  /** how capacity is split into on-heap and off-heap memory is known */
  readonly areModesKnown: boolean;
  /**
   * capacity of both modes together, of which either may have any part: it is printed as one sum,
   * and the log has blocks of both; undefined: each mode has its own, bytes
   */
  readonly sharedBytes: number | undefined;
  /** `free` in store lines prints the bytes used by blocks (1.6.0–1.6.2) */
  readonly freePrintsUsed: boolean;
  /** `free` is maximum − execution − blocks (unified), or maximum storage − blocks */
  readonly freeExcludesExecution: boolean;
  /** off-heap counts in `free` and limits (2.1+) */
  readonly freeCountsOffHeap: boolean;
  /**
   * The value of a broadcast relation stands beside its pieces: not in the driver of a cluster,
   * from 3.4 on.
   */
  readonly keepsRelations: boolean;
  /** Mode of SQL's and shuffle's own memory consumers. */
  readonly tungstenMode: MemoryMode;
  /** Tungsten's page, bytes; undefined: not known, or the version has none */
  readonly pageBytes: number | undefined;
  readonly peakReports: PeakReports;
  /** tasks that it runs at once, at most; undefined: its cores are not known */
  readonly slots: number | undefined;
  /** spark.storage.unrollMemoryThreshold and …GrowthFactor */
  readonly unrollThresholdBytes: number;
  readonly unrollGrowth: number;
}
