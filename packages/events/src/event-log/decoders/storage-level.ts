/**
 * Storage levels and block statuses, as `JsonProtocol.storageLevelToJson` of each version wrote
 * them.
 */
import type { BlockStatus, StorageLevelFlags } from "@respark/core";
import type { Picks } from "../event.ts";
import {
  flag,
  type JsonObject,
  needInteger,
  needObject,
  needQuantity,
  needText,
  object,
} from "../json.ts";

/**
 * Off-heap was `Use Tachyon` in 1.2–1.3, `Use ExternalBlockStore` in 1.4–1.6, is not written in
 * 2.0–3.3, and is `Use Off Heap` from 3.4 on.
 */
export function storageLevelOf(holder: JsonObject): StorageLevelFlags {
  const level = needObject(holder, "Storage Level");
  return {
    useDisk: flag(level, "Use Disk") ?? false,
    useMemory: flag(level, "Use Memory") ?? false,
    useOffHeap:
      flag(level, "Use Off Heap") ??
      flag(level, "Use ExternalBlockStore") ??
      flag(level, "Use Tachyon"),
    deserialized: flag(level, "Deserialized") ?? false,
    replication: needInteger(level, "Replication"),
  };
}

export const updatedBlockPicks: Picks = { "Block ID": true, Status: true };

/** One entry of a task's `Updated Blocks`. */
export function updatedBlockOf(entry: JsonObject): BlockStatus {
  const status = object(entry, "Status") ?? {};
  return {
    blockId: needText(entry, "Block ID"),
    level: storageLevelOf(status),
    memoryBytes: needQuantity(status, "Memory Size"),
    diskBytes: needQuantity(status, "Disk Size"),
  };
}
