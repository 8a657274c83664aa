/**
 * Settings that are not logged, as far as an executor's own log lets them be inferred: its -Xmx
 * against the capacity it printed.
 */
import type { ByteInterval } from "../../byte-interval.ts";
import { staticMaxStorageBytes, unifiedMaxHeapBytes } from "../../memory/capacity.ts";
import { maxHeapBytes } from "../../memory/heap.ts";
import type { GarbageCollector, SparkBehaviour } from "../../spark-behaviour.ts";

const MIB = 1_048_576;
const COLLECTORS: readonly GarbageCollector[] = ["G1", "Parallel", "Serial"];

export interface HeapAgainstCapacity {
  readonly behaviour: SparkBehaviour;
  readonly xmxBytes: number;
  readonly collector: GarbageCollector | undefined;
  /** as printed: storage capacity of both modes */
  readonly capacity: ByteInterval;
  /** the log has blocks that live off-heap */
  readonly usesOffHeap: boolean;
}

/** Off-heap memory is set to round sizes: a difference that is a multiple of this is one, bytes. */
const ROUND_OFF_HEAP_BYTES = 16 * MIB;

/**
 * Off-heap size that adds up to the printed capacity by defaults on the heap; undefined: none that
 * is round.
 */
export function roundOffHeapBytes(of: HeapAgainstCapacity): number | undefined {
  const { behaviour, capacity, xmxBytes, collector } = of;
  if (behaviour.memoryManager === "pre16") return undefined;
  for (const each of collector === undefined ? COLLECTORS : [collector]) {
    const heap = maxHeapBytes(xmxBytes, each);
    if (heap === undefined) continue;
    const onHeap = unifiedMaxHeapBytes(behaviour, new Map(), heap);
    const round =
      Math.round((capacity.atMost - onHeap) / ROUND_OFF_HEAP_BYTES) * ROUND_OFF_HEAP_BYTES;
    const fits = onHeap + round >= capacity.atLeast && onHeap + round <= capacity.atMost;
    if (round > 0 && fits) return round;
  }
  return undefined;
}

/**
 * Whether the printed capacity can be all on the heap, as far as people set fractions: to steps of
 * 0.05, or lower than the default. A part of it may be off-heap otherwise.
 */
export function mayBeAllOnHeap(
  of: HeapAgainstCapacity,
  assumed: ReadonlyMap<string, string>,
): boolean {
  const { behaviour, capacity, xmxBytes, collector } = of;
  if (behaviour.memoryManager === "pre16" || !behaviour.storedLineCountsOffHeap) return true;
  const most = (collector === undefined ? COLLECTORS : [collector])
    .map((each) => maxHeapBytes(xmxBytes, each))
    .filter((heap) => heap !== undefined)
    .map((heap) => unifiedMaxHeapBytes(behaviour, new Map(), heap));
  if (most.some((bytes) => capacity.atLeast <= bytes)) return true;
  if (assumed.has("spark.memory.useLegacyMode")) return true;
  const steps = Number(assumed.get("spark.memory.fraction") ?? Number.NaN) * 20;
  const isCoarse = Math.abs(steps - Math.round(steps)) < 1e-9;
  return isCoarse && roundOffHeapBytes(of) === undefined;
}

/**
 * Settings under which this heap prints this capacity; empty when the defaults do, or when several
 * could be. Only settings that people set to round numbers are tried: the fraction in steps of
 * 0.05, then 0.01; legacy mode; off-heap size in MiB.
 */
export function assumedConf(of: HeapAgainstCapacity): ReadonlyMap<string, string> {
  const { behaviour, capacity } = of;
  const collectors = of.collector === undefined ? COLLECTORS : [of.collector];
  const heaps = collectors
    .map((collector) => maxHeapBytes(of.xmxBytes, collector))
    .filter((heap) => heap !== undefined);
  const fits = (bytes: number) => bytes >= capacity.atLeast && bytes <= capacity.atMost;
  const none: ReadonlyMap<string, string> = new Map();
  if (behaviour.memoryManager === "pre16") return none;
  if (heaps.some((heap) => fits(unifiedMaxHeapBytes(behaviour, none, heap)))) return none;
  if (of.usesOffHeap) {
    for (const heap of heaps) {
      const offHeap =
        Math.round((capacity.atMost - unifiedMaxHeapBytes(behaviour, none, heap)) / MIB) * MIB;
      if (offHeap <= 0 || !fits(unifiedMaxHeapBytes(behaviour, none, heap) + offHeap)) continue;
      return new Map([
        ["spark.memory.offHeap.enabled", "true"],
        ["spark.memory.offHeap.size", String(offHeap)],
      ]);
    }
    return none;
  }
  if (
    behaviour.legacyMode &&
    heaps.some((heap) => fits(staticMaxStorageBytes(behaviour, none, heap)))
  ) {
    return new Map([["spark.memory.useLegacyMode", "true"]]);
  }
  for (const stepsInOne of [20, 100]) {
    const found = new Set<string>();
    for (const heap of heaps) {
      for (let step = 1; step < stepsInOne; step++) {
        const conf = new Map([["spark.memory.fraction", String(step / stepsInOne)]]);
        if (fits(unifiedMaxHeapBytes(behaviour, conf, heap))) found.add(String(step / stepsInOne));
      }
    }
    const [only] = found;
    if (found.size === 1 && only !== undefined) return new Map([["spark.memory.fraction", only]]);
  }
  return none;
}
