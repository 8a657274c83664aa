/** RDDs. */
import type { RddRow } from "@respark/core";
import { always, big, ids, moment, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const rdds: TableSpec<RddRow> = {
  name: "rdds",
  comment: "A row is an RDD that a stage listed.",
  columns: [
    always(big("rdd_id", "the RDD", (row) => row.rddId)),
    always(text("name", "name, or its class", (row) => row.name)),
    text("call_site", "place in the program", (row) => row.callSite),
    text("scope", "operator that made it", (row) => row.scope),
    text(
      "storage_level",
      "storage level, as Spark writes it; NULL: not persisted or unknown",
      (row) => row.storageLevel,
    ),
    big("partitions", "partitions; count", (row) => row.partitions),
    always(ids("parent_ids", "RDDs it is computed from", (row) => row.parentIds)),
    big("first_stage_id", "first stage that lists it", (row) => row.firstStageId),
    moment("unpersisted_at", "when it was unpersisted", (row) => row.unpersistedAt),
  ],
};
