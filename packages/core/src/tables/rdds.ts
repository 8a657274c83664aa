/** A cached RDD, its level and its size as Spark reported it. */
import type { RowOf } from "./declared-table.ts";

/** The table `rdds`. */
export const rdds = {
  comment: "A row is an RDD that a stage listed.",
  columns: {
    rddId: ["integer", "the RDD"],
    name: ["text", "name, or its class"],
    callSite: ["text?", "place in the program"],
    scope: ["text?", "operator that made it"],
    storageLevel: ["text?", "storage level, as Spark writes it; NULL: not persisted or unknown"],
    partitions: ["integer?", "partitions; count"],
    parentIds: ["integers", "RDDs it is computed from"],
    firstStageId: ["integer?", "first stage that lists it"],
    unpersistedAt: ["moment?", "when it was unpersisted"],
  },
} as const;

/** A row of `rdds`. */
export type RddRow = RowOf<typeof rdds>;
