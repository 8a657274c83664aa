/** Rows of RDDs and blocks: what was cached, and what became of each block. undefined is NULL. */
import type { MemoryMode } from "./memory/memory-mode.ts";
import type { Provenance } from "./row-parts.ts";

/** A row of `rdds`: a cached RDD, its level and its size as Spark reported it. */
export interface RddRow {
  rddId: number;
  name: string;
  callSite: string | undefined;
  scope: string | undefined;
  storageLevel: string | undefined;
  partitions: number | undefined;
  parentIds: readonly number[];
  firstStageId: number | undefined;
  unpersistedAt: number | undefined;
}

/** A block on an executor, over its whole life. */
export interface BlockRow {
  executorId: string;
  blockId: string;
  rddId: number | undefined;
  partitionId: number | undefined;
  storageLevel: string | undefined;
  /** size of its last entry in memory; undefined: never in memory, or unknown */
  memoryBytes: number | undefined;
  memoryBytesMin: number | undefined;
  memoryBytesMax: number | undefined;
  diskBytes: number | undefined;
  firstStoredAt: number | undefined;
  lastRemovedAt: number | undefined;
  stores: number;
  /** undefined where no log could tell (no executor log) */
  hits: number | undefined;
  misses: number | undefined;
  evictions: number | undefined;
}

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

/** Where several readings stand, `certainty` says how sure the cause is, 0 … 1. */
export interface BlockEventRow extends Provenance {
  executorId: string;
  seq: number;
  ts: number;
  tsMin: number | undefined;
  tsMax: number | undefined;
  blockId: string;
  op: BlockOp;
  memoryBytes: number | undefined;
  memoryBytesMin: number | undefined;
  memoryBytesMax: number | undefined;
  diskBytes: number | undefined;
  mode: MemoryMode | undefined;
  taskId: number | undefined;
  missKind: MissKind | undefined;
  cause: EvictionCause | undefined;
  causedByTaskId: number | undefined;
  causedByBlockId: string | undefined;
  rule: DecidingRule | undefined;
  certainty: number | undefined;
}
