/** A block on an executor, over its whole life. */
import type { RowOf } from "./declared-table.ts";

/** The table `blocks`. */
export const blocks = {
  comment: "A row is a block on an executor, over its whole life there.",
  columns: {
    executorId: ["executor"],
    blockId: ["text", "block, as Spark names it"],
    rddId: ["integer?", "RDD it belongs to; NULL: a broadcast, shuffle or other block"],
    partitionId: ["integer?", "partition of the RDD"],
    storageLevel: ["text?", "storage level, as Spark writes it"],
    memoryBytes: [
      "between",
      "size of its last entry in memory (NULL: never in memory, or unknown)",
    ],
    diskBytes: ["integer?", "size on disk; bytes"],
    firstStoredAt: ["moment?", "first store"],
    lastRemovedAt: ["moment?", "last removal or eviction"],
    stores: ["integer", "times it was stored; count"],
    hits: ["integer?", "reads that found it; count; NULL: no log tells"],
    misses: ["integer?", "reads that did not find it; count; NULL: no log tells"],
    evictions: ["integer?", "times it was evicted or dropped to disk; count; NULL: no log tells"],
  },
} as const;

/** A row of `blocks`. */
export type BlockRow = RowOf<typeof blocks>;
