import { expect, test } from "vitest";
import { decode } from "./decoded.ts";

const facts = (...lines: string[]) => decode(lines.join("\n")).records.map(({ fact }) => fact);

test("a failed task has the error below its line", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)",
      "org.apache.spark.memory.SparkOutOfMemoryError: [UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0.",
      "\tat org.apache.spark.memory.MemoryConsumer.throwOom(MemoryConsumer.java:157)",
      "26/11/21 02:36:36 INFO MemoryStore: MemoryStore cleared",
    ),
  ).toEqual([
    {
      kind: "task_finished",
      taskId: 3,
      how: "failed",
      resultBytes: undefined,
      viaBlockManager: false,
      errorClass: "org.apache.spark.memory.SparkOutOfMemoryError",
      errorMessage: "[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0.",
    },
    { kind: "store_cleared" },
  ]);
});

test("an uncaught error names its thread", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR SparkUncaughtExceptionHandler: Uncaught exception in thread Thread[Executor task launch worker for task 7,5,main]",
      "java.lang.OutOfMemoryError: Java heap space",
    ),
  ).toEqual([
    {
      kind: "uncaught_error",
      thread: "Executor task launch worker for task 7",
      errorClass: "java.lang.OutOfMemoryError",
      message: "Java heap space",
    },
  ]);
});

test("the JVM says OutOfMemoryError without any layout, at the time of the line before", () => {
  const { records } = decode(
    [
      "26/11/21 02:36:35 INFO Executor: Running task 3.0 in stage 0.0 (TID 3)",
      "java.lang.OutOfMemoryError: Java heap space",
      "Dumping heap to java_pid1.hprof ...",
    ].join("\n"),
  );
  expect(records).toMatchObject([
    { fact: { kind: "task_running" } },
    {
      line: 2,
      time: "2026-11-21T02:36:35.000",
      level: undefined,
      fact: { kind: "uncaught_error", errorClass: "java.lang.OutOfMemoryError" },
    },
  ]);
});

test("an OutOfMemoryError below a warning is that warning's", () => {
  expect(
    facts(
      "26/11/21 02:36:35 WARN TaskSetManager: Lost task 3.0 in stage 0.0 (TID 3) (h executor 1): x",
      "java.lang.OutOfMemoryError: Java heap space",
    ),
  ).toMatchObject([{ kind: "driver_task_ended", lostReason: "x" }]);
});

test("Kubernetes tells the end of a pod in several lines", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR TaskSchedulerImpl: Lost executor 1 on 10.1.2.3: ",
      "The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM).",
      "",
      "\t container name: spark-kubernetes-executor",
      "\t termination reason: OOMKilled",
    ),
  ).toMatchObject([
    {
      kind: "driver_executor_lost",
      executorId: "1",
      host: "10.1.2.3",
      exitCode: 137,
      reason: expect.stringContaining("OOMKilled"),
    },
  ]);
});
