/** Blocks in the rows of a replay: what a store, an eviction, a refusal and a removal become. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const MIB = 1_048_576;

test("a timeline begins when the memory manager does, with nothing used and the pools at their regions", () => {
  const { memory_timeline } = replayText("5 1 start 1000", { memory: 1000 });
  expect(memory_timeline).toHaveLength(1);
  expect(memory_timeline[0]).toMatchObject({
    ts: 5000,
    endTs: undefined,
    mode: "on_heap",
    storageUsed: { bytes: 0, atLeast: 0, atMost: 0 },
    executionUsed: { bytes: 0, atLeast: 0, atMost: 0 },
    storagePool: { bytes: 500 },
    executionPool: { bytes: 500 },
    maxMemoryBytes: 1000,
  });
});

test("a log without times and without events has no state over time", () => {
  const { memory_timeline } = replayText("0 1 start 1000", { memory: 1000 });
  expect(memory_timeline).toEqual([]);
});

test("a store's free statement is predicted before it is believed", () => {
  const { replay_checks, block_events, memory_events } = replayText(
    `
    time executor what
       0 1        start 1000
      10 1        store rdd_0_0 300 bytes free 700`,
    { memory: 1000 },
  );
  expect(replay_checks.find((check) => check.quantity === "free")).toMatchObject({
    loggedMin: 700,
    loggedMax: 700,
    replayedMin: 700,
    replayedMax: 700,
    agrees: true,
  });
  expect(memory_events).toMatchObject([
    { op: "acquire_storage", blockId: "rdd_0_0", grantedBytes: 300 },
  ]);
  expect(block_events.filter((event) => event.op === "store")).toMatchObject([
    { blockId: "rdd_0_0", memoryBytes: 300, ts: 10_000 },
  ]);
});

test("a free that nothing explains is a miss, and says so", () => {
  const { replay_checks } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 300 bytes free 650`,
    { memory: 1000 },
  );
  expect(replay_checks.find((check) => check.quantity === "free")).toMatchObject({
    agrees: false,
    replayedMin: 700,
    replayedMax: 700,
    explanation: undefined,
  });
});

test("a free that already counts a parallel put is stale, and the order stays", () => {
  const { replay_checks, block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 100 bytes free 700
      10 1 store rdd_0_1 200 bytes free 700`,
    { memory: 1000 },
  );
  const [first, second] = replay_checks.filter((check) => check.quantity === "free");
  expect(first).toMatchObject({ agrees: false, outcome: "explained", rule: "stale_line" });
  expect(second).toMatchObject({ agrees: true, outcome: "predicted", rule: undefined });
  expect(block_events.filter((e) => e.op === "store").map((e) => e.blockId)).toEqual([
    "rdd_0_0",
    "rdd_0_1",
  ]);
});

test("an exact free that counts a later line's store shows that the store came first", () => {
  const { replay_checks, memory_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 100 bytes free 900
      20 1 remove rdd_0_0 100 free 800
      20 1 store rdd_0_1 200 bytes free 800`,
    { memory: 1000 },
  );
  expect(memory_events.map((event) => `${event.op} ${event.blockId}`)).toEqual([
    "acquire_storage rdd_0_0",
    "release_storage rdd_0_0",
    "acquire_storage rdd_0_1",
  ]);
  const exact = replay_checks.find((check) => check.sourceLine === 3);
  expect(exact).toMatchObject({ usedFor: "order", rule: "steps_counted_early" });
  expect(exact).toMatchObject({ replayedMin: 1000, replayedMax: 1000, outcome: "explained" });
  expect(replay_checks.filter(({ outcome }) => outcome === "unexplained")).toEqual([]);
});

test("a block stored again replaces itself: it is never counted twice", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 300 bytes free 700
      20 1 remove rdd_0_0 300 free 1000
      30 1 store rdd_0_0 300 bytes free 700`,
    { memory: 1000 },
  );
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(300);
});

test("storage that execution leaves free is borrowed, and the pools still sum to the maximum", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 800 bytes free 200`,
    { memory: 1000 },
  );
  expect(memory_timeline.at(-1)).toMatchObject({
    storagePool: { bytes: 800, atLeast: 800, atMost: 800 },
    executionPool: { bytes: 200 },
    free: { bytes: 200 },
  });
});

test("up to 2.1 storage borrows the whole request, from 2.2 on only what it lacks", () => {
  const story = `
     0 1 start 1000
    10 1 store rdd_0_0 400 bytes free 600
    20 1 store rdd_0_1 200 bytes free 400`;
  const old = replayText(story, { memory: 1000, spark: "2.1.3" }).memory_timeline.at(-1);
  const now = replayText(story, { memory: 1000, spark: "2.2.0" }).memory_timeline.at(-1);
  expect(old?.storagePool.bytes).toBe(700);
  expect(now?.storagePool.bytes).toBe(600);
});

test("an eviction for execution names its cause, its task and the rule, and storage keeps what it uses", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 400 bytes free 600
      11 1 store rdd_0_1 400 bytes free 200
      20 1 run task-1
      30 1 select 1 400 on task-1
      30 1 drop rdd_0_0 on task-1
      30 1 remove rdd_0_0 400 free 600 on task-1
      30 1 dropped 1 free 600 on task-1
      30 1 acquire task-1 500 by map on task-1`,
    { memory: 1000 },
  );
  expect(block_events.filter((event) => event.op === "evict")).toMatchObject([
    {
      blockId: "rdd_0_0",
      memoryBytes: 400,
      cause: "execution",
      causedByTaskId: 1,
      rule: "storage_borrowed_reclaimed",
      certainty: 1,
    },
  ]);
  expect(memory_timeline.at(-1)).toMatchObject({
    storageUsed: { bytes: 400 },
    storagePool: { bytes: 400 },
    executionPool: { bytes: 600 },
    executionUsed: { bytes: 500 },
  });
});

test("an eviction for an unroll names the block that was being unrolled", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 600 free 400
      20 1 run task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_0_0 on task-1
      30 1 dropped 1 free 1000 on task-1
      40 1 store rdd_1_0 700 free 300 on task-1`,
    { memory: 1000 },
  );
  expect(block_events.find((event) => event.op === "evict")).toMatchObject({
    cause: "unroll",
    causedByTaskId: 1,
    causedByBlockId: "rdd_1_0",
    rule: "unroll_needs_room",
  });
});

test("an eviction for a piece of a broadcast is for storage", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 600 free 400
      20 1 run task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_0_0 on task-1
      30 1 dropped 1 free 1000 on task-1
      40 1 store broadcast_5_piece0 700 bytes free 300 on task-1`,
    { memory: 1000 },
  );
  expect(block_events.find((event) => event.op === "evict")).toMatchObject({
    cause: "storage",
    causedByBlockId: "broadcast_5_piece0",
    rule: "storage_needs_room",
  });
});

test("a block that is written to disk as it goes is dropped to disk, not evicted: one row", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 600 free 400
      20 1 run task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_0_0 on task-1
      30 1 write rdd_0_0 on task-1
      31 1 remove rdd_0_0 600 free 1000 on task-1
      31 1 dropped 1 free 1000 on task-1
      40 1 store rdd_1_0 700 free 300 on task-1`,
    { memory: 1000 },
  );
  const ops = block_events.filter((event) => event.blockId === "rdd_0_0").map((event) => event.op);
  expect(ops).toEqual(["store", "drop_to_disk"]);
});

test("a block read back from disk is stored again and its read is a hit on disk", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 600 free 400
      20 1 run task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_0_0 on task-1
      30 1 write rdd_0_0 on task-1
      31 1 remove rdd_0_0 600 free 1000 on task-1
      31 1 dropped 1 free 1000 on task-1
      32 1 store broadcast_5_piece0 100 bytes free 900 on task-1
      40 1 store rdd_0_0 600 free 300 on task-1
      41 1 found rdd_0_0 local on task-1`,
    { memory: 1000 },
  );
  const ops = block_events.filter((event) => event.blockId === "rdd_0_0").map((event) => event.op);
  expect(ops).toEqual(["store", "drop_to_disk", "store", "hit_disk"]);
});

test("a put that found no room and tries again from disk is no read: the next read is a hit in memory", () => {
  const after = (secondTry: string): string[] =>
    replayText(
      `
       0 1 start 1000
      10 1 run task-1
      20 1 unroll-fails rdd_0_0 300 on task-1
      21 1 persist rdd_0_0 on task-1
      22 1 ${secondTry} on task-1
      40 1 run task-2
      50 1 store rdd_0_1 100 bytes free 300 on task-2
      60 1 found rdd_0_0 local on task-2`,
      { memory: 1000 },
    ).block_events.flatMap(({ blockId, op }) => (blockId === "rdd_0_0" ? [op] : []));
  expect(after("store rdd_0_0 600 bytes free 400").slice(-2)).toEqual(["store", "hit_memory"]);
  expect(after("unroll-fails rdd_0_0 300").at(-1)).toBe("hit_disk");
});

test("a failed unroll in an empty store was too large for it", () => {
  const { block_events, blocks } = replayText(
    `
       0 1 start ${8 * MIB}
       5 1 run task-1 partition 0
      10 1 unroll-fails rdd_0_0 ${6 * MIB} on task-1
      20 1 finish task-1`,
    { memory: 8 * MIB },
  );
  expect(block_events.find((event) => event.op === "put_fail")).toMatchObject({
    blockId: "rdd_0_0",
    taskId: 1,
    rule: "too_large",
    // As far as it was unrolled.
    memoryBytes: 6 * MIB,
  });
  expect(blocks).toMatchObject([{ blockId: "rdd_0_0", stores: 0, memoryBytes: undefined }]);
});

test("a put refused for its own RDD's blocks evicts none of them", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 600 bytes free 400
      20 1 run task-1 partition 1
      30 1 refuse rdd_0_1 same_rdd on task-1`,
    { memory: 1000 },
  );
  expect(block_events.find((event) => event.op === "put_fail")).toMatchObject({
    blockId: "rdd_0_1",
    rule: "same_rdd",
    memoryBytes: undefined,
  });
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(600);
});

test("a put larger than the limit evicts nothing and leaves the pools where they are", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 300 bytes free 700
      30 1 refuse rdd_1_0 exceeds_limit required 1200 limit 1000`,
    { memory: 1000 },
  );
  expect(block_events.find((event) => event.op === "put_fail")).toMatchObject({
    rule: "too_large",
    memoryBytes: 1200,
    memoryBytesMax: 1200,
  });
  expect(memory_timeline.at(-1)?.storagePool.bytes).toBe(500);
});

test("unpersisting an RDD removes all of its blocks and nothing else", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_1_0 100 bytes free 900
      11 1 store rdd_1_1 100 bytes free 800
      12 1 store rdd_11_0 100 bytes free 700
      20 1 removing rdd 1`,
    { memory: 1000, level: "info" },
  );
  expect(block_events.filter((e) => e.op === "remove").map((e) => e.blockId)).toEqual([
    "rdd_1_0",
    "rdd_1_1",
  ]);
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(100);
});

test("1.6.1 prints the bytes used where it says free", () => {
  const { replay_checks } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 300 bytes free 300
      20 1 store rdd_0_1 100 bytes free 400`,
    { memory: 1000, spark: "1.6.1" },
  );
  const free = replay_checks.filter((check) => check.quantity === "free");
  expect(free.map((check) => check.agrees)).toEqual([true, true]);
});

test("under the static manager the pools never move", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 54000000
      10 1 store rdd_0_0 400 bytes free 53999600
      20 1 run task-1
      30 1 acquire task-1 100 by map
      40 1 release task-1 100 by map
      50 1 finish task-1`,
    {
      spark: "2.4.8",
      conf: {
        "spark.memory.useLegacyMode": "true",
        "spark.testing.memory": "100000000",
      },
    },
  );
  const pools = memory_timeline.map((row) => [row.storagePool.bytes, row.executionPool.bytes]);
  expect(new Set(pools.map(String))).toEqual(new Set(["54000000,16000000"]));
});

test("a block evicted is missed after the eviction; one never there is missed cold", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
       5 1 run task-1 partition 0
       6 1 missing rdd_0_0 on task-1
      10 1 store rdd_0_0 600 free 400 on task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_0_0 on task-1
      30 1 dropped 1 free 1000 on task-1
      40 1 store rdd_1_0 700 free 300 on task-1
      50 1 missing rdd_0_0 on task-1`,
    { memory: 1000 },
  );
  const misses = block_events.filter((event) => event.op === "miss" && event.blockId === "rdd_0_0");
  expect(misses.map((miss) => miss.missKind)).toEqual(["cold", "after_evict"]);
});

test("an unroll grows from its lookup on and becomes the block", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start ${100 * MIB}
      10 1 run task-1 partition 0
      20 1 missing rdd_0_0 on task-1
    1020 1 store rdd_0_0 ${20 * MIB} on task-1`,
    { memory: 100 * MIB },
  );
  const unrolled = memory_timeline.map((row) => row.unrollUsed.bytes ?? 0);
  const during = unrolled.slice(0, -1);
  expect(during).toEqual(during.toSorted((a, b) => a - b));
  expect(Math.max(...during)).toBeGreaterThan(5 * MIB);
  expect(memory_timeline.at(-1)).toMatchObject({
    unrollUsed: { bytes: 0, atMost: 0 },
    storageUsed: { bytes: 20 * MIB, atLeast: 20 * MIB, atMost: 20 * MIB },
  });
});

test("a failed unroll's memory may be kept until its task ends, and is gone then", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start ${8 * MIB}
       5 1 run task-1 partition 0
       5 1 run task-2 partition 1
      10 1 unroll-fails rdd_0_0 ${5 * MIB} on task-1
      10 1 memory-use blocks 0 unroll ${5 * MIB} tasks 1 limit ${8 * MIB} on task-1
      50 1 finish task-1 on task-1`,
    { memory: 8 * MIB },
  );
  const kept = memory_timeline.filter((row) => row.ts >= 10_000 && row.ts < 50_000);
  const exact = { bytes: 5 * MIB, atLeast: 5 * MIB, atMost: 5 * MIB };
  expect(kept.map((row) => row.unrollUsed)).toContainEqual(exact);
  for (const row of kept) expect(row.unrollUsed.atMost).toBe(5 * MIB);
  expect(memory_timeline.at(-1)?.unrollUsed).toEqual({ bytes: 0, atLeast: 0, atMost: 0 });
});

test("an eviction at INFO with nothing stored for it was for execution, and is less than certain", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 600 bytes free 400
      20 1 run task-1
      30 1 select 1 600
      30 1 drop rdd_0_0
      30 1 dropped 1 free 400
      90 1 finish task-1`,
    { memory: 1000, level: "info" },
  );
  const evicted = block_events.find((event) => event.op === "evict");
  expect(evicted).toMatchObject({ cause: "execution", causedByTaskId: 1 });
  expect(evicted?.certainty).toBeLessThan(1);
});

test("an eviction is one row: the removal's line that DEBUG adds is not another", () => {
  const { block_events, memory_events, summary } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 600 bytes free 400
      20 1 run task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_0_0 on task-1
      30 1 remove rdd_0_0 600 free 1000 on task-1
      30 1 dropped 1 free 1000 on task-1
      31 1 acquire task-1 900 by map on task-1`,
    { memory: 1000 },
  );
  expect(block_events.map((event) => event.op)).toEqual(["store", "evict"]);
  expect(memory_events.filter((event) => event.op === "release_storage")).toHaveLength(1);
  expect(summary.executors[0]).toMatchObject({ evictions: 1, evictedBytes: 600 });
});

test("a miss that two lines of one thread tell of is one; another thread's is its own", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 run task-1 partition 0
      10 1 run task-2 partition 0
      20 1 missing rdd_0_0 on task-1
      20 1 missing rdd_0_0 on task-2
      20 1 missing rdd_0_0 on task-1`,
    { memory: 1000, spark: "1.6.1" },
  );
  expect(block_events.map(({ op, taskId }) => [op, taskId])).toEqual([
    ["miss", 2],
    ["miss", 1],
  ]);
});

test("an unroll that failed may have borrowed all that it computed, and may have let go of it", () => {
  const poolOf = (spark: string) =>
    replayText(
      `
         0 1 start 1000
        10 1 run task-1 on task-1
        20 1 unroll-fails rdd_1_0 700 on task-1`,
      { memory: 1000, spark },
    ).memory_timeline.at(-1)?.storagePool;
  expect(poolOf("3.5.6")).toMatchObject({ atLeast: 500, atMost: 700 });
  // Up to 2.1 a request borrows all that it asks for, whatever storage has free.
  expect(poolOf("2.1.3")).toMatchObject({ atLeast: 500, atMost: 1000 });
});
