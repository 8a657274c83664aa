/**
 * The examples of the two articles that explain Spark's managers, and the trace that was run on the
 * real ones (spec 7).
 */

import {
  managerCapacity,
  maxHeapBytes,
  selectMemoryManager,
  UnifiedMemoryManager,
} from "@respark/core";
import { expect, test } from "vitest";
import { behaviourOf, staticWorld, unifiedWorld } from "./world.ts";

const GIB = 1_073_741_824;
const none = new Map<string, string>();

test.each([
  ["G1", GIB, 455_501_414, 227_750_707],
  ["Parallel", 954_728_448, 384_093_388, 192_046_694],
  ["Serial", 1_037_959_168, 434_031_820, 217_015_910],
] as const)(
  "1 GiB under %s has the regions of the first article",
  (collector, heap, max, region) => {
    expect(maxHeapBytes(GIB, collector)).toBe(heap);
    const capacity = managerCapacity({
      behaviour: behaviourOf("2.4.8"),
      conf: none,
      heapBytes: heap,
      cores: 1,
    });
    expect(capacity.maxHeapBytes).toBe(max);
    expect(capacity.onHeapStorageBytes).toBe(region);
    expect(capacity.onHeapExecutionBytes).toBe(max - region);
  },
);

test("four tasks with nothing cached may hold between an eighth of the pool and a quarter of everything", () => {
  const manager = selectMemoryManager({
    behaviour: behaviourOf("2.4.8"),
    conf: none,
    heapBytes: GIB,
    cores: 4,
  });
  for (const taskId of [1, 2, 3, 4]) manager.acquireExecution(taskId, 1, "on_heap");
  expect(manager.taskShare("on_heap")).toEqual({
    activeTasks: 4,
    minBytes: 28_468_838,
    maxBytes: 113_875_353,
  });
});

test.each(["2.0.2", "2.1.3", "2.4.8", "3.5.6", "4.2.0"])(
  "Spark %s: execution takes back borrowed storage, whole blocks at a time",
  (version) => {
    const { manager, store } = unifiedWorld(version, 1000);
    manager.acquireExecution(1, 300, "on_heap");
    for (const [blockId, bytes] of [
      ["rdd_1_0", 150],
      ["rdd_2_0", 150],
      ["rdd_3_0", 400],
    ] as const)
      store.putBytes({ blockId, mode: "on_heap" }, bytes);
    expect(manager.acquireExecution(1, 250, "on_heap")).toBe(250);
    expect(store.snapshot().blockIds).toEqual(["rdd_3_0"]);
    expect(manager.snapshot().onHeap).toMatchObject({
      storagePoolBytes: 400,
      executionPoolBytes: 600,
      executionUsedBytes: 550,
    });
  },
);

test("Spark 1.6 evicts for execution and yet grants nothing; the next request finds the freed bytes", () => {
  const { manager, store } = unifiedWorld("1.6.1", 1000);
  manager.acquireExecution(1, 300, "on_heap");
  for (const [blockId, bytes] of [
    ["rdd_1_0", 150],
    ["rdd_2_0", 150],
    ["rdd_3_0", 400],
  ] as const)
    store.putBytes({ blockId, mode: "on_heap" }, bytes);
  expect(manager.acquireExecution(1, 250, "on_heap")).toBe(0);
  expect(store.takeEvicted()).toHaveLength(2);
  expect(manager.snapshot().onHeap).toMatchObject({
    storagePoolBytes: 700,
    storageUsedBytes: 400,
  });
  expect(manager.acquireExecution(1, 250, "on_heap")).toBe(250);
  expect(store.takeEvicted()).toHaveLength(0);
});

test.each([
  ["1.6.3", 800],
  ["2.1.3", 800],
  ["2.2.0", 700],
  ["4.2.0", 700],
] as const)("Spark %s: a put of 300 with 100 free makes the storage pool %i", (version, pool) => {
  const { manager, store } = unifiedWorld(version, 1000);
  store.putBytes({ blockId: "rdd_1_0", mode: "on_heap" }, 400);
  store.putBytes({ blockId: "rdd_1_1", mode: "on_heap" }, 300);
  expect(manager.snapshot().onHeap.storagePoolBytes).toBe(pool);
});

test("the static manager of the second article: 1 GiB on Spark 1.6.1", () => {
  const capacity = managerCapacity({
    behaviour: behaviourOf("1.6.1"),
    conf: new Map([["spark.memory.useLegacyMode", "true"]]),
    heapBytes: GIB,
    cores: 1,
  });
  expect(capacity).toMatchObject({
    kind: "static",
    onHeapExecutionBytes: 171_798_691,
    onHeapStorageBytes: 579_820_584,
    maxUnrollBytes: 115_964_116,
  });
});

