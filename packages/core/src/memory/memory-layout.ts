/**
 * How an executor's memory is divided, from whatever is known of it: a logged capacity, the
 * settings, the JVM's flags.
 */
import { SparkFailure } from "../assert.ts";
import type { ByteInterval } from "../byte-interval.ts";
import type { ExecutorLayoutColumns, LayoutValue } from "../rows.ts";
import type { GarbageCollector, SparkBehaviour } from "../spark-behaviour.ts";
import { confMiB, confPageSizeBytes, type SparkConf } from "../spark-conf.ts";
import {
  type MemoryManagerKind,
  managerCapacity,
  maxUnrollBytes,
  memoryManagerKind,
  offHeapPools,
  reservedBytes,
  staticMaxStorageBytes,
  storageRegionBytes,
  unifiedMaxHeapBytes,
} from "./capacity.ts";
import { executorHeapMiB, executorOverhead } from "./container.ts";
import {
  alignedHeap,
  type HeapCandidate,
  heapsWithin,
  invertCapacity,
  maxHeapBytes,
} from "./heap.ts";
import type { MemoryMode } from "./memory-mode.ts";
import { defaultPageSizeBytes } from "./page-size.ts";

const MIB = 1_048_576;
/** No heap is larger, nor what stands beside it: 2^46 bytes. */
const LARGEST_HEAP_BYTES = 2 ** 46;

/**
 * What tells an executor's memory layout: its settings, and the capacity that it logged. Sizes in
 * bytes.
 */
export interface LayoutEvidence {
  readonly behaviour: SparkBehaviour;
  readonly conf: SparkConf;
  /**
   * The store's on-heap capacity at its start: exact from an event log, an interval from a printed
   * line.
   */
  readonly onHeapCapacityBytes?: ByteInterval | undefined;
  readonly offHeapCapacityBytes?: ByteInterval | undefined;
  /**
   * Both together, as `MemoryStore started with capacity …` prints them and `Maximum Memory`
   * registers them. Used when the on-heap part is unknown.
   */
  readonly totalCapacityBytes?: ByteInterval | undefined;
  /** No capacity was logged: the most that a line shows to be there. */
  readonly seenCapacityBytes?: number | undefined;
  /**
   * Settings were logged: what is not among them has its default. Without, a default is no fact.
   */
  readonly settingsLogged?: boolean;
  /** From a command line. */
  readonly xmxBytes?: number | undefined;
  readonly collector?: GarbageCollector | undefined;
  readonly cores?: number | undefined;
  readonly isDriver?: boolean;
}

/**
 * The columns of the `executors` table, and what the managers need. All bytes; `undefined` = the
 * evidence does not tell.
 */
export interface ExecutorMemoryLayout extends ExecutorLayoutColumns {
  readonly memoryManager: MemoryManagerKind;
  /** What the on-heap capacity can be; exact when both ends meet. */
  readonly maxMemoryInterval: ByteInterval | undefined;
  /** Heaps that agree with the evidence, best first. */
  readonly heapCandidates: readonly HeapCandidate[];
  readonly tungstenMode: MemoryMode;
  /**
   * Settings that Spark would not have started with; the layout is then empty where they matter.
   */
  readonly refusedBecause: string | undefined;
}

const nothing: LayoutValue = { bytes: undefined, origin: undefined };

/** Never throws: settings that Spark would refuse are named in `refusedBecause`. */
export function executorMemoryLayout(evidence: LayoutEvidence): ExecutorMemoryLayout {
  try {
    return layoutOf(withOnHeapCapacity(evidence));
  } catch (failure) {
    if (!(failure instanceof SparkFailure)) throw failure;
    return emptyLayout(evidence, failure.message);
  }
}

/**
 * The total less what the settings give off-heap storage at the start: from 2.1 on all off-heap
 * memory of the unified manager.
 */
