/** Logs that tell a part of an executor's life: what they leave open is unknown, and never a number. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

test("a log that stops while tasks go on says nothing of the rest", () => {
  const { diagnostics, memory_timeline } = replayText(
    `
        0 1 start 1000
        5 1 launched task-1
       10 1 run task-1
       20 1 store rdd_0_0 300 bytes free 700
    10000 1 ended task-1 since 5`,
    { memory: 1000, level: "info" },
  );
  const last = memory_timeline.at(-1);
  expect(last).toMatchObject({ ts: 20_000, activeTasks: undefined });
  expect(last?.storageUsed.bytes).toBeUndefined();
  expect(last?.executionUsed.bytes).toBeUndefined();
  expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([["log_ends_early", 4]]);
});

test("a log that ends with its executor's last task is whole", () => {
  const { diagnostics, memory_timeline } = replayText(
    `
        0 1 start 1000
        5 1 launched task-1
       10 1 run task-1
       20 1 store rdd_0_0 300 bytes free 700
     1000 1 finish task-1
     1001 1 ended task-1 since 5`,
    { memory: 1000, level: "info" },
  );
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(300);
  expect(diagnostics).toEqual([]);
});

test("at DEBUG what tasks held before the log begins is bounded by what is free", () => {
  const { memory_timeline } = replayText(
    `
      100 1 acquire task-7 100 by map
      110 1 store rdd_5_0 100 bytes free 300
      200 1 finish task-7
      210 1 store rdd_5_1 100 bytes free 800`,
    { memory: 1000 },
  );
  const first = memory_timeline[0];
  expect(first?.executionUsed).toMatchObject({ atLeast: 0, atMost: 1000 });
  expect(first?.storagePool).toMatchObject({ atLeast: 0, atMost: 1000 });
  const stored = memory_timeline.find(({ ts }) => ts === 110_000);
  expect(stored?.executionUsed).toMatchObject({ atLeast: 100, atMost: 600 });
  expect(memory_timeline.at(-1)?.executionUsed).toMatchObject({ atLeast: 0, atMost: 0 });
});

test("a block that a later line reads is not inferred to be gone", () => {
  const { block_events } = replayText(
    `
        0 1 start 1000000
       10 1 store rdd_0_0 300000 free 700000
     1000 1 store rdd_1_0 100000 free 900000
     1010 1 store rdd_1_1 100000 free 800000
     1020 1 store rdd_1_2 100000 free 700000
     2000 1 found rdd_0_0`,
    { memory: 1_000_000, level: "info" },
  );
  expect(block_events.filter(({ op }) => op === "remove")).toEqual([]);
});
