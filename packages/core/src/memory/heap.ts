/**
 * `-Xmx` and collector give `Runtime.maxMemory()`, and back: which heap prints this capacity (spec
 * 1.5).
 */
import type { ByteInterval } from "../byte-interval.ts";
import type { GarbageCollector } from "../spark-behaviour.ts";

const MIB = 1_048_576;

/**
 * A heap that could be the one: what the JVM calls its maximum, and which collector and `-Xmx` give
 * it, if any default layout does.
 */
export interface HeapCandidate {
  readonly heapBytes: number;
  readonly collector: GarbageCollector | undefined;
  readonly xmxBytes: number | undefined;
}

function alignDown(bytes: number, alignment: number): number {
  return bytes - (bytes % alignment);
}

/**
 * `Runtime.maxMemory()` of a JVM with default generation sizes; `undefined` for CMS, whose young
 * generation depends on its threads. Measured on JDK 17 for 450m … 20g; Parallel and Serial agree
 * with JDK 8.
 */
export function maxHeapBytes(xmxBytes: number, collector: GarbageCollector): number | undefined {
  switch (collector) {
    case "G1":
    case "ZGC":
    case "Shenandoah":
      return Math.ceil(xmxBytes / MIB) * MIB;
    case "Parallel":
      return withoutSurvivor(xmxBytes, 524_288, 3);
    case "Serial":
      return withoutSurvivor(xmxBytes, 65_536, 10);
    case "CMS":
      return undefined;
  }
}

/** One survivor space never counts: a third of the heap is young, a share of that is a survivor. */
function withoutSurvivor(xmxBytes: number, alignment: number, share: number): number {
  const young = alignDown(Math.floor(xmxBytes / 3), alignment);
  return xmxBytes - alignDown(Math.floor(young / share), alignment);
}

/**
 * The collectors that the default layouts of all JVMs in use tell apart; G1 stands for ZGC and
 * Shenandoah, too.
 */
const tellableCollectors: readonly GarbageCollector[] = ["G1", "Parallel", "Serial"];

/** Every whole-MiB `-Xmx` and collector whose heap lies in the interval. */
export function heapsWithin(
  heap: ByteInterval,
  collectors: readonly GarbageCollector[] = tellableCollectors,
): HeapCandidate[] {
  const found: HeapCandidate[] = [];
  for (const collector of collectors) {
    // maxMemory is between 8/9 and all of -Xmx for every collector we can compute.
    const last = Math.ceil((heap.atMost * 9) / 8 / MIB) + 1;
    const first = Math.max(1, Math.floor(heap.atLeast / MIB));
    const dense = last - first < 4096 ? undefined : heap;
    for (let mib = dense === undefined ? first : startFor(heap, collector); mib <= last; mib++) {
      const heapBytes = maxHeapBytes(mib * MIB, collector);
      if (heapBytes === undefined) break;
      if (heapBytes > heap.atMost) break;
      if (heapBytes >= heap.atLeast) found.push({ heapBytes, collector, xmxBytes: mib * MIB });
    }
  }
  return found;
}

/** A MiB count just below the `-Xmx` that gives `heap.atLeast`, for large heaps. */
function startFor(heap: ByteInterval, collector: GarbageCollector): number {
  const share = collector === "Parallel" ? 9 / 8 : collector === "Serial" ? 30 / 29 : 1;
  return Math.max(1, Math.floor((heap.atLeast * share) / MIB) - 3);
}

/**
 * All integers whose capacity `L(u · factors…)` lies in the interval, as an interval: the formula
 * never falls. `undefined` when none does.
 */
export function invertCapacity(
  capacity: ByteInterval,
  capacityOf: (bytes: number) => number,
  upperBound: number,
): ByteInterval | undefined {
  const atLeast = firstWith((bytes) => capacityOf(bytes) >= capacity.atLeast, upperBound);
  const above = firstWith((bytes) => capacityOf(bytes) > capacity.atMost, upperBound);
  return atLeast < above ? { atLeast, atMost: above - 1 } : undefined;
}

/** The least integer in [0, upperBound] for which a rising condition holds, else upperBound + 1. */
function firstWith(holds: (bytes: number) => boolean, upperBound: number): number {
  let low = 0;
  let high = upperBound + 1;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The one multiple of 1 MiB, 512 KiB or 64 KiB in the interval: a heap whose generations no default
 * explains (set by hand, or resized by JDK 8's Parallel collector before Spark asked).
 */
export function alignedHeap(heap: ByteInterval): HeapCandidate | undefined {
  const found = (heapBytes: number): HeapCandidate => ({
    heapBytes,
    collector: undefined,
    xmxBytes: undefined,
  });
  if (heap.atLeast === heap.atMost) return found(heap.atLeast);
  for (const alignment of [MIB, 524_288, 65_536]) {
    const aligned = Math.ceil(heap.atLeast / alignment) * alignment;
    if (aligned <= heap.atMost && aligned + alignment > heap.atMost) return found(aligned);
  }
  return undefined;
}
