/** Which Spark printed a log that names none. */
import { expect, test } from "vitest";
import { LogDecoder } from "../../src/executor-log/log-decoder.ts";
import type { LogRecord } from "../../src/executor-log/log-record.ts";
import { LineReader } from "../../src/lines/lines.ts";
import { commonBounds, VersionMarks } from "../../src/survey/version-marks.ts";

function marksOf(text: string): VersionMarks {
  const marks = new VersionMarks();
  const decoder = new LogDecoder({ report: () => {}, everyRecord: true });
  const see = (record: LogRecord): void => marks.see(record, record.thread);
  const lines = new LineReader({ onLine: (line) => decoder.decode(line, see) });
  lines.push(Buffer.from(text));
  lines.end();
  decoder.flush(see);
  return marks;
}

const STARTED_BY_WORKER = `26/11/21 03:00:52 INFO CoarseGrainedExecutorBackend: Started daemon with process name: 17246@host-1
26/11/21 03:00:52 INFO SignalUtils: Registered signal handler for TERM
26/11/21 03:00:53 INFO MemoryStore: MemoryStore started with capacity 127.2 MB
26/11/21 03:00:53 INFO WorkerWatcher: Connecting to worker spark://Worker@localhost:41000
26/11/21 03:00:53 INFO BlockManager: Initialized BlockManager: BlockManagerId(0, localhost, 40001, None)
`;

test("a standalone log of MB that begins without its command is of 2.1 to 2.2", () => {
  expect(marksOf(STARTED_BY_WORKER).bounds).toEqual({ atLeast: "2.1", atMost: "2.2" });
});

test("the same log without its first line may have lost the command with it", () => {
  const rest = STARTED_BY_WORKER.slice(STARTED_BY_WORKER.indexOf("\n") + 1);
  expect(marksOf(rest).bounds).toEqual({ atLeast: "2.1", atMost: "2.4" });
});

test("lines of 1.6 are of no later Spark", () => {
  const { bounds } =
    marksOf(`16/03/01 10:00:00 INFO CacheManager: Partition rdd_3_0 not found, computing it
16/03/01 10:00:01 INFO MemoryStore: Block rdd_3_0 stored as values in memory (estimated size 16.7 MB, free 16.7 MB)
16/03/01 10:00:01 INFO BlockManagerMaster: Trying to register BlockManager
`);
  expect(bounds).toEqual({ atLeast: undefined, atMost: "1.6" });
});

test("the store starts before the executor up to 3.5, and after it since 4.0", () => {
  const store = "26/11/21 03:00:53 INFO MemoryStore: MemoryStore started with capacity 127.2 MiB\n";
  const executor = "26/11/21 03:00:53 INFO Executor: Starting executor ID 0 on host localhost\n";
  expect(marksOf(store + executor).bounds).toEqual({ atLeast: "3.0", atMost: "3.5" });
  expect(marksOf(executor + store).bounds).toEqual({ atLeast: "4.0", atMost: undefined });
  // A second JVM's lines in the same file say nothing of the order.
  expect(marksOf(store + executor + store + executor).bounds?.atMost).toBe("3.5");
});

test.each([
  ["/opt/spark-2.4.8-bin-hadoop2.7/conf/:/opt/spark-2.4.8-bin-hadoop2.7/jars/*", "2.4.8"],
  ["/opt/app/lib/workload-2.4.8.jar:/usr/lib/spark/jars/*", undefined],
  ["/jars/spark-core_2.12-3.5.1.jar:/jars/spark-sql_2.12-3.5.1.jar", "3.5.1"],
  ["/opt/spark-3.4.1/jars/*:/opt/spark-3.5.0/jars/*", undefined],
])("the class path %s names %s", (classPath, version) => {
  const marks = marksOf(
    `Spark Executor Command: "java" "-cp" "${classPath}" "-Xmx512M" "--executor-id" "0"\n`,
  );
  expect(marks.classPathVersion).toBe(version);
});

test("a class path that the lines contradict names nothing", () => {
  const marks = marksOf(
    `Spark Executor Command: "java" "-cp" "/opt/spark-2.4.8/jars/*" "--executor-id" "0"\n26/11/21 03:00:53 INFO MemoryStore: MemoryStore started with capacity 127.2 MiB\n`,
  );
  expect(marks.classPathVersion).toBeUndefined();
});

test("logs of one application that contradict each other bound nothing", () => {
  const old = { atLeast: undefined, atMost: "2.4" };
  expect(commonBounds([old, { atLeast: "2.1", atMost: undefined }])).toEqual({
    atLeast: "2.1",
    atMost: "2.4",
  });
  expect(commonBounds([old, { atLeast: "3.0", atMost: undefined }])).toBeUndefined();
});
