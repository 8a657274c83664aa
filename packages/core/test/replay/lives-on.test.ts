/** Executors whose files a driver forgot after a fetch failure: one that works on is no loss. */
import { expect, test } from "vitest";
import type { LogFact } from "../../src/log-fact.ts";
import { lossesAt, lossesOf, lost } from "./driver-losses.ts";

function started(executorId: string): LogFact {
  const task = { taskId: 7, stageId: 1, partition: 0 };
  return { kind: "driver_task_started", executorId, host: "node7", ...task };
}

const forgotten = [
  "Executor lost: 4 (epoch 20)",
  "Removing block manager BlockManagerId(4, node7, 7337, None)",
  "Trying to remove executor 4 from BlockManagerMaster.",
];

test.each(forgotten)("an executor that starts a task after %j lives", (reason) => {
  const files = lost({ executorId: "4", reason });
  expect(lossesOf(files, started("4"))).toEqual([]);
  expect(lossesOf(files)).toMatchObject([{ executorId: "4" }]);
  expect(lossesOf(started("4"), files)).toMatchObject([{ executorId: "4" }]);
  expect(lossesOf(files, started("5"))).toMatchObject([{ executorId: "4" }]);
});

const minute = 60_000_000;

/** A task that could not fetch from executor 4. */
const fetchFailed: LogFact = {
  kind: "driver_task_ended",
  taskId: 7,
  executorId: "5",
  lostReason:
    "FetchFailed(BlockManagerId(4, node7, 7337, None), shuffleId=0, mapIndex=1, mapId=1, reduceId=0, message=",
};

test.each(forgotten)("within a minute of a failed fetch %j is no loss of its own", (reason) => {
  const files = lost({ executorId: "4", reason });
  const other = lost({ executorId: "5", reason });
  expect(lossesOf(fetchFailed, files)).toEqual([]);
  expect(lossesAt([0, fetchFailed], [minute, files])).toEqual([]);
  expect(lossesAt([0, fetchFailed], [minute + 1, files])).toMatchObject([{ executorId: "4" }]);
  expect(lossesOf(files, fetchFailed)).toMatchObject([{ executorId: "4" }]);
  expect(lossesOf(fetchFailed, other)).toMatchObject([{ executorId: "5" }]);
});

test("a loss of which the scheduler knows why follows a failed fetch, and is one", () => {
  const told = lost({ executorId: "4", reason: "Command exited with code 137" });
  expect(lossesOf(fetchFailed, told)).toMatchObject([{ executorId: "4", removedClass: "killed" }]);
});

test("one whose loss the scheduler tells is lost, whatever was started late", () => {
  const told = lost({ executorId: "4", reason: "Command exited with code 137" });
  const files = lost({ executorId: "4", reason: "Executor lost: 4 (epoch 20)" });
  for (const facts of [
    [told, files, started("4")],
    [files, started("4"), told],
  ])
    expect(lossesOf(...facts)).toMatchObject([{ executorId: "4", removedClass: "killed" }]);
});
