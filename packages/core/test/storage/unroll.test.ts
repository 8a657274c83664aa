/** How a block's unroll memory grows, and what becomes of it (spec 3.4, 7.3). */
import { expect, test } from "vitest";
import { unifiedWorld } from "../memory/world.ts";

const demand = { checkedBytes: [400_000, 1_200_000, 2_000_000], finalBytes: 2_600_000 };

test.each(["1.6.1", "2.0.2", "2.3.4", "2.4.8", "3.5.6", "4.2.0"])(
  "Spark %s: values that grow to 2.6 MB hold 3 MB of unroll memory, then 2.6 MB of storage",
  (version) => {
    const { manager, store } = unifiedWorld(version, 100_000_000, 1_048_576);
    const put = store.putValues({ blockId: "rdd_1_0", mode: "on_heap", taskId: 1 }, demand);
    expect(put).toEqual({ kind: "stored", bytes: 2_600_000 });
    expect(store.unrollBytes).toBe(0);
    expect(manager.storageUsedBytes("on_heap")).toBe(2_600_000);
  },
);

test.each(["2.0.2", "2.4.8", "4.2.0"])(
  "Spark %s: what did not fit keeps 1800000 bytes of unroll memory until it is closed",
  (version) => {
    const { manager, store } = unifiedWorld(version, 2_500_000, 1_048_576);
    const put = store.putValues({ blockId: "rdd_1_0", mode: "on_heap", taskId: 1 }, demand);
    if (put.kind !== "failed") throw new Error("it fits");
    expect(put.partial.heldBytes).toBe(1_800_000);
    expect(manager.storageUsedBytes("on_heap")).toBe(1_800_000);
    store.closePartial(put.partial);
    expect(manager.storageUsedBytes("on_heap")).toBe(0);
  },
);

test.each([
  ["3.5.6", "stored"],
  ["4.0.1", "failed"],
  ["4.2.0", "failed"],
] as const)("Spark %s: a block whose task is killed while it unrolls is %s", (version, kind) => {
  const { manager, store } = unifiedWorld(version, 100_000_000, 1_048_576);
  const killed = { ...demand, interruptedAfterLooks: 2 };
  const put = store.putValues({ blockId: "rdd_1_0", mode: "on_heap", taskId: 1 }, killed);
  expect(put.kind).toBe(kind);
  // What was reserved by then stays until the task is over.
  expect(store.unrollBytes).toBe(kind === "failed" ? 1_800_000 : 0);
  store.releaseUnrollOfTask(1);
  expect(manager.storageUsedBytes("on_heap")).toBe(kind === "failed" ? 0 : 2_600_000);
});

test("a killed unroll is told from one that found no memory, and only tasks are killed", () => {
  const { store } = unifiedWorld("4.0.1", 2_500_000, 1_048_576);
  const block = { blockId: "rdd_1_0", mode: "on_heap", taskId: 1 } as const;
  const put = store.putIteratorAsBytes(block, { ...demand, interruptedAfterLooks: 1 });
  expect(put).toMatchObject({ kind: "failed", interrupted: true });
  store.releaseUnrollOfTask(1);
  expect(store.putValues(block, demand)).toMatchObject({ kind: "failed", interrupted: false });
  store.releaseUnrollOfTask(1);
  const small = { checkedBytes: [10], finalBytes: 10, interruptedAfterLooks: 0 };
  const broadcast = { blockId: "broadcast_1", mode: "on_heap" } as const;
  expect(store.putValues(broadcast, small).kind).toBe("stored");
});

test("a refused first request leaves nothing behind", () => {
  const { store } = unifiedWorld("3.5.6", 1000, 1_048_576);
  const put = store.putValues(
    { blockId: "broadcast_0", mode: "on_heap", taskId: 1 },
    {
      checkedBytes: [10],
      finalBytes: 10,
    },
  );
  expect(put).toMatchObject({ kind: "failed", partial: { heldBytes: 0 } });
});

test("Spark 2.0 to 2.2 ask after every record and only for what the buffer lacks", () => {
  const { store } = unifiedWorld("2.1.3", 10_000, 100);
  const put = store.putIteratorAsBytes(
    { blockId: "rdd_1_0", mode: "on_heap", taskId: 1 },
    {
      checkedBytes: [90, 180, 9999, 12_000],
      finalBytes: 12_000,
    },
  );
  expect(put).toMatchObject({ kind: "failed", partial: { heldBytes: 9999 } });
});

test("Spark 2.3 asks every 16 records and for half as much again", () => {
  const { store } = unifiedWorld("2.3.4", 10_000, 100);
  const put = store.putIteratorAsBytes(
    { blockId: "rdd_1_0", mode: "on_heap", taskId: 1 },
    {
      checkedBytes: [1000, 7000],
      finalBytes: 8000,
    },
  );
  expect(put).toMatchObject({ kind: "failed", partial: { heldBytes: 1500 } });
});

test("an eviction passes by pinned blocks and those of the block's own RDD, eldest first", () => {
  const { store } = unifiedWorld("3.5.6", 1000);
  for (const blockId of ["rdd_1_0", "rdd_2_0", "rdd_3_0", "rdd_4_0"])
    store.putBytes({ blockId, mode: "on_heap" }, 250);
  store.get("rdd_2_0");
  store.pin("rdd_3_0");
  expect(store.putBytes({ blockId: "rdd_1_1", mode: "on_heap" }, 400)).toBe("stored");
  expect(store.takeEvicted().map((block) => block.blockId)).toEqual(["rdd_4_0", "rdd_2_0"]);
  expect(store.snapshot().blockIds).toEqual(["rdd_1_0", "rdd_3_0", "rdd_1_1"]);
});

test("nothing at all is evicted when it would not suffice", () => {
  const { store } = unifiedWorld("3.5.6", 1000);
  store.putBytes({ blockId: "rdd_1_0", mode: "on_heap" }, 500);
  store.putBytes({ blockId: "rdd_2_0", mode: "on_heap" }, 300);
  expect(store.putBytes({ blockId: "rdd_1_1", mode: "on_heap" }, 600)).toBe("no_space");
  expect(store.takeEvicted()).toEqual([]);
});

test("an evicted block goes to disk where its level has one", () => {
  const { store } = unifiedWorld("3.5.6", 1000);
  const level = {
    useDisk: true,
    useMemory: true,
    useOffHeap: false,
    deserialized: true,
    replication: 1,
  };
  store.putBytes({ blockId: "rdd_1_0", mode: "on_heap", level }, 800);
  store.putBytes({ blockId: "rdd_2_0", mode: "on_heap" }, 800);
  expect(store.takeEvicted()).toEqual([
    { blockId: "rdd_1_0", bytes: 800, mode: "on_heap", toDisk: true },
  ]);
  expect(store.isOnDisk("rdd_1_0")).toBe(true);
});

test.each([
  ["1.6.1", 400],
  ["1.6.3", 600],
  ["3.5.6", 500],
] as const)("Spark %s prints %i as free after storing 400 of 1000", (version, printed) => {
  const { manager, store } = unifiedWorld(version, 1000);
  manager.acquireExecution(1, 100, "on_heap");
  store.putBytes({ blockId: "rdd_1_0", mode: "on_heap" }, 400);
  const offHeap = version === "3.5.6" ? 1000 : 0;
  const execution = version === "1.6.3" ? 100 : 0;
  expect(store.storedLineFreeBytes()).toBe(printed + offHeap - execution);
});
