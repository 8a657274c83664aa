/**
 * Failures of tasks and processes as several logs report them: a row each, once, with what stood
 * around it.
 */
import { expect, test } from "vitest";
import type { LogFact } from "../../src/log-fact.ts";
import type { Observation } from "../../src/observation.ts";
import { Replay } from "../../src/replay/replay.ts";
import { CollectedRows } from "./collected-rows.ts";

type Said = readonly [ms: number, executor: string, fact: LogFact];

function replayed(lines: readonly Said[], executorLogs: readonly string[] = []) {
  const rows = new CollectedRows();
  const replay = new Replay({
    appId: "app",
    attemptId: "1",
    emit: rows.emit,
    sparkVersion: "3.5.6",
    executorLogs: new Map(executorLogs.map((id) => [id, "info"])),
  });
  for (const [i, [ms, executorId, fact]] of lines.entries()) {
    const at: Observation = {
      fact,
      source: executorId === "driver" ? "driver_log" : "executor_log",
      executorId,
      taskId: undefined,
      thread: undefined,
      ts: ms * 1000,
      tsMin: ms * 1000,
      tsMax: ms * 1000,
      sourceFileId: executorId === "driver" ? 1 : 2,
      line: i + 1,
    };
    replay.step(at);
  }
  replay.finish();
  return rows.tables;
}

function running(taskId: number): LogFact {
  return { kind: "task_running", taskId, stageId: 9, stageAttempt: 0, index: 0, attempt: 0 };
}

function lost(taskId: number, lostReason: string): LogFact {
  return { kind: "driver_task_ended", taskId, executorId: "3", host: "a", stageId: 9, lostReason };
}

const heap = "java.lang.OutOfMemoryError: Java heap space";
const outOfHeap = {
  kind: "task_finished",
  taskId: 11,
  how: "failed",
  resultBytes: undefined,
  viaBlockManager: false,
  errorClass: "java.lang.OutOfMemoryError",
  errorMessage: "Java heap space",
} as const satisfies LogFact;

test("a lost task whose host no log ties to an executor is one of a made-up id, in every table", () => {
  const fact: LogFact = {
    kind: "driver_task_ended",
    taskId: 9,
    executorId: undefined,
    host: "host-b",
    stageId: 2,
    lostReason: `${heap.replace(": ", " (")}) [duplicate 1]`,
  };
  const { executors, oom_events, failures } = replayed([[10, "driver", fact]]);
  const made = "unknown-host-b";
  expect(oom_events).toMatchObject([{ executorId: made, class: "jvm_heap", taskId: 9 }]);
  expect(failures).toMatchObject([{ executorId: made, class: "jvm_heap", taskId: 9 }]);
  expect(executors).toContainEqual(expect.objectContaining({ executorId: made, host: "host-b" }));
});

test("the loss of an executor that gives no reason is a loss all the same", () => {
  const { executors } = replayed([
    [10, "driver", lost(11, "ExecutorLostFailure (executor 3 lost)")],
  ]);
  expect(executors).toContainEqual(
    expect.objectContaining({
      executorId: "3",
      removedReason: "executor 3 lost",
      removedClass: "unknown",
    }),
  );
});

test("an executor that stops by itself failed, but for a driver that went", () => {
  const stops = (reason: string): LogFact => ({
    kind: "executor_stopping",
    how: "self_exit",
    reason,
  });
  const why = "Unable to create executor due to java.util.concurrent.TimeoutException";
  expect(replayed([[10, "3", stops(why)]], ["3"]).failures).toMatchObject([
    { executorId: "3", what: "process", class: "other", message: why },
  ]);
  const gone = stops("Driver 10.0.0.7:45345 disassociated! Shutting down.");
  const worked = replayed(
    [
      [5, "3", running(10)],
      [10, "3", gone],
    ],
    ["3"],
  );
  expect(worked.failures).toEqual([]);
  expect(replayed([[10, "3", gone]], ["3"]).failures).toMatchObject([
    { executorId: "3", class: "stopped" },
  ]);
});

test("a task that the driver lost for memory is an out-of-memory of its executor, without any log of its own", () => {
  const { oom_events, failures } = replayed([[10, "driver", lost(11, heap)]]);
  expect(oom_events).toMatchObject([
    { executorId: "3", class: "jvm_heap", taskId: 11, stageId: 9, sourceLine: 1 },
  ]);
  expect(failures).toMatchObject([
    { executorId: "3", what: "task", class: "jvm_heap", message: "Java heap space" },
  ]);
});

