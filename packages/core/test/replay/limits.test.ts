/**
 * What lies on either side of the replay's limits: windows in time, spans, and how little is
 * enough.
 */
import { describe, expect, test } from "vitest";
import { classifyRemoval } from "../../src/replay/application/death-classes.ts";
import { ExecutorEvidence } from "../../src/replay/evidence.ts";
import { PrivateMaps } from "../../src/replay/links/private-maps.ts";
import { sharingOf, usualShare } from "../../src/replay/tasks/task-demand.ts";
import { replayText } from "./replay-text.ts";

const MIB = 1_048_576;
const POLLED_OFTEN = { "spark.executor.metrics.pollingInterval": "50ms" };

describe("the last part of a ShuffleExternalSorter, printed like a spill when it closes", () => {
  const story = (until: number) => `
        0 1 start 100000000
       10 1 run task-1
       20 1 spilling ShuffleExternalSorter 5242880 task 1 thread 4 times 1
  ${until} 1 store rdd_0_0 300 bytes free 99999700
  ${until + 10} 1 finish task-1`;

  test("is no spill, though other lines stand before the task's end", () => {
    expect(replayText(story(30), { memory: 1e8, level: "info" }).spills).toEqual([]);
  });

  test("is a spill where the task goes on for more than a minute", () => {
    const { spills } = replayText(story(61_000), { memory: 1e8, level: "info" });
    expect(spills).toMatchObject([{ taskId: 1, memoryBytes: 5_242_880 }]);
  });
});

test("a driver prints a removal up to 200 ms late: a statement just before may count it", () => {
  const story = (heard: number) => `
        0 1 start 1000000
        0 1 registered 1000000
        5 1 launched task-1
       10 1 run task-1
       20 1 store broadcast_0_piece0 100000 bytes free 900000
      900 1 ended task-1 since 5
      900 1 finish task-1
     3000 1 launched task-2
     3010 1 run task-2
     3100 1 store rdd_0_0 200000 bytes free 800000
  ${heard} 1 hears-gone broadcast_0_piece0 100000
     4000 1 finish task-2`;
  const lastFree = (heard: number) =>
    replayText(story(heard), { memory: 1_000_000, level: "info" }).replay_checks.findLast(
      ({ quantity }) => quantity === "free",
    );
  expect(lastFree(3250)?.replayedMax).toBeGreaterThanOrEqual(800_000);
  expect(lastFree(3350)?.replayedMax).toBeLessThan(800_000);
});

test("a removal that was reported before its store was printed ends that store", () => {
  const removals = (printed: number) =>
    replayText(
      `
        0 1 start 1000000
        5 1 launched task-1
       10 1 run task-1
      100 1 launched task-2
      100 1 reported broadcast_0_piece0 gone
      900 1 launched task-3
  ${printed} 1 store broadcast_0_piece0 300000 bytes
  ${printed + 900} 1 launched task-4
  ${printed + 1000} 1 store rdd_0_0 100000 bytes
     9000 1 finish task-1`,
      { memory: 1_000_000, level: "info" },
    ).block_events.filter(({ op }) => op === "remove");
  expect(removals(1000)).toMatchObject([{ blockId: "broadcast_0_piece0" }]);
  expect(removals(4000)).toEqual([]);
});

test("a task whose end is known but not printed yet keeps its slot for a second", () => {
  const heldUntil = (next: number) =>
    replayText(
      `
        0 1 registered 1000
        0 1 cores 1
        0 1 start 1000
      100 1 launched task-1
      110 1 run task-1
      120 1 acquire task-1 300 by map
     1000 1 ended task-1 since 100
     1400 1 launched task-2
  ${next} 1 run task-2
  ${next + 200} 1 release task-1 300 by map
  ${next + 300} 1 finish task-1
  ${next + 400} 1 finish task-2`,
      { memory: 1000 },
    ).task_memory_timeline.find(({ taskId }) => taskId === 1)?.endTs;
  expect(heldUntil(1500)).toBe(1_700_000);
  expect(heldUntil(2500)).toBe(2_500_000);
});

test("a memory store that is cleared while nothing runs ends the executor's timeline there", () => {
  const { memory_timeline } = replayText(
    `
      0 1 start 1000
     10 1 store rdd_0_0 300 bytes free 700
     50 1 cleared
     90 1 found rdd_0_0`,
    { memory: 1000, level: "info" },
  );
  const ends = memory_timeline.map(({ ts, endTs }) => [ts, endTs]);
  expect(ends.slice(0, 2)).toEqual([
    [0, 10_000],
    [10_000, 50_000],
  ]);
  expect(memory_timeline.at(-1)?.endTs).toBeDefined();
});

