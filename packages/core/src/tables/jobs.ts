/** A job. */
import type { RowOf } from "./declared-table.ts";

/** The table `jobs`. */
export const jobs = {
  comment: "A row is a Spark job.",
  columns: {
    jobId: ["integer", "the job"],
    submittedAt: ["moment?", "when it was submitted"],
    completedAt: ["moment?", "when it ended; NULL: it was running when the log ends"],
    status: ["text", "running, succeeded or failed"],
    error: ["text?", "why it failed"],
    description: ["text?", "description that the program set"],
    jobGroup: ["text?", "job group that the program set"],
    sqlExecutionId: ["integer?", "SQL execution that it is part of"],
    stageIds: ["integers", "its stages"],
  },
} as const;

/** A row of `jobs`. */
export type JobRow = RowOf<typeof jobs, { status: "running" | "succeeded" | "failed" }>;
