/**
 * Out-of-memory errors that logs tell several times, or only below a warning: the rows they become.
 */
import { expect, test } from "vitest";
import type { LogFact } from "../../src/log-fact.ts";
import { classifyRemoval } from "../../src/replay/application/death-classes.ts";
import { DeathRecords } from "../../src/replay/application/death-records.ts";
import {
  type ExecutorKnowledge,
  ExecutorRoster,
} from "../../src/replay/application/executor-roster.ts";

const java = "java.lang.OutOfMemoryError";
const direct =
  "Cannot reserve 21037056 bytes of direct buffer memory (allocated: 521267366, limit: 536870912)";

interface Said {
  readonly at: number;
  /** of the thread */
  readonly task?: number;
  readonly by?: "executor_log" | "driver_log";
  readonly fact: LogFact;
}

function logged(message: string, isCause = false): LogFact {
  return { kind: "error_logged", errorClass: java, message, isCause };
}

function failed(taskId: number, message: string): LogFact {
  return {
    kind: "task_finished",
    taskId,
    how: "failed",
    resultBytes: undefined,
    viaBlockManager: false,
    errorClass: "org.apache.spark.shuffle.FetchFailedException",
    errorMessage: "",
    cause: { errorClass: java, message },
  };
}

function uncaught(message: string): LogFact {
  return {
    kind: "uncaught_error",
    thread: undefined,
    errorClass: "org.apache.spark.shuffle.FetchFailedException",
    message: "",
    cause: { errorClass: java, message },
  };
}

/** The rows of executor 2 and what is known of it; times in ms, lines counted from 1. */
function told(...lines: readonly Said[]): { rows: unknown[]; known: ExecutorKnowledge } {
  const rows: unknown[] = [];
  const records = new DeathRecords((table, row) => {
    if (table === "oom_events") rows.push(row);
  });
  const known = new ExecutorRoster().of("2");
  for (const [i, { at, task, by = "executor_log", fact }] of lines.entries()) {
    const step = {
      fact,
      source: by,
      taskId: task,
      thread: undefined,
      ts: at * 1000,
      tsMin: undefined,
      tsMax: undefined,
      sourceFileId: 1,
      line: i + 1,
    };
    records.lineSays("2", step, fact, i, known);
  }
  records.finish();
  return { rows, known };
}

test("a burst of one error is one out-of-memory, of the task that failed of it", () => {
  const { rows, known } = told(
    { at: 43_391, fact: logged(direct) },
    { at: 43_392, fact: logged(direct) },
    { at: 43_397, fact: logged(direct) },
    { at: 45_748, task: 20, fact: failed(20, direct) },
    { at: 45_793, task: 20, fact: uncaught(direct) },
  );
  expect(rows).toMatchObject([
    {
      executorId: "2",
      ts: 43_391_000,
      class: "direct",
      taskId: 20,
      requestedBytes: 21_037_056,
      message: `${java}: ${direct}`,
      timelineSeq: 0,
      sourceLine: 1,
    },
  ]);
  expect(known.outOfMemory).toBe("direct");
});

test("a burst that no task fails of is one out-of-memory of the executor", () => {
  const { rows, known } = told(
    { at: 0, fact: logged(direct) },
    { at: 9000, fact: logged(direct) },
    { at: 18_000, fact: logged(direct) },
    { at: 78_001, fact: logged(direct) },
  );
  expect(rows).toMatchObject([
    { ts: 0, taskId: undefined },
    { ts: 78_001_000, taskId: undefined },
  ]);
  expect(known).toMatchObject({
    outOfMemory: undefined,
    loggedOutOfMemory: { class: "direct", ts: 78_001_000 },
  });
});

test("a JVM dies once, however late and in whichever of the heap's two ways it says so", () => {
  const { rows, known } = told(
    { at: 0, fact: logged("GC overhead limit exceeded") },
    { at: 300_000, fact: uncaught("Java heap space") },
    { at: 900_000, fact: uncaught("GC overhead limit exceeded") },
  );
  expect(rows).toMatchObject([{ ts: 0, class: "gc_overhead" }]);
  expect(known.outOfMemory).toBe("jvm_heap");
});

