/** Executors without a log of their own, and logs that begin late or say too little. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

test("an event log's block updates tell stores, evictions and removals exactly", () => {
  const { block_events, executors, summary } = replayText(
    `
       0 1 registered 1000
      10 1 launched task-1
      20 1 reported rdd_0_0 300
      30 1 ended task-1 since 10
      40 1 launched task-2
      50 1 reported rdd_0_0 evicted
      60 1 ended task-2 since 40`,
    { memory: 1000 },
  );
  expect(block_events.map((event) => [event.op, event.blockId, event.memoryBytes])).toEqual([
    ["store", "rdd_0_0", 300],
    ["evict", "rdd_0_0", 300],
  ]);
  expect(summary.evidenceLevel).toBe("event_log_blocks");
  expect(executors).toMatchObject([{ executorId: "1", evidenceLevel: "event_log_blocks" }]);
});

test("a block was stored between the events around its report that have a time: metrics have none", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 registered 1000
      10 1 launched task-1
      10 driver metrics JVMHeapMemory 5
      10 1 reported rdd_0_0 300
      10 driver metrics JVMHeapMemory 6
      60 1 ended task-1 since 10`,
    { memory: 1000 },
  );
  expect(block_events).toMatchObject([{ op: "store", ts: 60_000, tsMin: 10_000, tsMax: 60_000 }]);
  const meanwhile = memory_timeline.filter((row) => row.ts === 10_000).at(-1);
  expect(meanwhile?.storageUsed).toEqual({ bytes: 0, atLeast: 0, atMost: 477 });
});

test("a reported broadcast without a replica was removed, not evicted", () => {
  const { block_events } = replayText(
    `
       0 1 registered 1000
      20 1 reported broadcast_1_piece0 100
      30 1 launched task-1
      40 1 reported broadcast_1_piece0 gone
      50 1 ended task-1 since 30`,
    { memory: 1000 },
  );
  const piece = block_events.filter((event) => event.blockId === "broadcast_1_piece0");
  expect(piece.map((event) => event.op)).toEqual(["store", "remove"]);
});

test("an unpersisted RDD's blocks go without a report of each", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 registered 1000
      20 1 reported rdd_0_0 100
      25 1 launched task-1
      30 1 ended task-1 since 25
      40 1 unpersisted 0`,
    { memory: 1000 },
  );
  expect(block_events.map((event) => [event.op, event.origin])).toEqual([
    ["store", "logged"],
    ["remove", "derived"],
  ]);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(0);
});

test("without an executor log nobody can tell hits from misses", () => {
  const { blocks } = replayText(
    `
       0 1 registered 1000
      20 1 reported rdd_0_0 100
      25 1 launched task-1`,
    { memory: 1000 },
  );
  expect(blocks).toMatchObject([{ blockId: "rdd_0_0", hits: undefined, misses: undefined }]);
});

test("a memory manager stands, unused, before its executor registers; since when is assumed", () => {
  const { memory_timeline } = replayText(
    `
    5000 1 cores 4
    5100 1 registered 1000
    5200 1 reported rdd_0_0 300
    5300 1 launched task-1`,
    { memory: 1000 },
  );
  const none = { bytes: 0, atLeast: 0, atMost: 0 };
  expect(memory_timeline[0]).toMatchObject({ ts: 4_000_000, storageUsed: none, origin: "assumed" });
});

/** What storage of executor 1 may hold at a time, ms: its bounds. */
function boundsAt(rows: ReturnType<typeof replayText>["memory_timeline"], ms: number) {
  const used = rows.findLast((row) => row.executorId === "1" && row.ts <= ms * 1000)?.storageUsed;
  return [used?.atLeast, used?.atMost];
}

test("a task may unroll the block that is reported at its end from its start on", () => {
  const story = `
       0 1 registered 10000000
       5 driver caches 0 rdd 0
      10 1 launched task-1 partition 3
      40 2 launched task-2 stage 1
      40 2 reported rdd_9_0 10`;
  const stored = `${story}
      60 1 reported rdd_0_3 2000000
      90 1 ended task-1 since 10`;
  const { memory_timeline } = replayText(stored, { memory: 10_000_000 });
  expect(boundsAt(memory_timeline, 8)).toEqual([0, 0]);
  expect(boundsAt(memory_timeline, 30)).toEqual([0, 3_180_000]);
  expect(boundsAt(memory_timeline, 90)).toEqual([2_000_000, 2_000_000]);
  // A put without a report found no room.
  const refused = replayText(`${story}\n 90 1 ended task-1 since 10`, { memory: 10_000_000 });
  expect(boundsAt(refused.memory_timeline, 30)).toEqual([0, 10_000_000]);
  expect(boundsAt(refused.memory_timeline, 90)).toEqual([0, 0]);
});

