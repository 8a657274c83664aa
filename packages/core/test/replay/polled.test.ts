/** What executors polled of their own pools, as their tasks' ends tell it. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const MIB = 1_048_576;
const POLLED_OFTEN = { "spark.executor.metrics.pollingInterval": "50ms" };

test("no more execution memory is held for long than any poll saw, and for a moment at the end as much as polls miss", () => {
  const { memory_timeline } = replayText(
    `
        0 1 start ${100 * MIB}
        5 1 launched task-1
        5 1 launched task-2
       10 1 run task-1
       10 1 run task-2
     4000 1 ended task-1 since 5 peak ${60 * MIB} polled ${40 * MIB}
     4000 1 ended task-2 since 5 peak ${60 * MIB} polled ${40 * MIB}
     4000 1 finish task-1
     4001 1 finish task-2`,
    { memory: 100 * MIB, level: "info", conf: POLLED_OFTEN },
  );
  const lasting = memory_timeline.filter((row) => row.endTs !== row.ts);
  expect(Math.max(...lasting.map((row) => row.executionUsed.atMost ?? 0))).toBe(40 * MIB);
  const most = Math.max(...memory_timeline.map((row) => row.executionUsed.atMost ?? 0));
  expect(most).toBe(Math.ceil((40 * MIB) / 0.7));
});

test("a task that ran alone held what was polled", () => {
  const { task_memory_timeline } = replayText(
    `
        0 1 start ${100 * MIB}
        5 1 launched task-1
       10 1 run task-1
     4000 1 ended task-1 since 5 peak ${30 * MIB} polled ${30 * MIB}
     4000 1 finish task-1`,
    { memory: 100 * MIB, level: "info", conf: POLLED_OFTEN },
  );
  const peak = task_memory_timeline.at(-1)?.executionUsed;
  expect(peak).toEqual({ bytes: 30 * MIB, atLeast: 30 * MIB, atMost: 30 * MIB });
});

test("a few polls in a long life bound nothing", () => {
  const { memory_timeline } = replayText(
    `
        0 1 start ${100 * MIB}
        5 1 launched task-1
       10 1 run task-1
    20000 1 ended task-1 since 5 peak ${60 * MIB} polled ${MIB}
    20000 1 finish task-1`,
    { memory: 100 * MIB, level: "info" },
  );
  const most = Math.max(...memory_timeline.map((row) => row.executionUsed.atMost ?? 0));
  expect(most).toBeGreaterThan(30 * MIB);
});

test("a broadcast's value is what polled storage memory holds beside the blocks that are known", () => {
  const { block_events } = replayText(
    `
        0 1 start ${100 * MIB}
        5 1 launched task-1
       10 1 run task-1
       20 1 store broadcast_0_piece0 2600 bytes
       21 1 store broadcast_0 4.9KiB
     1000 1 ended task-1 since 5 polled 0 storage ${2600 + 5040}
     1000 1 finish task-1`,
    { memory: 100 * MIB, level: "info", conf: POLLED_OFTEN },
  );
  const value = block_events.find((event) => event.blockId === "broadcast_0");
  expect(value).toMatchObject({ memoryBytesMin: 5040, memoryBytesMax: 5040 });
});

test("a broadcast's value has one size on every executor", () => {
  const { block_events } = replayText(
    `
        0 1 start ${100 * MIB}
        0 2 start ${100 * MIB}
       20 2 store broadcast_0 4.9KiB
       21 1 store broadcast_0 4.9KiB
       30 1 remove broadcast_0 5040 free ${100 * MIB}`,
    { memory: 100 * MIB },
  );
  const values = block_events.filter((event) => event.op === "store");
  expect(values.map((event) => event.memoryBytes)).toEqual([5040, 5040]);
});

test("nothing told, a value's size is still a multiple of 8", () => {
  const { block_events } = replayText("0 1 start 1000000\n20 1 store broadcast_0 4.9KiB", {
    memory: 1_000_000,
  });
  expect(block_events[0]).toMatchObject({ memoryBytesMin: 4968, memoryBytesMax: 5064 });
});

test("of two tasks side by side few hold more than usual at once: what they may add adds as squares", () => {
  const { memory_timeline } = replayText(
    `
        0 1 start ${100 * MIB}
        5 1 launched task-1
        5 1 launched task-2
       10 1 run task-1
       10 1 run task-2
    10000 1 ended task-1 since 5 peak ${12 * MIB}
    10000 1 ended task-2 since 5 peak ${12 * MIB}
    10000 1 finish task-1
    10001 1 finish task-2`,
    { memory: 100 * MIB, level: "info" },
  );
  const halfway = memory_timeline.findLast((row) => row.ts < 5_900_000)?.executionUsed;
  // Each has asked for 5 MiB by then, and may hold 19.
  expect(halfway?.bytes).toBe(10 * MIB);
  expect((halfway?.atMost ?? 0) / MIB).toBeCloseTo(10 + 0.9 * Math.SQRT2 * 14, 2);
});