test.each(["1.6.1", "2.4.8"])(
  "Spark %s: B waits until it has half of its share, A gets nothing more",
  (version) => {
    const { manager } = staticWorld(version, { storageBytes: 1000, executionBytes: 1000 });
    expect(manager.acquireExecution(1, 1000, "on_heap")).toBe(1000);
    const waiting = manager.acquireExecution(2, 600, "on_heap");
    expect(waiting).toMatchObject({ taskId: 2, bytes: 600 });
    manager.releaseExecution(1, 200, "on_heap");
    expect(manager.wake()).toEqual([]);
    manager.releaseExecution(1, 50, "on_heap");
    expect(manager.wake()).toEqual([{ request: waiting, granted: 250 }]);
    expect(manager.acquireExecution(1, 750, "on_heap")).toBe(0);
  },
);

test("unrolling in the static manager evicts up to its cap and no further", () => {
  const roomy = staticWorld("2.4.8", { storageBytes: 1000, executionBytes: 100 });
  roomy.store.putBytes({ blockId: "rdd_1_0", mode: "on_heap" }, 60);
  roomy.store.putBytes({ blockId: "rdd_1_1", mode: "on_heap" }, 890);
  expect(roomy.store.reserveUnroll("rdd_2_0", 1, 100, "on_heap")).toBe(true);
  expect(roomy.store.takeEvicted().map((block) => block.blockId)).toEqual(["rdd_1_0"]);

  const full = staticWorld("2.4.8", { storageBytes: 1000, executionBytes: 100 });
  full.store.reserveUnroll("rdd_2_0", 1, 180, "on_heap");
  full.store.putBytes({ blockId: "rdd_1_0", mode: "on_heap" }, 770);
  expect(full.store.reserveUnroll("rdd_2_0", 1, 100, "on_heap")).toBe(false);
  expect(full.store.takeEvicted()).toEqual([]);
});

test.each([
  [1, 16_777_216],
  [2, 8_388_608],
  [4, 4_194_304],
  [8, 2_097_152],
  [16, 1_048_576],
])("%i cores share a page size of %i; under G1 from 3.3 on 16 less", (cores, page) => {
  const given = { conf: none, heapBytes: GIB, cores, collector: "G1" } as const;
  expect(managerCapacity({ ...given, behaviour: behaviourOf("3.2.4") }).pageSizeBytes).toBe(page);
  expect(managerCapacity({ ...given, behaviour: behaviourOf("3.3.0") }).pageSizeBytes).toBe(
    page - 16,
  );
});

const MIB = 1_048_576;

test.each([
  [
    "1.6.1",
    [
      [3, 10],
      [1, 27],
      [1, 9],
      [0, 9],
    ],
    [45, 55],
    95,
  ],
  [
    "2.4.8",
    [
      [3, 30],
      [2, 25],
      [0, 0],
      [0, 0],
    ],
    [45, 55],
    90,
  ],
  [
    "3.5.6",
    [
      [3, 30],
      [2, 25],
      [0, 0],
      [0, 0],
    ],
    [45, 55],
    90,
  ],
  [
    "4.0.1",
    [
      [3, 30],
      [2, 25],
      [0, 0],
      [0, 0],
    ],
    [45, 55],
    90,
  ],
] as const)(
  "Spark %s: the trace that was run on the real managers",
  (version, calls, end, pool) => {
    const { manager, store } = unifiedWorld(version, 100 * MIB);
    for (let partition = 0; partition < 10; partition++)
      store.putBytes({ blockId: `rdd_0_${partition}`, mode: "on_heap" }, 9 * MIB);
    expect(manager.snapshot().onHeap.storagePoolBytes).toBe(pool * MIB);
    for (const [evicted, granted] of calls) {
      expect(manager.acquireExecution(7, 30 * MIB, "on_heap")).toBe(granted * MIB);
      expect(store.takeEvicted()).toHaveLength(evicted);
    }
    expect(manager.storageUsedBytes("on_heap")).toBe(end[0] * MIB);
    expect(manager.executionUsedBytes("on_heap")).toBe(end[1] * MIB);
  },
);

test("what lies outside of the pools from 4.1 on is nothing that tasks or blocks may have", () => {
  const room = (polled: string): readonly unknown[] => {
    const conf = new Map([
      ["spark.testing.memory", "1000"],
      ["spark.testing.reservedMemory", "0"],
      ["spark.memory.fraction", "1.0"],
      ["spark.memory.unmanagedMemoryPollingInterval", polled],
    ]);
    const given = { behaviour: behaviourOf("4.1.0"), conf, heapBytes: 0, cores: 1 };
    const manager = selectMemoryManager(given);
    if (!(manager instanceof UnifiedMemoryManager)) throw new Error("not unified");
    manager.setUnmanaged({ onHeap: 300, offHeap: 0 });
    const stored = manager.acquireStorage("rdd_0_0", 701, "on_heap");
    return [stored, manager.acquireExecution(1, 1000, "on_heap")];
  };
  expect(room("1s")).toEqual([false, 700]);
  expect(room("0s")).toEqual([true, 299]);
});
