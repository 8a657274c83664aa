/** SQL executions. */
import type { SqlExecutionRow } from "@respark/core";
import { always, big, moment, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const sqlExecutions: TableSpec<SqlExecutionRow> = {
  name: "sql_executions",
  comment: "A row is an execution of a SQL query or DataFrame action.",
  columns: [
    always(big("execution_id", "SQL execution", (row) => row.executionId)),
    big("root_execution_id", "execution that this one is a part of", (row) => row.rootExecutionId),
    always(text("description", "description, often the call site", (row) => row.description)),
    text("plan", "physical plan, as logged", (row) => row.plan),
    moment("started_at", "start", (row) => row.startedAt),
    moment("ended_at", "end; NULL: it was running when the log ends", (row) => row.endedAt),
    always(text("status", "running, succeeded or failed", (row) => row.status)),
    text("error", "why it failed", (row) => row.error),
  ],
};
