import { expect, test } from "vitest";
import { decode } from "./decoded.ts";

const RUNNING = "26/11/21 03:36:35 INFO Executor: Running task 3.0 in stage 0.0 (TID 3)";

test("YARN's aggregated logs: several containers' files in one", () => {
  const { records, oddities } = decode(
    [
      "Container: container_1480000000000_0001_01_000002 on node7_45454",
      "LogAggregationType: AGGREGATED",
      "=".repeat(70),
      "LogType:launch_container.sh",
      "LogLength:5260",
      "LogContents:",
      "#!/bin/bash",
      'exec /bin/bash -c "$JAVA_HOME/bin/java -server -Xmx4096m org.apache.spark.executor.YarnCoarseGrainedExecutorBackend --driver-url spark://d --executor-id 1 --hostname node7 --cores 4 --app-id application_1480000000000_0001 1>o 2>e"',
      "End of LogType:launch_container.sh",
      "*".repeat(70),
      "LogType:stderr",
      "Log Upload Time:Sat Nov 21 02:36:35 +0000 2026",
      "LogLength:123",
      "Log Contents:",
      RUNNING,
      "26/11/21 03:36:36 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)",
      "java.lang.OutOfMemoryError: Java heap space",
      "End of LogType:stderr",
      "",
      "Container: container_1480000000000_0001_01_000003 on node8_45454",
      "LogType:stderr",
      "Log Contents:",
      "2026-11-21 03:36:35,014 INFO [main] org.apache.spark.executor.Executor: Starting executor ID 2 on host node8",
      "End of LogType:stderr",
    ].join("\n"),
  );
  expect(records.map(({ container, fact }) => [container?.slice(-1), fact?.kind])).toEqual([
    ["2", "executor_command"],
    ["2", "task_running"],
    ["2", "task_finished"],
    ["3", "executor_started"],
  ]);
  expect(records[0]?.fact).toMatchObject({ executorId: "1", cores: 4, xmxBytes: 4096 * 1024 ** 2 });
  expect(records[2]?.fact).toMatchObject({ errorClass: "java.lang.OutOfMemoryError" });
  expect(oddities).toEqual([]);
});

test("CRI lines are UTC, and their pieces one line", () => {
  const { records } = decode(
    [
      "2026-11-21T02:36:35.123456789Z stdout F + CMD=(java)",
      `2026-11-21T02:36:35.223456789Z stderr P ${RUNNING.slice(0, 40)}`,
      `2026-11-21T02:36:35.223456790Z stderr F ${RUNNING.slice(40)}`,
      "2026-11-21T02:36:36.000000001Z stderr F 26/11/21 03:36:36 INFO MemoryStore: MemoryStore cleared",
    ].join("\n"),
  );
  // The runtime's UTC tells that the executor's clock is one hour ahead.
  expect(records).toMatchObject([
    {
      line: 3,
      time: "2026-11-21T02:36:35.000",
      zoned: true,
      fact: { kind: "task_running", taskId: 3 },
    },
    { line: 4, time: "2026-11-21T02:36:36.000", zoned: true, fact: { kind: "store_cleared" } },
  ]);
});

test("kubectl logs --timestamps", () => {
  const { records } = decode(
    [
      "2026-11-21T02:36:34.123456789Z ++ id -u",
      "2026-11-21T02:36:34.223456789Z + exec /usr/bin/tini -s -- /opt/java/bin/java -Xmx1g o.CoarseGrainedExecutorBackend --executor-id 5 --cores 1 --app-id spark-1",
      `2026-11-21T02:36:35.123456789Z ${RUNNING}`,
      `2026-11-21T02:36:35.123456789Z {"ts":"2026-11-21T02:36:35.100Z","level":"INFO","msg":"MemoryStore cleared","logger":"MemoryStore"}`,
    ].join("\n"),
  );
  expect(records).toMatchObject([
    {
      time: "2026-11-21T02:36:34.223",
      zoned: true,
      fact: { kind: "executor_command", executorId: "5" },
    },
    { time: "2026-11-21T02:36:35.000", zoned: true, fact: { kind: "task_running" } },
    { time: "2026-11-21T02:36:35.100", zoned: true, fact: { kind: "store_cleared" } },
  ]);
});

test("kubectl logs --timestamps, cut right behind a time", () => {
  const { records } = decode(
    `2026-11-21T02:36:35.123456789Z ${RUNNING}\n2026-11-21T02:36:36.123456789Z`,
  );
  expect(records).toMatchObject([{ line: 1, fact: { kind: "task_running" } }]);
});

test("Docker's json-file", () => {
  const wrap = (log: string) =>
    JSON.stringify({ log, stream: "stderr", time: "2026-11-21T02:36:35.123456789Z" });
  const { records } = decode(
    [wrap(`${RUNNING.slice(0, 30)}`), wrap(`${RUNNING.slice(30)}\n`), wrap(`${RUNNING}\n`)].join(
      "\n",
    ),
  );
  expect(records.map(({ line, time, zoned }) => [line, time, zoned])).toEqual([
    [2, "2026-11-21T02:36:35.000", true],
    [3, "2026-11-21T02:36:35.000", true],
  ]);
});

test("stern and kubectl --prefix: pods side by side, each with its own traces", () => {
  const pod = (id: number) => `job-7f-exec-${id} spark-kubernetes-executor`;
  const { records } = decode(
    [
      `${pod(1)} 26/11/21 03:36:36 ERROR Executor: Exception in task 1.0 in stage 0.0 (TID 1)`,
      `${pod(2)} 26/11/21 03:36:36 ERROR Executor: Exception in task 2.0 in stage 0.0 (TID 2)`,
      `${pod(1)} java.lang.OutOfMemoryError: GC overhead limit exceeded`,
      `${pod(2)} java.io.IOException: disk is full`,
      `${pod(1)} \tat a.b.C.d(C.java:1)`,
      `[pod/job-7f-exec-3/spark-kubernetes-executor] ${RUNNING}`,
    ].join("\n"),
  );
  const said = records.map(({ container, fact }) => [
    container,
    fact?.kind === "task_finished" ? fact.errorClass : fact?.kind,
  ]);
  expect(said.toSorted(([a = ""], [b = ""]) => a.localeCompare(b))).toEqual([
    ["job-7f-exec-1", "java.lang.OutOfMemoryError"],
    ["job-7f-exec-2", "java.io.IOException"],
    ["job-7f-exec-3", "task_running"],
  ]);
});
