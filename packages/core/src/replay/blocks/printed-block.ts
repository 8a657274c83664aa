/**
 * What the driver's log prints of a block on an executor, as the status that the executor reported.
 */
import { amount } from "../../amount.ts";
import { rddIdOf } from "../../block-id.ts";
import type { BlockStatus } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";

export type PrintedBlock = Pick<
  Extract<LogFact, { kind: "driver_block" }>,
  "blockId" | "change" | "where" | "size"
>;

/**
 * An RDD's block that leaves memory was evicted: unpersisting prints no line a block. The line
 * hides the storage level (BlockManagerInfo.updateBlockInfo, 1.2 to 3.5).
 */
export function statusOf({ blockId, change, where, size }: PrintedBlock): BlockStatus {
  const isThere = change !== "removed";
  const { best } = amount(size);
  const inMemory = isThere && where === "memory";
  const onDisk = isThere && where === "disk";
  const mayBeEvicted = where === "memory" && rddIdOf(blockId) !== undefined;
  return {
    blockId,
    level: {
      useDisk: onDisk,
      useMemory: inMemory,
      useOffHeap: undefined,
      deserialized: inMemory,
      replication: isThere || mayBeEvicted ? 1 : 0,
    },
    memoryBytes: where === "memory" ? best : 0,
    diskBytes: onDisk ? best : 0,
  };
}
