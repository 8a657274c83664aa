/** Reports wait until the tasks that they are about have ended, as far as so many may wait. */
import { expect, test } from "vitest";
import { DelayedReports } from "../../src/replay/delayed-reports.ts";

const at = { tsMin: undefined, tsMax: undefined, sourceFileId: 1, line: 1 };

/** Tasks that were replayed before their end was reported, where so many run at any time. */
function startsBeforeEnd(running: number): number {
  const ended = new Set<number>();
  let early = 0;
  const reports = new DelayedReports(({ kind, taskId }) => {
    if (kind === "started" && !ended.has(taskId)) early++;
  });
  const task = (taskId: number) => ({
    taskId,
    stageId: 0,
    index: undefined,
    updatedBlocks: undefined,
  });
  for (let taskId = 0; taskId < 10 * running; taskId++) {
    const ts = taskId * 1000;
    if (taskId >= running) {
      ended.add(taskId - running);
      reports.addTask("ended", { ts, at }, task(taskId - running));
    }
    reports.addTask("started", { ts, at }, task(taskId));
  }
  return early;
}

test.for([4, 250, 1000])("with %d tasks at a time each is replayed once its end is known", (n) => {
  expect(startsBeforeEnd(n)).toBe(0);
});

test("reports are replayed in their order, and ten minutes later at the latest", () => {
  const replayed: string[] = [];
  const reports = new DelayedReports(({ kind, ts }) => replayed.push(`${kind} ${ts}`));
  const task = { taskId: 1, stageId: 0, index: undefined, updatedBlocks: undefined };
  reports.addTask("started", { ts: 0, at }, task);
  reports.add(1, () => replayed.push("other 1"));
  reports.addTask("ended", { ts: 600_000_000, at }, task);
  expect(replayed).toEqual(["started 0"]);
  reports.drainUntil(Number.POSITIVE_INFINITY);
  expect(replayed).toEqual(["started 0", "other 1", "ended 600000000"]);
});
