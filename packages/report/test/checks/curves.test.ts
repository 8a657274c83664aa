/** What all executors held together along a run, as a baseline keeps it. */
import { expect, test } from "vitest";
import { memoryCurves } from "../../src/checks/curves.ts";
import { openDatabase } from "../../src/index.ts";
import type { MemoryCurves } from "../../src/picture/memory-curves.ts";
import { replayed } from "../replayed-by-hand.ts";
import { exact, rowsByHand, second, three } from "../rows-by-hand.ts";

const MEBI = 2 ** 20;

async function curvesOf(making: Parameters<typeof replayed>[0]): Promise<MemoryCurves | undefined> {
  const database = await openDatabase(await replayed(making));
  try {
    const [onHeap] = await memoryCurves(database, { appId: "app-1", attemptId: "1" });
    return onHeap;
  } finally {
    database.close();
  }
}

/** From 03:00:00, when the first task begins, to 03:00:48: a stretch a second. */
const application = { ...rowsByHand.applications, startedAt: three, endedAt: three + 48 * second };
const task = { ...rowsByHand.tasks, launchedAt: three, finishedAt: three + 40 * second };
const there = { removedAt: undefined, removedReason: undefined, removedClass: undefined };

test("executors are summed step by step, each stretch keeps its most, and what left is gone", async () => {
  const curves = await curvesOf((emit) => {
    emit("applications", application);
    emit("tasks", task);
    emit("executors", { ...rowsByHand.executors, ...there, executorId: "1" });
    emit("executors", {
      ...rowsByHand.executors,
      executorId: "2",
      removedAt: three + 30 * second,
    });
    const held = (executorId: string, seq: number, at: number, mebi: number): void => {
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        executorId,
        seq,
        ts: three + at * second,
        storageUsed: exact(mebi * MEBI),
        executionUsed: exact(0),
      });
    };
    held("driver", 1, 0, 500);
    held("1", 1, 0, 10);
    held("2", 1, 10, 20);
    held("1", 2, 20.1, 60);
    held("1", 3, 20.2, 5);
  });
  expect(curves?.seconds).toBe(48);
  expect(curves?.execution.best.every((mebi) => mebi === 0)).toBe(true);
  const best = curves?.storage.best ?? [];
  expect([0, 9, 10, 19, 20, 21, 29, 30, 31, 47].map((stretch) => best[stretch])).toEqual([
    10, 10, 30, 30, 80, 25, 25, 25, 5, 5,
  ]);
  expect(curves?.storage.least).toBeUndefined();
});

test("where one executor's memory is unknown their sum is, and bounds stay bounds", async () => {
  const unknown = { bytes: undefined, atLeast: undefined, atMost: undefined };
  const curves = await curvesOf((emit) => {
    emit("applications", application);
    emit("tasks", task);
    emit("executors", { ...rowsByHand.executors, ...there });
    const step = { ...rowsByHand.memory_timeline, executionUsed: exact(0) };
    const between = { bytes: 4 * MEBI, atLeast: 2 * MEBI, atMost: 9 * MEBI };
    emit("memory_timeline", { ...step, seq: 1, ts: three, storageUsed: between });
    emit("memory_timeline", { ...step, seq: 2, ts: three + 12 * second, storageUsed: unknown });
    emit("memory_timeline", { ...step, seq: 3, ts: three + 24 * second, storageUsed: exact(MEBI) });
  });
  const at = (points: readonly (number | null)[] | undefined): (number | null | undefined)[] =>
    [3, 15, 30].map((stretch) => points?.[stretch]);
  expect(at(curves?.storage.best)).toEqual([4, null, 1]);
  expect(at(curves?.storage.least)).toEqual([2, null, 1]);
  expect(at(curves?.storage.most)).toEqual([9, null, 1]);
});
