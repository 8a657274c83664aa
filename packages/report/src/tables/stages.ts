/** Stage attempts. */
import type { StageRow } from "@respark/core";
import { always, big, ids, moment, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const stages: TableSpec<StageRow> = {
  name: "stages",
  comment: "A row is an attempt of a stage.",
  columns: [
    always(big("stage_id", "stage", (row) => row.stageId)),
    always(small("stage_attempt_id", "attempt of the stage, from 0", (row) => row.stageAttemptId)),
    text(
      "name",
      "name, with its call site; NULL: only its tasks are in the log",
      (row) => row.name,
    ),
    text("details", "call stack of the program", (row) => row.details),
    moment("submitted_at", "when it was submitted", (row) => row.submittedAt),
    moment(
      "completed_at",
      "when it ended; NULL: it was running when the log ends",
      (row) => row.completedAt,
    ),
    always(
      text(
        "status",
        "running, complete, failed, pending, skipped, or unknown: only its tasks are in the log",
        (row) => row.status,
      ),
    ),
    text("failure_reason", "why it failed", (row) => row.failureReason),
    big(
      "tasks",
      "tasks as planned; NULL: only its tasks are in the log; count",
      (row) => row.tasks,
    ),
    big("job_id", "first job that needs it", (row) => row.jobId),
    big("sql_execution_id", "SQL execution that it is part of", (row) => row.sqlExecutionId),
    always(ids("parent_ids", "stages that it reads from", (row) => row.parentIds)),
    always(ids("rdd_ids", "RDDs that it computes (rdds)", (row) => row.rddIds)),
    small("resource_profile_id", "resource profile of its tasks", (row) => row.resourceProfileId),
  ],
};
