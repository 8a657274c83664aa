/** Settings that nobody logged, as far as an executor's own log lets them be inferred: its -Xmx against the capacity it printed. */
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

/**
 * Settings under which this heap prints this capacity; empty when the defaults do, or when several could be.
 * Only settings that people set to round numbers are tried: the fraction in steps of 0.05, then 0.01; legacy mode; off-heap size in MiB.
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
