/** What logs must hold by their own word is counted, and what is not there is said, with how much of it. */
import { expect, test } from "vitest";
import type { EventFact, StageInfo, TaskEndFact } from "../../src/event-fact.ts";
import type { LogFact } from "../../src/log-fact.ts";
import type { Observation } from "../../src/observation.ts";
import { Completeness } from "../../src/replay/application/completeness.ts";
import { NO_METRICS } from "./no-metrics.ts";

const eventLog = 1;
const executorLog = 2;

function at(source: Observation["source"], fact: EventFact | LogFact, ts: number): Observation {
  const sourceFileId = source === "event_log" ? eventLog : executorLog;
  const [tsMin, tsMax] = [ts, ts];
  const [executorId, taskId, thread] = ["1", undefined, undefined];
  return { fact, source, executorId, taskId, thread, ts, tsMin, tsMax, sourceFileId, line: 1 };
}

function found(events: readonly EventFact[], lines: readonly LogFact[]) {
  const completeness = new Completeness();
  for (const fact of events) completeness.event(at("event_log", fact, 5), fact);
  for (const fact of lines) completeness.line(at("executor_log", fact, 5), fact);
  const result = completeness.result(() => true);
  return { events: result.get(eventLog), executor: result.get(executorLog) };
}

const stage: StageInfo = {
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
const task = (taskId: number): TaskEndFact => ({
  ...NO_METRICS,
  taskId,
  index: taskId,
  partitionId: undefined,
  hasMetrics: true,
  launchedMs: 1,
  finishedMs: 5,
});
const launched = (taskId: number): EventFact => ({
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

const head: readonly EventFact[] = [
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
const job: EventFact = {
  kind: "job_start",
  jobId: 0,
  timeMs: 1,
  stageIds: [0],
  description: undefined,
  jobGroup: undefined,
  sqlExecutionId: undefined,
};
const jobEnd: EventFact = {
  kind: "job_end",
  jobId: 0,
  timeMs: 5,
  succeeded: true,
  error: undefined,
};
const end: EventFact = { kind: "application_end", timeMs: 9, exitCode: undefined };
const submitted: EventFact = { kind: "stage_submitted", stage, sqlExecutionId: undefined };
const completed: EventFact = { kind: "stage_completed", stage };
const ran = [submitted, launched(0), task(0), launched(1), task(1), completed];
const whole = [...head, job, ...ran, jobEnd, end];
const without = (kind: EventFact["kind"]): EventFact[] =>
  whole.filter((fact) => fact.kind !== kind);

const running = (taskId: number): LogFact => ({
  kind: "task_running",
  taskId,
  stageId: 0,
  stageAttempt: 0,
  index: taskId,
  attempt: 0,
});
const finished = (taskId: number): LogFact => ({
  kind: "task_finished",
  taskId,
  how: "finished",
  resultBytes: 1,
  viaBlockManager: false,
  errorClass: undefined,
  errorMessage: undefined,
});
const stored = (blockId: string): LogFact => ({
  kind: "block_stored",
  blockId,
  form: "values",
  size: { atLeast: 1, atMost: 1 },
  free: { atLeast: 1, atMost: 1 },
});
const lines: readonly LogFact[] = [
  { kind: "store_started", capacity: { atLeast: 1, atMost: 1 } },
  running(0),
  stored("broadcast_0"),
  finished(0),
  running(1),
  finished(1),
];

test("of whole logs nothing is missing", () => {
  const { events, executor } = found(whole, lines);
  expect(events).toMatchObject({ beginsLate: false, endsEarly: false, missing: 0 });
  expect(executor).toMatchObject({ beginsLate: false, missing: 0, missingKinds: [] });
  expect([events?.incomplete, executor?.incomplete]).toEqual([undefined, undefined]);
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

test("a task that an executor's log ends is one of the event log's", () => {
  expect(found(whole, [...lines, running(7), finished(7)]).events?.incomplete).toBe(
    "1 of 3 tasks that executors' logs tell of are missing",
  );
});

const cached: EventFact = {
  kind: "stage_submitted",
  sqlExecutionId: undefined,
  stage: {
    ...stage,
    rdds: [
      {
        rddId: 1,
        name: "hot",
        callSite: undefined,
        scope: undefined,
        parentIds: [],
        level: {
          useDisk: false,
          useMemory: true,
          useOffHeap: false,
          deserialized: true,
          replication: 1,
        },
        partitions: 2,
        cachedPartitions: undefined,
        memoryBytes: undefined,
        diskBytes: undefined,
      },
    ],
  },
};

test("a task of a stage with a cached RDD owes a line of a block read or stored", () => {
  const events = whole.map((fact) => (fact === submitted ? cached : fact));
  const found1: LogFact = { kind: "block_found", blockId: "rdd_1_1", where: "local" };
  const reading = [...lines, stored("rdd_1_0"), found1];
  expect(found(events, reading).executor?.incomplete).toBeUndefined();
  expect(found(events, lines).executor?.incomplete).toBe(
    "2 of 2 reads or stores of RDD blocks by tasks are missing",
  );
});

test("what is stored of an RDD that is kept in memory alone is reported", () => {
  const reported: EventFact = {
    kind: "block_updated",
    executorId: "1",
    host: "h",
    port: 1,
    status: {
      blockId: "rdd_1_0",
      level: {
        useDisk: false,
        useMemory: true,
        useOffHeap: false,
        deserialized: true,
        replication: 1,
      },
      memoryBytes: 1,
      diskBytes: 0,
    },
  };
  const piece = { ...reported, status: { ...reported.status, blockId: "broadcast_0_piece0" } };
  const at5 = whole.flatMap((fact) => (fact === submitted ? [cached, piece, reported] : [fact]));
  const says = (text: readonly LogFact[]): string | undefined =>
    found(at5, text).events?.incomplete;
  expect(says([...lines, stored("rdd_1_0")])).toBeUndefined();
  expect(says([...lines, stored("rdd_1_0"), stored("rdd_1_1")])).toBe(
    "1 of 2 reports of RDD blocks that executors stored are missing",
  );
});

/** The stage's own RDD above the cached one. */
function above(name: string): EventFact {
  if (cached.kind !== "stage_submitted") throw new Error("no stage");
  const [hot] = cached.stage.rdds;
  if (hot === undefined) throw new Error("no RDD");
  const level = { ...hot.level, useMemory: false };
  return {
    ...cached,
    stage: { ...cached.stage, rdds: [{ ...hot, rddId: 2, name, parentIds: [1], level }, hot] },
  };
}

test.each([
  ["MapPartitionsRDD", "1 of 2 reads or stores of RDD blocks by tasks are missing"],
  // It may ask for another parent's block, or for several.
  ["UnionRDD", undefined],
  ["CoalescedRDD", undefined],
])("each task of a %s asks for the block of its own partition: %s", (name, says) => {
  const events = whole.map((fact) => (fact === submitted ? above(name) : fact));
  // Twice the one block, and never the other.
  const reading = [...lines, stored("rdd_1_0"), stored("rdd_1_0")];
  expect(found(events, reading).executor?.incomplete).toBe(says);
});

const spilling = whole.map((fact) =>
  fact.kind === "task_end" ? { ...fact, memorySpilledBytes: 7 } : fact,
);

test("a task that spilled by its totals owes a line of a spill", () => {
  expect(found(spilling, lines).executor?.missingKinds).toEqual(["spills"]);
  // What was sorted for SQL is spilled without a line while it is read.
  const sql = spilling.map((fact) =>
    fact.kind === "task_end" ? { ...fact, sqlMetrics: [] } : fact,
  );
  expect(found(sql, lines).executor?.missingKinds).toEqual([]);
});

const spill = (what: "collection" | "sort_data", threadId: number, times: number): LogFact => ({
  kind: "spill",
  what,
  consumer: "ExternalSorter",
  threadId,
  taskId: undefined,
  size: { atLeast: 7, atMost: 7 },
  times,
  elements: undefined,
});

test.each<[string, readonly (readonly [number, number])[], string | undefined]>([
  [
    "two collections of a thread",
    [
      [5, 1],
      [5, 2],
      [5, 1],
      [5, 2],
      [5, 3],
    ],
    undefined,
  ],
  [
    "a second one whose first is gone",
    [
      [5, 1],
      [5, 2],
      [5, 2],
    ],
    "1 of 4 lines of spills are missing",
  ],
  [
    "a second one of another thread",
    [
      [5, 1],
      [6, 2],
    ],
    "1 of 3 lines of spills are missing",
  ],
])("spills count those before them: %s", (_, times, says) => {
  const spills = times.map(([threadId, nth]) => spill("collection", threadId, nth));
  expect(found(spilling, [...lines, ...spills]).executor?.incomplete).toBe(says);
  // Sorted data is counted from 0 on.
  const sorted = times.map(([threadId, nth]) => spill("sort_data", threadId, nth - 1));
  expect(found(spilling, [...lines, ...sorted]).executor?.incomplete).toBe(says);
});

test("tasks whose executor's log has spills have some in their metrics", () => {
  const events = whole.map((fact) =>
    fact.kind === "task_end" ? { ...fact, memorySpilledBytes: 0 } : fact,
  );
  const text = [...lines, spill("collection", 5, 1)];
  const says = "its tasks did not spill by their metrics, and executors' logs have lines of spills";
  expect(found(events, text).events?.incomplete).toBe(says);
  expect(found(spilling, text).events?.incomplete).toBeUndefined();
  // Metrics of a task that failed may be lost, and with them its spills.
  const failed = events.map((fact) =>
    fact.kind === "task_end" && fact.taskId === 1 ? { ...fact, reason: "ExecutorLost" } : fact,
  );
  expect(found(failed, text).events?.incomplete).not.toContain("did not spill");
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
