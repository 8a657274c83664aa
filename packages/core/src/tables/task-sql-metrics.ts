/** A task's own share of an operator's metric. */
import type { RowOf } from "./declared-table.ts";

/** The table `task_sql_metrics`. */
export const taskSqlMetrics = {
  comment:
    "A row is what one task counted for one metric of a SQL operator that tells of memory or rows; metrics of 0 are in no log and have no row.",
  columns: {
    taskId: ["integer", "task attempt"],
    stageId: ["integer", "its stage"],
    executionId: ["integer?", "SQL execution whose plan has the operator"],
    accumulatorId: ["integer", "accumulator; one of accumulator_ids in sql_plan_nodes"],
    name: [
      "text",
      "peak memory, spill size, data size, data size of build side (bytes); number of output rows, number of sort fallback tasks, shuffle records written, records read (counts)",
    ],
    value: ["integer", "the task's own share; bytes or a count, as the name says"],
  },
} as const;

/** A row of `task_sql_metrics`. */
export type TaskSqlMetricRow = RowOf<typeof taskSqlMetrics>;
