/**
 * What a task's totals say of its execution memory: how high it went, and how that is spread over
 * its life.
 */
import { expect, test } from "vitest";
import type { TaskEvidence } from "../../src/replay/evidence.ts";
import {
  heldAt,
  heldTogether,
  mostShare,
  type PoolNow,
  peakOf,
  SHAPE_BREAKS,
  usualShare,
} from "../../src/replay/tasks/task-demand.ts";
import { replayText } from "./replay-text.ts";

const MIB = 1_048_576;

const pool = (of: Partial<PoolNow>): PoolNow => ({
  ceiling: 100 * MIB,
  running: 2,
  runningAtLeast: 2,
  peers: 2,
  holders: 2,
  sql: true,
  pageBytes: 8 * MIB,
  reports: { mapPeakOutlivesSpill: true, absentPeakIsNone: false },
  relationBytes: 0,
  ...of,
});

const task = (of: Partial<TaskEvidence>): TaskEvidence => ({
  taskId: 1,
  stageId: 0,
  partition: 0,
  launchedAt: 0,
  finishedAt: 1_000_000,
  failed: false,
  peakExecutionBytes: 0,
  peakOnHeapBytes: undefined,
  peakOffHeapBytes: undefined,
  memorySpilledBytes: 0,
  diskSpilledBytes: 0,
  shuffleBytes: 0,
  inputBytes: undefined,
  polledExecutionBytes: undefined,
  ...of,
});

test("an aggregation that reports its first array alone holds a page of rows beside it", () => {
  const peak = peakOf(task({ peakExecutionBytes: 262_144 }), pool({}), undefined);
  expect(peak).toEqual({
    atLeast: 0,
    atMost: 262_144 + 16 * MIB,
    best: 262_144 + 8 * MIB,
  });
});

test("what a query's operators report is the best estimate, and two of them may hold a page more", () => {
  const peak = peakOf(task({ peakExecutionBytes: 8_650_752 }), pool({}), undefined);
  expect(peak).toEqual({
    atLeast: Math.floor((8_650_752 - 5 * MIB) * 0.75),
    atMost: 8_650_752 + 16 * MIB,
    best: 8_650_752,
  });
  const large = peakOf(task({ peakExecutionBytes: 40 * MIB }), pool({}), undefined);
  expect(large.atMost).toBe(Math.ceil(40 * MIB * 1.85));
});

test("a page is the least that Spark derives where neither settings nor layout tell it", () => {
  const peak = peakOf(task({ peakExecutionBytes: MIB }), pool({ pageBytes: undefined }), undefined);
  expect(peak).toMatchObject({ atMost: 3 * MIB, best: MIB });
});

test("a broadcast relation that a join reports is no execution memory", () => {
  const joined = task({ peakExecutionBytes: 9_600_000 });
  expect(peakOf(joined, pool({ relationBytes: 9_600_000 }), undefined).atLeast).toBe(0);
});

test("a task that spilled had its share, of those tasks of its stage that hold memory", () => {
  const spilled = task({ peakExecutionBytes: MIB, memorySpilledBytes: 50 * MIB });
  expect(peakOf(spilled, pool({}), undefined)).toEqual({
    atLeast: Math.floor(50 * MIB * 0.45),
    atMost: 50 * MIB,
    best: Math.floor(50 * MIB * 0.9),
  });
  expect(peakOf(spilled, pool({ holders: 1 }), undefined).atMost).toBe(100 * MIB);
  // One that asks for nothing yet and one that has just spilled everything do not count in N.
  expect(peakOf(spilled, pool({ holders: 4 }), undefined).atMost).toBe(50 * MIB);
});

test("of a query's task that reports nothing, shuffled bytes alone leave a peak open", () => {
  expect(peakOf(task({ shuffleBytes: 0 }), pool({}), undefined).atMost).toBe(0);
  expect(peakOf(task({ shuffleBytes: 10 }), pool({}), undefined)).toEqual({
    atLeast: 0,
    atMost: 50 * MIB,
    best: 0,
  });
});

