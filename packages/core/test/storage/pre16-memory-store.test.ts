/** The store of Spark 1.2–1.5, which counts for itself (spec 3.9). */

import { Pre16MemoryStore } from "@respark/core";
import { expect, test } from "vitest";
import { behaviourOf } from "../memory/world.ts";

function storeOf(version: string, maxMemoryBytes = 1000, maxUnrollBytes = 200): Pre16MemoryStore {
  return new Pre16MemoryStore(behaviourOf(version), {
    maxMemoryBytes,
    maxUnrollBytes,
    conf: new Map([["spark.storage.unrollMemoryThreshold", "100"]]),
  });
}

test.each(["1.2.2", "1.3.1", "1.4.1", "1.5.2"])(
  "Spark %s: unroll memory is granted only while something stays free",
  (version) => {
    const store = storeOf(version);
    expect(store.reserveUnroll(1, 999)).toBe(true);
    store.releaseUnrollOfTask(1);
    expect(store.reserveUnroll(1, 1000)).toBe(false);
  },
);

test.each(["1.2.2", "1.5.2"])(
  "Spark %s: the first request is never tried again, a later one evicts up to the cap",
  (version) => {
    const store = storeOf(version);
    store.putBytes({ blockId: "rdd_1_0", mode: "on_heap" }, 450);
    store.putBytes({ blockId: "rdd_1_1", mode: "on_heap" }, 450);
    const first = store.putValues(
      { blockId: "rdd_2_0", mode: "on_heap", taskId: 1 },
      {
        checkedBytes: [10],
        finalBytes: 10,
      },
    );
    expect(first.kind).toBe("failed");
    expect(store.takeEvicted()).toEqual([]);
    store.remove("rdd_1_1");
    store.putBytes({ blockId: "rdd_1_2", mode: "on_heap" }, 430);
    const second = store.putValues(
      { blockId: "rdd_2_1", mode: "on_heap", taskId: 1 },
      {
        checkedBytes: [150],
        finalBytes: 120,
      },
    );
    expect(second).toEqual({ kind: "stored", bytes: 120 });
    expect(store.takeEvicted().map((block) => block.blockId)).toEqual(["rdd_1_0"]);
    expect(store.unrollBytes).toBe(0);
  },
);

test("a block of the same RDD is not dropped for another", () => {
  const store = storeOf("1.5.2");
  store.putBytes({ blockId: "rdd_1_0", mode: "on_heap" }, 900);
  expect(store.putBytes({ blockId: "rdd_1_1", mode: "on_heap" }, 200)).toBe("no_space");
  expect(store.putBytes({ blockId: "rdd_2_1", mode: "on_heap" }, 200)).toBe("stored");
  expect(store.freeBytes).toBe(800);
  expect(store.putBytes({ blockId: "rdd_2_2", mode: "on_heap" }, 1001)).toBe("no_space");
});
