/**
 * Logs that tell a part of an executor's life: what they leave open is unknown, and never a number.
 */
import { expect, test } from "vitest";
import { type ReplayedStory, replayText } from "./replay-text.ts";

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

test("an application that runs on, or was killed: its tasks may hold all there is by then", () => {
  const { memory_timeline, task_memory_timeline } = replayText(
    `
        0 1 start 1000
        5 1 launched task-1
       10 1 run task-1
       20 1 store rdd_0_0 300 bytes free 650`,
    { memory: 1000, level: "info" },
  );
  const rows = memory_timeline.map(({ ts, executionUsed }) => [
    ts,
    executionUsed.atLeast,
    executionUsed.atMost,
  ]);
  // What the last line measured stands 20 ms, as between lines.
  expect(rows.slice(-2)).toEqual([
    [20_000, 50, 50],
    [40_001, 0, 700],
  ]);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(300);
  expect(task_memory_timeline.at(-1)).toMatchObject({
    taskId: 1,
    executionUsed: { atLeast: 0, atMost: 1000 },
  });
});

test("at DEBUG a task without a grant holds nothing as its log ends", () => {
  const { task_memory_timeline } = replayText(
    `
        0 1 start 1000
       10 1 run task-1
       15 1 run task-2
       20 1 acquire task-2 100 by map`,
    { memory: 1000 },
  );
  expect(new Set(task_memory_timeline.map(({ taskId }) => taskId))).toEqual(new Set([2]));
});

test("a log that stops before it has said anything says nothing of all that follows", () => {
  const { memory_timeline } = replayText(
    `
        0 1 start 1000
        5 1 launched task-1
    10000 1 ended task-1 since 5`,
    { memory: 1000, level: "info" },
  );
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBeUndefined();
  // Where the level hides its tasks, the last store is not the end of the log.
  const quiet = replayText(
    `
        0 1 start 1000
        5 1 launched task-1
       20 1 store rdd_0_0 300 bytes free 700
    10000 1 ended task-1 since 5`,
    { memory: 1000, level: "info" },
  );
  expect(quiet.memory_timeline.at(-1)?.storageUsed.bytes).toBe(300);
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

/** Largest bounds that any row gives a task, and where its track ends. */
function peakOf({ task_memory_timeline }: ReplayedStory, task: number) {
  const rows = task_memory_timeline.filter(({ taskId }) => taskId === task);
  return {
    atLeast: Math.max(...rows.map(({ executionUsed }) => executionUsed.atLeast ?? 0)),
    atMost: Math.max(...rows.map(({ executionUsed }) => executionUsed.atMost ?? 0)),
    endTs: rows.at(-1)?.endTs,
  };
}

test("at DEBUG a task that outlasts its log may hold more than the log grants", () => {
  const story = (end: string) =>
    replayText(
      `
        0 1 start 1000
        5 1 launched task-1
       10 1 run task-1
       20 1 acquire task-1 100 by map
    10000 1 ended task-1 since 5 ${end}`,
      { memory: 1000 },
    );
  // Without totals all that storage leaves, with totals what these allow.
  expect(peakOf(story(""), 1)).toEqual({ atLeast: 100, atMost: 1000, endTs: 10_000_000 });
  expect(peakOf(story("on-heap 400"), 1)).toEqual({ atLeast: 100, atMost: 408, endTs: 10_000_000 });
});

test("at DEBUG a task that began before its log holds what no line grants", () => {
  const story = replayText(
    `
      100 1 acquire task-7 100 by map
      110 1 store rdd_5_0 100 bytes free 300
      120 1 acquire task-7 50 by map
      130 1 run task-8
      140 1 acquire task-8 50 by map
      150 1 release task-8 50 by map
      200 1 finish task-7
      210 1 finish task-8`,
    { memory: 1000 },
  );
  expect(peakOf(story, 7)).toEqual({ atLeast: 150, atMost: 1000, endTs: 200_000 });
  const held = story.task_memory_timeline.findLast(({ taskId }) => taskId === 7);
  expect(held?.executionUsed).toMatchObject({ atLeast: 150, bytes: 400, atMost: 650 });
  expect(peakOf(story, 8)).toEqual({ atLeast: 50, atMost: 50, endTs: 150_000 });
});

test("a log that ends with all others leaves its tasks with what they hold", () => {
  const story = replayText("0 1 start 1000\n10 1 run task-1\n20 1 acquire task-1 100 by map", {
    memory: 1000,
  });
  expect(peakOf(story, 1)).toEqual({ atLeast: 100, atMost: 100, endTs: undefined });
});

test("a task that ended well without a line of its own shows that its log stops before", () => {
  const known = ({ memory_timeline }: ReplayedStory) => memory_timeline.at(-1)?.storageUsed.bytes;
  const story = (end: string) =>
    replayText(
      `
        0 1 start 1000
        5 1 launched task-1
       10 1 run task-1
       20 1 store rdd_0_0 300 bytes free 700
      900 1 ${end}`,
      { memory: 1000, level: "info" },
    );
  expect(known(story("ended task-1 since 5"))).toBeUndefined();
  // One that was lost with its executor may have printed nothing more.
  expect(known(story("ended task-1 since 5 failed ExecutorLostFailure"))).toBe(300);
});

test("a put whose end is in no line may hold all that is free", () => {
  const unrolled = (level: "debug" | "info", lines: string) =>
    replayText(
      `
        0 1 start 1000
        4 1 caches 0 rdd 1
        5 1 launched task-1 partition 3
       10 1 run task-1 stage 0 partition 3
       ${lines}
     9000 1 store rdd_9_8 1 bytes free 999
     9001 1 store rdd_9_9 1 bytes free 998
    10000 1 ended task-1 since 5`,
      { memory: 1000, level },
    ).memory_timeline.findLast(({ ts }) => ts === 9_000_000)?.unrollUsed.atMost;
  expect(unrolled("debug", "20 1 missing rdd_1_3 on task-1")).toBe(999);
  expect(unrolled("info", "")).toBe(999);
  // Its end is in sight, or the block is there.
  expect(unrolled("debug", "20 1 missing rdd_1_3 on task-1\n30 1 finish task-1")).toBe(0);
  expect(unrolled("info", "30 1 finish task-1")).toBe(0);
  expect(unrolled("info", "20 1 found rdd_1_3 on task-1")).toBe(0);
});
