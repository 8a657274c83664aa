/**
 * From heap and settings to pool sizes, as a manager's constructor computes them; start-up failures
 * included (spec 1.2–1.4).
 */
import { JAVA_ILLEGAL_ARGUMENT, SparkFailure, sparkRequire } from "../assert.ts";
import type { GarbageCollector, SparkBehaviour } from "../spark-behaviour.ts";
import {
  confBoolean,
  confDouble,
  confLong,
  confOffHeapBytes,
  confPageSizeBytes,
  confSizeBytes,
  confStorageFraction,
  type SparkConf,
} from "../spark-conf.ts";
import type { MemoryMode } from "./memory-mode.ts";
import { defaultPageSizeBytes } from "./page-size.ts";

/**
 * Which of Spark's managers: unified (1.6+), static (legacy mode up to 2.4), or the pair before
 * 1.6.
 */
export type MemoryManagerKind = "unified" | "static" | "pre16";

/** Pool sizes at construction, all in bytes. */
export interface ManagerCapacity {
  readonly kind: MemoryManagerKind;
  /** S: the JVM's maximum memory, or `spark.testing.memory`. */
  readonly systemBytes: number;
  /** Unified only. */
  readonly reservedBytes: number | undefined;
  /** Storage and execution together where they share (unified); `undefined` where they do not. */
  readonly maxHeapBytes: number | undefined;
  /** What unified execution may never evict below; in other managers the storage pool. */
  readonly onHeapStorageBytes: number;
  readonly onHeapExecutionBytes: number;
  readonly offHeapStorageBytes: number;
  readonly offHeapExecutionBytes: number;
  /** Static and pre-1.6. */
  readonly maxUnrollBytes: number | undefined;
  readonly tungstenMode: MemoryMode;
  readonly pageSizeBytes: number | undefined;
}

/** What a manager's capacity follows from. Sizes in bytes. */
export interface CapacityInput {
  readonly behaviour: SparkBehaviour;
  readonly conf: SparkConf;
  /** `Runtime.maxMemory()`; `spark.testing.memory` wins over it. */
  readonly heapBytes: number;
  readonly cores: number;
  readonly collector?: GarbageCollector | undefined;
  /** Which manager; default is what version and settings select. */
  readonly kind?: MemoryManagerKind;
}

const RESERVED_BYTES = 314_572_800;

/** Scala's `.toLong` of a double. */
export function toLong(value: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(value) + 0;
}

/**
 * Which manager a line and a configuration select (spec 0). Throws SparkFailure when legacy mode is
 * neither true nor false.
 */
export function memoryManagerKind(behaviour: SparkBehaviour, conf: SparkConf): MemoryManagerKind {
  if (behaviour.memoryManager === "pre16") return "pre16";
  const legacy = behaviour.legacyMode && confBoolean(conf, "spark.memory.useLegacyMode", behaviour);
  return legacy ? "static" : "unified";
}

/** What the constructor of a manager computes. Throws SparkFailure where Spark would not start. */
export function managerCapacity(input: CapacityInput): ManagerCapacity {
  const { behaviour, conf } = input;
  const kind = input.kind ?? memoryManagerKind(behaviour, conf);
  const systemBytes =
    kind !== "pre16" && conf.has("spark.testing.memory")
      ? confLong(conf, "spark.testing.memory", behaviour)
      : input.heapBytes;
  const onHeap =
    kind === "unified"
      ? unifiedPools(behaviour, conf, systemBytes)
      : staticPools(kind, behaviour, conf, systemBytes);
  sparkRequire(
    onHeap.storage >= 0 && onHeap.execution >= 0,
    () => `on-heap pools of ${onHeap.storage} and ${onHeap.execution} bytes`,
  );
  const offHeap = offHeapPools(kind, behaviour, conf);
  const tungstenMode = tungstenModeOf(kind, behaviour, conf);
  const pageSizeBytes =
    confPageSizeBytes(conf, behaviour) ??
    defaultPageSizeBytes({
      behaviour,
      executionPoolBytes:
        tungstenMode === "on_heap" ? onHeap.execution : Number(offHeap.executionBytesAtFirst),
      cores: input.cores,
      tungstenMode,
      collector: input.collector,
    });
  return {
    kind,
    systemBytes,
    reservedBytes: kind === "unified" ? reservedBytes(behaviour, conf) : undefined,
    maxHeapBytes: kind === "unified" ? onHeap.storage + onHeap.execution : undefined,
    onHeapStorageBytes: onHeap.storage,
    onHeapExecutionBytes: onHeap.execution,
    offHeapStorageBytes: Number(offHeap.storageBytes),
    offHeapExecutionBytes: Number(offHeap.executionBytes),
    maxUnrollBytes:
      kind === "unified" ? undefined : maxUnrollBytes(behaviour, conf, onHeap.storage),
    tungstenMode,
    pageSizeBytes,
  };
}

