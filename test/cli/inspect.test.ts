/** `respark inspect`: what is here, what it can tell, and which settings would tell more. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { respark } from "./run-respark.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("a stock production log: evidence is info, and the exact lines for more are there to copy", async () => {
  const { code, stdout, stderr } = await respark(["inspect", join(runs, "s35-o-base-info")]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("1 application in 4 logs");
  expect(stdout).toContain("Spark 3.5.6");
  expect(stdout).toContain("no end logged");
  expect(stdout).toContain("Evidence info");
  expect(stdout).toContain("  logger.memory.name = org.apache.spark.memory\n");
});

test("settings that would tell more are written as files, with what they cost, and replace no other", async () => {
  const folder = join(scratch, "more");
  const asked = ["inspect", join(runs, "s35-o-base-info"), "--properties", folder];
  const { code, stderr } = await respark(asked);
  expect(code).toBe(0);
  expect(stderr).toContain("spark-submit --properties-file");
  const conf = readFileSync(join(folder, "spark-more.conf"), "utf8");
  // A standalone worker (spark.master is local-cluster here) has no --files before its JVM starts.
  expect(conf).toContain(
    `spark.executor.extraJavaOptions -Dlog4j2.configurationFile=file://${folder}/log4j2.properties`,
  );
  expect(stderr).not.toContain("--files /");
  const log4j = readFileSync(join(folder, "log4j2.properties"), "utf8");
  expect(log4j.match(/^appender\.console\.layout\.pattern/gmu)).toHaveLength(1);
  expect(log4j).toMatch(
    /costs: executor logs .*\nlogger\.memory\.name = org\.apache\.spark\.memory$/mu,
  );
  expect((await respark(asked)).code).toBe(0);
  writeFileSync(join(folder, "spark-more.conf"), "spark.executor.memory 4g\n");
  const refused = await respark(asked);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("spark-more.conf");
  expect(readFileSync(join(folder, "spark-more.conf"), "utf8")).toBe("spark.executor.memory 4g\n");
});

test("what tells all leaves no settings to write", async () => {
  const folder = join(scratch, "nothing");
  const logs = join(runs, "s35-g-base-dbg");
  const { stderr } = await respark(["inspect", logs, "--properties", folder]);
  expect(existsSync(folder)).toBe(stderr.includes("Written"));
});

test("milliseconds and threads are asked for where executors' logs lack them, whatever the driver prints", async () => {
  const dir = mkdtempSync(join(scratch, "layouts-"));
  const driver = [
    "26/11/21 02:36:57 INFO SparkContext: Running Spark version 2.4.8",
    "26/11/21 02:36:59 INFO SparkEnv: Registering MapOutputTracker",
    "26/11/21 02:36:59 INFO BlockManager: Initialized BlockManager: BlockManagerId(driver, host-1, 40001, None)",
  ];
  const started = "CoarseGrainedExecutorBackend: Started daemon with process name: 1@host-1";
  const capacity = "MemoryStore: MemoryStore started with capacity 106.0 MB";
  const write = (layout: string): void =>
    writeFileSync(
      join(dir, "executor-0.log"),
      `${[started, capacity].map((words) => `${layout}${words}`).join("\n")}\n`,
    );
  writeFileSync(join(dir, "driver.log"), `${driver.join("\n")}\n`);
  write("2026-11-21 02:37:02,100 INFO  [main] ");
  expect((await respark(["inspect", dir])).stdout).not.toContain("times to the millisecond");
  write("26/11/21 02:37:02 INFO ");
  expect((await respark(["inspect", dir])).stdout).toContain("times to the millisecond");
});

test("without --full it says so; with it, lines that look like memory and match no template are listed", async () => {
  const log = join(scratch, "executor-7.log");
  writeFileSync(
    log,
    `${[
      "26/11/21 02:37:02 INFO MemoryStore: MemoryStore started with capacity 106.0 MiB",
      "26/11/21 02:37:09 INFO MemoryStore: Block rdd_0_3 stored as values in memory (estimated size 14.0 MiB, free 51.7 MiB)",
      "26/11/21 02:37:10 INFO MemoryStore: Storage limit = a wording nobody knows",
    ].join("\n")}\n`,
  );
  expect((await respark(["inspect", log])).stdout).toContain("--full also lists");
  const full = await respark(["inspect", log, "--full"]);
  expect(full.stdout).toContain("Storage limit = a wording nobody knows");
});

test("--json is JSON alone, with times in ISO and evidence per executor", async () => {
  const { stdout } = await respark(["inspect", join(runs, "s40-a2-base-dbg"), "--json"]);
  const { applications } = JSON.parse(stdout) as {
    applications: {
      startedAt: string;
      executors: { executorId: string; evidenceLevel: string }[];
    }[];
  };
  expect(applications[0]?.startedAt).toMatch(/^2026-11-21T02:4\d:.*Z$/);
  expect(applications[0]?.executors.map(({ executorId }) => executorId)).toEqual([
    "0",
    "1",
    "driver",
  ]);
});

test("files that are no Spark logs are named with the reason, exit 3", async () => {
  const notes = join(scratch, "notes.txt");
  writeFileSync(notes, "nothing about Spark\n");
  const { code, stdout, stderr } = await respark(["inspect", notes]);
  expect(code).toBe(3);
  expect(stdout).toContain("Not read\n");
  expect(stdout).toContain("notes.txt");
  expect(stderr).toMatch(/^respark: no Spark application in /);
});
