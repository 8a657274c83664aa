/** Execution memory in the rows of a replay: grants, waits, spills, leaks, and the end of each. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

test("DEBUG tells every grant and release, and a task's track begins and ends with them", () => {
  const { memory_events, task_memory_timeline, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      20 1 acquire task-1 300 by map
      30 1 acquire task-1 100 by sorter
      40 1 release task-1 100 by sorter
      50 1 release task-1 300 by map
      60 1 finish task-1`,
    { memory: 1000 },
  );
  expect(memory_events.map((e) => [e.op, e.grantedBytes, e.ts])).toEqual([
    ["acquire_execution", 300, 20_000],
    ["acquire_execution", 100, 30_000],
    ["release_execution", 100, 40_000],
    ["release_execution", 300, 50_000],
  ]);
  const track = task_memory_timeline.map((row) => [row.executionUsed.bytes, row.ts, row.endTs]);
  expect(track).toEqual([
    [300, 20_000, 30_000],
    [400, 30_000, 40_000],
    [300, 40_000, 50_000],
  ]);
  expect(memory_timeline.at(-1)?.executionUsed).toEqual({ bytes: 0, atLeast: 0, atMost: 0 });
});

test("each of N active tasks may hold 1/2N to 1/N; one that holds nothing does not count", () => {
  const { task_memory_timeline, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      10 1 run task-2
      20 1 acquire task-1 100 by map
      30 1 acquire task-2 100 by map`,
    { memory: 1000 },
  );
  const shares = task_memory_timeline.map((r) => [r.taskId, r.shareMinBytes, r.shareMaxBytes]);
  expect(shares).toContainEqual([1, 250, 1000]);
  expect(shares).toContainEqual([2, 125, 500]);
  expect(memory_timeline.map((row) => row.activeTasks)).toEqual([0, 1, 2]);
});

test("a printed grant is an interval, and a page beside it says its exact size", () => {
  const story = (page: string) => `
       0 1 start 104857600
      10 1 run task-1
      20 1 acquire task-1 4.0MiB by map on task-1
      ${page}`;
  const printed = replayText(story(""), { memory: 104_857_600 }).memory_events[0];
  const exact = replayText(story("20 1 page 0 4194288 on task-1"), { memory: 104_857_600 });
  expect(printed?.grantedBytesMin).toBeLessThan(printed?.grantedBytesMax ?? 0);
  expect(exact.memory_events[0]).toMatchObject({
    grantedBytesMin: 4_194_288,
    grantedBytes: 4_194_288,
    grantedBytesMax: 4_194_288,
  });
});

test("a spill for another consumer names who forced it; nothing spilled is no row", () => {
  const { spills } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      20 1 acquire task-1 600 by sorter
      30 1 release task-1 600 by sorter
      30 1 spilled task-1 600 by sorter for map
      31 1 spilled task-1 0 by map for map`,
    { memory: 1000 },
  );
  expect(spills).toMatchObject([
    {
      trigger: "other_consumer",
      consumer: "sorter",
      forcedByConsumer: "map",
      taskId: 1,
      memoryBytes: 600,
    },
  ]);
});

test("a sorter's Spilling line and its spilled line at DEBUG are one spill", () => {
  const { spills } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      20 1 acquire task-1 600 by o.a.s.UnsafeExternalSorter@1 on task-1
      30 1 spilling UnsafeExternalSorter 500 thread 40 times 0 on task-1
      31 1 release task-1 600 by o.a.s.UnsafeExternalSorter@1 on task-1
      31 1 spilled task-1 600 by o.a.s.UnsafeExternalSorter@1 for o.a.s.UnsafeExternalSorter@1 on task-1`,
    { memory: 1000 },
  );
  expect(spills).toMatchObject([{ ts: 30_000, trigger: "self", memoryBytes: 600 }]);
});

test("a collection that spills itself is a spill of its own, at INFO too", () => {
  const { spills, summary } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      30 1 spilling ExternalSorter 500 thread 40 times 1 on task-1`,
    { memory: 1000, level: "info" },
  );
  expect(spills).toMatchObject([
    { consumer: "ExternalSorter", trigger: "self", taskId: 1, memoryBytes: 500 },
  ]);
  expect(summary.executors[0]).toMatchObject({ spills: 1, spilledBytes: 500 });
});

test("a ShuffleExternalSorter's last line, at its close, is no spill", () => {
  const { spills } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      30 1 spilling ShuffleExternalSorter 500 task 1 thread 40 times 0 on task-1
      40 1 spilling ShuffleExternalSorter 300 task 1 thread 40 times 1 on task-1
      50 1 finish task-1`,
    { memory: 1000, level: "info" },
  );
  expect(spills.map((spill) => spill.memoryBytes)).toEqual([500]);
});

test("a spill after a crossed threshold was for the threshold, not for want of memory", () => {
  const { spills } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      29 1 threshold UnsafeExternalSorter on task-1
      30 1 spilling UnsafeExternalSorter 500 thread 40 times 0 on task-1`,
    { memory: 1000, level: "info" },
  );
  expect(spills.map((spill) => spill.trigger)).toEqual(["threshold"]);
});

test("a wait begins with its first line, ends with the grant, and names who held most", () => {
  const { memory_waits } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      10 1 run task-2
      20 1 acquire task-1 900 by map
      30 1 wait task-2
      40 1 wait task-2
      45 1 release task-1 500 by map
      50 1 acquire task-2 400 by map`,
    { memory: 1000 },
  );
  expect(memory_waits).toMatchObject([
    {
      taskId: 2,
      ts: 30_000,
      endTs: 50_000,
      grantedBytes: 400,
      activeTasks: 2,
      heldByTaskId: 1,
    },
  ]);
});

test("a task that ends gives everything back, and what it leaked has a row", () => {
  const { memory_leaks, memory_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      20 1 acquire task-1 300 by map
      30 1 leak task-1 300
      31 1 finish task-1`,
    { memory: 1000 },
  );
  expect(memory_leaks).toMatchObject([{ taskId: 1, leakedBytes: 300, ts: 30_000 }]);
  expect(memory_events.at(-1)).toMatchObject({
    op: "release_execution",
    grantedBytes: 300,
    rule: "task_end",
  });
  expect(memory_timeline.at(-1)?.executionUsed.bytes).toBe(0);
});

test("a task that cannot get its memory is an out-of-memory of the task, with what it asked and got", () => {
  const { oom_events } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      30 1 fail task-1 org.apache.spark.memory.SparkOutOfMemoryError Unable to acquire 65536 bytes of memory, got 0`,
    { memory: 1000 },
  );
  expect(oom_events).toMatchObject([
    { class: "task_memory", taskId: 1, requestedBytes: 65_536, grantedBytes: 0 },
  ]);
});

test("a heap that is full kills the executor, which its row says", () => {
  const { oom_events, executors } = replayText(
    `
       0 1 start 1000
      30 1 dies java.lang.OutOfMemoryError Java heap space
      40 1 lost Command exited with code 52`,
    { memory: 1000 },
  );
  expect(oom_events.map((oom) => oom.class)).toEqual(["jvm_heap"]);
  expect(executors).toMatchObject([
    {
      executorId: "1",
      removedAt: 40_000,
      removedClass: "jvm_heap",
      removedReason: "Command exited with code 52",
    },
  ]);
});

test("a dump's totals are held against the replay", () => {
  const { replay_checks } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      15 1 store rdd_0_0 100 bytes free 900
      20 1 acquire task-1 300 by map
      30 1 totals execution 300 storage 100`,
    { memory: 1000 },
  );
  const met = replay_checks.map((check) => [check.quantity, check.agrees]);
  expect(met).toContainEqual(["execution_used", true]);
  expect(met).toContainEqual(["storage_used", true]);
});

test("storage that a dump counts beyond all known blocks is of blocks that no line tells", () => {
  const { memory_timeline, replay_checks } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      30 1 totals execution 300 storage 100`,
    { memory: 1000, level: "info" },
  );
  expect(memory_timeline.at(-1)?.storageUsed).toEqual({ bytes: 100, atLeast: 0, atMost: 100 });
  const check = replay_checks.find(({ quantity }) => quantity === "storage_used");
  expect(check).toMatchObject({ outcome: "explained", rule: "unseen_blocks" });
});

test("execution takes back what storage borrowed, down to the region and no further", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 400 bytes free 600
      11 1 remove rdd_0_0 400 free 1000
      12 1 store rdd_0_1 800 bytes free 200
      13 1 remove rdd_0_1 800 free 1000
      20 1 run task-1
      30 1 acquire task-1 600 by map`,
    { memory: 1000 },
  );
  expect(memory_timeline.at(-1)).toMatchObject({
    storagePool: { bytes: 400, atLeast: 400, atMost: 400 },
    executionPool: { bytes: 600 },
    executionAvailable: { bytes: 400 },
    storageAvailable: { bytes: 400 },
  });
});

test("a grant that a statement counts before its line comes is replayed before it", () => {
  const { replay_checks, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1 on task-1
      10 1 run task-2 on task-2
      20 1 acquire task-1 200 on task-1
      30 1 totals execution 350 storage 0 on task-1
      35 1 acquire task-2 150 on task-2
      40 1 release task-2 150 on task-2
      41 1 totals execution 200 storage 0 on task-1`,
    { memory: 1000 },
  );
  const checks = replay_checks.filter((check) => check.quantity === "execution_used");
  expect(checks.map(({ outcome, usedFor }) => [outcome, usedFor])).toEqual([
    ["explained", "order"],
    ["predicted", "execution"],
  ]);
  expect(Math.max(...memory_timeline.map((row) => row.executionUsed.bytes ?? 0))).toBe(350);
});

test("a request whose whole grant a statement counts early is not granted again by its own lines", () => {
  const { replay_checks } = replayText(
    `
       0 1 start 1000
      10 1 run task-1 on task-1
      10 1 run task-2 on task-2
      20 1 acquire task-1 200 on task-1
      30 1 totals execution 350 storage 0 on task-1
      35 1 need task-2 100 by map on task-2
      36 1 acquire task-2 150 by map on task-2
      37 1 release task-2 150 by map on task-2
      41 1 totals execution 200 storage 0 on task-2`,
    { memory: 1000 },
  );
  const checks = replay_checks.filter((check) => check.quantity === "execution_used");
  expect(checks.map(({ outcome }) => outcome)).toEqual(["explained", "predicted"]);
});

test("up to 3.2 an array that a sorter outgrows is no sign of the spill that follows later", () => {
  const sorter = "o.a.s.UnsafeExternalSorter@1";
  const { memory_timeline } = replayText(
    `
       0 1 start 40000000
      10 1 run task-31
      20 1 acquire task-31 65536 by ${sorter}
      21 1 acquire task-31 131072 by ${sorter}
      22 1 release task-31 65536 by ${sorter}
      23 1 acquire task-31 4194304 by ${sorter}
      24 1 acquire task-31 4194304 by ${sorter}
      30 1 release task-31 4194304 by ${sorter}
      31 1 release task-31 4194304 by ${sorter}
      32 1 spilled task-31 8388608 by ${sorter} for ${sorter}
      33 1 acquire task-31 16777216 by ${sorter}`,
    { memory: 40_000_000, spark: "3.2.4" },
  );
  const at = (ts: number) => memory_timeline.findLast((row) => row.ts <= ts)?.executionUsed.bytes;
  expect(at(22_000)).toBe(131_072);
  expect(at(24_000)).toBe(131_072 + 2 * 4_194_304);
  // The request behind the spill had all that was free before anything was spilled.
  expect(at(30_000)).toBe(131_072 + 4_194_304 + 16_777_216);
});

test("up to 3.2 a spill whose thread names its task begins with its own line: what it spills for is held by then", () => {
  const sorter = "o.a.s.UnsafeExternalSorter@1";
  const { replay_checks } = replayText(
    `
       0 1 start 40000000
      10 1 run task-1
      11 1 run task-2
      20 1 acquire task-1 20000000 by ${sorter} on task-1
      30 1 spilling UnsafeExternalSorter 20000000 thread 37 times 0 on task-1
      35 1 store broadcast_1 4000000 free 6000000 on task-2
      40 1 release task-1 20000000 by ${sorter} on task-1
      41 1 spilled task-1 20000000 by ${sorter} for ${sorter} on task-1
      42 1 acquire task-1 10000000 by ${sorter} on task-1`,
    { memory: 40_000_000, spark: "3.2.4" },
  );
  expect(replay_checks.filter(({ quantity }) => quantity === "free")).toMatchObject([
    { agrees: true, explanation: undefined },
  ]);
});
