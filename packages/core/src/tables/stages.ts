/** One attempt of a stage. */
import type { RowOf } from "./declared-table.ts";

/** The table `stages`. */
export const stages = {
  comment: "A row is an attempt of a stage.",
  columns: {
    stageId: ["integer", "stage"],
    stageAttemptId: ["small", "attempt of the stage, from 0"],
    name: ["text?", "name, with its call site; NULL: only its tasks are in the log"],
    details: ["text?", "call stack of the program"],
    submittedAt: ["moment?", "when it was submitted"],
    completedAt: ["moment?", "when it ended; NULL: it was running when the log ends"],
    status: [
      "text",
      "running, complete, failed, pending, skipped, or unknown: only its tasks are in the log",
    ],
    failureReason: ["text?", "why it failed"],
    tasks: ["integer?", "tasks as planned; NULL: only its tasks are in the log; count"],
    jobId: ["integer?", "first job that needs it"],
    sqlExecutionId: ["integer?", "SQL execution that it is part of"],
    parentIds: ["integers", "stages that it reads from"],
    rddIds: ["integers", "RDDs that it computes (rdds)"],
    resourceProfileId: ["small?", "resource profile of its tasks"],
  },
} as const;

/** A row of `stages`. */
export type StageRow = RowOf<
  typeof stages,
  { status: "running" | "complete" | "failed" | "pending" | "skipped" | "unknown" }
>;
