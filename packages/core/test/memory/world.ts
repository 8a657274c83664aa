/** A manager and its store of any line, with pools small enough to read. */
import {
  type MemoryManager,
  MemoryStore,
  newestSparkBehaviour,
  type SparkBehaviour,
  selectMemoryManager,
  sparkBehaviour,
} from "@respark/core";

export interface World {
  readonly behaviour: SparkBehaviour;
  readonly manager: MemoryManager;
  readonly store: MemoryStore;
}

export function behaviourOf(version: string): SparkBehaviour {
  return sparkBehaviour(version) ?? newestSparkBehaviour;
}

/**
 * Unified pools of `maxBytes`, half of them the storage region. Unroll threshold 1 byte unless
 * given.
 */
export function unifiedWorld(version: string, maxBytes: number, threshold = 1): World {
  const conf = new Map([
    ["spark.testing.memory", String(maxBytes)],
    ["spark.testing.reservedMemory", "0"],
    ["spark.memory.fraction", "1.0"],
    ["spark.memory.offHeap.size", String(maxBytes)],
    ["spark.storage.unrollMemoryThreshold", String(threshold)],
  ]);
  return worldOf(version, conf, 0);
}

/** Static pools: `storageBytes` and `executionBytes` out of a heap ten times their sum. */
export function staticWorld(
  version: string,
  pools: {
    readonly storageBytes: number;
    readonly executionBytes: number;
    readonly unrollFraction?: number;
  },
): World {
  const heapBytes = 100_000_000;
  const conf = new Map([
    ["spark.memory.useLegacyMode", "true"],
    ["spark.testing.memory", String(heapBytes)],
    ["spark.storage.memoryFraction", String(pools.storageBytes / heapBytes)],
    ["spark.storage.safetyFraction", "1"],
    ["spark.shuffle.memoryFraction", String(pools.executionBytes / heapBytes)],
    ["spark.shuffle.safetyFraction", "1"],
    ["spark.storage.unrollFraction", String(pools.unrollFraction ?? 0.2)],
    ["spark.storage.unrollMemoryThreshold", "1"],
  ]);
  return worldOf(version, conf, heapBytes);
}

function worldOf(version: string, conf: ReadonlyMap<string, string>, heapBytes: number): World {
  const behaviour = behaviourOf(version);
  const manager = selectMemoryManager({ behaviour, conf, heapBytes, cores: 1 });
  return { behaviour, manager, store: new MemoryStore(behaviour, manager, conf) };
}