test("a task whose totals leave out its peak may have had all of the pool", () => {
  const untold = task({ peakExecutionBytes: undefined, shuffleBytes: 10 });
  const collects = pool({ sql: false, holders: 1 });
  expect(peakOf(untold, collects, undefined)).toEqual({ atLeast: 0, atMost: 100 * MIB, best: 0 });
  expect(peakOf({ ...untold, peakExecutionBytes: 0 }, collects, undefined).atMost).toBe(0);
  const of16 = { ...collects, reports: { mapPeakOutlivesSpill: false, absentPeakIsNone: true } };
  expect(peakOf(untold, of16, undefined).atMost).toBe(0);
});

test("up to 2.2 a query reports what its last map held, others may have filled its share", () => {
  const aggregates = task({ peakExecutionBytes: 6 * MIB });
  const small = { pageBytes: 2 * MIB };
  const forgets = pool({
    ...small,
    reports: { mapPeakOutlivesSpill: false, absentPeakIsNone: false },
  });
  expect(peakOf(aggregates, forgets, undefined)).toMatchObject({
    atMost: 50 * MIB,
    best: 6 * MIB,
  });
  expect(peakOf(aggregates, pool(small), undefined).atMost).toBe(Math.ceil(6 * MIB * 1.85));
});

test("a collection doubles what it has, and is measured every 32 records alone", () => {
  const peak = peakOf(task({ peakExecutionBytes: 12 * MIB }), pool({ sql: false }), undefined);
  expect(peak).toEqual({
    atLeast: Math.floor(7 * MIB * 0.75),
    atMost: Math.ceil(5 * MIB * 4 * 1.2 - 5 * MIB),
    best: 15 * MIB,
  });
});

test("peaks that a task's end tells of each mode are exact (4.0+)", () => {
  expect(peakOf(task({ peakExecutionBytes: 5 }), pool({}), 10 * MIB)).toEqual({
    atLeast: Math.floor(10 * MIB * 0.98),
    atMost: Math.ceil(10 * MIB * 1.02),
    best: 10 * MIB,
  });
  // What the pool granted before others spilled for the rest is not in its account.
  const spilled = task({ memorySpilledBytes: MIB });
  expect(peakOf(spilled, pool({}), 10 * MIB).atMost).toBe(50 * MIB);
});

test("operators hold most in the middle of a task's life, spilling ones earlier", () => {
  const query = { spilled: false, sql: true, reportedBytes: MIB };
  const tenths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => tenth / 10 + 0.01);
  expect(tenths.map((at) => usualShare(at, query))).toEqual([
    0.03, 0.12, 0.28, 0.4, 0.48, 0.53, 0.56, 0.51, 0.46, 0.25,
  ]);
  expect(tenths.map((at) => usualShare(at, { ...query, spilled: true }))).toEqual([
    0.02, 0.19, 0.4, 0.57, 0.67, 0.69, 0.64, 0.52, 0.43, 0.31,
  ]);
  expect(usualShare(2, query)).toBe(0.25);
});

test("a collection of 8 MiB holds nothing before it has outgrown 5 MiB, and then what it keeps", () => {
  const collection = { spilled: false, sql: false, reportedBytes: 8 * MIB };
  expect(usualShare(0.55, collection)).toBe(0);
  expect(usualShare(0.65, collection)).toBe(1);
  expect(usualShare(0.95, collection)).toBe(0.9);
  // Four times as large, it has a quarter of its peak by then.
  expect(usualShare(0.35, { ...collection, reportedBytes: 32 * MIB })).toBeCloseTo(15 / 35, 5);
});

