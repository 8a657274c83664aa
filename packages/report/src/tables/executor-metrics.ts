/** Executor metrics as logged. */
import type { ExecutorMetricRow } from "@respark/core";
import type { Column } from "../columns/column.ts";
import { always, big, executorId, flag, moment, small, source, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const executorMetrics: TableSpec<ExecutorMetricRow> = {
  name: "executor_metrics",
  comment: "A row is a value of an executor metric, as logged.",
  columns: [
    ...loggedWith<ExecutorMetricRow>(),
    always(
      text(
        "name",
        "metric, as Spark names it (JVMHeapMemory, OnHeapStorageMemory …)",
        (row) => row.name,
      ),
    ),
    always(
      big(
        "value",
        "its value: bytes of memory; counts and ms of garbage collection",
        (row) => row.value,
      ),
    ),
    always(
      flag(
        "is_peak",
        "true: the highest value so far; false: the value at that moment",
        (row) => row.isPeak,
      ),
    ),
    ...source<ExecutorMetricRow>(),
  ],
};

/** Where and when an event reported metrics. */
export function loggedWith<
  Row extends Omit<ExecutorMetricRow, "name" | "value">,
>(): readonly Column<Row>[] {
  return [
    executorId(),
    big("stage_id", "stage it was logged for", (row) => row.stageId),
    small("stage_attempt_id", "attempt of that stage", (row) => row.stageAttemptId),
    big("task_id", "task it was logged with", (row) => row.taskId),
    moment("ts", "when it was logged; NULL: the log does not tell", (row) => row.ts),
  ];
}
