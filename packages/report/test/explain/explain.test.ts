/** Explanations of what recorded runs do not hold: out of memory, lost executors, and logs that tell next to nothing. */

import type { EmitRow } from "@respark/core";
import { expect, test } from "vitest";
import {
  explain,
  openDatabase,
  type Question,
  type RunVerdict,
  type Story,
} from "../../src/index.ts";
import { replayed } from "../replayed-by-hand.ts";
import { rowsByHand, second, three } from "../rows-by-hand.ts";

const MiB = 1024 * 1024;
/** As replayed() writes it. */
const application = { appId: "app-1", attemptId: "1" };

async function answered(
  rows: (emit: EmitRow) => void,
  question?: Question,
): Promise<Story | RunVerdict> {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    emit("source_files", rowsByHand.source_files);
    rows(emit);
  });
  const database = await openDatabase(path);
  try {
    return await explain(database, application, question);
  } finally {
    database.close();
  }
}

async function verdict(rows: (emit: EmitRow) => void): Promise<RunVerdict> {
  const answer = await answered(rows);
  if (answer.kind !== "verdict") throw new Error(`a ${answer.kind} is no verdict`);
  return answer;
}

const task = {
  ...rowsByHand.tasks,
  taskId: 20,
  executorId: "1",
  status: "failed",
  memorySpilledBytes: 0,
  diskSpilledBytes: 0,
  gcMs: 0,
} as const;

const oom = {
  ...rowsByHand.oom_events,
  executorId: "1",
  ts: three + 30 * second,
  taskId: 20,
  class: "task_memory",
  requestedBytes: 32 * MiB,
  grantedBytes: 16 * MiB,
  message:
    "org.apache.spark.memory.SparkOutOfMemoryError: Unable to acquire 33554432 bytes\n\tat x",
} as const;

const executor = {
  ...rowsByHand.executors,
  removedAt: undefined,
  removedReason: undefined,
  removedClass: undefined,
};

test("a run without trouble has no findings, and says what was looked for", async () => {
  const { findings, absent, unknowable } = await verdict((emit) => {
    emit("executors", executor);
  });
  expect(findings).toEqual([]);
  expect(absent).toContain("out-of-memory errors");
  expect(absent).toContain("waits for memory");
  expect(unknowable).toEqual([]);
});

test("what the logs at hand would not tell is not called absent", async () => {
  const path = await replayed((emit) => {
    emit("applications", { ...rowsByHand.applications, evidenceLevel: "event_log" });
  });
  const database = await openDatabase(path);
  const answer = await explain(database, application, undefined);
  database.close();
  expect(answer).toMatchObject({
    absent: [
      "out-of-memory errors",
      "lost executors",
      "failed jobs",
      "spills",
      "long collections of garbage",
    ],
    unknowable: [
      "evictions",
      "blocks without room",
      "waits for memory",
      "used-up overhead",
      "leaks",
      "blocks cached for nothing",
    ],
  });
});

test("the story of an out-of-memory names the task, what it asked for and got, and the log line", async () => {
  const story = await answered(
    (emit) => {
      emit("executors", executor);
      emit("tasks", task);
      emit("oom_events", oom);
    },
    { about: "oom", row: { nth: 1 } },
  );
  expect(story).toMatchObject({
    kind: "oom",
    title: "Out of memory 1 of 1: task_memory on executor 1",
    places: [{ path: "logs/executor-1.log", line: oom.sourceLine }],
  });
  const text = story.kind === "verdict" ? "" : story.lines.map((line) => line.text).join("\n");
  expect(text).toContain("task 20 (stage");
  expect(text).toContain("it asked for 32.0 MiB and got 16.0 MiB");
  expect(text).toContain("The executor lived on");
});

test("lost work comes before all else, and executors that died of an out-of-memory are not told twice", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", {
      ...executor,
      removedAt: three + 40 * second,
      removedReason: "Command exited with code 52",
      removedClass: "jvm_heap",
    });
    emit("executors", {
      ...executor,
      executorId: "2",
      removedAt: three + 41 * second,
      removedReason: "Container killed by YARN for exceeding physical memory limits",
      removedClass: "container_physical",
    });
    emit("tasks", task);
    emit("oom_events", {
      ...oom,
      class: "jvm_heap",
      requestedBytes: undefined,
      grantedBytes: undefined,
    });
    emit("memory_leaks", rowsByHand.memory_leaks);
  });
  expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
    ["lost_container_physical", "dead"],
    ["oom_jvm_heap", "dead"],
    ["leaks", "risk"],
  ]);
  expect(findings[0]?.change).toContain("spark.executor.memoryOverhead");
  expect(findings[1]?.evidence).toContain("1 executor was lost of it.");
});

test.for([
  [
    "org.apache.spark.SparkException: Job aborted: com.nvidia.spark.rapids.jni.GpuSplitAndRetryOOM: GPU OutOfMemory",
    "1 job failed (7); the error itself speaks of memory, and no log tells of a want of it in the JVM",
  ],
  [
    "org.apache.spark.SparkException: Job aborted: file not found",
    "1 job failed (7), for no want of memory that a log tells of",
  ],
] as const)("a job failed with %s", async ([error, title]) => {
  const { findings } = await verdict((emit) => {
    emit("jobs", { ...rowsByHand.jobs, jobId: 7, status: "failed", error });
  });
  expect(findings.map((finding) => finding.title)).toEqual([title]);
});

test("an executor that the driver let go is no finding", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", {
      ...executor,
      removedAt: three + 40 * second,
      removedReason: "Executor killed by driver.",
      removedClass: "killed_by_driver",
    });
  });
  expect(findings).toEqual([]);
});

test("names that hold quotes and statements are data", async () => {
  const hostile = "rdd_1_0'; drop table tasks; --";
  await expect(
    answered((emit) => emit("executors", executor), { about: "block", blockId: hostile }),
  ).rejects.toThrow(`no block ${hostile}: the logs tell of no blocks`);
});
