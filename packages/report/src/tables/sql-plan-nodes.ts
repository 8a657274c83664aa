/** Operators of SQL plans. */
import type { SqlPlanNodeRow } from "@respark/core";
import { always, big, ids, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const sqlPlanNodes: TableSpec<SqlPlanNodeRow> = {
  name: "sql_plan_nodes",
  comment:
    "A row is an operator of the last plan of a SQL execution, as adaptive execution left it, or of an earlier plan with metrics that the last one lacks; metrics of its tasks are in task_sql_metrics.",
  columns: [
    always(big("execution_id", "SQL execution", (row) => row.executionId)),
    always(
      small("node_id", "place in the plan, 0 at the top of the last one", (row) => row.nodeId),
    ),
    small(
      "parent_node_id",
      "operator that it feeds; NULL at the top of a plan",
      (row) => row.parentNodeId,
    ),
    always(text("name", "operator", (row) => row.name)),
    always(text("description", "operator with its arguments, cut", (row) => row.description)),
    always(ids("accumulator_ids", "accumulators of its metrics", (row) => row.accumulatorIds)),
  ],
};
