/**
 * The two tables among the vectors: what a constructor computes from its settings, and how sizes
 * are printed and parsed.
 */
import {
  byteStringAs,
  bytesToString,
  createMemoryManager,
  type GarbageCollector,
  type ManagerCapacity,
  type MemoryManager,
  managerCapacity,
  memoryStringToMb,
  offHeapPools,
  type SparkBehaviour,
  SparkFailure,
} from "@respark/core";
import { bigInteger, integer, type JsonRecord, record, settings, text, written } from "./json.ts";

export interface Construction {
  readonly behaviour: SparkBehaviour;
  readonly kind: "unified" | "static";
  readonly conf: ReadonlyMap<string, string>;
  readonly cores: number;
  readonly collector: GarbageCollector | undefined;
}

export function collectorNamed(name: unknown): GarbageCollector | undefined {
  switch (name) {
    case "G1":
    case "ZGC":
    case "Shenandoah":
    case "Parallel":
    case "Serial":
      return name;
    default:
      return undefined;
  }
}

/** Heap and settings of a vector: the heap is always given by `spark.testing.memory`. */
export function constructed(given: Construction): {
  readonly manager: MemoryManager;
  readonly capacity: ManagerCapacity;
} {
  const capacity = managerCapacity({ ...given, heapBytes: 0 });
  return { manager: createMemoryManager(given.behaviour, capacity, given.conf), capacity };
}

/** The `derived` part of a header, and the result of a construct op. */
export function derivedOf(given: Construction): JsonRecord {
  const { manager, capacity } = constructed(given);
  const { behaviour, kind } = given;
  const offHeap = offHeapPools(kind, behaviour, given.conf);
  const sizes: Record<string, unknown> = {
    onHeapStoragePool: written(capacity.onHeapStorageBytes),
    onHeapExecutionPool: written(capacity.onHeapExecutionBytes),
    offHeapExecutionPool: exact(offHeap.executionBytes),
    maxOnHeapStorageMemory: written(manager.maxStorageBytes("on_heap")),
    pageSizeBytes: written(capacity.pageSizeBytes ?? 0),
    tungstenMemoryMode: capacity.tungstenMode === "on_heap" ? "ON_HEAP" : "OFF_HEAP",
  };
  if (kind === "unified") sizes["maxHeapMemory"] = written(capacity.maxHeapBytes ?? 0);
  else sizes["maxUnrollMemory"] = written(capacity.maxUnrollBytes ?? 0);
  if (behaviour.offHeapStorage) {
    sizes["offHeapStoragePool"] = exact(offHeap.storageBytes);
    sizes["maxOffHeapStorageMemory"] =
      kind === "static" ? 0 : exact(offHeap.storageBytes + offHeap.executionBytes);
  }
  return sizes;
}

function exact(bytes: bigint): number | string {
  return bytes > BigInt(Number.MAX_SAFE_INTEGER) ? String(bytes) : Number(bytes);
}

/** An error as vectors compare it: by class. */
export function errorOf(failure: unknown): JsonRecord {
  if (!(failure instanceof SparkFailure)) throw failure;
  return { error: { class: failure.sparkClass } };
}

/** One line of a table. */
export function tableResult(
  op: string,
  args: JsonRecord,
  header: JsonRecord,
  behaviour: SparkBehaviour,
): unknown {
  try {
    return op === "construct"
      ? constructResult(args, header, behaviour)
      : sizeResult(op, args, behaviour);
  } catch (failure) {
    return errorOf(failure);
  }
}

function constructResult(
  args: JsonRecord,
  header: JsonRecord,
  behaviour: SparkBehaviour,
): JsonRecord {
  const cores = integer(args["numCores"], "numCores");
  return derivedOf({
    behaviour,
    kind: header["manager"] === "static" ? "static" : "unified",
    conf: settings(args["conf"], "conf"),
    cores: cores > 0 ? cores : integer(header["availableProcessors"], "availableProcessors"),
    collector: collectorNamed(header["gc"]),
  });
}

const unitBytes: Readonly<Record<string, bigint>> = {
  byteStringAsBytes: 1n,
  byteStringAsKb: 1024n,
  byteStringAsMb: 1024n ** 2n,
  byteStringAsGb: 1024n ** 3n,
};

function sizeResult(op: string, args: JsonRecord, behaviour: SparkBehaviour): unknown {
  if (op === "bytesToString")
    return bytesToString(bigInteger(args["size"], "size"), behaviour.sizeStyle);
  const sizeText = text(args["string"], "string");
  if (op === "memoryStringToMb") return memoryStringToMb(sizeText, behaviour.sizeSuffixes);
  const unit = unitBytes[op];
  if (unit === undefined) throw new Error(`no table op ${op}`);
  const value = byteStringAs(sizeText, unit, behaviour.sizeSuffixes);
  return value > Number.MAX_SAFE_INTEGER ? String(value) : Number(value);
}

export function headerConstruction(header: JsonRecord, behaviour: SparkBehaviour): Construction {
  return {
    behaviour,
    kind: header["manager"] === "static" ? "static" : "unified",
    conf: settings(record(header["conf"], "conf"), "conf"),
    cores: integer(header["numCores"], "numCores"),
    collector: collectorNamed(header["gc"]),
  };
}
