/**
 * An operator of the last plan that an execution had, or of an earlier one whose metrics that
 * lacks.
 */
import type { RowOf } from "./declared-table.ts";

/** The table `sql_plan_nodes`. */
export const sqlPlanNodes = {
  comment:
    "A row is an operator of the last plan of a SQL execution, as adaptive execution left it, or of an earlier plan with metrics that the last one lacks; metrics of its tasks are in task_sql_metrics.",
  columns: {
    executionId: ["integer", "SQL execution"],
    nodeId: ["small", "place in the plan, 0 at the top of the last one"],
    parentNodeId: ["small?", "operator that it feeds; NULL at the top of a plan"],
    name: ["text", "operator"],
    description: ["text", "operator with its arguments, cut"],
    accumulatorIds: ["integers", "accumulators of its metrics"],
  },
} as const;

/** A row of `sql_plan_nodes`. */
export type SqlPlanNodeRow = RowOf<typeof sqlPlanNodes>;