interface Pools {
  readonly storage: number;
  readonly execution: number;
}

/** R: 300 MiB, nothing in Spark's own tests, or what the tests ask for. */
export function reservedBytes(behaviour: SparkBehaviour, conf: SparkConf): number {
  if (conf.has("spark.testing.reservedMemory"))
    return confLong(conf, "spark.testing.reservedMemory", behaviour);
  return conf.has("spark.testing") ? 0 : RESERVED_BYTES;
}

/** `L((S − R) · fraction)`. */
export function unifiedMaxHeapBytes(
  behaviour: SparkBehaviour,
  conf: SparkConf,
  systemBytes: number,
): number {
  const usable = systemBytes - reservedBytes(behaviour, conf);
  return toLong(usable * confDouble(conf, "spark.memory.fraction", behaviour));
}

/** The part of `maxHeapBytes` that eviction for execution spares. */
export function storageRegionBytes(
  behaviour: SparkBehaviour,
  conf: SparkConf,
  maxHeapBytes: number,
): number {
  return toLong(maxHeapBytes * confStorageFraction(conf, behaviour));
}

function unifiedPools(behaviour: SparkBehaviour, conf: SparkConf, systemBytes: number): Pools {
  const reserved = reservedBytes(behaviour, conf);
  const least = behaviour.minimumHeap === "double" ? reserved * 1.5 : Math.ceil(reserved * 1.5);
  if (behaviour.minimumHeap !== "none" && systemBytes < least)
    throw tooSmallHeap(behaviour, systemBytes, least);
  if (behaviour.checksExecutorMemory) checkExecutorMemory(behaviour, conf, least);
  const max = unifiedMaxHeapBytes(behaviour, conf, systemBytes);
  const storage = storageRegionBytes(behaviour, conf, max);
  if (behaviour.requiresOnHeapExecution)
    sparkRequire(max - storage > 0, () => "onHeapExecutionMemory must be > 0");
  return { storage, execution: max - storage };
}

/**
 * Storage and execution of the static manager and of the lines before it: S · fraction · safety,
 * rounded once at the end.
 */
function staticPools(
  kind: MemoryManagerKind,
  behaviour: SparkBehaviour,
  conf: SparkConf,
  systemBytes: number,
): Pools {
  if (kind === "static" && behaviour.staticMinimumHeapBytes > 0) {
    if (systemBytes < behaviour.staticMinimumHeapBytes)
      throw tooSmallHeap(behaviour, systemBytes, behaviour.staticMinimumHeapBytes);
    if (behaviour.checksExecutorMemory)
      checkExecutorMemory(behaviour, conf, behaviour.staticMinimumHeapBytes);
  }
  const share = (of: "storage" | "shuffle"): number =>
    toLong(
      systemBytes *
        confDouble(conf, `spark.${of}.memoryFraction`, behaviour) *
        confDouble(conf, `spark.${of}.safetyFraction`, behaviour),
    );
  return { execution: share("shuffle"), storage: share("storage") };
}

/** `L(S · storage.memoryFraction · storage.safetyFraction)`: static and pre-1.6 storage. */
export function staticMaxStorageBytes(
  behaviour: SparkBehaviour,
  conf: SparkConf,
  systemBytes: number,
): number {
  return toLong(
    systemBytes *
      confDouble(conf, "spark.storage.memoryFraction", behaviour) *
      confDouble(conf, "spark.storage.safetyFraction", behaviour),
  );
}

