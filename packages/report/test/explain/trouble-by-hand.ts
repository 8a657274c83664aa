/** Rows of an application in trouble, by hand, and what explain answers about them. */
import type { EmitRow } from "@respark/core";
import {
  explain,
  openDatabase,
  type Question,
  type RunVerdict,
  type Story,
} from "../../src/index.ts";
import { replayed } from "../replayed-by-hand.ts";
import { rowsByHand, second, three } from "../rows-by-hand.ts";

export const MiB = 1024 * 1024;
/** As replayed() writes it. */
export const application = { appId: "app-1", attemptId: "1" };

export async function answered(
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

export const eventLog = {
  ...rowsByHand.source_files,
  sourceFileId: 9,
  path: "logs/app-1",
  kind: "event_log",
  truncated: false,
  executorId: undefined,
} as const;

export async function verdict(rows: (emit: EmitRow) => void): Promise<RunVerdict> {
  const answer = await answered(rows);
  if (answer.kind !== "verdict") throw new Error(`a ${answer.kind} is no verdict`);
  return answer;
}

export const task = {
  ...rowsByHand.tasks,
  taskId: 20,
  executorId: "1",
  status: "failed",
  memorySpilledBytes: 0,
  diskSpilledBytes: 0,
  gcMs: 0,
} as const;

export const oom = {
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

export const executor = {
  ...rowsByHand.executors,
  removedAt: undefined,
  removedReason: undefined,
  removedClass: undefined,
};