test("a failure that the executor's and the driver's log report is one, with the tasks that ran then", () => {
  const failed: LogFact = { ...outOfHeap, userFrame: "com.example.Job.grow(Job.scala:7)" };
  const { oom_events, failures } = replayed(
    [
      [1, "3", running(10)],
      [2, "3", running(11)],
      [3, "3", failed],
      [4, "driver", lost(11, heap)],
    ],
    ["3"],
  );
  expect(oom_events).toMatchObject([{ taskId: 11, stageId: 9, runningTasks: 2, sourceFileId: 2 }]);
  expect(failures).toMatchObject([
    { taskId: 11, runningTasks: 2, userFrame: "com.example.Job.grow(Job.scala:7)" },
  ]);
});

test("SIGTERM with a task running is a failure; of an idle executor it is the usual end", () => {
  const term: LogFact = { kind: "executor_stopping", how: "signal", reason: "TERM" };
  const told: LogFact = { kind: "executor_stopping", how: "commanded", reason: undefined };
  const finished: LogFact = { ...outOfHeap, how: "finished", errorClass: undefined };
  for (const before of [finished, told]) {
    expect(
      replayed(
        [
          [0, "3", before],
          [1, "3", term],
        ],
        ["3"],
      ).failures,
    ).toEqual([]);
  }
  // Of a process of which nothing else is logged it is all there is to tell.
  expect(replayed([[1, "3", term]], ["3"]).failures).toMatchObject([
    { executorId: "3", class: "signal", runningTasks: undefined },
  ]);
  const busy = replayed(
    [
      [1, "3", running(10)],
      [2, "3", term],
    ],
    ["3"],
  );
  expect(busy.failures).toMatchObject([{ class: "signal", runningTasks: 1, taskId: undefined }]);
});

test("an executor whose loss stands in a lost task's words alone is lost, and the task names why", () => {
  const words =
    "ExecutorLostFailure (executor 3 exited caused by one of the running tasks) Reason: Container killed by YARN for exceeding physical memory limits. 10.6 GB of 10 GB physical memory used.";
  const { executors, failures } = replayed([[5, "driver", lost(11, words)]]);
  expect(executors.find(({ executorId }) => executorId === "3")).toMatchObject({
    removedClass: "container_physical",
    removedAt: 5000,
  });
  expect(failures).toMatchObject([{ class: "executor_lost", taskId: 11 }]);
});

test("a job that Spark gave up quotes an executor's error: the driver's own memory did not run out", () => {
  const { oom_events, failures } = replayed([
    [
      5,
      "driver",
      {
        kind: "uncaught_error",
        thread: "main",
        errorClass: "org.apache.spark.SparkException",
        message: `Job aborted due to stage failure: Task 1 failed 4 times: ${heap}`,
      },
    ],
  ]);
  expect(oom_events).toEqual([]);
  expect(failures).toMatchObject([{ what: "application", class: "aborted" }]);
});

test("what ended a log's process is its executor's removal, or the driver's failure", () => {
  const ended = (reason: string): LogFact => ({ kind: "process_ended", reason });
  const cgroup = "Memory cgroup out of memory: Killed process 31 (java)";
  const { executors, oom_events, failures } = replayed(
    [
      [10, "3", running(11)],
      [20, "3", ended(cgroup)],
      [30, "driver", ended("driver-1 exited with code 137")],
    ],
    ["3"],
  );
  expect(executors).toContainEqual(
    expect.objectContaining({ executorId: "3", removedClass: "container_physical" }),
  );
  expect(oom_events).toMatchObject([{ executorId: "3", class: "container", message: cgroup }]);
  expect(failures).toMatchObject([{ executorId: "driver", what: "application", class: "crash" }]);
});

test("an executor of another application, in a worker's log, is none of this one", () => {
  const gone = (appId: string, executorId: string): LogFact => ({
    kind: "driver_executor_lost",
    executorId,
    appId,
    host: undefined,
    containerId: undefined,
    exitCode: 137,
    reason: "Command exited with code 137",
  });
  const { executors, diagnostics } = replayed([
    [10, "driver", gone("app", "1")],
    [20, "driver", gone("another", "2")],
    [30, "driver", gone("a-third", "1")],
  ]);
  expect(executors.map(({ executorId }) => executorId)).toEqual(["1"]);
  expect(diagnostics).toMatchObject([{ code: "other_applications", line: 2, count: 2 }]);
  expect(diagnostics[0]?.message).toContain("of another, a-third, too");
  const many = ["b", "c", "d", "e", "f"].map((id): Said => [10, "driver", gone(id, "1")]);
  expect(replayed(many).diagnostics[0]?.message).toContain("of b, c, d and 2 more, too");
});

test("a log at WARN, which shows no memory at all, has its out-of-memory error", () => {
  const { oom_events, failures } = replayed([[10, "3", outOfHeap]]);
  expect(oom_events).toMatchObject([{ executorId: "3", class: "jvm_heap", taskId: 11 }]);
  expect(failures).toHaveLength(1);
});
