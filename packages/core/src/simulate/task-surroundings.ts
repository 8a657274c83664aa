/** Where a simulated task runs, and for which stage. */
import type { BlockLocations } from "./block-locations.ts";
import type { WantedMemory, WantedStage, WantedTask } from "./demand.ts";
import type { Draws } from "./draws.ts";
import type { SimulatedConfiguration, SimulatedExecutor, SimulatedSettings } from "./executor.ts";

export interface TaskSurroundings {
  readonly wanted: WantedMemory;
  readonly stage: WantedStage;
  readonly task: WantedTask;
  readonly executor: SimulatedExecutor;
  readonly executors: readonly SimulatedExecutor[];
  readonly locations: BlockLocations;
  readonly draws: Draws;
  readonly configuration: SimulatedConfiguration;
  readonly settings: SimulatedSettings;
  /** Unique in the simulated run; a retry has another. */
  readonly attemptId: number;
  /** Among the executor's first tasks of the stage. */
  readonly isFirst: boolean;
  /** Whether an RDD is still cached for this stage. */
  readonly isCached: (rdd: number) => boolean;
}
