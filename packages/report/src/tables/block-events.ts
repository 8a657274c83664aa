/** What happened to blocks. */
import type { BlockEventRow } from "@respark/core";
import {
  always,
  big,
  bytesBetween,
  executorId,
  fraction,
  happened,
  mode,
  provenance,
  seq,
  text,
} from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const blockEvents: TableSpec<BlockEventRow> = {
  name: "block_events",
  comment: "A row is something that happened to a block on an executor.",
  columns: [
    executorId(),
    seq("place in the executor's one numbering of memory and block events"),
    ...happened<BlockEventRow>(),
    always(text("block_id", "block, as Spark names it", (row) => row.blockId)),
    always(
      text(
        "op",
        "store (memory_bytes 0: to disk only), put_fail, hit_memory, hit_disk, hit_remote, miss, evict (gone from this executor), drop_to_disk (evicted, kept on disk) or remove",
        (row) => row.op,
      ),
    ),
    ...bytesBetween<BlockEventRow>(
      "memory",
      "size of the block in memory; of a put_fail: as far as it was unrolled",
      {
        best: (row) => row.memoryBytes,
        atLeast: (row) => row.memoryBytesMin,
        atMost: (row) => row.memoryBytesMax,
      },
    ),
    big("disk_bytes", "size of the block on disk; bytes", (row) => row.diskBytes),
    mode(),
    big("task_id", "task that did it; NULL: none, or unknown", (row) => row.taskId),
    text(
      "miss_kind",
      "of a miss: cold, after_evict, after_put_fail or after_loss",
      (row) => row.missKind,
    ),
    text(
      "cause",
      "of an eviction: what needed the room (execution, storage or unroll)",
      (row) => row.cause,
    ),
    big(
      "caused_by_task_id",
      "of an eviction: task that needed the room",
      (row) => row.causedByTaskId,
    ),
    text(
      "caused_by_block_id",
      "of an eviction: block that needed the room",
      (row) => row.causedByBlockId,
    ),
    text(
      "rule",
      "rule that decided it: storage_borrowed_reclaimed, storage_needs_room, unroll_needs_room, static_unroll_cap, same_rdd, too_large, nothing_evictable or region_protected; of a removal store_cleared: the executor stopped",
      (row) => row.rule,
    ),
    fraction("certainty", "how sure cause and rule are, 0 to 1", (row) => row.certainty),
    ...provenance<BlockEventRow>(),
  ],
};
