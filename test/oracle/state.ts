/** The state of manager, store and tasks, in the shape of the vectors. */
import type {
  MemoryManager,
  MemoryStore,
  PoolsSnapshot,
  SparkBehaviour,
  TaskMemoryManager,
} from "@respark/core";
import type { JsonRecord } from "./json.ts";
import type { MockConsumer } from "./mock-consumer.ts";

/** Vectors count the pages of a full table instead of listing them. */
const LISTED_PAGES = 1000;

function byTask(bytes: ReadonlyMap<number, number>): JsonRecord {
  return Object.fromEntries(bytes);
}

function executionState(pools: PoolsSnapshot): JsonRecord {
  return {
    poolSize: pools.executionPoolBytes,
    used: pools.executionUsedBytes,
    tasks: byTask(pools.executionBytesByTask),
  };
}

function storageState(pools: PoolsSnapshot): JsonRecord {
  return { poolSize: pools.storagePoolBytes, used: pools.storageUsedBytes };
}

export function stateOf(
  behaviour: SparkBehaviour,
  manager: MemoryManager,
  store: MemoryStore,
): JsonRecord {
  const { onHeap, offHeap } = manager.snapshot();
  const blocks = store.snapshot();
  const used = onHeap.storageUsedBytes + offHeap.storageUsedBytes;
  const state: Record<string, unknown> = {
    onHeapStorage: storageState(onHeap),
    onHeapExecution: executionState(onHeap),
    offHeapExecution: executionState(offHeap),
    maxOnHeapStorageMemory: onHeap.storageLimitBytes,
    memoryStore: {
      memoryUsed: used,
      blocksMemoryUsed: used - store.unrollBytes,
      unroll: behaviour.offHeapStorage
        ? { onHeap: byTask(blocks.onHeapUnroll), offHeap: byTask(blocks.offHeapUnroll) }
        : { onHeap: byTask(blocks.onHeapUnroll), pending: byTask(blocks.pendingUnroll) },
      lru: blocks.blockIds,
    },
  };
  if (behaviour.offHeapStorage) {
    state["offHeapStorage"] = storageState(offHeap);
    state["maxOffHeapStorageMemory"] = offHeap.storageLimitBytes;
  }
  return state;
}

export function taskStateOf(
  manager: TaskMemoryManager,
  consumers: readonly MockConsumer[],
): JsonRecord {
  const snapshot = manager.snapshot();
  const state: Record<string, unknown> = {
    consumption: snapshot.executionBytes,
    registered: snapshot.consumerIds,
    used: Object.fromEntries(consumers.map((consumer) => [consumer.id, consumer.usedBytes])),
    acquiredButNotUsed: snapshot.acquiredButNotUsedBytes,
  };
  if (snapshot.pages.length > LISTED_PAGES) state["pagesCount"] = snapshot.pages.length;
  else state["pages"] = snapshot.pages;
  if (snapshot.peakOnHeapBytes !== undefined) state["peakOnHeap"] = snapshot.peakOnHeapBytes;
  if (snapshot.peakOffHeapBytes !== undefined) state["peakOffHeap"] = snapshot.peakOffHeapBytes;
  return state;
}
