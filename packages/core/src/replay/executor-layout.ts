/** The memory layout of an executor, from what its logs and configuration tell. */
import type { ByteInterval } from "../byte-interval.ts";
import type { LayoutValue } from "../rows.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import { byteStringAsBytes } from "../units.ts";

export interface MemoryLayout {
  readonly memoryManager: "unified" | "static" | "pre16";
  readonly jvmMaxMemoryBytes: LayoutValue;
  readonly reservedBytes: LayoutValue;
  readonly userMemoryBytes: LayoutValue;
  readonly maxMemoryBytes: LayoutValue;
  readonly storageRegionBytes: LayoutValue;
  readonly executionRegionBytes: LayoutValue;
  readonly maxUnrollBytes: LayoutValue;
  readonly offHeapStorageBytes: LayoutValue;
  readonly offHeapExecutionBytes: LayoutValue;
  readonly pageSizeBytes: LayoutValue;
  readonly overheadBytes: LayoutValue;
}

export function executorMemoryLayout(of: {
  behaviour: SparkBehaviour;
  manager: "unified" | "static" | "pre16";
  conf: ReadonlyMap<string, string>;
  onHeapCapacityBytes: ByteInterval | undefined;
  offHeapCapacityBytes: number | undefined;
}): MemoryLayout | undefined {
  const capacity = of.onHeapCapacityBytes;
  if (capacity === undefined) return undefined;
  const unknown: LayoutValue = { bytes: undefined, origin: undefined };
  const derived = (bytes: number): LayoutValue => ({ bytes, origin: "derived" });
  const max = Math.floor((capacity.atLeast + capacity.atMost) / 2);
  const number = (key: string, otherwise: number) => Number(of.conf.get(key) ?? otherwise);
  const offHeap =
    of.offHeapCapacityBytes ??
    byteStringAsBytes(of.conf.get("spark.memory.offHeap.size") ?? "0", of.behaviour.sizeSuffixes);
  const share = number("spark.memory.storageFraction", 0.5);
  const offStorage = of.behaviour.offHeapStorage ? Math.trunc(offHeap * share) : 0;
  if (of.manager === "unified") {
    const region = Math.trunc(max * share);
    return {
      memoryManager: "unified",
      jvmMaxMemoryBytes: unknown,
      reservedBytes: unknown,
      userMemoryBytes: unknown,
      maxMemoryBytes: { bytes: max, origin: "logged" },
      storageRegionBytes: derived(region),
      executionRegionBytes: derived(max - region),
      maxUnrollBytes: unknown,
      offHeapStorageBytes: derived(offStorage),
      offHeapExecutionBytes: derived(offHeap - offStorage),
      pageSizeBytes: unknown,
      overheadBytes: unknown,
    };
  }
  const heap =
    max /
    (number("spark.storage.memoryFraction", 0.6) * number("spark.storage.safetyFraction", 0.9));
  const execution = Math.trunc(
    heap *
      number("spark.shuffle.memoryFraction", 0.2) *
      number("spark.shuffle.safetyFraction", 0.8),
  );
  return {
    memoryManager: of.manager,
    jvmMaxMemoryBytes: unknown,
    reservedBytes: unknown,
    userMemoryBytes: unknown,
    maxMemoryBytes: derived(max + execution),
    storageRegionBytes: { bytes: max, origin: "logged" },
    executionRegionBytes: derived(execution),
    maxUnrollBytes: derived(Math.trunc(max * number("spark.storage.unrollFraction", 0.2))),
    offHeapStorageBytes: unknown,
    offHeapExecutionBytes: unknown,
    pageSizeBytes: unknown,
    overheadBytes: unknown,
  };
}
