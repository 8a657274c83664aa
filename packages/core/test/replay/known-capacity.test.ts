/**
 * How much memory an executor has is logged, follows from what was logged, or is unknown: no
 * default stands for it.
 */
import { expect, test } from "vitest";
import type { EventFact } from "../../src/event-fact.ts";
import { Replay } from "../../src/replay/replay.ts";
import { CollectedRows } from "./collected-rows.ts";
import { NO_METRICS } from "./no-metrics.ts";
import { replayText } from "./replay-text.ts";

test("without a capacity there is at least what a line says is free and what it just stored", () => {
  const { executors, block_events } = replayText(`
      10 1 run task-1
      20 1 store rdd_0_0 100 bytes free 900`);
  expect(executors.map(({ maxMemory }) => maxMemory)).toEqual([{ bytes: 1000, origin: "assumed" }]);
  expect(executors.map((row) => [row.jvmMaxMemory.bytes, row.overhead.bytes])).toEqual([
    [undefined, undefined],
  ]);
  expect(block_events.map(({ op }) => op)).toEqual(["store"]);
});

test("a log that shows no capacity at all still has its spills, and no row of pools", () => {
  const { executors, spills, memory_timeline } = replayText(`
      10 1 run task-1
      20 1 spilling 64000000 on task-1`);
  expect(executors.map(({ maxMemory }) => maxMemory.bytes)).toEqual([undefined]);
  expect([spills.length, memory_timeline.length]).toEqual([1, 0]);
});

test("a capacity that is known as printed bounds what free tells of execution, both ways", () => {
  const { memory_timeline, replay_checks } = replayText(
    `
       1 1 start 2.2GiB
      10 1 run task-1
      20 1 store rdd_0_0 200.0MiB free 2032.0MiB`,
    { level: "info" },
  );
  const most = 2.25 * 1024 ** 3 - 2232 * 1024 ** 2;
  const { executionUsed } = memory_timeline.findLast(({ ts }) => ts === 20_000) ?? {};
  expect(executionUsed?.atLeast).toBe(0);
  expect(executionUsed?.atMost).toBeGreaterThan(most - 2 ** 18);
  expect(executionUsed?.atMost).toBeLessThan(most + 2 ** 18);
  expect(replay_checks.at(-1)).toMatchObject({ quantity: "free", outcome: "explained" });
});

test("between lines without times any time may have passed: a measurement is of its line", () => {
  const { memory_timeline } = replayText(
    `
      - 1 start 1000
      - 1 run task-1
      - 1 store rdd_0_0 100 free 900
      - 1 put-failed rdd_1_0
      - 1 store rdd_0_1 100 free 800`,
    { level: "info" },
  );
  const most = memory_timeline.map(({ executionUsed }) => executionUsed.atMost ?? 0);
  expect(most[0]).toBe(0);
  expect(Math.max(...most)).toBeGreaterThan(400);
});

test("a share that is none is a diagnostic", () => {
  const { tables, emit } = new CollectedRows();
  const replay = new Replay({ appId: "a", attemptId: "1", emit, sparkVersion: "3.5.6" });
  const fact: EventFact = {
    kind: "environment",
    sparkProperties: new Map([["spark.memory.storageFraction", "1.5"]]),
    systemProperties: new Map(),
    jvm: new Map(),
  };
  const [executorId, taskId, thread, ts] = [undefined, undefined, undefined, 1];
  const place = { executorId, taskId, thread, ts, tsMin: ts, tsMax: ts, sourceFileId: 1, line: 1 };
  replay.step({ fact, source: "event_log", ...place });
  replay.finish();
  expect(tables.diagnostics).toMatchObject([{ code: "impossible_setting", severity: "warning" }]);
});

const dropped: EventFact = {
  ...NO_METRICS,
  taskId: 7,
  finishedMs: 9,
  updatedBlocks: [
    {
      blockId: "rdd_1_0",
      level: level({ useMemory: false, useDisk: false }),
      memoryBytes: 0,
      diskBytes: 0,
    },
    {
      blockId: "rdd_2_0",
      level: level({ useMemory: true, useDisk: false }),
      memoryBytes: 50,
      diskBytes: 0,
    },
  ],
};
const stored: EventFact = {
  ...NO_METRICS,
  taskId: 6,
  finishedMs: 8,
  updatedBlocks: [
    {
      blockId: "rdd_1_0",
      level: level({ useMemory: true, useDisk: false }),
      memoryBytes: 50,
      diskBytes: 0,
    },
  ],
};

test("a block that a task lists as dropped was evicted for that task, and for the block it stored", () => {
  const { tables, emit } = new CollectedRows();
  const replay = new Replay({ appId: "a", attemptId: "1", emit, sparkVersion: "2.1.3" });
  const registered: EventFact = {
    kind: "block_manager_added",
    executorId: "1",
    host: "h",
    port: 1,
    timeMs: 1,
    maxBytes: 1000,
    maxOnHeapBytes: 1000,
    maxOffHeapBytes: 0,
  };
  for (const [at, fact] of [registered, stored, dropped].entries()) {
    replay.step({
      fact,
      source: "event_log",
      executorId: "1",
      taskId: undefined,
      thread: undefined,
      ts: 1000 + at,
      tsMin: 1000 + at,
      tsMax: 1000 + at,
      sourceFileId: 1,
      line: at + 1,
    });
  }
  replay.finish();
  expect(tables.block_events.filter(({ op }) => op === "evict")).toMatchObject([
    { blockId: "rdd_1_0", causedByTaskId: 7, causedByBlockId: "rdd_2_0", cause: "storage" },
  ]);
});

function level({ useMemory, useDisk }: { useMemory: boolean; useDisk: boolean }) {
  return { useMemory, useDisk, useOffHeap: false, deserialized: true, replication: 1 };
}

test("of one printed capacity for blocks of both modes, what each holds is known and no pool is", () => {
  const { memory_timeline, executors, replay_checks, summary } = replayText(`
       0 1 start 1000
      10 1 store rdd_1_0 300 bytes free 700
      11 1 level rdd_1_0 disk memory offheap
      20 1 store rdd_2_0 200 bytes free 500`);
  const lastOf = (mode: string) => memory_timeline.findLast((row) => row.mode === mode);
  const unknown = { bytes: undefined, atLeast: undefined, atMost: undefined };
  for (const [mode, bytes] of [
    ["on_heap", 200],
    ["off_heap", 300],
  ] as const)
    expect(lastOf(mode)).toMatchObject({
      storageUsed: { atLeast: bytes, atMost: bytes },
      storagePool: unknown,
      free: unknown,
      maxMemoryBytes: undefined,
    });
  expect(executors[0]).toMatchObject({
    maxMemory: { bytes: undefined },
    storageRegion: { bytes: undefined },
    offHeapStorage: { bytes: undefined },
  });
  expect(summary.executors[0]?.maxMemoryBytes).toBeUndefined();
  const frees = replay_checks.filter(({ quantity }) => quantity === "free");
  expect(frees.map(({ outcome }) => outcome)).toEqual(["predicted", "predicted"]);
});
