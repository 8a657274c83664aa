/** Exclusions of executors and nodes. */
import type { ExclusionRow } from "@respark/core";
import { always, big, moment, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const exclusions: TableSpec<ExclusionRow> = {
  name: "exclusions",
  comment: "A row is an exclusion (blacklisting) of an executor or node, or its end.",
  columns: [
    moment("ts", "when it was logged; NULL: the log prints no times", (row) => row.ts),
    always(
      text("scope", "executor, node, executor_for_stage or node_for_stage", (row) => row.scope),
    ),
    always(text("change", "excluded or readmitted", (row) => row.change)),
    text("executor_id", "the executor", (row) => row.executorId),
    text("host", "the node", (row) => row.host),
    big("stage_id", "stage it holds for", (row) => row.stageId),
    big("failures", "task failures that led to it; count", (row) => row.failures),
  ],
};
