import type { Fact } from "@respark/core";
import { expect, test } from "vitest";
import { type SpreadLine, spreadSecond, TaskClock } from "../../src/observations/spread.ts";

/** The printed second of all tables, µs. */
const second = 7_000_000;

const plain: Fact = { kind: "task_assigned", taskId: 99 };
const assigned = (taskId: number): Fact => ({ kind: "task_assigned", taskId });
const running = (taskId: number): Fact => ({
  kind: "task_running",
  taskId,
  stageId: undefined,
  stageAttempt: undefined,
  index: undefined,
  attempt: undefined,
});
const finished = (taskId: number, how: "finished" | "failed" = "finished"): Fact => ({
  kind: "task_finished",
  taskId,
  how,
  resultBytes: undefined,
  viaBlockManager: false,
  errorClass: undefined,
  errorMessage: undefined,
});
const started: Fact = {
  kind: "driver_task_started",
  taskId: 1,
  executorId: "1",
  host: "h",
  stageId: 0,
  partition: 0,
};
const ended = (lostReason?: string): Fact => ({
  kind: "driver_task_ended",
  taskId: 1,
  executorId: "1",
  lostReason,
});

/** Moments inside the second, µs from its start; a fact for a line, at lines 10, 11 … */
function spread(
  facts: readonly Fact[],
  tasks?: TaskClock,
  { floor = second, nextLine = 10 + facts.length, numbers = facts.map((_, i) => 10 + i) } = {},
): number[] {
  const lines: SpreadLine[] = facts.map((fact, i) => ({
    fact,
    line: numbers[i] ?? 0,
    ts: undefined,
  }));
  spreadSecond(lines, 0, lines.length, { start: second, floor, nextLine }, tasks);
  return lines.map(({ ts }) => (ts ?? Number.NaN) - second);
}

/** Task 1 with these times, µs from the second's start. */
function taskOne(launched: number, end?: number): TaskClock {
  const tasks = new TaskClock();
  tasks.launched(1, second + launched);
  if (end !== undefined) tasks.finished(1, second + launched, second + end);
  return tasks;
}

test.each([
  // Each line stands in the middle of its share of the second.
  ["one line", [10], 11, 0, [500_000]],
  ["four lines", [10, 11, 12, 13], 14, 0, [125_000, 375_000, 624_999, 874_999]],
  ["lines of other records between", [10, 14], 20, 0, [50_000, 450_000]],
  ["a next line that is not behind them", [10], 10, 0, [500_000]],
  ["a floor inside the second", [10], 11, 600_000, [800_000]],
  ["a floor before the second", [10], 11, -5, [500_000]],
  ["a floor behind the second", [10, 11], 12, 5_000_000, [999_999, 999_999]],
])("%s: even by line number", (_, numbers, nextLine, floor, moments) => {
  const facts = numbers.map(() => plain);
  expect(spread(facts, undefined, { numbers, nextLine, floor: second + floor })).toEqual(moments);
});

test("only lines from … to are given a time", () => {
  const lines: SpreadLine[] = [1, 2, 3, 4].map((line) => ({ fact: plain, line, ts: undefined }));
  spreadSecond(lines, 1, 3, { start: second, floor: 0, nextLine: 4 }, undefined);
  expect(lines.map(({ ts }) => ts)).toEqual([
    undefined,
    second + 250_000,
    second + 749_999,
    undefined,
  ]);
});

