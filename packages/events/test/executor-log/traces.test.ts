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
      stageId: 0,
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
      fact: { kind: "error_logged", errorClass: "java.lang.OutOfMemoryError" },
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

const direct =
  "Cannot reserve 21037056 bytes of direct buffer memory (allocated: 521267366, limit: 536870912)";

test("an OutOfMemoryError below a warning of any logger is a fact, once, with the warning's time and thread", () => {
  const { records } = decode(
    [
      "2026-11-21 08:15:43,391 WARN  [shuffle-client-4-2] TransportChannelHandler: Exception in connection from /192.0.2.2:34731",
      `java.lang.OutOfMemoryError: ${direct}`,
      "\tat java.base/java.nio.Bits.reserveMemory(Bits.java:178)",
      `Caused by: java.lang.OutOfMemoryError: ${direct}`,
      "2026-11-21 08:15:43,392 ERROR [shuffle-client-4-2] TransportResponseHandler: Still have 2 requests outstanding when connection from /192.0.2.2:34731 is closed",
      "2026-11-21 08:15:43,392 ERROR [Executor task launch worker for task 1.1 in stage 6.0 (TID 24)] RetryingBlockTransferor: Failed to fetch block shuffle_1_18_1, and will not retry (0 retries)",
      "io.netty.util.internal.OutOfDirectMemoryError: failed to allocate 16777216 byte(s) of direct memory (used: 1040187392, max: 1043333120)",
    ].join("\n"),
  );
  expect(records.filter(({ fact }) => fact?.kind === "error_logged")).toEqual([
    {
      line: 2,
      time: "2026-11-21T08:15:43.391",
      zoned: false,
      level: "WARN",
      logger: "TransportChannelHandler",
      thread: "shuffle-client-4-2",
      container: undefined,
      message: `java.lang.OutOfMemoryError: ${direct}`,
      fact: {
        kind: "error_logged",
        errorClass: "java.lang.OutOfMemoryError",
        message: direct,
        isCause: false,
      },
    },
    // Its record awaits what stands below it.
    expect.objectContaining({
      line: 6,
      thread: "Executor task launch worker for task 1.1 in stage 6.0 (TID 24)",
      fact: expect.objectContaining({
        kind: "error_logged",
        errorClass: "io.netty.util.internal.OutOfDirectMemoryError",
      }),
    }),
  ]);
});

test("an OutOfMemoryError deep among the causes is the cause of a failed task and of an uncaught error", () => {
  const frames = Array.from({ length: 100 }, (_, i) => `\tat o.a.s.Frame.f${i}(Frame.scala:${i})`);
  const cause = { errorClass: "java.lang.OutOfMemoryError", message: direct };
  expect(
    facts(
      "2026-11-21 08:15:45,748 ERROR [Executor task launch worker for task 1.0 in stage 6.0 (TID 20)] Executor: Exception in task 1.0 in stage 6.0 (TID 20)",
      "org.apache.spark.shuffle.FetchFailedException",
      ...frames,
      "Caused by: java.io.IOException: no",
      ...frames,
      `Caused by: java.lang.OutOfMemoryError: ${direct}`,
      "2026-11-21 08:15:45,793 ERROR [Executor task launch worker for task 1.0 in stage 6.0 (TID 20)] SparkUncaughtExceptionHandler: Uncaught exception in thread Thread[Executor task launch worker for task 1.0 in stage 6.0 (TID 20),5,main]",
      "org.apache.spark.shuffle.FetchFailedException",
      ...frames,
      `Caused by: java.lang.OutOfMemoryError: ${direct}`,
    ),
  ).toMatchObject([
    { kind: "task_finished", errorClass: "org.apache.spark.shuffle.FetchFailedException", cause },
    { kind: "uncaught_error", errorClass: "org.apache.spark.shuffle.FetchFailedException", cause },
  ]);
});

test("an OutOfMemoryError among the causes below an error of any logger is a fact, at its own line", () => {
  const { records } = decode(
    [
      "26/11/21 02:36:35 ERROR Utils: Aborting task",
      "java.util.concurrent.ExecutionException: boom",
      "\tat java.lang.Thread.run(Thread.java:840)",
      "Caused by: java.lang.OutOfMemoryError: Java heap space",
      "26/11/21 02:36:36 ERROR Utils: Aborting task",
    ].join("\n"),
  );
  expect(records).toMatchObject([
    { line: 4, logger: "Utils", fact: { kind: "error_logged", isCause: true } },
  ]);
});

