/** An event log and an executor log that are whole: a stage of two tasks. */
import type { EventFact, StageInfo, TaskEndFact } from "../../src/event-fact.ts";
import type { LogFact } from "../../src/log-fact.ts";
import type { Observation } from "../../src/observation.ts";
import { Completeness } from "../../src/replay/application/completeness.ts";
import { NO_METRICS } from "./no-metrics.ts";

const eventLog = 1;
export const executorLog = 2;

export function at(
  source: Observation["source"],
  fact: EventFact | LogFact,
  ts: number,
): Observation {
  const sourceFileId = source === "event_log" ? eventLog : executorLog;
  const [tsMin, tsMax] = [ts, ts];
  const [executorId, taskId, thread] = ["1", undefined, undefined];
  return { fact, source, executorId, taskId, thread, ts, tsMin, tsMax, sourceFileId, line: 1 };
}

export function found(events: readonly EventFact[], lines: readonly LogFact[]) {
  const completeness = new Completeness();
  for (const fact of events) completeness.event(at("event_log", fact, 5), fact);
  for (const fact of lines) completeness.line(at("executor_log", fact, 5), fact);
  const result = completeness.result(() => true);
  return { events: result.get(eventLog), executor: result.get(executorLog) };
}

export const stage: StageInfo = {
  stageId: 0,
  stageAttemptId: 0,
  name: "count",
  details: undefined,
  tasks: 2,
  rdds: [],
  parentIds: [],
  submittedMs: undefined,
  completedMs: undefined,
  failureReason: undefined,
  resourceProfileId: undefined,
};
export const task = (taskId: number): TaskEndFact => ({
  ...NO_METRICS,
  taskId,
  index: taskId,
  partitionId: undefined,
  hasMetrics: true,
  memorySpilledBytes: 0,
  launchedMs: 1,
  finishedMs: 5,
});
export const launched = (taskId: number): EventFact => ({
  kind: "task_start",
  taskId,
  stageId: 0,
  stageAttemptId: 0,
  index: taskId,
  partitionId: undefined,
  attempt: 0,
  executorId: "1",
  host: "h",
  launchedMs: 1,
  locality: undefined,
  speculative: false,
});

export const head: readonly EventFact[] = [
  { kind: "log_start", sparkVersion: "3.5.6" },
  {
    kind: "block_manager_added",
    executorId: "1",
    host: "h",
    port: 1,
    timeMs: 1,
    maxBytes: 1,
    maxOnHeapBytes: 1,
    maxOffHeapBytes: 0,
  },
  {
    kind: "environment",
    sparkProperties: new Map([["spark.app.id", "a"]]),
    systemProperties: new Map(),
    jvm: new Map(),
  },
  { kind: "application_start", name: "", appId: "a", attemptId: "1", timeMs: 1, user: "" },
  {
    kind: "executor_added",
    executorId: "1",
    timeMs: 1,
    host: "h",
    cores: 1,
    resourceProfileId: undefined,
    attributes: new Map(),
  },
];
export const job: EventFact = {
  kind: "job_start",
  jobId: 0,
  timeMs: 1,
  stageIds: [0],
  description: undefined,
  jobGroup: undefined,
  sqlExecutionId: undefined,
};
export const jobEnd: EventFact = {
  kind: "job_end",
  jobId: 0,
  timeMs: 5,
  succeeded: true,
  error: undefined,
};
export const end: EventFact = { kind: "application_end", timeMs: 9, exitCode: undefined };
export const submitted: EventFact = { kind: "stage_submitted", stage, sqlExecutionId: undefined };
const completed: EventFact = { kind: "stage_completed", stage };
export const ran = [submitted, launched(0), task(0), launched(1), task(1), completed];
export const whole = [...head, job, ...ran, jobEnd, end];
export const without = (kind: EventFact["kind"]): EventFact[] =>
  whole.filter((fact) => fact.kind !== kind);

export const running = (taskId: number): LogFact => ({
  kind: "task_running",
  taskId,
  stageId: 0,
  stageAttempt: 0,
  index: taskId,
  attempt: 0,
});
export const finished = (taskId: number): LogFact => ({
  kind: "task_finished",
  taskId,
  how: "finished",
  resultBytes: 1,
  viaBlockManager: false,
  errorClass: undefined,
  errorMessage: undefined,
});
export const stored = (blockId: string): LogFact => ({
  kind: "block_stored",
  blockId,
  form: "values",
  size: { atLeast: 1, atMost: 1 },
  free: { atLeast: 1, atMost: 1 },
});
export const lines: readonly LogFact[] = [
  { kind: "store_started", capacity: { atLeast: 1, atMost: 1 } },
  running(0),
  stored("broadcast_0"),
  finished(0),
  running(1),
  finished(1),
];