/** What unrolling may evict in the static manager and before it. */
export function maxUnrollBytes(
  behaviour: SparkBehaviour,
  conf: SparkConf,
  maxStorageBytes: number,
): number {
  return toLong(maxStorageBytes * confDouble(conf, "spark.storage.unrollFraction", behaviour));
}

/** Off-heap pools as a conf gives them, exact even where a double is not. */
export interface OffHeapPools {
  readonly storageBytes: bigint;
  readonly executionBytes: bigint;
  /**
   * What the page size is derived from: the static manager moves the storage share to execution
   * only after that.
   */
  readonly executionBytesAtFirst: bigint;
}

const LONG_MAX = 2n ** 63n - 1n;

/** How `spark.memory.offHeap.size` is split; enabled or not. */
export function offHeapPools(
  kind: MemoryManagerKind,
  behaviour: SparkBehaviour,
  conf: SparkConf,
): OffHeapPools {
  if (kind === "pre16") return { storageBytes: 0n, executionBytes: 0n, executionBytesAtFirst: 0n };
  const total = confOffHeapBytes(conf, behaviour);
  if (!behaviour.offHeapStorage)
    return { storageBytes: 0n, executionBytes: total, executionBytesAtFirst: total };
  const share = BigInt(toLong(Number(total) * confStorageFraction(conf, behaviour)));
  const storage = share > LONG_MAX ? LONG_MAX : share;
  const rest = total - storage;
  sparkRequire(storage >= 0n && rest >= 0n, () => `off-heap pools of ${storage} and ${rest} bytes`);
  return {
    storageBytes: kind === "static" ? 0n : storage,
    executionBytes: kind === "static" ? total : rest,
    executionBytesAtFirst: rest,
  };
}

function tungstenModeOf(
  kind: MemoryManagerKind,
  behaviour: SparkBehaviour,
  conf: SparkConf,
): MemoryMode {
  if (kind === "pre16" || !confBoolean(conf, "spark.memory.offHeap.enabled", behaviour))
    return "on_heap";
  sparkRequire(
    confOffHeapBytes(conf, behaviour) > 0n,
    () => "spark.memory.offHeap.size must be > 0 when spark.memory.offHeap.enabled == true",
  );
  return "off_heap";
}

function checkExecutorMemory(behaviour: SparkBehaviour, conf: SparkConf, least: number): void {
  const text = conf.get("spark.executor.memory");
  if (text === undefined) return;
  const executorBytes = confSizeBytes(text, behaviour);
  if (executorBytes >= least) return;
  throw startupFailure(
    behaviour,
    "INVALID_EXECUTOR_MEMORY",
    `Executor memory ${executorBytes} must be at least ${least}.`,
    "Please increase executor memory using the --executor-memory option or KEY in Spark configuration.",
    "spark.executor.memory",
  );
}

function tooSmallHeap(behaviour: SparkBehaviour, systemBytes: number, least: number): SparkFailure {
  if (behaviour.startupWording === "larger_heap")
    return new SparkFailure(
      JAVA_ILLEGAL_ARGUMENT,
      `System memory ${systemBytes} must be at least ${javaDouble(least)}. Please use a larger heap size.`,
    );
  return startupFailure(
    behaviour,
    "INVALID_DRIVER_MEMORY",
    `System memory ${systemBytes} must be at least ${least}.`,
    "Please increase heap size using the --driver-memory option or KEY in Spark configuration.",
    "spark.driver.memory",
  );
}

function startupFailure(
  behaviour: SparkBehaviour,
  errorClass: string,
  problem: string,
  advice: string,
  key: string,
): SparkFailure {
  const classed = behaviour.startupWording !== "plain";
  const gap = behaviour.startupWording === "error_class_two_lines" ? "\n" : " ";
  const words = `${problem}${gap}${advice.replace("KEY", classed ? `"${key}"` : key)}`;
  return new SparkFailure(
    behaviour.startupFailureClass,
    classed ? `[${errorClass}] ${words}` : words,
  );
}

/** Double.toString for the sizes that occur: scientific from 10^7 on. */
function javaDouble(value: number): string {
  if (value < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = "0", exponent = "0"] = value.toExponential().split("e+");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${exponent}`;
}