test("what another JVM died of is not this one's error", () => {
  const remote = "Caused by: java.lang.OutOfMemoryError: Java heap space";
  expect(
    facts(
      "26/11/21 02:36:35 ERROR OneForOneBlockFetcher: Failed while starting block fetches",
      "java.lang.RuntimeException: org.apache.spark.SparkException: Exception thrown in awaitResult",
      "\tat org.apache.spark.network.server.TransportRequestHandler.handle(TransportRequestHandler.java:107)",
      remote,
      "\tat org.apache.spark.network.client.TransportResponseHandler.handle(TransportResponseHandler.java:184)",
      "26/11/21 02:36:35 ERROR RetryingBlockTransferor: Failed to fetch block",
      "org.apache.spark.network.client.ChunkFetchFailureException: Failure while fetching StreamChunkId[streamId=1,chunkIndex=0]: java.lang.IllegalStateException",
      remote,
      "26/11/21 02:36:35 WARN TaskSetManager: Lost task 1.0 in stage 6.0 (TID 20) (192.0.2.2 executor 2): FetchFailed(BlockManagerId(2, 192.0.2.2, 34731, None), shuffleId=1, mapIndex=0, mapId=18, reduceId=1, message=",
      "java.lang.IllegalStateException",
      remote,
    ).filter((fact) => fact?.kind === "error_logged"),
  ).toEqual([]);
});

test("below an information, or named in another error's message, it is none of a warning", () => {
  expect(
    facts(
      "26/11/21 02:36:35 INFO Utils: kept",
      "Caused by: java.lang.OutOfMemoryError: Java heap space",
      "26/11/21 02:36:35 WARN Utils: not kept",
      "java.lang.IllegalStateException: after java.lang.OutOfMemoryError: Java heap space",
    ),
  ).toEqual([]);
});

test("a structured record has its OutOfMemoryError inside", () => {
  const line = (exception: unknown) =>
    JSON.stringify({
      ts: "2026-11-21T02:36:35.123Z",
      level: "ERROR",
      msg: "Aborting task",
      context: { task_name: "task 3.0 in stage 0.0 (TID 7)" },
      exception,
      logger: "org.apache.spark.util.Utils",
    });
  const trace = `java.io.IOException: no\n${"\tat x\n".repeat(100)}Caused by: java.lang.OutOfMemoryError: Java heap space`;
  expect(
    facts(
      line({ class: "java.lang.OutOfMemoryError", msg: "Java heap space", stacktrace: [] }),
      line({ class: "java.io.IOException", msg: "no", stacktrace: trace }),
      line(trace),
      line({ class: "java.io.IOException", msg: "no" }),
    ),
  ).toMatchObject([{ isCause: false }, { isCause: true }, { isCause: true }]);
});

test("a task that fails while its executor stops has no trace", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR Executor: Exception in task 3.0 in stage 6.0 (TID 22): null",
      "26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared",
    ),
  ).toMatchObject([
    { kind: "task_finished", taskId: 22, how: "failed", errorClass: undefined },
    { kind: "store_cleared" },
  ]);
});

test("a lost task in a driver's log has its stage, its error's cause and the program's own frame", () => {
  expect(
    facts(
      "24/07/24 04:27:42 WARN TaskSetManager: Lost task 1.0 in stage 2.0 (TID 11) (host-a executor 3): org.apache.spark.SparkException: Task failed while writing rows",
      "\tat org.apache.spark.sql.errors.QueryExecutionErrors$.taskFailed(QueryExecutionErrors.scala:1)",
      "\tat com.example.Job$.write(Job.scala:44)",
      "Caused by: java.lang.OutOfMemoryError: Java heap space",
      "\tat java.util.Arrays.copyOf(Arrays.java:3332)",
    ),
  ).toEqual([
    {
      kind: "driver_task_ended",
      taskId: 11,
      executorId: "3",
      host: "host-a",
      stageId: 2,
      lostReason: "org.apache.spark.SparkException: Task failed while writing rows",
      cause: { errorClass: "java.lang.OutOfMemoryError", message: "Java heap space" },
      userFrame: "com.example.Job$.write(Job.scala:44)",
    },
  ]);
});

test("a failed Python task has Python's own error, not the head of its traceback", () => {
  expect(
    facts(
      "24/07/24 04:27:42 ERROR Executor: Exception in task 1.0 in stage 2.0 (TID 11)",
      "org.apache.spark.api.python.PythonException: Traceback (most recent call last):",
      '  File "/opt/spark/python/lib/pyspark.zip/pyspark/worker.py", line 1247, in main',
      "    process()",
      "MemoryError: Unable to allocate 1.49 GiB for an array",
      "",
      "\tat org.apache.spark.api.python.BasePythonRunner.handle(PythonRunner.scala:572)",
    ),
  ).toMatchObject([
    {
      errorMessage: "MemoryError: Unable to allocate 1.49 GiB for an array",
      cause: { errorClass: "MemoryError", message: "Unable to allocate 1.49 GiB for an array" },
    },
  ]);
});

