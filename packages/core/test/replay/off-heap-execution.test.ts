/**
 * Where Tungsten lives off-heap, a log without grants has two kinds of tasks: queries hold that
 * memory, collections the heap.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const settings = {
  memory: 2000,
  level: "info",
  conf: { "spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "100000000" },
} as const;

const peak = (mode: string, { memory_timeline }: ReturnType<typeof replayText>): number =>
  Math.max(
    ...memory_timeline
      .filter((row) => row.mode === mode)
      .map((row) => row.executionUsed.bytes ?? 0),
  );

const story = (query: string): string => `
       0 1 start 100002000
       5 - ${query}
      10 - launched task-1 stage 3
      10 1 run task-1 stage 3
      60 1 run task-2 stage 3
     100 1 finish task-1
     100 - ended task-1 stage 3 peak 50000000 took 90`;

test("a query's task holds off-heap memory, and none of the heap", () => {
  const rows = replayText(story("query 3"), settings);
  expect(peak("off_heap", rows)).toBeGreaterThan(10_000_000);
  expect(peak("on_heap", rows)).toBe(0);
});

test("a task of no query keeps its collections on the heap", () => {
  const rows = replayText(story("unpersisted 9"), settings);
  expect(peak("off_heap", rows)).toBe(0);
});

const least = (mode: string, { memory_timeline }: ReturnType<typeof replayText>): number =>
  Math.max(
    ...memory_timeline
      .filter((row) => row.mode === mode)
      .map((row) => row.executionUsed.atLeast ?? 0),
  );

test("what a sorter prints as it spills is held at that moment, and no longer for sure", () => {
  const rows = replayText(
    `
       0 1 start 100000000
      10 1 run task-1
      20 1 spilling UnsafeExternalSorter 64000000 thread 40 times 0 on task-1
      30 1 finish task-1`,
    { memory: 100_000_000, level: "info" },
  );
  expect(least("on_heap", rows)).toBe(64_000_000);
  const last = rows.memory_timeline.findLast(({ mode }) => mode === "on_heap");
  expect(last?.executionUsed.atLeast).toBe(0);
});
