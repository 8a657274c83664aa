/** Where several readings stand, `certainty` says how sure the cause is, 0 … 1. */
import type { RowOf } from "./declared-table.ts";

/** What happened to a block in one executor (`block_events.op`). */
export type BlockOp =
  | "store"
  | "put_fail"
  | "hit_memory"
  | "hit_disk"
  | "hit_remote"
  | "miss"
  | "evict"
  | "drop_to_disk"
  | "remove";
/** Why a read of a cached block did not find it in memory. */
export type MissKind = "cold" | "after_evict" | "after_put_fail" | "after_loss";
/** Who needed the room: execution memory, a block to store, or a block being unrolled. */
export type EvictionCause = "execution" | "storage" | "unroll";
/** What decided an eviction or a refusal (spec memory-model 2, 3.5); store_cleared: a stop did. */
export type DecidingRule =
  | "storage_borrowed_reclaimed"
  | "storage_needs_room"
  | "unroll_needs_room"
  | "static_unroll_cap"
  | "same_rdd"
  | "too_large"
  | "nothing_evictable"
  | "region_protected"
  | "store_cleared";

/** The table `block_events`. */
export const blockEvents = {
  comment: "A row is something that happened to a block on an executor.",
  columns: {
    executorId: ["executor"],
    seq: ["integer", "place in the executor's one numbering of memory and block events"],
    ts: ["happened"],
    blockId: ["text", "block, as Spark names it"],
    op: [
      "text",
      "store (memory_bytes 0: to disk only), put_fail, hit_memory, hit_disk, hit_remote, miss, evict (gone from this executor), drop_to_disk (evicted, kept on disk) or remove",
    ],
    memoryBytes: [
      "between",
      "size of the block in memory; of a put_fail: as far as it was unrolled",
    ],
    diskBytes: ["integer?", "size of the block on disk; bytes"],
    mode: ["mode?"],
    taskId: ["integer?", "task that did it; NULL: none, or unknown"],
    missKind: ["text?", "of a miss: cold, after_evict, after_put_fail or after_loss"],
    cause: ["text?", "of an eviction: what needed the room (execution, storage or unroll)"],
    causedByTaskId: ["integer?", "of an eviction: task that needed the room"],
    causedByBlockId: ["text?", "of an eviction: block that needed the room"],
    rule: [
      "text?",
      "rule that decided it: storage_borrowed_reclaimed, storage_needs_room, unroll_needs_room, static_unroll_cap, same_rdd, too_large, nothing_evictable or region_protected; of a removal store_cleared: the executor stopped",
    ],
    certainty: ["fraction?", "how sure cause and rule are, 0 to 1"],
    origin: ["provenance"],
  },
} as const;

/** A row of `block_events`. */
export type BlockEventRow = RowOf<
  typeof blockEvents,
  {
    op: BlockOp;
    missKind: MissKind | undefined;
    cause: EvictionCause | undefined;
    rule: DecidingRule | undefined;
  }
>;