test("a task holds nothing at first, little early, and may hold nothing at any time", () => {
  expect([0.01, 0.06, 0.15, 0.3].map((at) => mostShare(at, false))).toEqual([0, 0.35, 0.55, 1]);
  expect([0.01, 0.06, 0.15].map((at) => mostShare(at, true))).toEqual([0, 0.4, 1]);
  const peak = { atLeast: 5, atMost: 10, best: 8 };
  expect(heldAt(peak, { usual: 0.5, most: 0.35 })).toEqual({ atLeast: 0, atMost: 4, best: 4 });
  expect(SHAPE_BREAKS).toEqual([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
});

// Seen at most: 1000 bytes. In the sixth tenth of lives that did not spill, tasks hold 20 to 100 %
// of that at an instant, and 66 % or more at some moment within half a second.
test.each([
  ["the instant itself", { printedWithin: 0 }, 200],
  ["half a second's doubt", { printedWithin: 500_000 }, 430],
  ["a whole second's doubt", { printedWithin: 1_000_000 }, 660],
  ["more than a second's is as a second's", { printedWithin: 9_000_000 }, 660],
  ["lives twice as long change half as much", { lifeMicros: 10_000_000 }, 430],
  ["shorter lives do not change more", { lifeMicros: 1_000_000 }, 660],
])("what tasks hold together at least: %s", (_, of, atLeast) => {
  const usual = { progress: 0.55, lifeMicros: 5_000_000, spilled: false, printedWithin: 1_000_000 };
  const held = heldTogether(1000, { ...usual, ...of });
  expect(held.atMost).toBe(1000);
  expect(held.best).toBe(680);
  expect(Math.abs(held.atLeast - atLeast)).toBeLessThanOrEqual(1); // rounded down
});

test.each([
  [-1, false, 0, 50, 0],
  [0.1, false, 0, 300, 30],
  [0.49, true, 50, 1000, 700],
  [0.5, true, 100, 1000, 720],
  [1, true, 0, 800, 250],
])("at %d of their lives, spilled: %s, tasks hold %d to %d together", (...row) => {
  const [progress, spilled, atLeast, atMost, best] = row;
  const of = { progress, spilled, lifeMicros: 5_000_000, printedWithin: 0 };
  expect(heldTogether(1000, of)).toEqual({ atLeast, atMost, best });
});

test.each([
  [0.05, 0.35, 0.4],
  [0.1, 0.55, 1],
  [0.2, 1, 1],
])("from %d of its life on, a task holds at most the next share", (at, other, spilling) => {
  expect(mostShare(at, false)).toBe(other);
  expect(mostShare(at, true)).toBe(spilling);
});

test("a report beyond all that the pool has bounds nothing from below", () => {
  for (const told of [800 * MIB, 824_629_788_672]) {
    const peak = peakOf(task({ peakExecutionBytes: told }), pool({}), undefined);
    expect(peak).toEqual({ atLeast: 0, atMost: 100 * MIB, best: 100 * MIB });
    const exact = peakOf(task({ peakOnHeapBytes: told }), pool({}), told);
    expect(exact).toEqual({ atLeast: 0, atMost: 100 * MIB, best: 100 * MIB });
  }
});

// Tasks of one stage run the same code: what each holds of its peak is no chance of its own.
test("tasks whose peaks are exact may all be at their peak at once", () => {
  const tasks = [1, 2, 3].map(
    (id) => `
      ${id} 1 launched task-${id} stage 0
      ${10 + id} 1 run task-${id} stage 0`,
  );
  const ends = [1, 2, 3].map(
    (id) => `
      ${4000 + id} 1 finish task-${id}
      ${4010 + id} 1 ended task-${id} since ${id} peak 200000000 on-heap 200000000`,
  );
  const { memory_timeline } = replayText(
    `
      0 1 start 1000000000${tasks.join("")}
      2000 1 store rdd_0_0 1000 bytes${ends.join("")}`,
    { memory: 1_000_000_000, level: "info", spark: "4.1.0" },
  );
  const most = Math.max(...memory_timeline.map(({ executionUsed }) => executionUsed.atMost ?? 0));
  // An account may be 2 % low.
  expect(most).toBe(612_000_000);
});