test("that an executor stopped is told apart from other removals", () => {
  const { block_events } = replayText(
    `
      0 1 start 1000
     10 1 store rdd_0_0 300 bytes free 700
     20 1 store rdd_1_0 200 bytes free 500
     30 1 removing rdd 0
     50 1 cleared`,
    { memory: 1000, level: "info" },
  );
  const removed = block_events.filter(({ op }) => op === "remove");
  expect(removed.map(({ blockId, rule }) => [blockId, rule])).toEqual([
    ["rdd_0_0", undefined],
    ["rdd_1_0", "store_cleared"],
  ]);
});

test("an unpersist() takes what is on disk alone, too", () => {
  const removedAt = (line: string): number | undefined =>
    replayText(
      `
      0 1 start 1000
     10 1 store rdd_0_0 300 bytes free 700
     20 1 drop rdd_0_0
     20 1 write rdd_0_0
     20 1 dropped 1 free 1000
     30 1 ${line}`,
      { memory: 1000, level: "info" },
    ).blocks.find(({ blockId }) => blockId === "rdd_0_0")?.lastRemovedAt;
  expect(removedAt("removing rdd 1")).toBe(20_000);
  expect(removedAt("removing rdd 0")).toBe(30_000);
  // Of DISK_ONLY blocks INFO logs have no store: that a read found one is all there is.
  const { blocks } = replayText("0 1 start 1000\n10 1 found rdd_0_0\n30 1 removing rdd 0", {
    memory: 1000,
    level: "info",
  });
  expect(blocks.map(({ lastRemovedAt }) => lastRemovedAt)).toEqual([30_000]);
});

test("what was reported before an RDD was unpersisted happened before it", () => {
  const { block_events } = replayText(
    `
        0 1 registered 1000000
        5 1 launched task-1
       20 1 reported rdd_0_0 300000
       30 1 unpersisted 0
      100 1 ended task-1 since 5
      200 1 launched task-2`,
    { memory: 1_000_000 },
  );
  expect(block_events.map(({ op, tsMax }) => [op, tsMax])).toEqual([
    ["store", 30_000],
    ["remove", undefined],
  ]);
});

describe("polls of an executor's own pools", () => {
  const bounds = (life: number, peak: number) =>
    replayText(
      `
        0 1 start ${100 * MIB}
        5 1 launched task-1
       10 1 run task-1
  ${life} 1 ended task-1 since 5 peak ${peak * MIB} polled ${40 * MIB}
  ${life} 1 finish task-1`,
      { memory: 100 * MIB, level: "info", conf: POLLED_OFTEN },
    ).task_memory_timeline.at(-1)?.executionUsed;

  test("bound a life that they saw eight times, and not one that they saw five times", () => {
    expect(bounds(425, 40)?.atMost).toBe(40 * MIB);
    expect(bounds(275, 40)?.atMost).toBeGreaterThan(40 * MIB);
  });

  test("may have missed the peak of a task that says it held more: they saw at least 0.7 of it", () => {
    expect(bounds(4000, 60)?.atMost).toBe(Math.ceil((40 * MIB) / 0.7));
  });

  test("do not size a broadcast's value whose print leaves more open than a KiB", () => {
    const { block_events } = replayText(
      `
        0 1 start ${100 * MIB}
        5 1 launched task-1
       10 1 run task-1
       20 1 store broadcast_0_piece0 2600 bytes
       21 1 store broadcast_0 44.0MiB
     1000 1 ended task-1 since 5 polled 0 storage ${2600 + 46_137_344}
     1000 1 finish task-1`,
      { memory: 100 * MIB, level: "info", conf: POLLED_OFTEN },
    );
    const value = block_events.find(({ blockId }) => blockId === "broadcast_0");
    expect((value?.memoryBytesMax ?? 0) - (value?.memoryBytesMin ?? 0)).toBeGreaterThan(100_000);
  });
});

test("a collection asks for twice its size, which was sampled and so may be a fifth larger", () => {
  const { task_memory_timeline } = replayText(
    `
        0 1 start ${100 * MIB}
        5 1 launched task-1
       10 1 run task-1
     4000 1 ended task-1 since 5 peak ${5.5 * MIB}
     4000 1 finish task-1`,
    { memory: 100 * MIB, level: "info" },
  );
  expect(task_memory_timeline.at(-1)?.executionUsed.atMost).toBe(6 * MIB);
});

