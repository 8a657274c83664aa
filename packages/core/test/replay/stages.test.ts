/**
 * Stages that a job plans: those that run, those that it skips, and those that the log's end leaves
 * open.
 */
import { expect, test } from "vitest";
import { type EventFact, Replay } from "../../src/index.ts";
import { stage } from "./a-stage.ts";
import { CollectedRows } from "./collected-rows.ts";

function replayed(facts: readonly EventFact[]) {
  const rows = new CollectedRows();
  const replay = new Replay({ appId: "app", attemptId: "1", emit: rows.emit });
  facts.forEach((fact, at) => {
    replay.step({
      fact,
      source: "event_log",
      executorId: undefined,
      taskId: undefined,
      thread: undefined,
      ts: at * 1000,
      tsMin: at * 1000,
      tsMax: at * 1000,
      sourceFileId: 1,
      line: at + 1,
    });
  });
  replay.finish();
  return rows.tables.stages.map(({ stageId, status, jobId }) => ({ stageId, status, jobId }));
}

function jobStart(jobId: number, ...stageIds: readonly number[]): EventFact {
  return {
    kind: "job_start",
    jobId,
    timeMs: 1,
    stageIds,
    stages: stageIds.map(stage),
    description: undefined,
    jobGroup: undefined,
    sqlExecutionId: undefined,
  };
}

function jobEnd(jobId: number): EventFact {
  return { kind: "job_end", jobId, timeMs: 2, succeeded: true, error: undefined };
}

const ran = (stageId: number): readonly EventFact[] => [
  { kind: "stage_submitted", stage: stage(stageId), sqlExecutionId: undefined },
  { kind: "stage_completed", stage: stage(stageId) },
];

test("a stage that its job planned and did not need is skipped", () => {
  expect(replayed([jobStart(0, 1, 2), ...ran(2), jobEnd(0)])).toEqual([
    { stageId: 2, status: "complete", jobId: 0 },
    { stageId: 1, status: "skipped", jobId: 0 },
  ]);
});

test("a stage that ran for one job is not skipped by the next", () => {
  expect(
    replayed([jobStart(0, 1), ...ran(1), jobEnd(0), jobStart(1, 1, 2), ...ran(2), jobEnd(1)]),
  ).toMatchObject([
    { stageId: 1, status: "complete" },
    { stageId: 2, status: "complete" },
  ]);
});

test("a stage skipped by one job may run for another", () => {
  expect(replayed([jobStart(0, 1), jobEnd(0), jobStart(1, 1), ...ran(1), jobEnd(1)])).toMatchObject(
    [{ stageId: 1, status: "complete" }],
  );
});

test("a stage is pending when the log ends before its job does", () => {
  expect(replayed([jobStart(0, 1)])).toEqual([{ stageId: 1, status: "pending", jobId: 0 }]);
});
