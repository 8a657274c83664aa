/**
 * What the contract asks of the states that no line of a log tells: before a grant, during a wait,
 * beside an unroll, after a loss.
 */
import { expect, test } from "vitest";
import { brokenLaws } from "./pool-laws.ts";
import { replayAnyText, replayText } from "./replay-text.ts";

test("what a task got before it had to spill is held while others spill for the rest", () => {
  const { memory_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      20 1 acquire task-1 600 by sorter
      30 1 need task-1 300 for map
      35 1 release task-1 600 by sorter
      35 1 spilled task-1 600 by sorter for map
      40 1 acquire task-1 700 by map`,
    { memory: 1000 },
  );
  const used = memory_timeline.map((row) => [row.ts, row.executionUsed.bytes]);
  expect(used).toEqual([
    [0, 0],
    [20_000, 600],
    [30_000, 1000],
    [35_000, 400],
    [40_000, 700],
  ]);
  const grant = memory_events.at(-1);
  expect(grant).toMatchObject({ op: "acquire_execution", grantedBytes: 700, requestedBytes: 1000 });
});

test("a block lost with its executor is missed after a loss where it is read again", () => {
  const { block_events } = replayText(
    `
         0 1 start 1000
        10 1 store rdd_0_0 300 bytes free 700
        50 1 lost killed by YARN
       100 2 start 1000
     90000 2 run task-7 partition 0
     90010 2 missing rdd_0_0 on task-7
     90020 2 store rdd_0_0 300 bytes free 700 on task-7`,
    { memory: 1000 },
  );
  expect(
    block_events.find((event) => event.op === "miss" && event.executorId === "2"),
  ).toMatchObject({
    missKind: "after_loss",
  });
});

// A request that waits has been given all that storage could give: step b of
// ExecutionMemoryPool.acquire comes before the wait.
test("a task that waits has made storage give back all it had free", () => {
  const { memory_waits } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      10 1 run task-2
      20 1 acquire task-1 900 by map
      30 1 wait task-2
      45 1 release task-1 500 by map
      50 1 acquire task-2 400 by map`,
    { memory: 1000 },
  );
  expect(memory_waits.map((wait) => wait.poolBytes)).toEqual([1000]);
});

test("what a consumer gives back on the heap leaves what the task holds off the heap", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 3000
      10 1 run task-1
      20 1 acquire task-1 300 by o.a.s.ExternalSorter@1
      30 1 acquire task-1 200 by map
      40 1 release task-1 300 by o.a.s.ExternalSorter@1`,
    {
      memory: 1000,
      conf: { "spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "2000" },
    },
  );
  const last = (mode: string) => memory_timeline.findLast((row) => row.mode === mode);
  expect(last("on_heap")?.executionUsed.bytes).toBe(0);
  expect(last("off_heap")?.executionUsed.bytes).toBe(200);
});

test("settings that Spark would not have started with are no reason to stop", () => {
  const story = "10 1 launched task-1";
  expect(() => replayText(story, { conf: { "spark.executor.memory": "1b" } })).not.toThrow();
});

test("a storage pool is known to be no smaller than what storage may use", () => {
  const MIB = 1_048_576;
  const { memory_timeline } = replayText(
    `
       0 1 start ${100 * MIB}
       1 1 store rdd_9_0 ${45 * MIB} bytes
      10 1 run task-1 partition 0
      20 1 missing rdd_0_0 on task-1
    1020 1 store rdd_0_0 ${20 * MIB} on task-1`,
    { memory: 100 * MIB },
  );
  for (const { storageUsed, storagePool } of memory_timeline)
    expect(storagePool.bytes).toBeGreaterThanOrEqual(storageUsed.bytes ?? 0);
});

test("a wait that the log does not end stays open", () => {
  const { memory_waits } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      10 1 run task-2
      20 1 acquire task-1 900 by map
      30 1 wait task-2
      45 1 release task-1 500 by map`,
    { memory: 1000 },
  );
  expect(memory_waits.map((wait) => wait.endTs)).toEqual([undefined]);
});

