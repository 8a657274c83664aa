/** Jobs. */
import type { JobRow } from "@respark/core";
import { always, big, ids, moment, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const jobs: TableSpec<JobRow> = {
  name: "jobs",
  comment: "A row is a Spark job.",
  columns: [
    always(big("job_id", "the job", (row) => row.jobId)),
    moment("submitted_at", "when it was submitted", (row) => row.submittedAt),
    moment(
      "completed_at",
      "when it ended; NULL: it was running when the log ends",
      (row) => row.completedAt,
    ),
    always(text("status", "running, succeeded or failed", (row) => row.status)),
    text("error", "why it failed", (row) => row.error),
    text("description", "description that the program set", (row) => row.description),
    text("job_group", "job group that the program set", (row) => row.jobGroup),
    big("sql_execution_id", "SQL execution that it is part of", (row) => row.sqlExecutionId),
    always(ids("stage_ids", "its stages", (row) => row.stageIds)),
  ],
};
