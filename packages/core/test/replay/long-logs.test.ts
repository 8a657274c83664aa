/**
 * Logs far longer than memory: what ended is written and forgotten while the log goes on, and once
 * each.
 */
import { expect, test } from "vitest";
import { type EventFact, Replay } from "../../src/index.ts";
import { CollectedRows } from "./collected-rows.ts";
import { NO_METRICS } from "./no-metrics.ts";

const level = {
  useDisk: false,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

/** An executor of 1 MiB, and a hand that tells what happens to it, a millisecond apart. */
function longReplay() {
  const rows = new CollectedRows();
  const replay = new Replay({
    appId: "app",
    attemptId: "1",
    emit: rows.emit,
    sparkVersion: "3.5.6",
  });
  let line = 0;
  const tell = (fact: EventFact): void => {
    line++;
    replay.step({
      fact,
      source: "event_log",
      executorId: undefined,
      taskId: undefined,
      thread: undefined,
      ts: line * 1000,
      tsMin: line * 1000,
      tsMax: line * 1000,
      sourceFileId: 1,
      line,
    });
  };
  tell({
    kind: "block_manager_added",
    executorId: "1",
    host: "h",
    port: 1,
    timeMs: 1,
    maxBytes: 2 ** 20,
    maxOnHeapBytes: 2 ** 20,
    maxOffHeapBytes: 0,
  });
  const block = (blockId: string, replication: 0 | 1, memoryBytes = 10): void =>
    tell({
      kind: "block_updated",
      executorId: "1",
      host: "h",
      port: 1,
      status: { blockId, level: { ...level, replication }, memoryBytes, diskBytes: 0 },
    });
  return { tables: rows.tables, replay, tell, block };
}

const many = 25_000;

test("blocks removed long ago are written before the log ends, each once", () => {
  const { tables, replay, block } = longReplay();
  for (let id = 0; id < many; id++) {
    block(`broadcast_${id}_piece0`, 1);
    block(`broadcast_${id}_piece0`, 0);
  }
  expect(tables.blocks.length).toBeGreaterThan(many - 21_000);
  replay.finish();
  const pieces = tables.blocks.flatMap(({ blockId }) =>
    blockId.endsWith("_piece0") ? blockId : [],
  );
  expect(pieces.length).toBe(many);
  expect(new Set(pieces).size).toBe(many);
});

test("a block that comes back a little later keeps its one row", () => {
  const { tables, replay, tell, block } = longReplay();
  block("rdd_1_0", 1, 100);
  tell({ kind: "unpersist_rdd", rddId: 1 });
  for (let id = 0; id < 5_000; id++) {
    block(`broadcast_${id}_piece0`, 1);
    block(`broadcast_${id}_piece0`, 0);
  }
  block("rdd_1_0", 1, 200);
  for (let id = 5_000; id < 5_000 + many; id++) {
    block(`broadcast_${id}_piece0`, 1);
    block(`broadcast_${id}_piece0`, 0);
  }
  replay.finish();
  expect(tables.blocks.filter(({ blockId }) => blockId === "rdd_1_0")).toMatchObject([
    { stores: 2, memoryBytes: 200 },
  ]);
});

function stage(stageId: number, rdds: readonly { rddId: number; persisted: boolean }[]) {
  return {
    stageId,
    stageAttemptId: 0,
    name: "",
    details: undefined,
    tasks: 1,
    parentIds: [],
    submittedMs: 1,
    completedMs: 2,
    failureReason: undefined,
    resourceProfileId: 0,
    rdds: rdds.map(({ rddId, persisted }) => ({
      rddId,
      name: `${rddId}`,
      callSite: undefined,
      scope: undefined,
      parentIds: [],
      level: { ...level, useMemory: persisted },
      partitions: 1,
      cachedPartitions: undefined,
      memoryBytes: undefined,
      diskBytes: undefined,
    })),
  };
}

test("RDDs that no stage speaks of any more are written before the log ends, each once; a persisted one waits", () => {
  const { tables, replay, tell } = longReplay();
  tell({
    kind: "stage_submitted",
    stage: stage(0, [
      { rddId: 0, persisted: false },
      { rddId: 1, persisted: true },
    ]),
    sqlExecutionId: undefined,
  });
  for (let id = 1; id < many; id++) {
    const told = stage(id, [{ rddId: id + 1, persisted: false }]);
    tell({ kind: "stage_submitted", stage: told, sqlExecutionId: undefined });
    tell({ kind: "stage_completed", stage: told });
  }
  expect(tables.rdds.length).toBeGreaterThan(10_000);
  expect(tables.rdds.map(({ rddId }) => rddId)).not.toContain(1);
  tell({
    kind: "stage_submitted",
    stage: stage(many, [{ rddId: 0, persisted: false }]),
    sqlExecutionId: undefined,
  });
  replay.finish();
  expect(new Set(tables.rdds.map(({ rddId }) => rddId)).size).toBe(many + 1);
  expect(tables.rdds.length).toBe(many + 1);
});

test("parts of a log that are there twice, or in another order, give each job, stage and task one row", () => {
  const { tables, replay, tell } = longReplay();
  const task = {
    taskId: 5,
    stageId: 3,
    stageAttemptId: 0,
    index: 0,
    partitionId: 0,
    attempt: 0,
    executorId: "1",
    host: "h",
    launchedMs: 1,
    locality: "ANY",
    speculative: false,
  };
  const part: readonly EventFact[] = [
    {
      kind: "job_start",
      jobId: 2,
      timeMs: 1,
      stageIds: [],
      sqlExecutionId: undefined,
      description: undefined,
      jobGroup: undefined,
    },
    { kind: "stage_submitted", stage: stage(3, []), sqlExecutionId: undefined },
    { kind: "task_start", ...task },
    { ...NO_METRICS, ...task, kind: "task_end", finishedMs: 2, reason: "Success" },
    { kind: "stage_completed", stage: stage(3, []) },
    { kind: "stage_completed", stage: { ...stage(3, []), stageAttemptId: 1 } },
    { kind: "job_end", jobId: 2, timeMs: 3, succeeded: true, error: undefined },
  ];
  for (const fact of [...part, ...part, ...part.toReversed()]) tell(fact);
  replay.finish();
  expect(tables.jobs.map(({ jobId, status }) => [jobId, status])).toEqual([[2, "succeeded"]]);
  expect(tables.stages.map((row) => [row.stageId, row.stageAttemptId])).toEqual([
    [3, 0],
    [3, 1],
  ]);
  expect(tables.tasks.map(({ taskId, finishedAt }) => [taskId, finishedAt])).toEqual([[5, 2000]]);
});