test("what was put on disk for want of room may be read back at once, by the put itself", () => {
  const { memory_timeline } = replayText(
    `
       0 1 registered 10000000
       5 driver caches 0 rdd 0 disk
      10 1 launched task-1 partition 3
      60 1 reported rdd_0_3 0 disk 2000000
      90 1 ended task-1 since 10
     100 1 unpersisted 0
     110 1 launched task-2 stage 1`,
    { memory: 10_000_000 },
  );
  expect(boundsAt(memory_timeline, 95)).toEqual([0, 10_000_000]);
  expect(boundsAt(memory_timeline, 110)).toEqual([0, 0]);
});

test.each([
  ["that read a cached block may have brought back what was evicted", 300, 300],
  ["that read none has brought back nothing", 0, 0],
])("a task %s", (_what, read, atMost) => {
  const { memory_timeline } = replayText(
    `
       0 1 registered 1000
       5 driver caches 0 rdd 0 disk
      20 1 reported rdd_0_3 300
      30 1 launched task-1 stage 1
      40 1 reported rdd_0_3 0 disk 200
      50 1 ended task-1 since 30 stage 1
      60 1 launched task-2 partition 4
      70 1 ended task-2 since 60 read ${read}`,
    { memory: 1000 },
  );
  expect(boundsAt(memory_timeline, 55)).toEqual([0, 0]);
  expect(boundsAt(memory_timeline, 70)).toEqual([0, atMost]);
});

test("a timeline ends when the executor is removed", () => {
  const { memory_timeline } = replayText(
    `
       0 1 registered 1000
      20 1 launched task-1
      50 1 lost Container killed by YARN for exceeding memory limits`,
    { memory: 1000 },
  );
  expect(memory_timeline.at(-1)?.endTs).toBe(50_000);
});

test("a capacity that nobody says is unknown where no settings were logged", () => {
  const { executors } = replayText(`
      10 1 launched task-1
      30 1 ended task-1 since 10`);
  expect(executors.map((executor) => executor.maxMemory.origin)).toEqual([undefined]);
});

