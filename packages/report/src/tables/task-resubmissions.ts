/** Finished tasks whose output was lost with their executor. */
import type { TaskResubmissionRow } from "@respark/core";
import { always, big, executorId, moment, small, source } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const taskResubmissions: TableSpec<TaskResubmissionRow> = {
  name: "task_resubmissions",
  comment:
    "A row is a finished task that Spark ran again, since its output was lost with its executor (TaskEnd with reason Resubmitted); its own end stays as it is in tasks.",
  columns: [
    always(big("task_id", "task attempt whose output was lost", (row) => row.taskId)),
    always(big("stage_id", "its stage", (row) => row.stageId)),
    always(small("stage_attempt_id", "attempt of the stage, from 0", (row) => row.stageAttemptId)),
    always(big("task_index", "index of the task in its stage", (row) => row.index)),
    executorId(),
    moment("ts", "time of the event before, as this one has none", (row) => row.ts),
    ...source<TaskResubmissionRow>(),
  ],
};