test("an executor lost by a vendor's scheduler, its reason on the lines below, is lost", () => {
  expect(
    facts(
      "20/01/10 00:51:08 ERROR AcmeTaskScheduler: Lost executor 1 on 10.0.0.146:",
      "The executor with id 1 exited with exit code 137.",
    ),
  ).toMatchObject([
    {
      kind: "driver_executor_lost",
      executorId: "1",
      exitCode: 137,
      reason: "The executor with id 1 exited with exit code 137.",
    },
  ]);
});

test.each([
  ["# java.lang.OutOfMemoryError: Java heap space", "java.lang.OutOfMemoryError"],
  ["# There is insufficient memory for the Java Runtime Environment to continue.", ""],
])("last words of a JVM are an error: %s", (line, errorClass) => {
  expect(
    facts("24/07/24 04:20:05 INFO Executor: Running task 1.0 in stage 2.0 (TID 11)", "#", line),
  ).toMatchObject([{ kind: "task_running" }, { kind: "uncaught_error", errorClass }]);
});

test.each([
  [
    "numpy in Python",
    [
      "org.apache.spark.api.python.PythonException: Traceback (most recent call last):",
      '  File "job.py", line 33, in f',
      "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array",
      "",
      "\tat org.apache.spark.api.python.BasePythonRunner.handle(PythonRunner.scala:561)",
    ],
    {
      errorClass: "numpy.core._exceptions._ArrayMemoryError",
      message: "Unable to allocate 7.45 GiB for an array",
    },
  ],
  [
    "Velox in Gluten",
    [
      "org.apache.gluten.exception.GlutenException: Exception: VeloxRuntimeError",
      "Error Source: RUNTIME",
      "Error Code: MEM_CAP_EXCEEDED",
      "Reason: Exceeded memory pool capacity after attempt to grow capacity",
    ],
    {
      errorClass: "org.apache.gluten.exception.GlutenException",
      message: "Exceeded memory pool capacity after attempt to grow capacity",
    },
  ],
])("what ran out stands in lines below a task's error: %s", (_, trace, cause) => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR Executor: Exception in task 1.0 in stage 6.0 (TID 20)",
      ...trace,
    ),
  ).toMatchObject([{ kind: "task_finished", cause }]);
});

test("blank lines, which a paste puts between all lines, end no trace", () => {
  expect(
    facts(
      "26/11/21 02:36:35 ERROR Executor: Exception in task 1.0 in stage 6.0 (TID 20)",
      "",
      "java.lang.OutOfMemoryError: Java heap space",
      "",
    ),
  ).toMatchObject([{ kind: "task_finished", errorClass: "java.lang.OutOfMemoryError" }]);
});

const ABORTED =
  "Job aborted due to stage failure: Task 4 in stage 17.0 failed 4 times, most recent failure: Lost task 4.3 in stage 17.0 (TID 926) (10.0.0.7 executor 1): java.lang.OutOfMemoryError: Java heap space";
const LOST_926 = {
  kind: "driver_task_ended",
  taskId: 926,
  executorId: "1",
  host: "10.0.0.7",
  stageId: 17,
  lostReason: "java.lang.OutOfMemoryError: Java heap space",
  userFrame: "com.example.Job$.write(Job.scala:44)",
};
const BELOW = ["\tat com.example.Job$.write(Job.scala:44)", "Driver stacktrace:"];

test.each([
  ["by DAGScheduler", "INFO DAGScheduler: ResultStage 17 (count at J:9) failed in 4 s due to "],
  ["by any logger, as an error", "ERROR ApplicationMaster: User class threw exception: "],
])("why a job was aborted has the task that was lost, quoted %s", (_, head) => {
  expect(facts(`24/07/24 04:27:42 ${head}${ABORTED}`, ...BELOW)).toEqual([LOST_926]);
});

test("an exception alone, as a shell or Py4J prints it, has the task that was lost", () => {
  const { records } = decode(
    [`: org.apache.spark.SparkException: ${ABORTED}`, ...BELOW, ""].join("\n"),
  );
  expect(records.map(({ fact }) => fact)).toEqual([LOST_926]);
});

