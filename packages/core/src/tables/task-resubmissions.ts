/** From a TaskEnd with reason Resubmitted (TaskSetManager.executorLost, Spark 1.2 … 4.2). */
import type { RowOf } from "./declared-table.ts";

/** The table `task_resubmissions`. */
export const taskResubmissions = {
  comment:
    "A row is a finished task that Spark ran again, since its output was lost with its executor (TaskEnd with reason Resubmitted); its own end stays as it is in tasks.",
  columns: {
    taskId: ["integer", "task attempt whose output was lost"],
    stageId: ["integer", "its stage"],
    stageAttemptId: ["small", "attempt of the stage, from 0"],
    taskIndex: ["integer", "index of the task in its stage"],
    executorId: ["executor"],
    ts: ["moment?", "time of the event before, as this one has none"],
    sourceFileId: ["source"],
  },
} as const;

/** A row of `task_resubmissions`. */
export type TaskResubmissionRow = RowOf<
  typeof taskResubmissions,
  { sourceFileId: number; sourceLine: number }
>;