test("times that run backwards are held at the latest time told", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      50 1 store rdd_0_0 100 bytes free 900
      40 1 store rdd_0_1 100 bytes free 800`,
    { memory: 1000 },
  );
  const stores = block_events.filter((event) => event.op === "store");
  expect(stores.map((event) => event.ts)).toEqual([50_000, 50_000]);
});

test("a broadcast removed as the driver heard of it goes at INFO, value and piece", () => {
  const { block_events } = replayText(
    `
       0 1 start 100000000
       1 1 run task-1
      10 1 store broadcast_1_piece0 2000 bytes
      11 1 store broadcast_1 5000
      20 1 reported broadcast_1_piece0 2000
      30 1 launched task-1
      40 1 reported broadcast_1_piece0 gone
    9000 1 launched task-2
    9001 1 finish task-1`,
    { memory: 100_000_000, level: "info" },
  );
  const removed = block_events
    .filter((event) => event.op === "remove")
    .map((event) => event.blockId);
  expect(removed.toSorted()).toEqual(["broadcast_1", "broadcast_1_piece0"]);
});

test("off-heap memory that an executor registered beats what the settings say", () => {
  const { memory_timeline } = replayText("5 1 registered 3000 off-heap 2000", {
    memory: 1000,
    conf: { "spark.memory.offHeap.size": "500" },
  });
  expect(memory_timeline.map((row) => [row.mode, row.maxMemoryBytes])).toEqual([
    ["on_heap", 1000],
    ["off_heap", 2000],
  ]);
});

test("without a log of its own an executor's execution memory is estimated from its tasks' totals, not put at 0", () => {
  const { memory_timeline } = replayText(
    `
        0 1 registered 100000000
      100 1 launched task-1
     1100 1 ended task-1 since 100 peak 60000000
     1200 1 launched task-2
     2200 1 ended task-2 since 1200`,
    { memory: 100_000_000 },
  );
  const during = memory_timeline.findLast((row) => row.ts <= 1_000_000);
  expect(during?.executionUsed.bytes).toBeGreaterThan(30_000_000);
  const idle = memory_timeline.findLast((row) => row.ts < 2_200_000);
  expect(idle?.executionUsed).toMatchObject({ bytes: 0, atMost: 0 });
});

test("tasks whose ends the log lost hold their slots no longer than others need them", () => {
  const { memory_timeline, tasks } = replayText(
    `
       0 1 cores 2
       0 1 registered 100000000
      10 1 launched task-1
      20 1 launched task-2
      30 1 launched task-3
      40 1 launched task-4
      60 1 ended task-3 since 30 peak 1000000
      70 1 ended task-4 since 40 peak 1000000
      80 1 launched task-5
      90 1 ended task-5 since 80`,
    { memory: 100_000_000 },
  );
  const usedAt = (ms: number) =>
    memory_timeline.find(({ ts, endTs }) => ts <= ms * 1000 && (endTs ?? Infinity) > ms * 1000)
      ?.executionUsed.atMost;
  expect(usedAt(25)).toBe(100_000_000);
  expect(usedAt(50)).toBeLessThan(10_000_000);
  expect(usedAt(85)).toBe(0);
  expect(tasks.filter(({ finishedAt }) => finishedAt === undefined)).toMatchObject([
    { taskId: 1 },
    { taskId: 2 },
  ]);
});

test("a broadcast's value may be next to nothing: a Python program's is a file", () => {
  const { memory_timeline } = replayText(
    `
       0 1 registered 100000000
      10 1 launched task-1
      20 1 reported broadcast_1_piece0 4000000
      30 1 ended task-1 since 10`,
    { memory: 100_000_000 },
  );
  const held = memory_timeline.findLast((row) => row.ts === 30_000)?.storageUsed;
  expect(held).toEqual({ bytes: 8_000_000, atLeast: 4_000_000, atMost: 16_000_000 });
});

test("a broadcast's value is stored behind its pieces, as large as another executor's log says", () => {
  const { block_events, memory_events } = replayText(
    `
       0 2 registered 100000000
       5 1 start 100000000
      10 1 store broadcast_1 3000 values free 99997000
      20 2 reported broadcast_1_piece0 1000
      20 2 reported broadcast_1_piece1 1000
      20 2 reported broadcast_2_piece0 1000
      30 2 launched task-1`,
    { memory: 100_000_000 },
  );
  const stores = block_events.filter(({ op, executorId }) => op === "store" && executorId === "2");
  expect(
    stores.map(({ blockId, memoryBytesMin, memoryBytesMax, origin }) => [
      blockId,
      memoryBytesMin,
      memoryBytesMax,
      origin,
    ]),
  ).toEqual([
    ["broadcast_1_piece0", 1000, 1000, "logged"],
    ["broadcast_1_piece1", 1000, 1000, "logged"],
    ["broadcast_2_piece0", 1000, 1000, "logged"],
    ["broadcast_1", 3000, 3000, "assumed"],
    ["broadcast_2", 0, 16_000, "assumed"],
  ]);
  const acquired = memory_events.filter(({ executorId }) => executorId === "2");
  expect(acquired.map(({ blockId }) => blockId)).toContain("broadcast_1");
});

test("from 3.4 on the driver of a cluster keeps a relation's pieces alone", () => {
  const story = `
       0 driver registered 100000000
      20 driver reported broadcast_1_piece0 4000000
      30 1 launched task-1`;
  const held = (spark: string, master: string) =>
    replayText(story, {
      memory: 100_000_000,
      spark,
      conf: { "spark.master": master },
    }).memory_timeline.findLast(({ executorId }) => executorId === "driver")?.storageUsed.bytes;
  expect(held("3.3.4", "yarn")).toBe(8_000_000);
  expect(held("3.4.4", "yarn")).toBe(4_000_000);
  expect(held("3.4.4", "local[2]")).toBe(8_000_000);
});

test("a broadcast's piece that goes to disk is evicted, and the rest stays until it is removed", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 registered 100000
      10 1 launched task-1
      20 1 reported broadcast_1_piece0 4000
      20 1 reported broadcast_1_piece1 3000
      30 1 ended task-1 since 10
      40 1 reported broadcast_1_piece0 0 disk 4000
      50 1 launched task-2
      60 1 reported broadcast_1_piece0 gone
      70 1 launched task-3`,
    { memory: 100_000 },
  );
  const pieces = block_events.filter(({ blockId }) => blockId.includes("piece"));
  expect(pieces.map(({ op, blockId }) => [op, blockId.slice(-1)])).toEqual([
    ["store", "0"],
    ["store", "1"],
    ["drop_to_disk", "0"],
    ["remove", "1"],
  ]);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(0);
});

