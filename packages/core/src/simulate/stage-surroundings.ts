/** What all tasks of a simulated stage have in common. */
import type { BlockLocations } from "./block-locations.ts";
import type { CacheTrace } from "./cache-trace.ts";
import type { WantedMemory, WantedStage } from "./demand.ts";
import type { Draws } from "./draws.ts";
import type { SimulatedConfiguration, SimulatedExecutor, SimulatedSettings } from "./executor.ts";
import type { Work } from "./work.ts";

export interface StageSurroundings {
  readonly wanted: WantedMemory;
  readonly stage: WantedStage;
  readonly executors: readonly SimulatedExecutor[];
  readonly locations: BlockLocations;
  readonly draws: Draws;
  readonly configuration: SimulatedConfiguration;
  readonly settings: SimulatedSettings;
  readonly work: Work;
  /** `undefined`: nobody asks how each read was met. */
  readonly trace: CacheTrace | undefined;
  /** Looks at what was evicted since the last look: where blocks are depends on it. */
  readonly noteEvicted: (executor: SimulatedExecutor) => void;
  /** Whether an RDD is still cached for this stage. */
  readonly isCached: (rdd: number) => boolean;
}
