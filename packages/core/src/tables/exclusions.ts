/** The scheduler stopped using an executor or node, or uses it again. */
import type { RowOf } from "./declared-table.ts";

/** The table `exclusions`. */
export const exclusions = {
  comment: "A row is an exclusion (blacklisting) of an executor or node, or its end.",
  columns: {
    ts: ["moment", "when it was logged; NULL: the log prints no times"],
    scope: ["text", "executor, node, executor_for_stage or node_for_stage"],
    change: ["text", "excluded or readmitted"],
    executorId: ["text?", "the executor"],
    host: ["text?", "the node"],
    stageId: ["integer?", "stage it holds for"],
    failures: ["integer?", "task failures that led to it; count"],
  },
} as const;

/** A row of `exclusions`. */
export type ExclusionRow = RowOf<
  typeof exclusions,
  {
    scope: "executor" | "node" | "executor_for_stage" | "node_for_stage";
    change: "excluded" | "readmitted";
  }
>;
