/** Logs that lack a part in the middle: a rotated file was deleted, or lines were dropped. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const story = (lines: string) =>
  replayText(
    `
        0 1 start 1000
        5 1 launched task-1
        6 1 launched task-2
       10 1 run task-1
       11 1 run task-2
       20 1 store rdd_0_0 300 free 700
     1000 1 ended task-1 since 5
     1100 1 ended task-2 since 6
    ${lines}`,
    { memory: 1000, level: "info" },
  );

test("where all tasks ended in no line, what memory holds is unknown until a line tells", () => {
  const { diagnostics, memory_timeline, block_events } = story(`
     3000 1 run task-3
     3010 1 store rdd_1_0 100 free 500
     4000 1 finish task-3`);
  expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([["log_part_missing", 9]]);
  const at = (ts: number) => memory_timeline.findLast((row) => row.ts === ts)?.storageUsed;
  expect(at(20_000)?.bytes).toBeUndefined();
  expect(at(3_000_000)).toMatchObject({ atLeast: 0, atMost: 1000 });
  const last = memory_timeline.at(-1)?.storageUsed;
  expect(last).toMatchObject({ atLeast: 100, bytes: 500, atMost: 500 });
  expect(block_events.map(({ op }) => op)).not.toContain("remove");
});

test("a task that began and ended in no line shows it, too", () => {
  const { diagnostics } = story(`
     1001 1 finish task-1
     1101 1 finish task-2
     1200 1 launched task-3
     2000 1 ended task-3 since 1200
     3010 1 store rdd_1_0 100 free 500`);
  expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([["log_part_missing", 13]]);
});

test("a pause in which nothing ended is no lost part", () => {
  const { diagnostics, memory_timeline } = story(`
     1001 1 finish task-1
     1101 1 finish task-2
     9000 1 store rdd_1_0 100 free 600`);
  expect(diagnostics).toEqual([]);
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 400, atMost: 400 });
});

test("nor is one line that is lost while another task runs on", () => {
  const { diagnostics } = story(`
     2000 1 store rdd_1_0 100 free 600
     2100 1 finish task-2`);
  expect(diagnostics).toEqual([]);
});

test("a task whose first line was lost shows at its end what its totals say", () => {
  const { task_memory_timeline } = replayText(
    `
        0 1 start 1000
        5 1 launched task-1
        6 1 launched task-2
       10 1 run task-1
      900 1 finish task-1
      901 1 ended task-1 since 5
     1000 1 finish task-2
     1001 1 ended task-2 since 6 peak 400 on-heap 400`,
    { memory: 1000, level: "info", spark: "4.1.0" },
  );
  expect(task_memory_timeline.map(({ taskId, executionUsed }) => [taskId, executionUsed])).toEqual([
    [2, expect.objectContaining({ atLeast: 392, atMost: 408 })],
  ]);
});