function withOnHeapCapacity(evidence: LayoutEvidence): LayoutEvidence {
  const total = evidence.totalCapacityBytes;
  if (evidence.onHeapCapacityBytes !== undefined || total === undefined) return evidence;
  const { behaviour, conf } = evidence;
  const kind = memoryManagerKind(behaviour, conf);
  if (kind !== "unified" || !behaviour.storedLineCountsOffHeap)
    return { ...evidence, onHeapCapacityBytes: total };
  const pools = offHeapPools(kind, behaviour, conf);
  const offHeap = Number(pools.storageBytes + pools.executionBytes);
  if (offHeap > total.atLeast) return evidence; // what is printed is not of this setting
  return {
    ...evidence,
    onHeapCapacityBytes: { atLeast: total.atLeast - offHeap, atMost: total.atMost - offHeap },
  };
}

function emptyLayout(evidence: LayoutEvidence, refusedBecause: string): ExecutorMemoryLayout {
  const capacity = evidence.onHeapCapacityBytes;
  return {
    memoryManager: evidence.behaviour.memoryManager === "pre16" ? "pre16" : "unified",
    jvmMaxMemory: nothing,
    reserved: nothing,
    userMemory: nothing,
    maxMemory:
      capacity !== undefined && capacity.atLeast === capacity.atMost
        ? { bytes: capacity.atLeast, origin: "logged" }
        : nothing,
    storageRegion: nothing,
    executionRegion: nothing,
    maxUnroll: nothing,
    offHeapStorage: nothing,
    offHeapExecution: nothing,
    pageSize: nothing,
    overhead: nothing,
    maxMemoryInterval: capacity,
    heapCandidates: [],
    tungstenMode: "on_heap",
    refusedBecause,
  };
}

/**
 * What the store calls its capacity: storage and execution where they share, storage alone where
 * they do not.
 */
function capacityFormula(
  kind: MemoryManagerKind,
  behaviour: SparkBehaviour,
  conf: SparkConf,
): (systemBytes: number) => number {
  return kind === "unified"
    ? (systemBytes) => unifiedMaxHeapBytes(behaviour, conf, systemBytes)
    : (systemBytes) => staticMaxStorageBytes(behaviour, conf, systemBytes);
}

interface Heap {
  readonly value: LayoutValue;
  readonly candidates: readonly HeapCandidate[];
}

function layoutOf(evidence: LayoutEvidence): ExecutorMemoryLayout {
  const { behaviour, conf } = evidence;
  const kind = memoryManagerKind(behaviour, conf);
  const capacityOf = capacityFormula(kind, behaviour, conf);
  const heap = heapOf(evidence, kind, capacityOf);
  const capacity = capacityValue(evidence, heap.value, capacityOf);
  const onHeap = onHeapRegions(kind, evidence, heap.value, capacity);
  const offHeap = offHeapRegions(kind, evidence);
  const tungstenMode: MemoryMode =
    kind !== "pre16" && conf.get("spark.memory.offHeap.enabled")?.toLowerCase() === "true"
      ? "off_heap"
      : "on_heap";
  return {
    memoryManager: kind,
    jvmMaxMemory: heap.value,
    ...onHeap,
    ...offHeap,
    pageSize: pageSizeOf(evidence, heap, tungstenMode, onHeap.executionRegion, offHeap),
    overhead:
      evidence.isDriver === true || evidence.settingsLogged === false
        ? nothing
        : executorOverhead(behaviour, conf),
    maxMemoryInterval: exactly(capacity) ?? evidence.onHeapCapacityBytes,
    heapCandidates: heap.candidates,
    tungstenMode,
    refusedBecause: undefined,
  };
}

function exactly(value: LayoutValue): ByteInterval | undefined {
  if (value.bytes === undefined || value.origin === "assumed") return undefined;
  return { atLeast: value.bytes, atMost: value.bytes };
}

/**
 * The heap: asked for in the settings, recovered from the capacity, or computed from `-Xmx` and
 * collector.
 */
