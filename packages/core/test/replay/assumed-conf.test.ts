/** What of a printed capacity is off-heap, where no log has the settings. */
import { expect, test } from "vitest";
import { unifiedMaxHeapBytes } from "../../src/memory/capacity.ts";
import { maxHeapBytes } from "../../src/memory/heap.ts";
import {
  assumedConf,
  mayBeAllOnHeap,
  roundOffHeapBytes,
} from "../../src/replay/application/assumed-conf.ts";
import { behaviourOf } from "../memory/world.ts";

const MIB = 1_048_576;
const behaviour = behaviourOf("3.5.6");
const xmxBytes = 512 * MIB;
const heap = maxHeapBytes(xmxBytes, "Serial") ?? 0;

/** Of a heap of 512 MiB whose fraction and off-heap memory are these. */
function against(fraction: string | undefined, offHeapBytes: number) {
  const conf = new Map(fraction === undefined ? [] : [["spark.memory.fraction", fraction]]);
  const bytes = unifiedMaxHeapBytes(behaviour, conf, heap);
  const capacity = {
    atLeast: bytes + offHeapBytes - MIB / 20,
    atMost: bytes + offHeapBytes + MIB / 20,
  };
  const of = { behaviour, xmxBytes, capacity };
  const whole = { ...of, collector: "Serial" as const, usesOffHeap: false };
  return {
    round: roundOffHeapBytes(whole),
    onHeap: mayBeAllOnHeap(whole, assumedConf(whole)),
  };
}

test("the default's capacity, less, and a fraction in steps of 0.05 are all on the heap", () => {
  expect(against(undefined, 0)).toEqual({ round: undefined, onHeap: true });
  expect(against("0.4", 0)).toEqual({ round: undefined, onHeap: true });
  expect(against("0.8", 0)).toEqual({ round: undefined, onHeap: true });
});

test("what a round off-heap size makes up for may be off-heap", () => {
  expect(against(undefined, 64 * MIB)).toEqual({ round: 64 * MIB, onHeap: false });
  expect(against(undefined, 32 * MIB)).toEqual({ round: 32 * MIB, onHeap: false });
});

test("neither a usual fraction nor a round size: some of it may be off-heap", () => {
  expect(against(undefined, 37 * MIB)).toEqual({ round: undefined, onHeap: false });
});
