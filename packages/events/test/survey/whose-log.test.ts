import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import {
  anExecutorsLog,
  printed,
  type Said,
  stock,
  stockLines,
} from "../executor-log/an-executors-log.ts";
import { surveyTexts } from "./texts.ts";

const one = anExecutorsLog("1", "host-a");
const later = (log: readonly Said[], seconds: number): Said[] =>
  log.map((said) => ({ ...said, at: new Date(said.at.getTime() + seconds * 1000) }));
const two = later(anExecutorsLog("2", "host-b"), 300).map((said) => ({
  ...said,
  message: said.message.replaceAll("TID 11", "TID 12").replaceAll("_1 ", "_2 "),
}));
const text = (log: readonly Said[]): string => printed(log, stock);

test("a log that names no executor is one of a made-up id, and said to be", async () => {
  const diagnostics: Diagnostic[] = [];
  const { files } = await surveyTexts({ "logs/stderr": text(one.slice(4)) }, { diagnostics });
  expect(files).toMatchObject([{ kind: "executor_log", unread: undefined }]);
  expect(files[0]?.executorId).toMatch(/^unknown-[0-9a-f]{8}$/);
  expect(diagnostics.map(({ code }) => code)).toContain("survey_unknown_executor");
});

test("a YARN container's directory is as good as an executor's id", async () => {
  const container = "container_1480000000000_0001_01_000002";
  const { files } = await surveyTexts({
    [`application_1480000000000_0001/${container}/stderr`]: text(one.slice(4)),
  });
  expect(files).toMatchObject([{ executorId: container, appId: "application_1480000000000_0001" }]);
});

