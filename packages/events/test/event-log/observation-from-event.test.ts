/** When an event's observation was. */
import type { EventFact, Observation } from "@respark/core";
import { expect, test } from "vitest";
import { type EventCursor, observationFromEvent } from "../../src/observations/from-event.ts";

const empty: Observation = {
  fact: { kind: "log_start", sparkVersion: "" },
  source: "event_log",
  executorId: undefined,
  taskId: undefined,
  thread: undefined,
  ts: undefined,
  tsMin: undefined,
  tsMax: undefined,
  sourceFileId: 0,
  line: 0,
};
const cursor = (): EventCursor => ({ sourceFileId: 2, line: 9 });

test("a millisecond of the event log spans a thousand microseconds", () => {
  const fact: EventFact = {
    kind: "executor_removed",
    executorId: "3",
    timeMs: 1795228984749,
    reason: "",
  };
  expect(observationFromEvent(fact, cursor(), { ...empty })).toMatchObject({
    executorId: "3",
    ts: 1795228984749000,
    tsMin: 1795228984749000,
    tsMax: 1795228984749999,
    sourceFileId: 2,
    line: 9,
  });
});

test("an event without a time comes after the latest before it, and has no upper bound", () => {
  const at = cursor();
  const unpersist: EventFact = { kind: "unpersist_rdd", rddId: 4 };
  const end = (timeMs: number): EventFact => ({
    kind: "application_end",
    timeMs,
    exitCode: undefined,
  });
  expect(observationFromEvent(unpersist, at, { ...empty })).toMatchObject({
    ts: undefined,
    tsMin: undefined,
  });
  observationFromEvent(end(2000), at, { ...empty });
  observationFromEvent(end(1000), at, { ...empty });
  expect(observationFromEvent(unpersist, at, { ...empty })).toMatchObject({
    ts: 2000000,
    tsMin: 2000000,
    tsMax: undefined,
  });
});
