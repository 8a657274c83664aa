/**
 * What logs must hold by their own word is counted, and what is not there is said, with how much of
 * it.
 */
import { expect, test } from "vitest";
import type { EventFact } from "../../src/event-fact.ts";
import type { LogFact } from "../../src/log-fact.ts";
import { Completeness } from "../../src/replay/application/completeness.ts";
import {
  at,
  end,
  executorLog,
  finished,
  found,
  head,
  job,
  jobEnd,
  launched,
  lines,
  ran,
  running,
  stage,
  submitted,
  task,
  whole,
  without,
} from "./whole-logs.ts";

test("of whole logs nothing is missing", () => {
  const { events, executor } = found(whole, lines);
  expect(events).toMatchObject({ beginsLate: false, endsEarly: false, missing: 0 });
  expect(executor).toMatchObject({ beginsLate: false, missing: 0, missingKinds: [] });
  expect([events?.incomplete, executor?.incomplete]).toEqual([undefined, undefined]);
});

test("of a log alone that stops without a line of its end, nothing tells whether that is its end", () => {
  const stopping: LogFact = { kind: "executor_stopping", how: "commanded", reason: undefined };
  const open = lines.filter(({ kind }) => kind !== "executor_stopping" && kind !== "store_cleared");
  expect(found([], open).executor?.endsEarly).toBe(undefined);
  expect(found([], [...open, stopping]).executor?.endsEarly).toBe(false);
  expect(found(whole, open).executor?.endsEarly).toBe(false);
});

test.each<[string, readonly EventFact[], string]>([
  [
    "a task that a completed stage planned",
    without("task_end"),
    "2 of 2 ends of planned tasks are missing",
  ],
  ["a task's start", without("task_start"), "2 of 2 task starts are missing"],
  ["a task id", [...whole.slice(0, -1), launched(3), task(3), end], "1 of 4 task ids are missing"],
  ["the application's end", whole.slice(0, -1), "it does not hold the application's end"],
  [
    "the application's start",
    whole.slice(4),
    "it does not hold the application's start; 1 of 1 registrations of executors are missing",
  ],
  ["the settings", without("environment"), "it does not hold the settings"],
  ["a job's end", without("job_end"), "1 of 1 job ends are missing"],
  [
    "an executor's addition",
    without("executor_added"),
    "1 of 1 additions of executors are missing",
  ],
  ["a stage's submission", without("stage_submitted"), "1 of 1 submissions of stages are missing"],
  ["a stage's completion", without("stage_completed"), "1 of 1 completions of stages are missing"],
  [
    "a stage's job",
    without("job_start"),
    "1 of 1 job starts are missing; 1 of 1 jobs of stages are missing",
  ],
  [
    "its order",
    [job, ...ran, ...head, jobEnd, end],
    "events stand before what they follow, 3 times",
  ],
  [
    "metrics of a task",
    whole.map((fact) => (fact.kind === "task_end" ? { ...fact, hasMetrics: false } : fact)),
    "2 of 2 metrics of tasks that succeeded are missing",
  ],
  [
    "what tasks spilled",
    whole.map((fact) =>
      fact.kind === "task_end" ? { ...fact, memorySpilledBytes: undefined } : fact,
    ),
    "2 of 2 metrics of tasks that succeeded are missing",
  ],
  [
    "anything but zeros in its metrics",
    whole.map((fact) => (fact.kind === "task_end" ? { ...fact, resultBytes: 0 } : fact)),
    "2 of 2 metrics of tasks that succeeded are missing",
  ],
  [
    "times of a task",
    whole.map((fact) => (fact.kind === "task_end" ? { ...fact, launchedMs: 0 } : fact)),
    "2 of 2 times of tasks are missing",
  ],
  [
    "parts that were rolled",
    [
      { kind: "log_start", sparkVersion: "3.5.6", rollover: 0 },
      { kind: "log_start", sparkVersion: "3.5.6", rollover: 3 },
      ...whole,
    ],
    "2 of 4 rolled parts are missing",
  ],
])("an event log without %s says so", (_, events, says) => {
  expect(found(events, lines).events?.incomplete).toBe(says);
});

