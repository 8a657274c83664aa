/** Which manager a version and a configuration select (spec 0), built with its pools. */
import { assertNever } from "../../assert.ts";
import type { SparkBehaviour } from "../../spark-behaviour.ts";
import type { SparkConf } from "../../spark-conf.ts";
import { type CapacityInput, type ManagerCapacity, managerCapacity, toLong } from "../capacity.ts";
import type { ExecutorMemoryLayout } from "../memory-layout.ts";
import type { MemoryManager } from "../memory-manager.ts";
import { ShuffleMemoryManager } from "./shuffle-memory-manager.ts";
import { StaticMemoryManager } from "./static-memory-manager.ts";
import { UnifiedMemoryManager } from "./unified-memory-manager.ts";

/** A manager with pools of the sizes given. */
export function createMemoryManager(
  behaviour: SparkBehaviour,
  capacity: ManagerCapacity,
  conf: SparkConf = new Map(),
): MemoryManager {
  switch (capacity.kind) {
    case "unified":
      return new UnifiedMemoryManager(behaviour, capacity, pollsUnmanaged(conf));
    case "static":
      return new StaticMemoryManager(behaviour, capacity);
    case "pre16":
      return new ShuffleMemoryManager(behaviour, capacity);
    default:
      return assertNever(capacity.kind);
  }
}

/**
 * The manager that this heap and these settings start. Throws SparkFailure where Spark would not
 * start.
 */
export function selectMemoryManager(input: CapacityInput): MemoryManager {
  return createMemoryManager(input.behaviour, managerCapacity(input), input.conf);
}

/**
 * The manager of an executor whose layout is known; `undefined` when the evidence does not give its
 * regions.
 */
export function memoryManagerFromLayout(
  behaviour: SparkBehaviour,
  layout: ExecutorMemoryLayout,
  conf: SparkConf = new Map(),
): MemoryManager | undefined {
  const storage = layout.storageRegion.bytes;
  if (storage === undefined) return undefined;
  const execution = layout.executionRegion.bytes ?? 0;
  return createMemoryManager(
    behaviour,
    {
      kind: layout.memoryManager,
      systemBytes: layout.jvmMaxMemory.bytes ?? 0,
      reservedBytes: layout.reserved.bytes,
      maxHeapBytes: layout.memoryManager === "unified" ? storage + execution : undefined,
      onHeapStorageBytes: storage,
      onHeapExecutionBytes: execution,
      offHeapStorageBytes: layout.offHeapStorage.bytes ?? 0,
      offHeapExecutionBytes: layout.offHeapExecution.bytes ?? 0,
      maxUnrollBytes: layout.maxUnroll.bytes ?? toLong(storage * 0.2),
      tungstenMode: layout.tungstenMode,
      pageSizeBytes: layout.pageSize.bytes,
    },
    conf,
  );
}

/** Whether `spark.memory.unmanagedMemoryPollingInterval` is anything but off. */
function pollsUnmanaged(conf: SparkConf): boolean {
  const text = conf.get("spark.memory.unmanagedMemoryPollingInterval");
  return text !== undefined && !/^\s*0+\s*[a-z]*\s*$/i.test(text);
}
