/**
 * Rows on their way to the sink, with secrets hidden in every column that holds free text of a log.
 */
import type { EmitRow, Rows, TableName } from "@respark/core";

export type FreeTexts = { readonly [Name in TableName]?: readonly (keyof Rows[Name])[] };

/**
 * Columns that hold what a program or a person wrote; ids, hosts and classes are not among them.
 */
export const FREE_TEXTS: FreeTexts = {
  applications: ["name"],
  executors: ["removedReason"],
  jobs: ["error", "description", "jobGroup"],
  stages: ["name", "details", "failureReason"],
  tasks: ["failureReason"],
  sql_executions: ["description", "plan", "error"],
  sql_plan_nodes: ["description"],
  rdds: ["name", "callSite", "scope"],
  oom_events: ["message"],
  failures: ["message", "userFrame"],
  diagnostics: ["message"],
};

/** `hide` answers with the text that may be written down. */
export function redactedRows(emit: EmitRow, hide: (text: string) => string): EmitRow {
  return (table, row) => {
    const columns: readonly (keyof Rows[typeof table])[] | undefined = FREE_TEXTS[table];
    emit(table, columns === undefined ? row : redactedRow(row, columns, hide));
  };
}

function redactedRow<Row extends object>(
  row: Row,
  columns: readonly (keyof Row)[],
  hide: (text: string) => string,
): Row {
  let shown = row;
  for (const column of columns) {
    const text = row[column];
    if (typeof text !== "string") continue;
    const safe = hide(text);
    if (safe === text) continue;
    if (shown === row) shown = { ...row };
    Object.assign(shown, { [column]: safe });
  }
  return shown;
}
