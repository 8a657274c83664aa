/** A query, with its plan. */
import type { RowOf } from "./declared-table.ts";

/** The table `sql_executions`. */
export const sqlExecutions = {
  comment: "A row is an execution of a SQL query or DataFrame action.",
  columns: {
    executionId: ["integer", "SQL execution"],
    rootExecutionId: ["integer?", "execution that this one is a part of"],
    description: ["text", "description, often the call site"],
    plan: ["text?", "physical plan, as logged"],
    startedAt: ["moment?", "start"],
    endedAt: ["moment?", "end; NULL: it was running when the log ends"],
    status: ["text", "running, succeeded or failed"],
    error: ["text?", "why it failed"],
  },
} as const;

/** A row of `sql_executions`. */
export type SqlExecutionRow = RowOf<
  typeof sqlExecutions,
  { status: "running" | "succeeded" | "failed" }
>;
