/**
 * Verdicts on logs as people post them: a few lines, one error, no event log. Each was read against
 * its lines by a person.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { respark } from "../cli/run-respark.ts";

const goldens = join(import.meta.dirname, "goldens");
const folder = mkdtempSync(join(tmpdir(), "respark-field-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const executor = [
  "24/07/24 04:20:00 INFO CoarseGrainedExecutorBackend: Started daemon with process name: 22@host-a",
  "24/07/24 04:20:01 INFO MemoryStore: MemoryStore started with capacity 2.2 GiB",
  "24/07/24 04:20:02 INFO Executor: Starting executor ID 3 on host host-a",
  "24/07/24 04:20:02 INFO Executor: Running Spark version 3.5.1",
  "24/07/24 04:20:05 INFO CoarseGrainedExecutorBackend: Got assigned task 11",
  "24/07/24 04:20:05 INFO Executor: Running task 1.0 in stage 2.0 (TID 11)",
  "24/07/24 04:20:08 INFO MemoryStore: Block rdd_3_1 stored as values in memory (estimated size 200.0 MiB, free 2032.0 MiB)",
];
const driver = [
  "24/07/24 04:20:00 INFO SparkContext: Running Spark version 3.5.1",
  "24/07/24 04:20:01 INFO MemoryStore: MemoryStore started with capacity 2.2 GiB",
  "24/07/24 04:20:04 INFO BlockManagerMasterEndpoint: Registering block manager host-a:38341 with 2.7 GiB RAM, BlockManagerId(3, host-a, 38341, None)",
  "24/07/24 04:20:06 INFO TaskSetManager: Starting task 1.0 in stage 2.0 (TID 11) (host-a, executor 3, partition 1, PROCESS_LOCAL, 7767 bytes) ",
];
const failed = "24/07/24 04:27:42 ERROR Executor: Exception in task 1.0 in stage 2.0 (TID 11)";

interface Field {
  readonly named: string;
  readonly file: "driver.log" | "stderr";
  readonly lines: readonly string[];
  /** kinds of its findings, in order */
  readonly kinds: readonly string[];
  readonly says: readonly RegExp[];
  readonly never: RegExp;
}