test("what is quoted twice is one loss, with the cause below the second", () => {
  expect(
    facts(
      "24/07/24 04:27:42 ERROR ApplicationMaster: User class threw exception: Job aborted due to stage failure: Task 1 in stage 2.0 failed 4 times, most recent failure: Lost task 1.3 in stage 2.0 (TID 9, h1): org.apache.spark.SparkException: Task failed",
      "org.apache.spark.SparkException: Job aborted due to stage failure: Task 1 in stage 2.0 failed 4 times, most recent failure: Lost task 1.3 in stage 2.0 (TID 9, h1): org.apache.spark.SparkException: Task failed",
      "Caused by: java.lang.OutOfMemoryError: Java heap space",
    ),
  ).toMatchObject([
    { taskId: 9, executorId: undefined, host: "h1", cause: { message: "Java heap space" } },
  ]);
});

test("up to 2.0 the loss of an executor names it in the lost task's line", () => {
  expect(
    facts(
      "16/07/24 04:27:42 WARN TaskSetManager: Lost task 1.1 in stage 0.0 (TID 2, h1): ExecutorLostFailure (executor 4 lost)",
    ),
  ).toMatchObject([{ taskId: 2, host: "h1", executorId: "4" }]);
});

test("another reason of an abort is the application's trouble", () => {
  expect(
    facts(
      "24/07/24 04:27:42 INFO DAGScheduler: ResultStage 3 failed in 1.2 s due to Job aborted due to stage failure: Serialized task 3:0 was 158243432 bytes, which exceeds max allowed: spark.rpc.message.maxSize (134217728 bytes).",
    ),
  ).toMatchObject([{ kind: "trouble_logged", what: "application" }]);
});

test("an OutOfMemoryError that says no more is told with the frame that threw it", () => {
  expect(
    facts(
      "24/07/24 04:27:42 ERROR Executor: Exception in task 1.0 in stage 2.0 (TID 11)",
      "java.lang.OutOfMemoryError",
      "\tat java.io.ByteArrayOutputStream.hugeCapacity(ByteArrayOutputStream.java:123)",
    ),
  ).toMatchObject([{ errorMessage: "in java.io.ByteArrayOutputStream.hugeCapacity" }]);
});

test("a failed fetch has the error that stands on the line below", () => {
  expect(
    facts(
      "24/07/24 04:27:42 WARN TaskSetManager: Lost task 6.0 in stage 1.0 (TID 39) (h1 executor 6): FetchFailed(null, shuffleId=0, mapIndex=-1, mapId=-1, reduceId=65, message=",
      "org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 0",
      "\tat org.apache.spark.MapOutputTracker$.validateStatus(MapOutputTracker.scala:1705)",
      ")",
    ),
  ).toMatchObject([
    {
      lostReason:
        "FetchFailed(null, shuffleId=0, mapIndex=-1, mapId=-1, reduceId=65, message=org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 0",
    },
  ]);
});

test("Velox's reason is the cause where it names a memory, whatever its code", () => {
  expect(
    facts(
      "24/07/24 04:27:42 ERROR Executor: Exception in task 1.0 in stage 2.0 (TID 11)",
      "org.apache.gluten.exception.GlutenException: Exception: VeloxRuntimeError",
      "Error Code: INVALID_STATE",
      "Reason: Operator::getOutput failed: Not enough spark off-heap execution memory. Acquired: 2000.0 MiB, granted: 1047.0 MiB.",
    ),
  ).toMatchObject([
    {
      cause: {
        message:
          "Operator::getOutput failed: Not enough spark off-heap execution memory. Acquired: 2000.0 MiB, granted: 1047.0 MiB.",
      },
    },
  ]);
});

test.each([
  ["an answer in JSON, its lines pushed in", '{\n  "ERROR": {\n    "message": "', '"\n  }\n}'],
  [
    "a test's report",
    "[info] - a test *** FAILED ***\n[info]   org.apache.spark.SparkException: ",
    "",
  ],
  ["a client's report, pushed in by a tab", "\t diagnostics: User class threw exception: ", ""],
])("why a job was aborted is read in %s", (_, before, behind) => {
  const { records } = decode(`${before}${ABORTED}${behind}\n`);
  expect(records.map(({ fact }) => fact)).toMatchObject([
    { kind: "driver_task_ended", taskId: 926, executorId: "1" },
  ]);
});

test("an OutOfMemoryError that is all a warning says is that warning's", () => {
  expect(
    facts("24/07/24 04:27:42 WARN ManagedSelector: java.lang.OutOfMemoryError: Java heap space"),
  ).toMatchObject([{ kind: "error_logged", message: "Java heap space", isCause: false }]);
});

test("a JVM that could not start says why on the line below", () => {
  expect(
    facts(
      "Error occurred during initialization of VM",
      "Could not reserve enough space for 2097152KB object heap",
    ),
  ).toMatchObject([
    {
      kind: "trouble_logged",
      what: "process",
      message:
        "Error occurred during initialization of VM: Could not reserve enough space for 2097152KB object heap",
    },
  ]);
});