test("an eviction for execution leaves at least a share of the pool in use", () => {
  const { memory_timeline } = replayText(
    `
        0 1 start 1000
        5 1 run task-1
        6 1 run task-2
       10 1 store rdd_0_0 100 bytes free 900
       12 1 store rdd_0_2 300 bytes free 600
      100 1 select 1 100
      100 1 drop rdd_0_0
      100 1 dropped 1 free 700
      400 1 finish task-1
      401 1 finish task-2`,
    { memory: 1000, level: "info" },
  );
  const after = memory_timeline.findLast(({ ts }) => ts === 100_000);
  expect(after?.executionUsed).toMatchObject({ atLeast: 350, atMost: 700 });
});

test("what a failed unroll says of all memory holds for the next 20 ms", () => {
  const { memory_timeline } = replayText(
    `
        0 1 start 100000000
        5 1 run task-1 partition 1
       10 1 missing rdd_1_1
     2000 1 unroll-fails rdd_1_1 80000000
     2000 1 memory-use blocks 0 unroll 90000000 tasks 1 limit 100000000
     3000 1 finish task-1`,
    { memory: 100_000_000, level: "info" },
  );
  const pools = memory_timeline.map(({ ts, storagePool }) => [ts, storagePool.atLeast]);
  expect(pools).toContainEqual([2_003_000, 90_000_000]);
  expect(pools.at(-1)).toEqual([3_000_000, 0]);
});

test("a thread's own lines are in order: its grant after a removal was not counted before it", () => {
  const usedFor = (thread: number) =>
    replayText(
      `
        0 1 start 1000
        5 1 run task-1 on task-1
        6 1 run task-2 on task-2
       10 1 store rdd_0_0 200 bytes free 800 on task-1
       20 1 remove rdd_0_0 200 free 700 on task-1
       21 1 acquire task-${thread} 300 by map on task-${thread}`,
      { memory: 1000 },
    ).replay_checks.at(-1)?.usedFor;
  expect(usedFor(2)).toBe("order");
  expect(usedFor(1)).not.toBe("order");
});

test("a driver's threads that run subqueries and prune partitions build maps of their own too", () => {
  const acquired = {
    kind: "execution_acquired",
    taskId: 0,
    granted: { atLeast: 5, atMost: 5 },
    consumer: "org.apache.spark.sql.execution.joins.LongToUnsafeRowMap@438dfa14",
  } as const;
  const maps = new PrivateMaps();
  maps.owns(
    { taskId: undefined, thread: "Executor task launch worker-0" },
    { kind: "task_running", taskId: 0, stageId: 0, stageAttempt: 0, index: 0, attempt: 0 },
  );
  for (const thread of ["subquery-1", "dynamicpruning-0", "broadcast-exchange-3"])
    expect(maps.owns({ taskId: undefined, thread }, acquired)).toBe(true);
  expect(maps.owns({ taskId: undefined, thread: "subqueries" }, acquired)).toBe(false);
});

test("several sizes of a block wait for their stores, the oldest first", () => {
  const evidence = new ExecutorEvidence();
  const level = {
    useDisk: false,
    useMemory: true,
    useOffHeap: false,
    deserialized: true,
    replication: 1,
  };
  for (const memoryBytes of [300, 500, 400])
    evidence.blockUpdated({ blockId: "rdd_0_0", level, memoryBytes, diskBytes: 0 }, memoryBytes);
  expect(evidence.takeExactSize("rdd_0_0", { atLeast: 290, atMost: 310 })).toBe(300);
  expect(evidence.takeExactSize("rdd_0_0", { atLeast: 390, atMost: 410 })).toBe(400);
});

test("an executor may log its OutOfMemoryError up to two seconds after the driver saw it go", () => {
  const removed = (loggedAfterMicros: number) =>
    classifyRemoval({
      removedReason: "Command exited with code 50",
      removedAt: 60_000_000,
      signalled: false,
      outOfMemory: undefined,
      loggedOutOfMemory: { class: "jvm_heap", ts: 60_000_000 + loggedAfterMicros },
    });
  expect(removed(1_500_000)).toBe("jvm_heap");
  expect(removed(2_500_000)).not.toBe("jvm_heap");
});