test("a stage that failed, or a later attempt, owes no task", () => {
  const failed: EventFact = { kind: "stage_completed", stage: { ...stage, failureReason: "lost" } };
  const again: EventFact = { kind: "stage_completed", stage: { ...stage, stageAttemptId: 1 } };
  const events = [...head, job, submitted, launched(0), task(0), failed, again, jobEnd, end];
  expect(found(events, lines.slice(0, 4)).events?.incomplete).toBeUndefined();
});

test.each<[string, readonly LogFact[], string]>([
  ["its beginning", lines.slice(1), "it begins within its executor's life"],
  [
    "lines of MemoryStore",
    lines
      .filter(({ kind }) => kind !== "block_stored")
      .slice(1)
      .concat(lines[0] ?? []),
    "it has no lines of stored blocks (logger MemoryStore); 1 of 1 stores of a stage's broadcast are missing",
  ],
  ["the end of a task", lines.slice(0, -1), "1 of 2 lines of a task's end are missing"],
  [
    "anything but its lines once",
    [...lines, ...lines.slice(1)],
    "4 lines of tasks are there twice",
  ],
])("an executor's log without %s says so", (_, text, says) => {
  expect(found(whole, text).executor?.incomplete).toBe(says);
});

/** Lines at given seconds; undefined: one without a time. */
function timed(seconds: readonly (number | undefined)[], text: readonly LogFact[]) {
  const completeness = new Completeness();
  for (const fact of whole) completeness.event(at("event_log", fact, 5), fact);
  for (const [nth, fact] of text.entries()) {
    const second = seconds[nth] ?? 0;
    const observation = at("executor_log", fact, second * 1e6);
    const ts = seconds[nth] === undefined ? undefined : observation.ts;
    completeness.line({ ...observation, ts }, fact);
  }
  return completeness.result(() => true).get(executorLog)?.incomplete;
}

test("lines of an executor's log that stand at wrong times are counted", () => {
  expect(timed([0, 1, 2, 3, 4, 59], lines)).toBeUndefined();
  expect(timed([0, 11, 0, 3, 11, 20], lines)).toBe(
    "lines stand behind others that are later, 1 times",
  );
  expect(timed([0, 1, 2, 3, 4, 61], lines)).toBe(
    "1 of 2 ends of tasks stand at another time than in the event log",
  );
  expect(timed([0, 1, undefined, 3, 4, 5], lines)).toBe("1 line without a time");
});

test("a stretch of lines out of its place is counted, what a pause of the JVM delays is not", () => {
  const looked: LogFact = { kind: "block_lookup", blockId: "rdd_9_9", asBytes: false };
  const before = (secondsBack: number, count: number) => {
    const delayed = Array.from({ length: count }, () => looked);
    const back = delayed.map(() => 5 - secondsBack);
    return timed(
      [0, 1, 2, 3, 4, ...back, 5],
      [...lines.slice(0, 5), ...delayed, ...lines.slice(5)],
    );
  };
  expect(before(3, 8)).toBeUndefined();
  expect(before(3, 9)).toBe("lines stand behind others that are later, 9 times");
  // One second is what a clock of seconds does not tell apart: the line above is of second 4.
  expect(before(2, 9)).toBeUndefined();
});

test("a task does not end above the line of its start", () => {
  const [starts, ends] = [running(1), finished(1)];
  const others = lines.filter((fact) => !("taskId" in fact && fact.taskId === 1));
  const [head, ...rest] = others;
  const inOrder = head === undefined ? [] : [head, starts, ends, ...rest];
  const turned = head === undefined ? [] : [head, ends, starts, ...rest];
  expect(found(whole, inOrder).executor?.incomplete).toBeUndefined();
  expect(found(whole, turned).executor?.incomplete).toBe(
    "1 task's end above the line of the start",
  );
});

test("a task that an executor's log ends is one of the event log's", () => {
  expect(found(whole, [...lines, running(7), finished(7)]).events?.incomplete).toBe(
    "1 of 3 tasks that executors' logs tell of are missing",
  );
});

test("events that the driver says it dropped are missing, those of the event log's queue alone", () => {
  const dropped = (count: number, queue: string | undefined): LogFact => ({
    kind: "events_dropped",
    count,
    queue,
  });
  const { events } = found(head, [dropped(12, "eventLog"), dropped(5, "appStatus")]);
  expect(events).toMatchObject({ missing: 12 });
  expect(events?.incomplete).toContain("12 of 12 events that the driver dropped are missing");
  expect(found(head, [dropped(7, undefined)]).events).toMatchObject({ missing: 7 });
});