const FIELD: readonly Field[] = [
  {
    named: "lost-task-in-a-driver-log",
    file: "driver.log",
    lines: [
      ...driver,
      "24/07/24 04:27:42 WARN TaskSetManager: Lost task 1.0 in stage 2.0 (TID 11) (host-a executor 3): java.lang.OutOfMemoryError: Java heap space",
      "\tat com.example.Job.grow(Job.scala:7)",
    ],
    kinds: ["oom"],
    says: [/heap ran out \(executor 3\)/, /Job\.scala:7/],
    never: /Looked for and not found: [^.]*out-of-memory/,
  },
  {
    named: "broadcast-that-the-driver-cannot-build",
    file: "driver.log",
    lines: [
      ...driver.slice(0, 2),
      "24/07/24 04:27:42 ERROR SparkSQLDriver: Failed in [select 1]",
      "org.apache.spark.SparkException: Not enough memory to build and broadcast the table to all worker nodes. As a workaround, you can either disable broadcast by setting spark.sql.autoBroadcastJoinThreshold to -1 or increase the spark driver memory by setting spark.driver.memory to a higher value.",
      "\tat org.apache.spark.sql.errors.QueryExecutionErrors$.notEnoughMemory(QueryExecutionErrors.scala:2213)",
    ],
    kinds: ["oom"],
    says: [/driver could not build a broadcast table/, /change +a smaller spark\.sql\.auto/],
    never: /more partitions/,
  },
  {
    named: "native-thread",
    file: "stderr",
    lines: [
      ...executor,
      failed,
      "java.lang.OutOfMemoryError: unable to create new native thread",
      "\tat java.lang.Thread.start0(Native Method)",
    ],
    kinds: ["oom"],
    says: [/could start no more threads/, /ulimit -u/],
    never: /more partitions|larger spark\.executor\.memory\b/,
  },
  {
    named: "gluten",
    file: "stderr",
    lines: [
      ...executor,
      failed,
      "org.apache.gluten.exception.GlutenException: Error during calling Java code from native code: org.apache.gluten.memory.memtarget.ThrowOnOomMemoryTarget$OutOfMemoryException: Not enough spark off-heap execution memory. Acquired: 8388608, granted: 8126464. Try tweaking config option spark.memory.offHeap.size to get larger space to run this application.",
      "\tat org.apache.gluten.vectorized.GeneralOutIterator.hasNext(GeneralOutIterator.java:39)",
    ],
    kinds: ["oom"],
    says: [/A request for 8\.0 MiB got 7\.8 MiB/, /larger spark\.memory\.offHeap\.size/],
    never: /Nothing is wrong/,
  },
  {
    named: "page-too-large",
    file: "stderr",
    lines: [
      ...executor,
      failed,
      "org.apache.spark.memory.TooLargePageException: Cannot allocate a page of 17179869184 bytes.",
      "\tat org.apache.spark.memory.TaskMemoryManager.allocatePage(TaskMemoryManager.java:315)",
    ],
    kinds: ["failure"],
    says: [/limit of Spark's own/, /Cannot allocate a page of 17179869184 bytes/],
    never: /Nothing is wrong/,
  },
  {
    named: "last-words-of-a-jvm",
    file: "stderr",
    lines: [
      ...executor,
      "#",
      "# java.lang.OutOfMemoryError: Java heap space",
      '# -XX:OnOutOfMemoryError="kill -9 %p"',
      '#   Executing /bin/sh -c "kill -9 12345"...',
    ],
    kinds: ["oom"],
    says: [/heap ran out/, /1 executor was lost to it/],
    never: /Nothing is wrong/,
  },
  {
    named: "sigterm-with-a-task-running",
    file: "stderr",
    lines: [
      ...executor,
      "24/07/24 04:27:42 ERROR CoarseGrainedExecutorBackend: RECEIVED SIGNAL TERM",
    ],
    kinds: ["lost_executors"],
    says: [/Executor 3 was told to stop by a SIGTERM while tasks ran/],
    never: /would not show: [^.]*lost executors/,
  },
  {
    named: "start-refused",
    file: "driver.log",
    lines: [
      ...driver.slice(0, 1),
      "24/07/24 04:27:42 ERROR SparkContext: Error initializing SparkContext.",
      "java.lang.IllegalArgumentException: System memory 259522560 must be at least 471859200. Please increase heap size using the --driver-memory option or spark.driver.memory in Spark configuration.",
      "\tat org.apache.spark.memory.UnifiedMemoryManager$.getMaxMemory(UnifiedMemoryManager.scala:217)",
    ],
    kinds: ["failure"],
    says: [/it did not start/, /a larger spark\.driver\.memory/],
    never: /Nothing is wrong/,
  },
  {
    named: "container-over-its-limit",
    file: "driver.log",
    lines: [
      ...driver,
      "24/07/24 04:27:14 WARN YarnSchedulerBackend$YarnSchedulerEndpoint: Requesting driver to remove executor 3 for reason Container killed by YARN for exceeding physical memory limits. 10.6 GB of 10 GB physical memory used. Consider boosting spark.executor.memoryOverhead.",
      "24/07/24 04:27:14 ERROR YarnScheduler: Lost executor 3 on host-a: Container killed by YARN for exceeding physical memory limits. 10.6 GB of 10 GB physical memory used. Consider boosting spark.executor.memoryOverhead.",
    ],
    kinds: ["lost_executors"],
    says: [/over its memory limit/, /10\.6 GB of 10 GB/],
    never: /384|not found: [^.]*spills/,
  },
  {
    named: "input-of-a-stream",
    file: "driver.log",
    lines: [
      "15/05/06 16:20:00 INFO SparkContext: Running Spark version 1.3.1",
      "15/05/06 16:20:01 INFO MemoryStore: MemoryStore started with capacity 265.4 MB",
      "15/05/06 16:20:04 INFO BlockManagerMasterActor: Registering block manager node-2:32963 with 256.0 MB RAM, BlockManagerId(1, node-2, 32963)",
      "15/05/06 16:20:10 INFO BlockManagerInfo: Added input-1-1430922252737 in memory on node-2:32963 (size: 100.0 MB, free: 156.0 MB)",
      "15/05/06 16:20:30 INFO BlockManagerInfo: Removed input-1-1430922252737 on node-2:32963 in memory (size: 100.0 MB, free: 256.0 MB)",
      "15/05/06 16:25:11 WARN TaskSetManager: Lost task 69.0 in stage 3.0 (TID 141, node-2): java.lang.Exception: Could not compute split, block input-1-1430922252737 not found",
    ],
    kinds: ["failure"],
    says: [/was gone from memory by 2015-05-06 16:20:30/, /a driver's log alone/],
    never: /not found: [^.]*evictions|executor logs at/,
  },
];

describe("verdicts on logs as people post them", () => {
  test.for(FIELD)("$named", async ({ named, file, lines, kinds, says, never }) => {
    const path = join(folder, named);
    mkdirSync(path);
    writeFileSync(join(path, file), `${lines.join("\n")}\n`);
    const { code, stdout } = await respark(["explain", path, "--json"]);
    expect(code).toBe(0);
    const verdict: unknown = JSON.parse(stdout);
    expect(verdict).toMatchObject({ findings: kinds.map((kind) => ({ kind })) });
    const { stdout: text } = await respark(["explain", path]);
    for (const words of says) expect(text.replaceAll(/\s+/g, " ")).toMatch(words);
    expect(text.replaceAll(/\s+/g, " ")).not.toMatch(never);
    const golden = join(goldens, `field-${named}.txt`);
    if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, "utf8"));
  });
});