test("a line that has more free than known blocks leave needs two others to bear it out", () => {
  const removals = (third: number) =>
    replayText(
      `
        0 1 start 1000000
       10 1 run task-1
       20 1 store broadcast_0_piece0 10000 bytes free 990000
       30 1 store broadcast_0 20000 free 970000
      100 1 finish task-1
     1000 1 run task-2
     1020 1 store broadcast_1_piece0 10000 bytes free 960000
     1030 1 store broadcast_1 20000 free 940000
     1100 1 finish task-2
     5000 1 run task-3
     5020 1 store broadcast_2_piece0 10000 bytes free 960000
     5030 1 store broadcast_2 20000 free 940000
     5040 1 store rdd_0_0 100000 bytes free ${third}
     9000 1 finish task-3`,
      { memory: 1_000_000, level: "info" },
    ).block_events.filter(({ op }) => op === "remove");
  expect(removals(840_000)).toMatchObject([
    { blockId: "broadcast_0" },
    { blockId: "broadcast_0_piece0" },
  ]);
  expect(removals(810_000)).toEqual([]);
});

test("the put that evicted may be printed sixty lines after the eviction", () => {
  const others = Array.from({ length: 60 }, (_, i) => `${30 + i} 1 found rdd_9_9`).join("\n");
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 900 bytes free 100
      20 1 run task-1 partition 1
      25 1 missing rdd_1_1
      30 1 select 1 900
      30 1 drop rdd_0_0
      30 1 remove rdd_0_0 900 free 1000
      30 1 dropped 1 free 1000
      ${others}
     140 1 store rdd_1_1 300 free 700`,
    { memory: 1000 },
  );
  expect(block_events.find(({ op }) => op === "evict")).toMatchObject({
    cause: "unroll",
    causedByTaskId: 1,
    causedByBlockId: "rdd_1_1",
  });
});

test("an unroll that failed had computed at least what could be had over the growth factor", () => {
  const { replay_checks } = replayText(
    `
        0 1 start 900000
        5 1 run task-1 partition 1
       10 1 missing rdd_1_1
     2000 1 unroll-fails rdd_1_1 700000
     3000 1 finish task-1`,
    { memory: 900_000 },
  );
  expect(replay_checks.find(({ quantity }) => quantity === "unroll_computed")).toMatchObject({
    replayedMin: 600_000,
  });
});

test("of many tasks that spill two may hold nothing just then: the others share", () => {
  expect([1, 2, 3, 5].map(sharingOf)).toEqual([1, 2, 1, 3]);
});

test("a task that spills holds most of its peak halfway, and little at its start and its end", () => {
  const spilling = { spilled: true, sql: false, reportedBytes: 0 };
  expect(usualShare(0.05, spilling)).toBeLessThan(0.05);
  expect(usualShare(0.45, spilling)).toBeCloseTo(0.67, 2);
  expect(usualShare(0.95, spilling)).toBeCloseTo(0.31, 2);
});

test("of two tasks that died, the one whose block was on disk is likelier to have been putting it", () => {
  const { block_events } = replayText(
    `
       0 1 caches 4 rdd 1
       0 1 start 1000
       5 1 run task-1 stage 4 partition 1
       6 1 run task-2 stage 4 partition 2
      10 1 store rdd_1_1 100 free 900
      11 1 store rdd_0_0 800 free 100
      12 1 select 1 100
      12 1 drop rdd_1_1
      12 1 write rdd_1_1
      12 1 disk rdd_1_1 100
      12 1 dropped 1 free 200
      20 1 select 1 800
      20 1 drop rdd_0_0
      20 1 dropped 1 free 1000
      40 1 fail task-1 a.B
      41 1 fail task-2 a.B`,
    { memory: 1000, level: "debug" },
  );
  const evicted = block_events.find(({ op, blockId }) => op === "evict" && blockId === "rdd_0_0");
  expect(evicted).toMatchObject({ causedByBlockId: "rdd_1_1" });
  expect(evicted?.certainty).toBeCloseTo((0.8 * 0.7) / 1.2, 6);
});

test("a stale line may count steps of the sixteen lines around it, and of no more", () => {
  const story = (between: number) => `
       0 1 start 1000
      10 1 store rdd_0_0 100 bytes free 700
      ${Array.from({ length: between }, (_, n) => `${11 + n} 1 lookup rdd_9_${n}`).join("\n")}
      40 1 store rdd_0_1 200 bytes free 700`;
  const rule = (between: number) =>
    replayText(story(between), { memory: 1000 }).replay_checks.find(
      ({ quantity, sourceLine }) => quantity === "free" && sourceLine === 2,
    )?.rule;
  expect([rule(0), rule(15), rule(16)]).toEqual(["stale_line", "stale_line", undefined]);
});
