/**
 * Removals that only the driver tells of, at INFO: they went some time between two events with a
 * time.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

test("a broadcast that was reported as gone may be there until the next event with a time, and not after", () => {
  const { memory_timeline, block_events } = replayText(
    `
        0 1 start 1000000
        5 1 launched task-1
       10 1 run task-1
       20 1 store broadcast_0_piece0 300000 bytes
      100 1 ended task-1 since 5
      100 1 reported broadcast_0_piece0 gone
      110 1 finish task-1
      200 1 store rdd_0_0 100000 bytes
     1000 1 launched task-2
     1001 1 run task-2
     1002 1 finish task-2`,
    { memory: 1_000_000, level: "info" },
  );
  const between = memory_timeline.findLast((row) => row.ts < 1_000_000);
  expect(between?.storageUsed).toMatchObject({ atLeast: 100_000, atMost: 400_000 });
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 100_000, atMost: 100_000 });
  const removal = block_events.find((event) => event.op === "remove");
  expect(removal).toMatchObject({ blockId: "broadcast_0_piece0", ts: 1_000_000 });
});

test("a free that counts a removal reported within its second says that the removal came first", () => {
  const { replay_checks, block_events } = replayText(
    `
        0 1 start 1000000
        5 1 launched task-1
       10 1 store broadcast_0_piece0 300000 bytes free 700000
      100 1 store broadcast_1_piece0 100000 bytes free 900000
      120 1 launched task-2
      120 1 reported broadcast_0_piece0 gone
      900 1 launched task-3
     1100 1 store broadcast_2_piece0 100000 bytes free 800000`,
    { memory: 1_000_000, level: "info", precision: "seconds" },
  );
  const frees = replay_checks.filter((check) => check.quantity === "free");
  expect(frees.map(({ outcome, rule }) => [outcome, rule])).toEqual([
    ["predicted", undefined],
    ["explained", "removal_reported_late"],
    ["predicted", undefined],
  ]);
  const removals = block_events.filter((event) => event.op === "remove");
  expect(removals.map(({ blockId, ts }) => [blockId, ts])).toEqual([
    ["broadcast_0_piece0", 100_000],
  ]);
});

test("up to 3.4 a broadcast without flags was removed: evicted ones go to disk", () => {
  const { replay_checks, block_events } = replayText(
    `
        0 1 start 1000000
        5 1 launched task-1
       10 1 run task-1
       20 1 store broadcast_0_piece0 100000 bytes free 900000
       30 1 store broadcast_0 200000 free 700000
      100 1 reported broadcast_0_piece0 evicted
      200 1 ended task-1 since 5
      200 1 finish task-1
     4000 1 launched task-2
     5000 1 store broadcast_1_piece0 100000 bytes free 900000`,
    { memory: 1_000_000, level: "info", spark: "3.4.4" },
  );
  expect(replay_checks.filter(({ agrees }) => agrees === false)).toEqual([]);
  const removals = block_events.filter((event) => event.op === "remove");
  expect(removals.map(({ blockId }) => blockId)).toEqual(["broadcast_0", "broadcast_0_piece0"]);
});

test("without reports of blocks a driver's log tells which broadcasts went, with their values, and never an RDD's blocks", () => {
  const { replay_checks, block_events } = replayText(
    `
        0 1 start 1000000
        0 1 registered 1000000
        5 1 launched task-1
       10 1 run task-1
       20 1 store broadcast_0_piece0 100000 bytes free 900000
       30 1 store broadcast_0 200000 free 700000
       40 1 store rdd_0_0 100000 bytes free 600000
      100 1 finish task-1
     3000 driver hears-gone broadcast_0_piece0 100000
     3000 driver hears-gone rdd_0_0 100000
     5000 1 store broadcast_1_piece0 100000 bytes free 800000`,
    { memory: 1_000_000, level: "info" },
  );
  expect(replay_checks.filter(({ agrees }) => agrees === false)).toEqual([]);
  const removals = block_events.filter((event) => event.op === "remove");
  expect(removals.map(({ blockId }) => blockId)).toEqual(["broadcast_0", "broadcast_0_piece0"]);
});

test("what the event log reports is not removed a second time for a driver's line", () => {
  const { block_events } = replayText(
    `
        0 1 start 1000000
        0 1 registered 1000000
        5 1 launched task-1
       20 1 store broadcast_0_piece0 100000 bytes
       20 1 reported broadcast_0_piece0 100000
     3000 driver hears-gone broadcast_0_piece0 100000
     4000 1 run task-1
     5000 1 store rdd_0_0 100000 bytes`,
    { memory: 1_000_000, level: "info" },
  );
  expect(block_events.filter((event) => event.op === "remove")).toEqual([]);
});

test("a failed task may have held memory that its totals do not tell", () => {
  const { replay_checks } = replayText(
    `
        0 1 start 1000
        5 1 launched task-1
      300 1 ended task-1 since 5 failed java.lang.OutOfMemoryError peak 0
       10 1 run task-1
      150 1 totals execution 400 storage 0
      300 1 fail task-1 java.lang.OutOfMemoryError Java heap space`,
    { memory: 1000, level: "info" },
  );
  const check = replay_checks.find(({ quantity }) => quantity === "execution_used");
  expect(check?.agrees).toBe(true);
});

test("memory that is free where known blocks would be shows that one of a stream went without a word, the oldest", () => {
  const { replay_checks, block_events, memory_timeline } = replayText(
    `
        0 1 start 1000000
       10 1 store input-0-1 400000 bytes free 600000
       30 1 store input-0-2 200000 bytes free 400000
       40 1 store rdd_0_0 100000 free 300000
     5000 1 store rdd_0_1 100000 free 600000
     5010 1 store rdd_0_2 100000 free 500000
     5020 1 store rdd_0_3 100000 free 400000`,
    { memory: 1_000_000, level: "info" },
  );
  const frees = replay_checks.filter((check) => check.quantity === "free").slice(3);
  const silent = { agrees: false, outcome: "explained", rule: "silent_removal" };
  // Nothing goes before two more lines say the same, so all three were predicted without it.
  expect(frees).toMatchObject([
    { ...silent, replayedMax: 200_000 },
    { ...silent, replayedMax: 100_000 },
    { ...silent, replayedMax: 0 },
  ]);
  const removals = block_events.filter((event) => event.op === "remove");
  expect(removals.map(({ blockId, ts, origin }) => [blockId, ts, origin])).toEqual([
    ["input-0-1", 5_020_000, "assumed"],
  ]);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(600_000);
});

test("a broadcast that is being cleaned goes as far as a line shows, and a second later it is gone", () => {
  const { memory_timeline, block_events } = replayText(
    `
        0 1 start 1000000
       10 1 store broadcast_0_piece0 100000 bytes free 900000
       11 1 store broadcast_0_piece1 100000 bytes free 800000
       20 1 store broadcast_0 300000 free 500000
      490 1 store rdd_0_3 10000 free 890000
      495 1 store rdd_0_4 10000 free 880000
      500 1 store rdd_0_0 80000 free 800000
      510 1 store rdd_0_1 100000 free 700000
     2000 1 store rdd_0_2 100000 free 700000`,
    { memory: 1_000_000, level: "info" },
  );
  const cleaning = memory_timeline.findLast((row) => row.ts < 1_500_000);
  expect(cleaning?.storageUsed).toMatchObject({ atLeast: 200_000, atMost: 300_000 });
  const removals = block_events.filter((event) => event.op === "remove");
  expect(removals.map(({ blockId, ts }) => [blockId, ts])).toEqual([
    ["broadcast_0", 500_000],
    ["broadcast_0_piece0", 500_000],
    ["broadcast_0_piece1", 1_500_000],
  ]);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(300_000);
});

test("one line alone may be late: nothing goes for it", () => {
  const { replay_checks, block_events } = replayText(
    `
        0 1 start 1000000
       10 1 store input-0-1 400000 free 600000
     1000 1 store rdd_0_0 100000 free 900000
     1010 1 store rdd_0_1 100000 free 400000`,
    { memory: 1_000_000, level: "info" },
  );
  expect(block_events.some((event) => event.op === "remove")).toBe(false);
  const frees = replay_checks.filter((check) => check.quantity === "free");
  expect(frees[1]).toMatchObject({ agrees: false, rule: "stale_line", usedFor: "none" });
});

test("blocks of RDDs, which have a line when they go, are the last to be missed", () => {
  const { block_events } = replayText(
    `
        0 1 start 1000000
       10 1 store rdd_0_0 300000 free 700000
       20 1 store taskresult_7 300000 bytes free 400000
     1000 1 store rdd_1_0 100000 free 600000
     1010 1 store rdd_1_1 100000 free 500000
     1020 1 store rdd_1_2 100000 free 400000`,
    { memory: 1_000_000, level: "info" },
  );
  const removals = block_events.filter((event) => event.op === "remove");
  expect(removals.map(({ blockId }) => blockId)).toEqual(["taskresult_7"]);
});

test("more free than all memory is no sign that blocks went, but of another layout", () => {
  const { block_events } = replayText(
    `
        0 1 store broadcast_0 100000 free 2900000
       10 1 start 1000000
       20 1 store rdd_0_0 100000 free 2800000
       30 1 store rdd_0_1 100000 free 2700000
       40 1 store rdd_0_2 100000 free 2600000`,
    { memory: 1_000_000, level: "info" },
  );
  expect(block_events.filter(({ op }) => op === "remove")).toEqual([]);
});

test("a removal reported between two lines leaves execution memory the time in which it grew", () => {
  const { memory_timeline } = replayText(
    `
        0 1 start 100000000
        5 1 launched task-1
       10 1 run task-1
       20 1 store broadcast_0_piece0 300000 bytes
     1000 1 launched task-2
     1000 1 reported broadcast_0_piece0 gone
     1100 1 launched task-3
    20000 1 ended task-1 since 5 peak 40000000
    20000 1 finish task-1`,
    { memory: 100_000_000, level: "info" },
  );
  const midway = memory_timeline.findLast((row) => row.ts < 10_000_000);
  expect(midway?.executionUsed.atMost).toBeGreaterThan(40_000_000);
  expect(midway?.storageUsed.atMost).toBe(0);
});
