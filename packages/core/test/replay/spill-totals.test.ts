/**
 * Spills whose lines name a thread and no task: the totals of the event log tell whose they were,
 * and how much they freed.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const info = { memory: 1_000_000_000, level: "info" } as const;

test("threads are told apart by what their tasks spilled in all", () => {
  const { spills } = replayText(
    `
       0 1 start 1000000000
      10 1 run task-1
      10 1 run task-2
      20 1 spilling ExternalSorter 9.0MiB thread 41 times 1
      21 1 spilling ExternalSorter 9.1MiB thread 40 times 1
      30 1 spilling ExternalSorter 5.0MiB thread 41 times 2
      40 1 ended task-1 since 10 spilled 9546000 to-disk 900000
      40 1 finish task-1
      50 1 ended task-2 since 10 spilled 14680000 to-disk 1400000
      50 1 finish task-2`,
    info,
  );
  expect(spills.map((s) => [s.ts, s.taskId, s.origin])).toEqual([
    [20_000, 2, "derived"],
    [21_000, 1, "derived"],
    [30_000, 2, "derived"],
  ]);
  // The only spill of a task has its totals; those of several add up to them.
  expect(spills[1]).toMatchObject({
    memoryBytes: 9_546_000,
    memoryBytesMin: 9_546_000,
    memoryBytesMax: 9_546_000,
    diskBytes: 900_000,
  });
  expect((spills[0]?.memoryBytes ?? 0) + (spills[2]?.memoryBytes ?? 0)).toBe(14_680_000);
  expect(spills[0]?.diskBytes).toBeUndefined();
});

test("tasks that spilled the same are taken in the order in which they began, as assumed", () => {
  const { spills } = replayText(
    `
       0 1 start 1000000000
      10 1 run task-2
      11 1 run task-1
      20 1 spilling ExternalSorter 9.0MiB thread 41 times 1
      21 1 spilling ExternalSorter 9.0MiB thread 40 times 1
      40 1 ended task-1 since 11 spilled 9437184
      40 1 finish task-1
      50 1 ended task-2 since 10 spilled 9437184
      50 1 finish task-2`,
    info,
  );
  expect(spills.map((s) => [s.taskId, s.origin, s.memoryBytes])).toEqual([
    [2, "assumed", 9_437_184],
    [1, "assumed", 9_437_184],
  ]);
});

test("a line that no total explains names no task", () => {
  const { spills } = replayText(
    `
       0 1 start 1000000000
      10 1 run task-1
      10 1 run task-2
      20 1 spilling ExternalSorter 9.0MiB thread 41 times 1
      40 1 ended task-1 since 10 spilled 700
      50 1 ended task-2 since 10 spilled 800`,
    info,
  );
  expect(spills).toMatchObject([{ taskId: undefined, memoryBytes: 9_437_184, origin: "logged" }]);
});

test("a sorter prints its pointer array, which it does not count as spilled", () => {
  const { spills } = replayText(
    `
       0 1 start 1000000000
      10 1 run task-1
      20 1 spilling UnsafeExternalSorter 18.0MiB thread 40 times 0 on task-1
      40 1 ended task-1 since 10 spilled 14680064`,
    info,
  );
  expect(spills).toMatchObject([{ memoryBytes: 14_680_064, memoryBytesMax: 14_680_064 }]);
});

test("sorters made of hash maps print their arrays alone and free the maps' pages as well", () => {
  const { spills } = replayText(
    `
       0 1 start 1000000000
      10 1 run task-1
      20 1 spilling UnsafeExternalSorter 4.0MiB thread 40 times 0 on task-1
      30 1 spilling UnsafeExternalSorter 512.0KiB thread 40 times 0 on task-1
      40 1 ended task-1 since 10 spilled 25689792`,
    info,
  );
  const freed = spills.map((spill) => spill.memoryBytes ?? 0);
  expect(freed.reduce((sum, bytes) => sum + bytes, 0)).toBe(25_689_792);
  expect(spills[0]).toMatchObject({ memoryBytesMin: 4_141_876, memoryBytesMax: 25_689_792 });
});