test("where nobody tells of blocks, storage and all that depends on it is unknown, not 0", () => {
  const story = `
        0 1 registered 1000000
       10 1 launched task-1
      100 1 ended task-1 since 10 peak 300`;
  const { memory_timeline } = replayText(story, { memory: 1_000_000 });
  const unknown = { bytes: undefined, atLeast: undefined, atMost: undefined };
  for (const row of memory_timeline) {
    expect(row).toMatchObject({ storageUsed: unknown, storagePool: unknown, free: unknown });
  }
  expect(memory_timeline.some((row) => (row.executionUsed.atMost ?? 0) > 0)).toBe(true);
});

test("asked for its blocks, or before 2.3 of itself, an event log tells that nothing is stored yet", () => {
  const story = "0 1 registered 1000000\n10 1 launched task-1";
  const asked = { conf: { "spark.eventLog.logBlockUpdates.enabled": "true" }, memory: 1_000_000 };
  const reported = `0 1 registered 1000000\n5 1 reported broadcast_0_piece0 100\n10 1 launched task-1`;
  expect(replayText(reported, asked).memory_timeline[0]?.storageUsed.atMost).toBe(0);
  const old = { spark: "2.1.3", memory: 1_000_000 };
  expect(replayText(story, old).memory_timeline[0]?.storageUsed.atMost).toBe(0);
});

test("without the reports that an event log promises, storage is unknown from the first task on", () => {
  const asked = { conf: { "spark.eventLog.logBlockUpdates.enabled": "true" }, memory: 1_000_000 };
  const story = (report: string) => `
      0 1 registered 1000000
      ${report}
     10 1 launched task-1
     90 1 ended task-1 since 10 peak 800000
    100 1 launched task-2
    900 1 ended task-2 since 100 peak 800000`;
  const last = (report: string) => replayText(story(report), asked).memory_timeline.at(-1);
  expect(last("")?.storageUsed).toEqual({ bytes: undefined });
  expect(last("5 1 reported broadcast_0_piece0 100")?.storageUsed.atLeast).toBe(100);
});

test("a task whose end is known and still to be replayed is not lost when the next one begins in its slot", () => {
  const { task_memory_timeline } = replayText(
    `
       0 1 cores 1
       0 1 registered 100000000
      10 1 launched task-1
    2000 1 launched task-2
    2000 1 ended task-1 since 10 peak 8000000
    4000 1 ended task-2 since 2000 peak 8000000`,
    { memory: 100_000_000 },
  );
  const peaks = task_memory_timeline.map((row) => [row.taskId, row.executionUsed.bytes]);
  expect(peaks).toEqual([
    [1, 5_242_880],
    [2, 5_242_880],
  ]);
});

test("a block that is said to be larger than its executor's memory is told and left out", () => {
  const story = (bytes: number): string => `
       0 1 registered 1000
      20 1 reported rdd_0_0 ${bytes}
      25 1 launched task-1
      30 1 ended task-1 since 25`;
  const damaged = replayText(story(1001), { memory: 1000 });
  expect(damaged.block_events).toEqual([]);
  expect(damaged.diagnostics).toMatchObject([{ code: "impossible_size", line: 2, count: 1 }]);
  expect(replayText(story(1000), { memory: 1000 }).block_events).toHaveLength(1);
});

test("a block has the name of its level, of its own line or of its RDD in the event log", () => {
  const levelsIn = (story: string) =>
    replayText(story, { memory: 1000 }).blocks.map(({ blockId, storageLevel }) => [
      blockId,
      storageLevel,
    ]);
  expect(
    levelsIn(`
       0 1 registered 1000
      10 driver caches 3 rdd 0
      20 1 reported rdd_0_0 100
      21 1 reported rdd_9_0 100
      25 1 launched task-1
      30 1 ended task-1 since 25`),
  ).toEqual([
    ["rdd_0_0", "MEMORY_ONLY"],
    ["rdd_9_0", undefined],
  ]);
  expect(levelsIn("0 1 start 1000\n10 1 level rdd_7_0 disk memory")).toEqual([
    ["rdd_7_0", "MEMORY_AND_DISK_SER"],
  ]);
});
