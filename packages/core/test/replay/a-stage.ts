/** A stage that says no more than its id. */
import type { StageInfo } from "../../src/event-fact.ts";

export function stage(stageId: number): StageInfo {
  return {
    stageId,
    stageAttemptId: 0,
    name: `stage ${stageId}`,
    details: undefined,
    tasks: 4,
    rdds: [],
    parentIds: [],
    submittedMs: 1,
    completedMs: 2,
    failureReason: undefined,
    resourceProfileId: 0,
  };
}
