/** An executor's memory layout, from whatever the logs tell of it (spec 1.5). */

import {
  executorContainer,
  executorMemoryLayout,
  managerCapacity,
  memoryManagerFromLayout,
  printedSize,
  SparkFailure,
} from "@respark/core";
import { expect, test } from "vitest";
import { invertCapacity } from "../../src/memory/heap.ts";
import { behaviourOf } from "./world.ts";

const GIB = 1_073_741_824;
const MIB = 1_048_576;
const none = new Map<string, string>();
const exact = (bytes: number) => ({ atLeast: bytes, atMost: bytes });

test.each([
  [384_093_388, 954_728_448, "Parallel"],
  [455_501_414, GIB, "G1"],
  [434_031_820, 1_037_959_168, "Serial"],
] as const)(
  "a logged capacity of %i is 1 GiB under a heap of %i: %s",
  (capacity, heap, collector) => {
    const layout = executorMemoryLayout({
      behaviour: behaviourOf("2.4.8"),
      conf: none,
      onHeapCapacityBytes: exact(capacity),
    });
    expect(layout.jvmMaxMemory).toEqual({ bytes: heap, origin: "derived" });
    expect(layout.heapCandidates[0]).toEqual({ heapBytes: heap, collector, xmxBytes: GIB });
    expect(layout.maxMemory).toEqual({ bytes: capacity, origin: "logged" });
  },
);

test("a printed capacity and the asked-for heap give the same, derived", () => {
  const layout = executorMemoryLayout({
    behaviour: behaviourOf("3.5.6"),
    conf: new Map([["spark.executor.memory", "512m"]]),
    onHeapCapacityBytes: printedSize("127.2 MiB"),
    cores: 2,
  });
  expect(layout).toMatchObject({
    memoryManager: "unified",
    jvmMaxMemory: { bytes: 512 * MIB, origin: "derived" },
    reserved: { bytes: 300 * MIB },
    maxMemory: { bytes: 133_378_867, origin: "derived" },
    storageRegion: { bytes: 66_689_433 },
    executionRegion: { bytes: 66_689_434 },
    pageSize: { bytes: 2_097_136 },
  });
});

test("a page of 1.4 is of 128 MiB, whatever the heap", () => {
  const pageSize = (executorMemory: string) =>
    executorMemoryLayout({
      behaviour: behaviourOf("1.4.1"),
      conf: new Map([["spark.executor.memory", executorMemory]]),
      onHeapCapacityBytes: printedSize("127.2 MB"),
      cores: 2,
    }).pageSize.bytes;
  expect([pageSize("512m"), pageSize("4g")]).toEqual([128 * MIB, 128 * MIB]);
});

test("a printed capacity counts off-heap memory from 2.1 on", () => {
  const layout = executorMemoryLayout({
    behaviour: behaviourOf("3.5.6"),
    conf: new Map([
      ["spark.executor.memory", "512m"],
      ["spark.memory.offHeap.enabled", "true"],
      ["spark.memory.offHeap.size", "64m"],
    ]),
    totalCapacityBytes: printedSize("191.2 MiB"),
  });
  expect(layout.maxMemory).toEqual({ bytes: 133_378_867, origin: "derived" });
  expect(layout.offHeapStorage).toEqual({ bytes: 32 * MIB, origin: "derived" });
});

test("off-heap memory that no machine has is unknown, though Spark starts with it", () => {
  const offHeap = (size: string) =>
    executorMemoryLayout({
      behaviour: behaviourOf("3.5.6"),
      conf: new Map([
        ["spark.executor.memory", "512m"],
        ["spark.memory.offHeap.enabled", "true"],
        ["spark.memory.offHeap.size", size],
      ]),
      totalCapacityBytes: undefined,
    }).offHeapExecution.bytes;
  expect(offHeap("9223372036854775807")).toBeUndefined();
  expect(offHeap("64t")).toBe(2 ** 45);
  expect(offHeap("65t")).toBeUndefined();
});

test("a printed capacity below the off-heap memory that is set is no heap's", () => {
  const layout = executorMemoryLayout({
    behaviour: behaviourOf("3.5.6"),
    conf: new Map([
      ["spark.memory.offHeap.enabled", "true"],
      ["spark.memory.offHeap.size", "1g"],
    ]),
    totalCapacityBytes: printedSize("191.2 MiB"),
  });
  expect(layout.maxMemoryInterval?.atLeast ?? 0).toBeGreaterThanOrEqual(0);
});

