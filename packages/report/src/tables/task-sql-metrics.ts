/** What tasks counted for SQL operators. */
import type { TaskSqlMetricRow } from "@respark/core";
import { always, big, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const taskSqlMetrics: TableSpec<TaskSqlMetricRow> = {
  name: "task_sql_metrics",
  comment:
    "A row is what one task counted for one metric of a SQL operator that tells of memory or rows; metrics of 0 are in no log and have no row.",
  columns: [
    always(big("task_id", "task attempt", (row) => row.taskId)),
    always(big("stage_id", "its stage", (row) => row.stageId)),
    big("execution_id", "SQL execution whose plan has the operator", (row) => row.executionId),
    always(
      big(
        "accumulator_id",
        "accumulator; one of accumulator_ids in sql_plan_nodes",
        (row) => row.accumulatorId,
      ),
    ),
    always(
      text(
        "name",
        "peak memory, spill size, data size, data size of build side (bytes); number of output rows, number of sort fallback tasks, shuffle records written, records read (counts)",
        (row) => row.name,
      ),
    ),
    always(
      big("value", "the task's own share; bytes or a count, as the name says", (row) => row.value),
    ),
  ],
};