// maxPoolSize is the maximum less what storage uses up to its region, and unroll memory is storage
// (ExecutionMemoryPool, spec 2.6).
test("a task's 1/N is of what unroll memory leaves, too", () => {
  const { task_memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      10 1 run task-2
      20 1 unroll-fails rdd_0_0 400 on task-2
      20 1 memory-use blocks 0 unroll 400 tasks 1 limit 1000 on task-2
      21 1 acquire task-1 100 by map on task-1`,
    { memory: 1000 },
  );
  expect(task_memory_timeline[0]?.shareMaxBytes).toBe(600);
});

// The blocks are known to the byte: an unroll that does not fit beside them is what is estimated
// too high.
test("an unroll is estimated within what blocks leave", () => {
  const MIB = 1_048_576;
  const { memory_timeline } = replayText(
    `
       0 1 start ${100 * MIB}
       1 1 store rdd_9_0 ${90 * MIB} bytes
      10 1 run task-1 partition 0
      20 1 missing rdd_0_0 on task-1
    1020 1 unroll-fails rdd_0_0 ${20 * MIB} on task-1`,
    { memory: 100 * MIB },
  );
  const blocks = memory_timeline
    .filter((row) => row.ts > 1000)
    .map((row) => (row.storageUsed.bytes ?? 0) - (row.unrollUsed.bytes ?? 0));
  expect(new Set(blocks)).toEqual(new Set([90 * MIB]));
});

// What is acquired is released: a column of sums over memory_events is the timeline.
test("a printed block gives back what it took, however exact its removal", () => {
  const { memory_events } = replayText(
    `
       0 1 start 100000000
       1 1 store rdd_9_0 4.0MiB bytes
   40000 1 run task-1
   60000 1 remove rdd_9_0 4200000 free 100000000`,
    { memory: 100_000_000 },
  );
  const balance = memory_events.reduce((sum, event) => {
    const bytes = event.grantedBytes ?? 0;
    return event.op === "acquire_storage" ? sum + bytes : sum - bytes;
  }, 0);
  expect(balance).toBe(0);
});

test("a reported broadcast of an odd size leaves whole numbers of bytes", () => {
  const story = "10 1 reported broadcast_3_piece0 1053763";
  expect(brokenLaws(replayAnyText(story, { memory: 50_000_000 }))).toEqual([]);
});

test("a broadcast of a damaged, enormous size leaves whole numbers of bytes", () => {
  const story = `10 1 reported broadcast_3_piece0 ${Number.MAX_SAFE_INTEGER}`;
  const { blocks } = replayAnyText(story, { memory: 50_000_000 });
  const most = blocks.map(({ memoryBytesMax }) => memoryBytesMax);
  expect(most.every((bytes) => bytes === undefined || Number.isSafeInteger(bytes))).toBe(true);
});

test("lines after the driver gave up an executor do not end before they begin", () => {
  const rows = replayAnyText(
    `
       0 1 start 1000
      10 1 lost heartbeat
      20 1 store rdd_0_0 100 bytes free 900`,
    { memory: 1000 },
  );
  expect(brokenLaws(rows)).toEqual([]);
});

// M7 of 1.6 and before says "another block from the same RDD" for any shortage (log-templates M7).
test("1.6's refusal does not accuse an RDD that has nothing in memory", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      20 1 acquire task-1 900 by map
      30 1 refuse rdd_0_1 same_rdd`,
    { memory: 1000, spark: "1.6.3" },
  );
  expect(block_events.find((event) => event.op === "put_fail")?.rule).not.toBe("same_rdd");
});

// Every executor holds broadcasts: a few KiB that could go do not make the RDD's own blocks any
// less the reason.
test("a put that only its own RDD's blocks could make room for failed for the same RDD", () => {
  const { block_events } = replayText(
    `
       0 1 start 100000000
      10 1 store broadcast_0_piece0 2176 bytes
      11 1 store rdd_1_0 90000000 bytes
      12 1 run task-1 partition 1
      20 1 refuse rdd_1_1 not_evictable on task-1
      20 1 unroll-fails rdd_1_1 9900000 on task-1`,
    { memory: 100_000_000 },
  );
  expect(block_events.find((event) => event.op === "put_fail")?.rule).toBe("same_rdd");
});

test("a task computes from its binary's broadcast on, the newest: older ones it reads while it holds memory", () => {
  const { replay_checks } = replayText(
    `
        0 1 start ${100 * 1_048_576}
        5 1 launched task-1 stage 3
        5 1 query 3
       10 1 run task-1 stage 3
       20 1 reads 14
       30 1 store broadcast_14_piece0 100000 bytes free ${100 * 1_048_576 - 100_000}
      600 1 reads 13
      610 1 store broadcast_13_piece0 100000 bytes free ${98 * 1_048_576 - 200_000}
     1000 1 ended task-1 stage 3 since 5 peak ${2 * 1_048_576}
     1000 1 finish task-1`,
    { memory: 100 * 1_048_576, level: "info" },
  );
  const free = replay_checks.filter(({ quantity }) => quantity === "free");
  expect(free.map(({ agrees }) => agrees)).toEqual([true, true]);
  // Before it has its binary it holds nothing.
  expect(free[0]?.replayedMax).toBe(free[0]?.replayedMin);
});

test("a long task may hold its memory as soon as a short one", () => {
  const MIB = 1_048_576;
  const { replay_checks } = replayText(
    `
        0 1 start ${100 * MIB}
        5 1 launched task-1 stage 3
        5 1 query 3
       10 1 run task-1 stage 3
      800 1 store rdd_9_9 1000000 free ${80 * MIB - 1_000_000}
    60000 1 ended task-1 stage 3 since 5 peak ${20 * MIB}
    60000 1 finish task-1`,
    { memory: 100 * MIB, level: "info" },
  );
  expect(replay_checks.filter(({ agrees }) => agrees === false)).toEqual([]);
});

test("where a request waits storage's pool is what it uses, by best estimate too", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1024000
      10 1 run task-1
      11 1 run task-2
      15 1 store rdd_0_0 100.0KiB bytes free 900.0KiB
      20 1 acquire task-1 700000 by map
      30 1 wait task-2`,
    { memory: 1_024_000 },
  );
  const { storagePool, storageUsed } = memory_timeline.at(-1) ?? {};
  expect(storageUsed?.bytes).toBeLessThan(storageUsed?.atMost ?? 0);
  expect(storagePool?.bytes).toBe(storageUsed?.bytes);
});

test("a request that got a part had grown its pool for all of it", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1024000
      10 1 run task-1
      20 1 need task-1 300.0KiB
      30 1 acquire task-1 409600 by map`,
    { memory: 1_024_000 },
  );
  const { storagePool } = memory_timeline.at(-1) ?? {};
  expect(storagePool?.bytes).toBe(1_024_000 - 409_600 - 307_200);
  expect(storagePool?.atMost).toBeGreaterThan(storagePool?.bytes ?? 0);
});