test("a heap that no default explains is reported, without a -Xmx", () => {
  const layout = executorMemoryLayout({
    behaviour: behaviourOf("3.1.1"),
    conf: new Map([["spark.executor.memory", "2g"]]),
    onHeapCapacityBytes: exact(415_550_668),
  });
  expect(layout.jvmMaxMemory).toEqual({ bytes: 960.5 * MIB, origin: "derived" });
  expect(layout.heapCandidates[0]?.xmxBytes).toBeUndefined();
});

test("without any capacity the layout is what the flags give, and says when it is assumed", () => {
  const given = { behaviour: behaviourOf("3.5.6"), conf: none };
  expect(executorMemoryLayout(given).maxMemory).toEqual({
    bytes: 455_501_414,
    origin: "assumed",
  });
  expect(
    executorMemoryLayout({ ...given, xmxBytes: GIB, collector: "Parallel" }).maxMemory,
  ).toEqual({ bytes: 384_093_388, origin: "derived" });
});

test("settings that Spark would refuse leave the layout empty and say why", () => {
  const layout = executorMemoryLayout({
    behaviour: behaviourOf("3.5.6"),
    conf: new Map([["spark.memory.fraction", "much"]]),
  });
  expect(layout.refusedBecause).toContain("spark.memory.fraction");
  expect(layout.maxMemory.bytes).toBeUndefined();
});

test.each(["1.2.2", "1.6.3", "2.4.8", "4.2.0"])("Spark %s: a layout makes a manager", (version) => {
  const behaviour = behaviourOf(version);
  const layout = executorMemoryLayout({
    behaviour,
    conf: none,
    xmxBytes: GIB,
    collector: "Parallel",
  });
  const manager = memoryManagerFromLayout(behaviour, layout);
  expect(manager?.kind).toBe(layout.memoryManager);
  expect(manager?.snapshot().onHeap.storagePoolBytes).toBe(layout.storageRegion.bytes);
});

test.each([
  ["1.6.3", "System memory 1 must be at least 4.718592E8. Please use a larger heap size."],
  [
    "2.4.8",
    "System memory 1 must be at least 471859200. Please increase heap size using the --driver-memory option or spark.driver.memory in Spark configuration.",
  ],
  [
    "3.5.6",
    '[INVALID_DRIVER_MEMORY] System memory 1 must be at least 471859200. Please increase heap size using the --driver-memory option or "spark.driver.memory" in Spark configuration.',
  ],
])("Spark %s does not start with a heap of one byte, in these words", (version, message) => {
  const start = () =>
    managerCapacity({ behaviour: behaviourOf(version), conf: none, heapBytes: 1, cores: 1 });
  expect(start).toThrow(SparkFailure);
  expect(start).toThrow(message);
});

test("a container is heap, overhead and, from 3.0 on, off-heap memory", () => {
  const conf = new Map([
    ["spark.executor.memory", "8g"],
    ["spark.memory.offHeap.enabled", "true"],
    ["spark.memory.offHeap.size", "2g"],
  ]);
  expect(executorContainer(behaviourOf("2.4.8"), conf)).toMatchObject({
    overheadMiB: 819,
    totalMiB: 8192 + 819,
  });
  expect(executorContainer(behaviourOf("3.5.6"), conf).totalMiB).toBe(8192 + 819 + 2048);
  expect(executorContainer(behaviourOf("3.5.6"), none).overheadMiB).toBe(384);
});

test("a damaged fraction asks for more memory than a number counts: that is unknown, and the heap is not", () => {
  const layout = executorMemoryLayout({
    behaviour: behaviourOf("3.5.6"),
    conf: new Map([
      ["spark.executor.memory", "512m"],
      ["spark.memory.fraction", "253402300799999"],
    ]),
  });
  expect(layout.jvmMaxMemory.bytes).toBe(512 * MIB);
  expect(layout.maxMemory.bytes).toBeUndefined();
  expect(layout.storageRegion.bytes).toBeUndefined();
  expect(layout.userMemory.bytes).toBeUndefined();
});

test("what gives a capacity is searched up to its bound, and includes it", () => {
  const halves = (bytes: number): number => Math.floor(bytes / 2);
  expect(invertCapacity(exact(5), halves, 11)).toEqual({ atLeast: 10, atMost: 11 });
  expect(invertCapacity(exact(5), halves, 10)).toEqual(exact(10));
  expect(invertCapacity(exact(6), halves, 11)).toBeUndefined();
});