test("logs of two executors, one behind the other in a file, are two", async () => {
  const { files } = await surveyTexts({ "logs/all.log": text(one) + text(two) });
  expect(files.map(({ path, executorId }) => [path.replace(/^.*\//, ""), executorId])).toEqual([
    ["all.log", "1"],
    ["all.log!from line 17", "2"],
  ]);
});

test("a log that stands twice in its file is read once, and the copy is named by its line", async () => {
  const diagnostics: Diagnostic[] = [];
  const { files } = await surveyTexts({ "logs/all.log": text(one) + text(one) }, { diagnostics });
  expect(files.map(({ duplicateOf }) => duplicateOf === undefined)).toEqual([true, false]);
  const said = diagnostics.filter(({ code }) => code === "survey_copy_in_file");
  expect(said.map(({ message }) => message)).toEqual([
    expect.stringMatching(/all\.log!from line 17 begins as .*all\.log does and says no more/),
  ]);
});

test("logs without their first lines, one behind the other, are two as well", async () => {
  const { files } = await surveyTexts({ "logs/all.log": text(one.slice(1)) + text(two.slice(1)) });
  expect(files.map(({ executorId }) => executorId)).toEqual(["1", "2"]);
});

const PREFIXES: readonly (readonly [string, (name: string, pid: number) => string])[] = [
  ["docker compose", (name) => `worker-${name}  | `],
  ["kubectl", (name) => `[pod/job-exec-${name}/executor] `],
  ["logcli", (name) => `2024-07-24T04:20:00Z {app="spark", pod="job-${name}"} `],
  ["journald, by process", (_, pid) => `Jul 24 04:20:00 host-a spark[${pid}]: `],
  ["journald, by host", (name) => `Jul 24 04:20:00 host-${name} spark[101]: `],
  ["grep", (name) => `app-1/${name}/stderr:`],
];

test.each(PREFIXES)("names before each line tell executors apart: %s", async (_, prefix) => {
  const lines = stockLines(one).flatMap(({ line }, i) => {
    const other = stockLines(two)[i]?.line ?? "";
    return [`${prefix("a", 101)}${line}`, `${prefix("b", 202)}${other}`];
  });
  const { files } = await surveyTexts({ "logs/all.log": `${lines.join("\n")}\n` });
  expect(files.map(({ executorId }) => executorId)).toEqual(["1", "2"]);
});

test("lines of two executors that nothing tells apart are not read", async () => {
  const lines = stockLines(one).flatMap(({ line }, i) => [line, stockLines(two)[i]?.line ?? ""]);
  const { files } = await surveyTexts({ "logs/all.log": `${lines.join("\n")}\n` });
  for (const { kind, unread } of files) {
    expect(kind).toBe("other");
    expect(unread).toMatch(/lines of several executors stand mixed/);
  }
});

test("an executor that starts while another runs in the same file is noticed by the tasks that end", async () => {
  const running = one.slice(0, 5);
  const log = text(running) + text(two.slice(0, 5)) + text(one.slice(5));
  const { files } = await surveyTexts({ "logs/all.log": log });
  expect(files.every(({ unread }) => /stand mixed/.test(unread ?? ""))).toBe(true);
});

test("a log of 4.x that lost the line of its start is one: its store comes after its first task", async () => {
  const [command, store, registers, , runs, ...others] = one;
  const lines = [
    command,
    registers,
    runs,
    store && { ...store, at: runs?.at ?? store.at },
    ...others,
  ];
  const { files } = await surveyTexts({
    "logs/stderr": text(lines.flatMap((said) => said ?? [])),
  });
  expect(files).toMatchObject([{ executorId: "1", kind: "executor_log", unread: undefined }]);
});

test("a log most of whose statements nothing cuts apart is not read, and the option that would is named", async () => {
  const lines = one.map(({ message }, i) => `~~${"ab"[i % 2]}~~${message}~~`);
  const { files } = await surveyTexts({ "logs/stderr": `${lines.join("\n")}\n` });
  expect(files[0]?.unread).toMatch(/6 lines state memory in Spark's words.*--log-pattern/);
});

test("a worker's log alone tells of its executors, and a node manager's of its containers", async () => {
  const at = "24/03/05 10:00:00 INFO";
  const worker = [
    `${at} Worker: Asked to launch executor app-20240305100000-0001/3 for nightly`,
    `${at} ExecutorRunner: Launch command: "java" "-Xmx4096M" "org.apache.spark.executor.CoarseGrainedExecutorBackend" "--executor-id" "3" "--hostname" "10.1.2.3" "--cores" "4" "--app-id" "app-20240305100000-0001"`,
    `${at} Worker: Executor app-20240305100000-0001/3 finished with state EXITED message Command exited with code 137 exitStatus 137`,
  ];
  const nodeManager = [
    "2024-03-05 10:00:30,123 WARN org.apache.hadoop.yarn.server.nodemanager.containermanager.monitor.ContainersMonitorImpl: Container [pid=31,containerID=container_1700000000000_0007_01_000004] is running beyond physical memory limits. Current usage: 5.6 GB of 5.5 GB physical memory used. Killing container.",
    "\t|- 31 30 31 31 (java) 1 4 8 9 java org.apache.spark.executor.YarnCoarseGrainedExecutorBackend --executor-id 3 --cores 4",
  ];
  const { files } = await surveyTexts({
    "a/worker.out": worker.join("\n"),
    "b/nodemanager.log": nodeManager.join("\n"),
  });
  expect(files.map(({ kind, appId, unread }) => [kind, appId, unread])).toEqual([
    ["driver_log", "app-20240305100000-0001", undefined],
    ["driver_log", "application_1700000000000_0007", undefined],
  ]);
});

test("loggers that are a driver's alone make a log that names no executor the driver's", async () => {
  const { files } = await surveyTexts({
    "logs/out.txt": [
      "24/03/05 10:00:00 INFO MemoryStore: Block broadcast_3 stored as values in memory (estimated size 9.2 KiB, free 2.2 GiB)",
      "24/03/05 10:00:01 INFO DAGScheduler: Submitting 8 missing tasks from ResultStage 5 (collect at Job.scala:20)",
    ].join("\n"),
  });
  expect(files).toMatchObject([{ kind: "driver_log", executorId: "driver" }]);
});
