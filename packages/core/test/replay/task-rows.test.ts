/** Tasks and their stages have one row each, and only what was logged stands in it. */
import { expect, test } from "vitest";
import type { EventFact, TaskEndFact } from "../../src/event-fact.ts";
import { Replay } from "../../src/replay/replay.ts";
import { CollectedRows } from "./collected-rows.ts";
import { NO_METRICS } from "./no-metrics.ts";

function replayed(facts: readonly EventFact[]): CollectedRows["tables"] {
  const { tables, emit } = new CollectedRows();
  const replay = new Replay({ appId: "app-1", attemptId: "1", emit });
  for (const [at, fact] of facts.entries()) {
    replay.step({
      fact,
      source: "event_log",
      executorId: undefined,
      taskId: undefined,
      thread: undefined,
      ts: 1000 + at,
      tsMin: 1000 + at,
      tsMax: 1000 + at,
      sourceFileId: 1,
      line: at + 1,
    });
  }
  replay.finish();
  return tables;
}

const end: TaskEndFact = { ...NO_METRICS, taskId: 7, stageId: 3, index: 2, finishedMs: 9 };

test("a task whose output is lost and computed again keeps its one row, and the loss has its own", () => {
  const { tasks, task_resubmissions } = replayed([end, { ...end, reason: "Resubmitted" }]);
  expect(tasks).toMatchObject([{ taskId: 7, status: "success", failureClass: undefined }]);
  expect(task_resubmissions).toMatchObject([{ taskId: 7, stageId: 3, sourceLine: 2, ts: 1001 }]);
});

test("a task that is resubmitted without its end in the log had succeeded", () => {
  const { tasks } = replayed([{ ...end, reason: "Resubmitted", hasMetrics: false }]);
  expect(tasks).toMatchObject([{ taskId: 7, status: "success", failureClass: undefined }]);
});

test("where Spark logs the index alone, the partition is unknown", () => {
  expect(replayed([{ ...end, partitionId: undefined }]).tasks).toMatchObject([
    { taskIndex: 2, partitionId: undefined },
  ]);
});

test("a task that still runs when the log ends has the locality of its start", () => {
  const { tasks } = replayed([
    {
      kind: "task_start",
      taskId: 7,
      stageId: 3,
      stageAttemptId: 0,
      index: 2,
      partitionId: undefined,
      attempt: 0,
      executorId: "1",
      host: "h",
      launchedMs: 5,
      locality: "NODE_LOCAL",
      speculative: false,
    },
  ]);
  expect(tasks).toMatchObject([
    { status: "running", locality: "NODE_LOCAL", partitionId: undefined },
  ]);
});

test("a stage that only tasks name has a row that says no more", () => {
  expect(replayed([end]).stages).toMatchObject([
    { stageId: 3, stageAttemptId: 0, name: undefined, tasks: undefined, status: "unknown" },
  ]);
});

const environment = (spark: Record<string, string>): EventFact => ({
  kind: "environment",
  sparkProperties: new Map(Object.entries(spark)),
  systemProperties: new Map(),
  jvm: new Map(),
});

test("memory settings that were not set are Spark's defaults where settings were logged", () => {
  const { spark_conf } = replayed([
    { kind: "log_start", sparkVersion: "3.5.6" },
    environment({ "spark.memory.fraction": "0.6" }),
  ]);
  const of = (key: string) => spark_conf.filter((row) => row.key === key);
  expect(of("spark.memory.fraction")).toMatchObject([{ value: "0.6", isDefault: false }]);
  expect(of("spark.memory.storageFraction")).toMatchObject([{ value: "0.5", isDefault: true }]);
  expect(of("spark.memory.useLegacyMode")).toEqual([]);
});

test("without logged settings none is called a default", () => {
  expect(replayed([{ kind: "log_start", sparkVersion: "3.5.6" }, end]).spark_conf).toEqual([]);
});
