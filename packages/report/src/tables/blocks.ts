/** Blocks, over their whole life on one executor. */
import type { BlockRow } from "@respark/core";
import { always, big, bytesBetween, executorId, moment, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const blocks: TableSpec<BlockRow> = {
  name: "blocks",
  comment: "A row is a block on an executor, over its whole life there.",
  columns: [
    executorId(),
    always(text("block_id", "block, as Spark names it", (row) => row.blockId)),
    big(
      "rdd_id",
      "RDD it belongs to; NULL: a broadcast, shuffle or other block",
      (row) => row.rddId,
    ),
    big("partition_id", "partition of the RDD", (row) => row.partitionId),
    text("storage_level", "storage level, as Spark writes it", (row) => row.storageLevel),
    ...bytesBetween<BlockRow>(
      "memory",
      "size of its last entry in memory (NULL: never in memory, or unknown)",
      {
        best: (row) => row.memoryBytes,
        atLeast: (row) => row.memoryBytesMin,
        atMost: (row) => row.memoryBytesMax,
      },
    ),
    big("disk_bytes", "size on disk; bytes", (row) => row.diskBytes),
    moment("first_stored_at", "first store", (row) => row.firstStoredAt),
    moment("last_removed_at", "last removal or eviction", (row) => row.lastRemovedAt),
    always(big("stores", "times it was stored; count", (row) => row.stores)),
    big("hits", "reads that found it; count; NULL: no log tells", (row) => row.hits),
    big("misses", "reads that did not find it; count; NULL: no log tells", (row) => row.misses),
    big(
      "evictions",
      "times it was evicted or dropped to disk; count; NULL: no log tells",
      (row) => row.evictions,
    ),
  ],
};
