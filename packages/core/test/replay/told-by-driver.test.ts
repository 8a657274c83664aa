/** Blocks of executors without a log of their own, from the driver's log alone. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const DRIVER = { level: "info", spark: "3.2.1" } as const;
const BEGINNING = `
      0 driver start 100.0MiB
     10 driver registers 1 100.0MiB`;

test("a block that the driver's log adds is stored, within what its printed size can mean", () => {
  const { block_events, memory_timeline } = replayText(
    `${BEGINNING}
     20 driver hears rdd_3_0 12.0MiB host 1`,
    DRIVER,
  );
  const of1 = block_events.filter(({ executorId }) => executorId === "1");
  expect(of1.map(({ op, blockId }) => [op, blockId])).toEqual([["store", "rdd_3_0"]]);
  expect(of1[0]?.memoryBytesMin).toBeLessThan(12 * 1024 * 1024);
  expect(of1[0]?.memoryBytesMax).toBeGreaterThan(12 * 1024 * 1024);
  const held = memory_timeline.filter(({ executorId }) => executorId === "1").at(-1);
  expect(held?.storageUsed.bytes).toBe(of1[0]?.memoryBytes);
  // Nobody tells what its tasks hold, so none of what depends on it.
  expect(held?.executionUsed).toEqual({ bytes: undefined, atLeast: undefined, atMost: undefined });
  expect(held?.storagePool.bytes).toBeUndefined();
  expect(held?.activeTasks).toBeUndefined();
});

test("one that leaves memory was evicted, one that is on disk from then on was dropped there", () => {
  const { block_events, memory_timeline } = replayText(
    `${BEGINNING}
     20 driver hears rdd_3_0 12.0MiB host 1
     30 driver hears rdd_3_1 12.0MiB host 1
     40 driver hears-no-more rdd_3_0 12.0MiB host 1
     50 driver hears-of-disk rdd_3_1 4.0MiB host 1
     60 driver hears broadcast_7_piece0 1.0MiB host 1
     70 driver hears-no-more broadcast_7_piece0 1.0MiB host 1`,
    DRIVER,
  );
  const of1 = block_events.filter(({ executorId, op }) => executorId === "1" && op !== "store");
  expect(of1.slice(0, 2).map(({ op, blockId }) => [op, blockId])).toEqual([
    ["evict", "rdd_3_0"],
    ["drop_to_disk", "rdd_3_1"],
  ]);
  expect(of1.slice(2).every(({ op }) => op === "remove")).toBe(true);
  expect(
    memory_timeline.filter(({ executorId }) => executorId === "1").at(-1)?.storageUsed.bytes,
  ).toBe(0);
});

test("a block that is in memory and on disk has two lines of one report, and stays", () => {
  const { block_events } = replayText(
    `${BEGINNING}
     20 driver hears rdd_3_0 12.0MiB host 1
     20 driver hears-of-disk rdd_3_0 4.0MiB host 1`,
    DRIVER,
  );
  expect(block_events.filter(({ executorId }) => executorId === "1").map(({ op }) => op)).toEqual([
    "store",
  ]);
});

test("an unpersisted RDD leaves without a line a block", () => {
  const { block_events } = replayText(
    `${BEGINNING}
     20 driver hears rdd_3_0 12.0MiB host 1
     30 driver unpersists 3`,
    DRIVER,
  );
  expect(block_events.at(-1)).toMatchObject({ executorId: "1", op: "remove", blockId: "rdd_3_0" });
});

test("where the event log reports blocks, the driver's lines add nothing", () => {
  const { block_events } = replayText(
    `
      0 1 registered 1000000
     10 driver start 100.0MiB
     15 driver registers 1 100.0MiB
     20 driver hears rdd_3_0 600B host 1
     20 1 reported rdd_3_0 600`,
    {
      ...DRIVER,
      memory: 1_000_000,
      conf: { "spark.eventLog.logBlockUpdates.enabled": "true" },
    },
  );
  expect(block_events.filter(({ executorId }) => executorId === "1")).toHaveLength(1);
});

test("before 1.6 such blocks are told, too", () => {
  const { block_events } = replayText(
    `
      0 driver start 265.4MB
     10 driver registers 1 256.0MB
     20 driver hears input-1-7 12.0MB host 1`,
    { level: "info", spark: "1.3.1" },
  );
  expect(block_events.map(({ executorId, op }) => [executorId, op])).toEqual([["1", "store"]]);
});
