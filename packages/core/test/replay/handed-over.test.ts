/**
 * Blocks that a leaving executor hands to others, and what block updates leave out of broadcasts.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const memory = 1_000_000;
const LEAVES = {
  memory,
  conf: { "spark.decommission.enabled": "true", "spark.eventLog.logBlockUpdates.enabled": "true" },
};

test("a block that an executor's log hands over leaves its memory at that line", () => {
  const { memory_timeline, block_events } = replayText(
    `
      0 1 start 1000000
     10 1 run task-1
     20 1 store rdd_0_0 100000 free 900000
     30 1 store rdd_0_1 200000 free 700000
     40 1 finish task-1
     50 1 migrated rdd_0_0`,
    { ...LEAVES, level: "info" },
  );
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(200_000);
  const last = block_events.at(-1);
  expect([last?.op, last?.blockId, last?.origin]).toEqual(["remove", "rdd_0_0", "logged"]);
});

test("at DEBUG the removal of such a block has a line of its own, and one row", () => {
  const { block_events } = replayText(
    `
      0 1 start 1000000
     20 1 store rdd_0_0 100000 free 900000
     50 1 migrated rdd_0_0
     51 1 remove rdd_0_0 100000 free 1000000`,
    LEAVES,
  );
  expect(block_events.map(({ op }) => op)).toEqual(["store", "remove"]);
});

const HANDED_OVER = `
      0 1 registered 1000000
      0 2 registered 1000000
     10 1 reported rdd_0_0 100000
     10 1 reported rdd_0_1 100000
     20 1 launched task-1
     30 2 reported rdd_0_0 100000
     30 1 reported rdd_0_0 evicted
     30 1 reported rdd_0_1 evicted
     40 1 ended task-1 since 20`;

test("in block updates a block that another executor has just stored is handed over, not evicted", () => {
  const { block_events } = replayText(HANDED_OVER, LEAVES);
  const left = block_events.filter(({ op, executorId }) => executorId === "1" && op !== "store");
  expect(left.map(({ op, blockId }) => [blockId, op])).toEqual([
    ["rdd_0_0", "remove"],
    ["rdd_0_1", "evict"],
  ]);
});

test("where executors do not hand over what they hold, it was evicted", () => {
  const { block_events } = replayText(HANDED_OVER, { memory });
  expect(block_events.filter(({ op }) => op === "evict")).toHaveLength(2);
});

test("a broadcast's value has a row after its pieces, with the size that another executor's log prints", () => {
  const { block_events, memory_timeline } = replayText(
    `
      0 1 start 1000000
      0 2 registered 1000000
     10 1 run task-1
     20 1 store broadcast_0_piece0 5000 bytes free 995000
     30 1 store broadcast_0 9000 free 986000
     40 2 launched task-2
     50 2 reported broadcast_0_piece0 5000
     50 2 reported broadcast_1_piece0 1000
     50 2 reported rdd_0_0 100000
     60 2 ended task-2 since 40`,
    { memory, level: "info" },
  );
  const stores = block_events.filter(({ executorId }) => executorId === "2");
  expect(
    stores.map(({ blockId, memoryBytesMin, memoryBytesMax, origin }) => [
      blockId,
      memoryBytesMin,
      memoryBytesMax,
      origin,
    ]),
  ).toEqual([
    ["broadcast_0_piece0", 5000, 5000, "logged"],
    ["broadcast_1_piece0", 1000, 1000, "logged"],
    ["broadcast_0", 9000, 9000, "assumed"],
    ["broadcast_1", 0, 16_000, "assumed"],
    ["rdd_0_0", 100_000, 100_000, "logged"],
  ]);
  const held = memory_timeline.filter(({ executorId }) => executorId === "2").at(-1);
  expect(held?.storageUsed.atLeast).toBe(115_000);
  expect(held?.storageUsed.atMost).toBe(131_000);
});
