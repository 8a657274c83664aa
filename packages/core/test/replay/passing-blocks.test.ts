/**
 * Where blocks are not reported (Spark's defaults, from 4.0 on even with the driver's log),
 * broadcasts and results go without a line.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const STORES = `
        0 1 start 1000000
       10 1 run task-1
       20 1 store broadcast_0_piece0 10000 bytes free 990000
       30 1 store broadcast_0 20000 free 970000
      100 1 finish task-1
     1000 1 run task-2
     1020 1 store broadcast_1_piece0 10000 bytes free 960000
     1030 1 store broadcast_1 20000 free 940000
     1100 1 finish task-2`;

test("until a statement tells, broadcasts may be there or gone; then the oldest that make up for it have gone", () => {
  const { memory_timeline, block_events, replay_checks } = replayText(
    `${STORES}
     5000 1 run task-3
     5020 1 store broadcast_2_piece0 10000 bytes free 960000`,
    { memory: 1_000_000, level: "info" },
  );
  expect(replay_checks.filter(({ agrees }) => agrees !== true)).toEqual([]);
  const before = memory_timeline.findLast((row) => row.ts < 5_000_000);
  expect(before?.storageUsed).toEqual({ bytes: 60_000, atLeast: 0, atMost: 60_000 });
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(40_000);
  const removals = block_events.filter(({ op }) => op === "remove");
  expect(removals.map(({ blockId, origin }) => [blockId, origin])).toEqual([
    ["broadcast_0", "assumed"],
    ["broadcast_0_piece0", "assumed"],
  ]);
});

test("a task's result goes first, and a block that is too large for what is missing stays", () => {
  const { block_events } = replayText(
    `
        0 1 start 1000000
       10 1 run task-1
       20 1 store broadcast_0_piece0 100000 bytes free 900000
       30 1 store broadcast_1_piece0 30000 bytes free 870000
       90 1 store taskresult_1 20000 bytes free 850000
      100 1 finish task-1
     5000 1 run task-3
     5020 1 store broadcast_2_piece0 10000 bytes free 890000`,
    { memory: 1_000_000, level: "info" },
  );
  const removals = block_events.filter(({ op }) => op === "remove");
  expect(removals.map(({ blockId }) => blockId)).toEqual(["taskresult_1", "broadcast_1_piece0"]);
});

test("what a running task reads is there", () => {
  const { memory_timeline } = replayText(
    `${STORES}
     5000 1 run task-3
     5020 1 store broadcast_2_piece0 10000 bytes free 930000
     5030 1 store rdd_0_0 100000 bytes free 830000`,
    { memory: 1_000_000, level: "info" },
  );
  expect(memory_timeline.at(-1)?.storageUsed).toEqual({
    bytes: 170_000,
    atLeast: 110_000,
    atMost: 170_000,
  });
});

test("where the event log reports blocks, what it does not report as gone is there", () => {
  const { memory_timeline } = replayText(
    `
        0 1 registered 1000000
        0 1 reported broadcast_0_piece0 10000${STORES}`,
    { memory: 1_000_000, level: "info" },
  );
  const { storageUsed } = memory_timeline.at(-1) ?? {};
  expect(storageUsed).toEqual({ bytes: 60_000, atLeast: 60_000, atMost: 60_000 });
});

const SHOWN_GONE = `${STORES}
     5000 1 run task-3
     5020 1 store broadcast_2_piece0 10000 bytes free 960000`;

test("a line that has more free than known blocks leave moves the best estimate at once, the rows of blocks later", () => {
  const { memory_timeline, block_events } = replayText(
    `${SHOWN_GONE}
     5030 1 store broadcast_2 20000 free 940000
     5040 1 store broadcast_3_piece0 10000 bytes free 930000`,
    { memory: 1_000_000, level: "info" },
  );
  const after = memory_timeline.findLast((row) => row.ts < 5_030_000);
  expect(after?.storageUsed).toEqual({ bytes: 40_000, atLeast: 10_000, atMost: 70_000 });
  const removals = block_events.filter(({ op }) => op === "remove");
  expect(removals.map(({ ts }) => ts)).toEqual([5_040_000, 5_040_000]);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(70_000);
});

test("where the next line has all known blocks in memory, the best estimate has them again", () => {
  const { memory_timeline } = replayText(
    `${SHOWN_GONE}
     5030 1 store broadcast_2 20000 free 910000
     5040 1 store broadcast_3_piece0 10000 bytes free 900000`,
    { memory: 1_000_000, level: "info" },
  );
  expect(memory_timeline.findLast((row) => row.ts < 5_030_000)?.storageUsed.bytes).toBe(40_000);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(100_000);
});
