import type { Observation } from "@respark/core";
import { expect, test } from "vitest";
import { LogContext, observationFromRecord } from "../../src/observations/from-log-record.ts";
import { decode } from "../executor-log/decoded.ts";

const HOUR = 3_600_000_000;

function blank(): Observation {
  return {
    fact: { kind: "store_cleared" },
    source: "executor_log",
    executorId: undefined,
    taskId: undefined,
    thread: undefined,
    ts: undefined,
    tsMin: undefined,
    tsMax: undefined,
    sourceFileId: 0,
    line: 0,
  };
}

function observe(text: string, { zoneKnown = true } = {}): Observation[] {
  const context = new LogContext({
    source: "executor_log",
    executorId: "7",
    sourceFileId: 4,
    clock: { utcMicros: (local) => (zoneKnown ? local - HOUR : undefined) },
  });
  const seen: Observation[] = [];
  decode(text, {
    look: (record) => {
      const out = blank();
      if (observationFromRecord(record, context, out)) seen.push(out);
    },
  });
  return seen;
}

const tasks = (text: string) => observe(text).map(({ taskId }) => taskId);

test("a whole-second line spans its second, on the event log's clock", () => {
  const from = Date.UTC(2026, 10, 21, 1, 36, 35) * 1000;
  expect(observe("26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared")).toEqual([
    {
      ...blank(),
      executorId: "7",
      sourceFileId: 4,
      line: 1,
      ts: from,
      tsMin: from,
      tsMax: from + 999_999,
    },
  ]);
});

test("without a zone there is a best estimate, and no bounds", () => {
  const [seen] = observe("26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared", {
    zoneKnown: false,
  });
  expect(seen).toMatchObject({
    ts: Date.UTC(2026, 10, 21, 2, 36, 35) * 1000,
    tsMin: undefined,
    tsMax: undefined,
  });
});

test("UTC in the text needs no zone", () => {
  const [seen] = observe(
    '{"ts":"2026-11-21T02:47:07.708Z","level":"INFO","msg":"MemoryStore cleared","logger":"MemoryStore"}',
  );
  const from = Date.UTC(2026, 10, 21, 2, 47, 7, 708) * 1000;
  expect(seen).toMatchObject({ ts: from, tsMin: from, tsMax: from + 999 });
});

test("the stock layout names no thread, so no task", () => {
  expect(tasks("26/11/21 02:36:35 INFO Executor: Running task 3.0 in stage 0.0 (TID 3)")).toEqual([
    undefined,
  ]);
});

test.each([
  ["2.2 to 3.0", "Executor task launch worker for task 12"],
  ["3.1 and later", "Executor task launch worker for task 3.0 in stage 1.0 (TID 12)"],
])("a thread's name tells its task: %s", (_version, thread) => {
  expect(
    tasks(`26/11/21 02:36:35.014 ${thread} INFO BlockManager: Found block rdd_0_0 locally`),
  ).toEqual([12]);
});

test.each([
  "Executor task launch worker for task 100000000000000000000",
  "Executor task launch worker for task 3.0 in stage 1.0 (TID 9007199254740993)",
])("a damaged task id is none: %s", (thread) => {
  expect(
    tasks(`26/11/21 02:36:35.014 ${thread} INFO BlockManager: Found block rdd_0_0 locally`),
  ).toEqual([undefined]);
});

test("up to 2.1 a pool thread works on the task it said to be running, until that ends", () => {
  const line = (message: string, worker = 0) =>
    `2026-11-21 02:36:35,014 INFO  [Executor task launch worker-${worker}] ${message}`;
  expect(
    tasks(
      [
        line("BlockManager: Found block rdd_0_0 locally"),
        line("Executor: Running task 3.0 in stage 0.0 (TID 12)"),
        line("Executor: Running task 4.0 in stage 0.0 (TID 13)", 1),
        line("BlockManager: Found block rdd_0_0 locally"),
        line("Executor: Finished task 3.0 in stage 0.0 (TID 12). 1055 bytes result sent to driver"),
        line("BlockManager: Found block rdd_0_0 locally"),
        line("BlockManager: Found block rdd_0_0 locally", 1),
      ].join("\n"),
    ),
  ).toEqual([undefined, 12, 13, 12, 12, undefined, 13]);
});

test("structured logging names the task in the context", () => {
  expect(
    tasks(
      '{"ts":"2026-11-21T02:47:07.708Z","level":"INFO","msg":"Found block rdd_2_1 locally","context":{"task_name":"task 2.0 in stage 0.0 (TID 2)"},"logger":"BlockManager"}',
    ),
  ).toEqual([2]);
});

test("a thread of the block manager works for no task", () => {
  expect(
    tasks(
      "26/11/21 02:36:35.014 block-manager-storage-async-thread-pool-4 DEBUG BlockManager: Removing broadcast 3",
    ),
  ).toEqual([undefined]);
});

test("an uncaught error's own words name its task where the layout prints no thread", () => {
  const uncaught = "26/11/21 02:36:35 ERROR SparkUncaughtExceptionHandler: Uncaught exception in";
  expect(
    tasks(
      `${uncaught} thread Thread[Executor task launch worker for task 7,5,main]\njava.lang.OutOfMemoryError: Java heap space`,
    ),
  ).toEqual([7]);
});