function heapOf(
  evidence: LayoutEvidence,
  kind: MemoryManagerKind,
  capacityOf: (systemBytes: number) => number,
): Heap {
  const { conf, behaviour } = evidence;
  const testing = kind === "pre16" ? undefined : conf.get("spark.testing.memory");
  if (testing !== undefined) {
    const bytes = managerCapacity({ behaviour, conf, heapBytes: 0, cores: 1, kind }).systemBytes;
    return { value: { bytes, origin: "derived" }, candidates: [] };
  }
  const capacity = evidence.onHeapCapacityBytes;
  if (capacity === undefined) return heapFromFlags(evidence);
  const interval = invertCapacity(capacity, capacityOf, LARGEST_HEAP_BYTES);
  if (interval === undefined) return { value: nothing, candidates: [] };
  const xmx = xmxOf(evidence);
  const all = heapsWithin(
    interval,
    evidence.collector === undefined ? undefined : [evidence.collector],
  );
  const asAsked = all.filter((candidate) => candidate.xmxBytes === xmx.bytes);
  // A known -Xmx that no default layout fits: better an unexplained heap than another -Xmx.
  const isAsked = xmx.origin === "logged" || xmx.origin === "derived";
  const candidates = asAsked.length > 0 ? asAsked : isAsked ? [] : all;
  const first = candidates[0];
  if (first === undefined) {
    const unexplained = alignedHeap(interval);
    if (unexplained === undefined) return { value: nothing, candidates: all };
    const origin = capacity.atLeast === capacity.atMost ? "derived" : "assumed";
    return { value: { bytes: unexplained.heapBytes, origin }, candidates: [unexplained, ...all] };
  }
  const agreed = candidates.every((candidate) => candidate.heapBytes === first.heapBytes);
  if (!agreed) {
    // Before the unified manager each pool is a share of the heap: a printed capacity leaves
    // several, near each other.
    const middle = candidates[Math.floor(candidates.length / 2)]?.heapBytes;
    const value: LayoutValue =
      kind === "unified" || middle === undefined ? nothing : { bytes: middle, origin: "assumed" };
    return { value, candidates };
  }
  // Which share of the heap the capacity is, only settings say, or a heap that fits.
  const sure = evidence.settingsLogged !== false || isAsked;
  return { value: { bytes: first.heapBytes, origin: sure ? "derived" : "assumed" }, candidates };
}

function xmxOf(evidence: LayoutEvidence): LayoutValue {
  if (evidence.xmxBytes !== undefined) return { bytes: evidence.xmxBytes, origin: "logged" };
  const { behaviour, conf } = evidence;
  const key = evidence.isDriver === true ? "spark.driver.memory" : "spark.executor.memory";
  const asked = confMiB(conf, key, behaviour);
  if (asked !== undefined) return { bytes: asked * MIB, origin: "derived" };
  if (evidence.settingsLogged === false) return nothing;
  const fallback = evidence.isDriver === true ? 1024 : executorHeapMiB(behaviour, conf);
  return { bytes: fallback * MIB, origin: "assumed" };
}

/**
 * Without a capacity: exact if the collector is known, else as under G1, and said to be assumed.
 */
function heapFromFlags(evidence: LayoutEvidence): Heap {
  const xmx = xmxOf(evidence);
  if (xmx.bytes === undefined) return { value: nothing, candidates: [] };
  const collector = evidence.collector ?? "G1";
  const heapBytes = maxHeapBytes(xmx.bytes, collector);
  if (heapBytes === undefined) return { value: nothing, candidates: [] };
  const known = evidence.collector !== undefined && xmx.origin !== "assumed";
  return {
    value: { bytes: heapBytes, origin: known ? "derived" : "assumed" },
    candidates: [{ heapBytes, collector, xmxBytes: xmx.bytes }],
  };
}

function capacityValue(
  evidence: LayoutEvidence,
  heap: LayoutValue,
  capacityOf: (systemBytes: number) => number,
): LayoutValue {
  const logged = evidence.onHeapCapacityBytes;
  if (logged !== undefined && logged.atLeast === logged.atMost)
    return { bytes: logged.atLeast, origin: "logged" };
  if (heap.bytes !== undefined) return countable(capacityOf(heap.bytes), heap.origin);
  const seen = evidence.seenCapacityBytes;
  if (logged === undefined) {
    return seen === undefined ? nothing : { bytes: seen, origin: "assumed" };
  }
  return { bytes: Math.floor((logged.atLeast + logged.atMost) / 2), origin: "assumed" };
}

/** A value computed from another: no better known than it. */
function from(value: LayoutValue, compute: (bytes: number) => number): LayoutValue {
  if (value.bytes === undefined) return nothing;
  return countable(compute(value.bytes), value.origin === "logged" ? "derived" : value.origin);
}

