/**
 * Logs whose kind or owner does not show at once: junk before the first event, a first line larger
 * than a sample, a stream cut before its first block.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { survey } from "../../src/survey/survey.ts";
import { packLz4 } from "../bytes/packing.ts";
import { smallApplication } from "./small-application.ts";
import { surveyTexts } from "./texts.ts";

const log = smallApplication()["app/app-20261121023644-0000"] ?? "";

test.each([
  ["words", "garbage that some wrapper printed\n".repeat(200_000)],
  ["objects that are no events", '{"level":"info"}\n'.repeat(200_000)],
  ["blank lines", "\n".repeat(200_000)],
  ["NULs", `${"\0".repeat(4000)}\n`.repeat(2000)],
])("an event log behind many lines of %s is an event log", async (_what, junk) => {
  const { files, applications } = await surveyTexts({ "logs/a": junk + log }, { chunk: 1 << 20 });
  expect(files).toMatchObject([{ kind: "event_log", unread: undefined }]);
  expect(applications).toMatchObject([{ appId: "app-20261121023644-0000", attemptId: "1" }]);
});

test("words without an event are no log, however many there are", async () => {
  const words = "garbage that some wrapper printed\n".repeat(100_000);
  const { files } = await surveyTexts({ "logs/a": words }, { logs: 10_000, chunk: 1 << 16 });
  expect(files).toMatchObject([{ kind: "other", readWhole: false }]);
});

test("an event log whose first line is larger than a sample is an event log", async () => {
  const plan = "x".repeat(9 * 1024 * 1024);
  const first = `{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":0,"physicalPlanDescription":"${plan}"}\n`;
  const { applications } = await surveyTexts({ "logs/a": first + log }, { chunk: 1 << 20 });
  expect(applications).toMatchObject([{ appId: "app-20261121023644-0000" }]);
});

test("an application that starts behind a large environment has its own name", async () => {
  const [first = "", ...rest] = log.split("\n");
  const classpath = JSON.stringify({
    Event: "SparkListenerEnvironmentUpdate",
    "Classpath Entries": { ["/some/where.jar".repeat(700_000)]: "System Classpath" },
  });
  const text = [first, classpath, ...rest].join("\n");
  const { applications } = await surveyTexts({ "logs/a": text }, { chunk: 1 << 20 });
  expect(applications).toMatchObject([{ appId: "app-20261121023644-0000" }]);
});

test("a packed log cut before anything can be unpacked is said to be damaged, not empty", async () => {
  const folder = mkdtempSync(join(tmpdir(), "respark-cut-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "app-1.lz4"), packLz4(Buffer.from(log)).subarray(0, 100));
  writeFileSync(join(folder, "app-2"), log);
  const told: Diagnostic[] = [];
  const { files } = await survey([folder], { report: (diagnostic) => told.push(diagnostic) });
  expect(files[0]?.unread).toMatch(/cut or damaged before anything/);
  expect(told).toMatchObject([
    { sourceFileId: 1, code: "codec_truncated", byteOffset: 100 },
    { sourceFileId: 1, code: "survey_unread_file" },
  ]);
});

const lateLines = [
  "26/11/21 02:38:57 INFO Executor: Running task 0.0 in stage 0.0 (TID 0)",
  "26/11/21 02:38:58 INFO MemoryStore: Block rdd_1_0 stored as values in memory (estimated size 16.7 MiB, free 40.4 MiB)",
  "26/11/21 02:38:59 INFO Executor: Finished task 0.0 in stage 0.0 (TID 0). 902 bytes result sent to driver",
  "",
].join("\n");
const beginning =
  "26/11/21 02:38:56 INFO Executor: Starting executor ID 1 on host localhost\n26/11/21 02:38:56 INFO MemoryStore: MemoryStore started with capacity 127.2 MiB\n";

test("an executor whose log begins within its life is told of, once, and one with its beginning is not", async () => {
  const late: Diagnostic[] = [];
  await surveyTexts({ "work/app-20261121023854-0000/1/stderr": lateLines }, { diagnostics: late });
  expect(late.filter(({ code }) => code === "log_begins_late")).toMatchObject([
    { sourceFileId: 1, message: expect.stringContaining("within the life of executor 1") },
  ]);
  const whole: Diagnostic[] = [];
  await surveyTexts(
    { "work/app-20261121023854-0000/1/stderr": beginning + lateLines },
    { diagnostics: whole },
  );
  expect(whole.map(({ code }) => code)).not.toContain("log_begins_late");
});
