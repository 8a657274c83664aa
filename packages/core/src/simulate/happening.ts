/** What happens in a simulated run: each kind of event, and what it is about. */
import type { WantedStage } from "./demand.ts";
import type { SimulatedExecutor } from "./executor.ts";
import type { SimulatedTask } from "./simulated-task.ts";
import type { StageSurroundings } from "./stage-surroundings.ts";
import type { TaskSet } from "./task-set.ts";

/** A stage whose tasks are offered or run. */
export interface ActiveStage {
  readonly stage: WantedStage;
  readonly around: StageSurroundings;
  readonly tasks: TaskSet;
  /** Attempts of each task that died. */
  readonly deaths: Map<number, number>;
  /** Tasks of the stage that each executor was given. */
  readonly given: number[];
  running: number;
  unfinished: number;
}

/** A task that goes on; the same record as long as it runs, and then of the next one there. */
export interface RunningTask {
  readonly kind: "task";
  readonly task: SimulatedTask;
  of: ActiveStage;
}

export type Happening =
  | { readonly kind: "submit"; readonly stage: number }
  | { readonly kind: "executor"; readonly executor: SimulatedExecutor }
  | RunningTask
  | { readonly kind: "launch"; readonly of: ActiveStage; readonly index: number }
  | { readonly kind: "revive" };