test("an executor that starts again may die again", () => {
  const capacity = { atLeast: 1, atMost: 2 };
  const { rows } = told(
    { at: 0, fact: uncaught("Java heap space") },
    { at: 5000, fact: { kind: "store_started", capacity } },
    { at: 9000, fact: uncaught("Java heap space") },
  );
  expect(rows).toMatchObject([{ ts: 0 }, { ts: 9_000_000 }]);
});

test("each task that fails has its own, and so has another error", () => {
  const { rows } = told(
    { at: 0, fact: logged(direct) },
    { at: 100, task: 20, fact: failed(20, direct) },
    { at: 200, task: 22, fact: failed(22, direct) },
    { at: 300, task: 20, fact: uncaught(direct) },
    { at: 400, task: 22, fact: uncaught(direct) },
    { at: 500, task: 23, fact: logged("Java heap space") },
    { at: 600, task: 24, fact: failed(24, "Java heap space") },
  );
  expect(rows).toMatchObject([
    { class: "direct", taskId: 20, sourceLine: 1 },
    { class: "direct", taskId: 22, sourceLine: 3 },
    { class: "jvm_heap", taskId: 23, sourceLine: 6 },
    { class: "jvm_heap", taskId: 24, sourceLine: 7 },
  ]);
});

test("a task's error in other words is not the one that a thread of no task logged", () => {
  const { rows } = told(
    { at: 0, fact: logged(direct) },
    { at: 100, task: 20, fact: failed(20, "Direct buffer memory") },
  );
  expect(rows).toMatchObject([
    { class: "direct", taskId: undefined, sourceLine: 1 },
    { class: "direct", taskId: 20, sourceLine: 2 },
  ]);
});

test("what a driver's errors are caused by may be an executor's, what it throws is its own", () => {
  const { rows } = told(
    { at: 0, by: "driver_log", fact: logged("Java heap space", true) },
    { at: 1, by: "driver_log", fact: uncaught("Java heap space") },
    { at: 2, by: "driver_log", fact: logged("GC overhead limit exceeded") },
    {
      at: 30_000,
      by: "driver_log",
      fact: {
        kind: "uncaught_error",
        thread: "main",
        errorClass: "org.apache.spark.SparkException",
        message: `Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure: Lost task 0.3 in stage 1.0 (TID 7) (h executor 1): ${java}: Java heap space`,
      },
    },
  );
  expect(rows).toMatchObject([{ class: "gc_overhead", sourceLine: 3 }]);
});

const logsIt = {
  removedReason: "Command exited with code 50",
  removedAt: 100_000_000,
  signalled: false,
  outOfMemory: undefined,
  loggedOutOfMemory: { class: "direct", ts: 97_000_000 },
} as const;

test("an executor that ended shortly after an error it logged ended of it, where nobody says better", () => {
  expect(classifyRemoval(logsIt)).toBe("direct");
  for (const removedReason of [
    "Executor Process Lost",
    "Uncaught exception",
    "Container marked as failed: c on host: h. Exit status: 50. Diagnostics: Exception from container-launch.",
    "The executor with id 3 exited with exit code 50(Uncaught exception).",
  ])
    expect(classifyRemoval({ ...logsIt, removedReason })).toBe("direct");
});

test("an executor that lived on, was ended by others or is still there did not end of the error it logged", () => {
  const { removedAt } = logsIt;
  const loggedAt = (ts: number) =>
    ({ ...logsIt, loggedOutOfMemory: { class: "direct", ts } }) as const;
  expect(classifyRemoval(loggedAt(removedAt - 60_000_001))).toBe("exited");
  expect(classifyRemoval(loggedAt(removedAt + 10_000_000))).toBe("exited");
  expect(classifyRemoval({ ...logsIt, removedAt: undefined })).toBe("exited");
  expect(classifyRemoval({ ...logsIt, removedReason: undefined })).toBeUndefined();
  expect(classifyRemoval({ ...logsIt, removedReason: "Command exited with code 1" })).toBe(
    "exited",
  );
  expect(classifyRemoval({ ...logsIt, removedReason: "Command exited with code 143" })).toBe(
    "killed",
  );
  expect(classifyRemoval({ ...logsIt, removedReason: "Executor killed by driver." })).toBe(
    "killed_by_driver",
  );
  expect(
    classifyRemoval({ ...logsIt, removedReason: "Executor Process Lost", signalled: true }),
  ).toBe("killed");
});