// An assigned task is printed 4 ms after its launch, a finished one 6 ms before its finish; the
// driver prints both a millisecond behind its own event.
test.each<[string, Fact, TaskClock, number]>([
  ["assigned", assigned(1), taskOne(100_000), 104_000],
  ["running", running(1), taskOne(100_000), 104_000],
  ["finished", finished(1), taskOne(0, 300_000), 294_000],
  ["failed: no known moment", finished(1, "failed"), taskOne(0, 300_000), 500_000],
  ["finish unknown", finished(1), taskOne(0), 500_000],
  ["of an unknown task", assigned(2), taskOne(0), 500_000],
  ["driver's start", started, taskOne(100_000), 101_000],
  ["driver's end", ended(), taskOne(0, 300_000), 301_000],
  ["driver's end of a lost one", ended("lost"), taskOne(0, 300_000), 500_000],
  ["likely before the second", assigned(1), taskOne(-50_000), 0],
  ["likely behind the second", finished(1), taskOne(0, 2_000_000), 999_999],
  ["a launch behind the second", assigned(1), taskOne(2_000_000), 999_999],
  ["launch at the second's last µs", assigned(1), taskOne(999_999), 999_999],
  ["likely behind, bound inside", assigned(1), taskOne(998_000), 999_999],
])("a line that tells %s", (_, fact, tasks, moment) => {
  expect(spread([fact], tasks)).toEqual([moment]);
});

test("lines between two known moments are even between them", () => {
  const tasks = taskOne(96_000, 506_000);
  // Before the first: (0 … 100,000) over lines 10 … 12; between: 100,000 … 500,000 over 12 … 16.
  const facts = [plain, plain, assigned(1), plain, plain, plain, finished(1), plain];
  expect(spread(facts, tasks)).toEqual([
    25_000, 75_000, 100_000, 250_000, 350_000, 450_000, 500_000, 874_999,
  ]);
});

test("a line before a finish is not behind it, a line behind a launch not before it", () => {
  // By number alone line 10 stands at 500,000 of a second that has one line more.
  const early = spread([plain, finished(1)], taskOne(0, 20_000));
  expect(early).toEqual([7_000, 14_000]);
  const late = spread([assigned(1), plain], taskOne(900_000));
  expect(late[0]).toBe(904_000);
  expect(late[1]).toBeGreaterThan(904_000);
});

test("of two known moments in the wrong order the second says nothing", () => {
  const tasks = taskOne(500_000);
  tasks.launched(2, second + 500_000 - 300);
  // Task 2 is likely 300 µs before task 1, whose line is before: it is spread as any other.
  const [one, two] = spread([assigned(1), assigned(2)], tasks);
  expect(one).toBe(504_000);
  expect(two).toBeGreaterThan(504_000);
  // In the same moment both are told.
  tasks.finished(3, second, undefined);
  tasks.launched(4, second + 500_000);
  expect(spread([assigned(1), assigned(4)], tasks)).toEqual([504_000, 504_000]);
});

test("a finish holds the lines before it back, unless it lies outside the second", () => {
  const launched = (finish: number): TaskClock => {
    const tasks = taskOne(500_000);
    tasks.finished(2, second - 1e6, second + finish);
    return tasks;
  };
  // A finish is booked in whole milliseconds: its line stands before the next one.
  expect(spread([assigned(1), finished(2)], launched(500_500))).toEqual([501_499, 501_499]);
  expect(spread([assigned(1), finished(2)], launched(-999))[0]).toBe(500_000);
  expect(spread([assigned(1), finished(2)], launched(-1_000))[0]).toBe(504_000);
});

test("the first word on a launch holds, and a finish adds to it", () => {
  const tasks = new TaskClock();
  tasks.launched(1, 10);
  tasks.launched(1, 20);
  tasks.finished(1, 30, 40);
  tasks.finished(2, 50, undefined);
  expect(tasks.of(1)).toEqual({ launched: 10, finished: 40 });
  expect(tasks.of(2)).toEqual({ launched: 50, finished: undefined });
});

test("tasks that ended before a moment are forgotten, and no others", () => {
  const tasks = new TaskClock();
  tasks.launched(0, 1);
  for (let id = 1; id <= 10_000; id++) tasks.finished(id, id - 1, id);
  tasks.finished(10_001, 10_001, undefined);
  const sizes = [1, 2, 3, 5_000, 9_000, 10_000, 10_001, 10_002].map((moment) => {
    tasks.forgetBefore(moment);
    return tasks.size;
  });
  expect(sizes).toEqual([10_002, 10_001, 10_000, 5_003, 1_003, 3, 2, 1]);
  expect([tasks.of(0)?.launched, tasks.of(10_000)]).toEqual([1, undefined]);
});