test("the state at an out-of-memory is the one before the failed task gave its memory back", async () => {
  const path = join(folder, "state");
  mkdirSync(path);
  writeFileSync(
    join(path, "stderr"),
    `${[
      ...executor.slice(0, 4),
      "24/07/24 04:20:05 INFO Executor: Running task 1.0 in stage 9.0 (TID 11)",
      "24/07/24 04:20:05 INFO Executor: Running task 2.0 in stage 9.0 (TID 12)",
      "24/07/24 04:27:41 INFO TaskMemoryManager: Memory used in task 11",
      "24/07/24 04:27:41 INFO TaskMemoryManager: 2214902769 bytes of memory are used for execution and 87451238 bytes of memory are used for storage",
      "24/07/24 04:27:42 ERROR Executor: Exception in task 1.0 in stage 9.0 (TID 11)",
      "org.apache.spark.memory.SparkOutOfMemoryError: Unable to acquire 65536 bytes of memory, got 0",
      "\tat org.apache.spark.memory.MemoryConsumer.throwOom(MemoryConsumer.java:158)",
      "24/07/24 04:27:45 INFO Executor: Finished task 2.0 in stage 9.0 (TID 12). 1055 bytes result sent to driver",
    ].join("\n")}\n`,
  );
  const { stdout } = await respark(["explain", path, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [
      {
        kind: "oom",
        facts: { execution_bytes: 2214902769, running_tasks: 2, stage_id: 9, granted_bytes: 0 },
      },
    ],
  });
});

test("of several applications all are on one screen, worst first, and --app names one", async () => {
  const fixtures = join(import.meta.dirname, "../../fixtures/runs");
  const runs = ["s35-o-base-info", "s35-f-base-dbg", "s40-a2-base-dbg", "s30-f-base-dbg"];
  const database = join(folder, "fleet.duckdb");
  const replay = await respark([
    "replay",
    ...runs.map((run) => join(fixtures, run)),
    "-o",
    database,
    "--quiet",
  ]);
  expect(replay.stdout).toContain("4 applications: 3 lost time, 1 ran at a risk.");
  const { stdout, code } = await respark(["explain", database]);
  expect(code).toBe(0);
  expect(stdout).toContain("4 applications: 3 lost time, 1 ran at a risk.");
  expect(stdout.split("\n").length).toBeLessThan(40);
  const places = ["app-20261121023659-0000", "app-20261121024700-0000"].map((id) =>
    stdout.indexOf(id),
  );
  expect(places.every((place) => place > 0)).toBe(true);
  expect(stdout.indexOf("ran at a risk")).toBeLessThan(stdout.indexOf("1. "));
  const one = await respark(["explain", database, "--app", "app-20261121024700-0000"]);
  expect(one.stdout).toContain("app-20261121024700-0000 “lab-cacheset”");
  const asked = await respark([
    "query",
    database,
    "select count(*) as n, count(distinct app_id) as apps from findings",
    "--format",
    "csv",
  ]);
  expect(asked.stdout).toMatch(/^n,apps\n\d+,4\n$/);
});

test("where the locale is not UTF-8 a verdict is ASCII", async () => {
  const path = join(folder, "ascii");
  mkdirSync(path);
  writeFileSync(
    join(path, "stderr"),
    `${[...executor, failed, "java.lang.OutOfMemoryError: Java heap space"].join("\n")}\n`,
  );
  const { stdout } = await respark(["explain", path], { env: { LANG: "C" } });
  expect(stdout).toContain('"java.lang.OutOfMemoryError: Java heap space"');
  expect(stdout).not.toMatch(/[\u0080-\u{10ffff}]/u);
  const wide = await respark(["explain", path], { env: { LANG: "de_DE.UTF-8" } });
  expect(wide.stdout).toContain("“java.lang.OutOfMemoryError: Java heap space”");
});