/** What a heap has beside a part of it. */
function without(heap: LayoutValue, { bytes: part }: LayoutValue, reserved: number): LayoutValue {
  return part === undefined ? nothing : from(heap, (bytes) => bytes - reserved - part);
}

/**
 * Damaged settings can ask for more bytes than a number counts exactly: that is no size of memory.
 */
function countable(bytes: number, origin: LayoutValue["origin"]): LayoutValue {
  return Number.isSafeInteger(bytes) ? { bytes, origin } : nothing;
}

type OnHeapColumns = Pick<
  ExecutorLayoutColumns,
  "reserved" | "userMemory" | "maxMemory" | "storageRegion" | "executionRegion" | "maxUnroll"
>;

function onHeapRegions(
  kind: MemoryManagerKind,
  evidence: LayoutEvidence,
  heap: LayoutValue,
  capacity: LayoutValue,
): OnHeapColumns {
  const { behaviour, conf } = evidence;
  if (kind === "unified") {
    const reserved = reservedBytes(behaviour, conf);
    const region = (max: number): number => storageRegionBytes(behaviour, conf, max);
    return {
      reserved: { bytes: reserved, origin: "derived" },
      userMemory: without(heap, capacity, reserved),
      maxMemory: capacity,
      storageRegion: from(capacity, region),
      executionRegion: from(capacity, (max) => max - region(max)),
      maxUnroll: nothing,
    };
  }
  const execution = from(
    heap,
    (bytes) =>
      managerCapacity({ behaviour, conf, heapBytes: bytes, cores: 1, kind }).onHeapExecutionBytes,
  );
  const both =
    capacity.bytes === undefined || execution.bytes === undefined
      ? nothing
      : from(execution, (bytes) => bytes + (capacity.bytes ?? 0));
  return {
    reserved: nothing,
    userMemory: without(heap, both, 0),
    maxMemory: both,
    storageRegion: from(capacity, (bytes) => bytes),
    executionRegion: execution,
    maxUnroll: from(capacity, (bytes) => maxUnrollBytes(behaviour, conf, bytes)),
  };
}

/**
 * The settings give the off-heap pools; a logged capacity that differs from them wins as the total.
 */
function offHeapRegions(
  kind: MemoryManagerKind,
  evidence: LayoutEvidence,
): Pick<ExecutorLayoutColumns, "offHeapStorage" | "offHeapExecution"> {
  const { behaviour, conf } = evidence;
  const pools = offHeapPools(kind, behaviour, conf);
  // Spark starts with such a setting: it allocates when it is asked.
  if (pools.storageBytes + pools.executionBytes > LARGEST_HEAP_BYTES)
    return { offHeapStorage: nothing, offHeapExecution: nothing };
  const origin = evidence.settingsLogged === false ? "assumed" : "derived";
  return {
    offHeapStorage: { bytes: Number(pools.storageBytes), origin },
    offHeapExecution: { bytes: Number(pools.executionBytes), origin },
  };
}

function pageSizeOf(
  evidence: LayoutEvidence,
  heap: Heap,
  tungstenMode: MemoryMode,
  execution: LayoutValue,
  offHeap: Pick<ExecutorLayoutColumns, "offHeapExecution">,
): LayoutValue {
  const { behaviour, conf, cores } = evidence;
  const asked = confPageSizeBytes(conf, behaviour);
  if (asked !== undefined) return { bytes: asked, origin: "derived" };
  const pool = tungstenMode === "on_heap" ? execution : offHeap.offHeapExecution;
  if (pool.bytes === undefined || cores === undefined || cores < 1) return nothing;
  if (pool.origin === "assumed" && evidence.settingsLogged === false) return nothing;
  const found = evidence.collector ?? heap.candidates[0]?.collector;
  const bytes = defaultPageSizeBytes({
    behaviour,
    executionPoolBytes: pool.bytes,
    cores,
    tungstenMode,
    collector: found ?? "G1",
  });
  if (bytes === undefined) return nothing;
  // G1, ZGC and Shenandoah give the same heap; only 3.3 to 4.0 make a difference between them.
  const collectorMatters = behaviour.pageOffsetCollectors.size > 0 && tungstenMode === "on_heap";
  const sure = pool.origin !== "assumed" && (!collectorMatters || found !== undefined);
  return { bytes, origin: sure ? "derived" : "assumed" };
}
