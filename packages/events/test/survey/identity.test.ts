/** Whose log it is, where nothing but its tasks and their times can tell. */
import { expect, test } from "vitest";
import { EventLogSample } from "../../src/survey/event-log-sample.ts";
import { tieTo } from "../../src/survey/identity.ts";
import { LogSample } from "../../src/survey/log-sample.ts";

const HOUR = 3_600_000;
const launched = (taskId: number): number => Date.UTC(2026, 10, 21, 2) + 1000 * taskId;

/** Five tasks of 700 ms on executor 1, and what its log says of them by a clock that is ahead. */
function tie(hoursAhead: number): string | undefined {
  const events = new EventLogSample();
  const log = new LogSample();
  log.executorId = "1";
  log.wholeSeconds = false;
  for (let taskId = 0; taskId < 5; taskId++) {
    events.tasks.set(taskId, {
      executorId: "1",
      stageId: 0,
      stageAttemptId: 0,
      index: taskId,
      attempt: 0,
      launchedMs: launched(taskId),
      finishedMs: launched(taskId) + 700,
    });
    const wallMs = launched(taskId) + hoursAhead * HOUR;
    const said = { taskId, place: 2 * taskId, stageId: 0, index: taskId };
    log.moments.push({ ...said, what: "running", wallMs: wallMs + 4 });
    log.moments.push({ ...said, what: "finished", wallMs: wallMs + 695, place: said.place + 1 });
  }
  return tieTo({ appId: "app-20261121020000-0000", attemptId: "", events }, log)?.evidence;
}

test.each([0, 14, -12])("a clock that is %i h ahead is one of a zone: the log fits", (hours) => {
  expect(tie(hours)).toContain("5 of 5 tasks");
});

test.each([15, -15, 24])("no zone is %i h ahead: the same tasks ran in another run", (hours) => {
  expect(tie(hours)).toBeUndefined();
});
