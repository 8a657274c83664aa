/**
 * Logs that begin within an executor's life: what memory held before, as far as their lines tell.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

test("what is free at first tells what memory held before the log began", () => {
  const { memory_timeline, replay_checks } = replayText(
    `
      100 1 run task-1
      110 1 store rdd_5_0 100 free 300
      120 1 finish task-1
      200 1 store rdd_5_1 50 free 250`,
    { memory: 1000, level: "info" },
  );
  // More may have gone before that line, without one of its own.
  expect(memory_timeline[0]?.storageUsed).toMatchObject({ atLeast: 0, atMost: 1000, bytes: 600 });
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 750, atMost: 750 });
  const frees = replay_checks.filter(({ quantity }) => quantity === "free");
  // The first is predicted without its own number: anything may be in memory.
  expect(
    frees.map(({ replayedMin, replayedMax, rule }) => [replayedMin, replayedMax, rule]),
  ).toEqual([
    [0, 900, "unseen_blocks"],
    [250, 850, "unseen_blocks"],
  ]);
});

test("a block that was there before the log began is evicted with the size that its selection tells", () => {
  const { block_events, memory_timeline, replay_checks } = replayText(
    `
      100 1 store rdd_5_0 100 free 300
      200 1 select 1 400
      201 1 drop rdd_3_7
      202 1 dropped 1 free 700
      210 1 store rdd_5_1 500 free 200`,
    { memory: 1000, level: "info" },
  );
  expect(block_events.find(({ op }) => op === "evict")).toMatchObject({
    blockId: "rdd_3_7",
    memoryBytes: 400,
    memoryBytesMin: 400,
    memoryBytesMax: 400,
  });
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(800);
  const frees = replay_checks.filter(({ quantity }) => quantity === "free");
  expect(frees.map(({ agrees }) => agrees)).toEqual([true, true, true]);
});

test("of several that are dropped together no line tells the sizes: they are bounded, and their sum is known", () => {
  const { block_events, memory_timeline } = replayText(
    `
      100 1 store rdd_5_0 100 free 100
      200 1 select 2 500
      201 1 drop rdd_3_7
      202 1 drop rdd_3_8
      203 1 dropped 2 free 600
      210 1 store rdd_5_1 500 free 100`,
    { memory: 1000, level: "info" },
  );
  const evicted = block_events.filter(({ op }) => op === "evict");
  expect(evicted).toMatchObject([
    { blockId: "rdd_3_7", memoryBytesMin: 0, memoryBytesMax: 500 },
    { blockId: "rdd_3_8", memoryBytesMin: 0, memoryBytesMax: 500 },
  ]);
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 900, atMost: 900 });
});

test("a task that began before the log did may hold what no line grants", () => {
  const { memory_timeline } = replayText(
    `
      100 1 store rdd_5_0 100 free 300
      150 1 finish task-9
      200 1 store rdd_5_1 50 free 750`,
    { memory: 1000, level: "info" },
  );
  const whileItRuns = memory_timeline.findLast((row) => row.ts < 150_000);
  expect(whileItRuns?.storageUsed).toMatchObject({ atLeast: 100, atMost: 700 });
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 250, atMost: 250 });
});

test("DEBUG tells the size of each that goes, once", () => {
  const { block_events } = replayText(
    `
      100 1 drop rdd_0_0
      101 1 remove rdd_0_0 200 free 500
      110 1 remove rdd_0_1 300 free 800`,
    { memory: 1000 },
  );
  expect(block_events).toMatchObject([
    { op: "evict", blockId: "rdd_0_0", memoryBytes: 200 },
    { op: "remove", blockId: "rdd_0_1", memoryBytes: 300 },
  ]);
});

test("a log that has its executor's beginning has seen every store", () => {
  const { memory_timeline } = replayText("0 1 start 1000\n100 1 store rdd_0_0 100 free 300", {
    memory: 1000,
    level: "info",
  });
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 100, atMost: 100 });
});

test("a block found that no line stored is taken to be in memory, until it was dropped", () => {
  const { block_events } = replayText(
    `
      100 1 store rdd_5_0 100 free 300
      150 1 found rdd_3_7
      200 1 select 1 400
      201 1 drop rdd_3_7
      202 1 write rdd_3_7
      203 1 dropped 1 free 700
      250 1 found rdd_3_7
      260 1 store rdd_5_1 500 free 200`,
    { memory: 1000, level: "info" },
  );
  const reads = block_events.filter(({ op }) => op.startsWith("hit"));
  expect(reads.map(({ op, origin }) => [op, origin])).toEqual([
    ["hit_memory", "assumed"],
    ["hit_disk", "logged"],
  ]);
});

test("unseen blocks go without a word before those that lines name", () => {
  const { block_events, memory_timeline } = replayText(
    `
      100 1 store input-0-1 100 bytes free 300
      200 1 store rdd_5_1 50 free 550
      210 1 store rdd_5_2 50 free 500
      220 1 store rdd_5_3 50 free 450`,
    { memory: 1000, level: "info" },
  );
  expect(block_events.filter(({ op }) => op === "remove")).toEqual([]);
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 550, atMost: 550 });
});

test("at DEBUG what goes before the first line that has what is free was there at first", () => {
  const { memory_timeline } = replayText(
    `
      100 1 select 2 300
      101 1 drop rdd_3_7
      102 1 remove rdd_3_7 100 free 500
      103 1 drop rdd_3_8
      104 1 remove rdd_3_8 200 free 700
      105 1 dropped 2 free 700
      110 1 store rdd_5_0 100 free 600`,
    { memory: 1000 },
  );
  expect(memory_timeline[0]?.storageUsed).toMatchObject({ atLeast: 0, atMost: 600, bytes: 600 });
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 400, atMost: 400 });
});

test("a block that the log stores and drops is not one of those from before it", () => {
  const { block_events, memory_timeline } = replayText(
    `
      100 1 store rdd_5_0 100 free 300
      200 1 select 1 100
      201 1 drop rdd_5_0
      202 1 remove rdd_5_0 100 free 400
      203 1 dropped 1 free 400`,
    { memory: 1000 },
  );
  expect(block_events.map(({ op }) => op)).toEqual(["store", "evict"]);
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 600, atMost: 600 });
});

test("in 1.6.0 to 1.6.2 what a late log calls free is what its blocks hold", () => {
  const { memory_timeline } = replayText("100 1 store rdd_5_0 100 free 700", {
    memory: 1000,
    level: "info",
    spark: "1.6.1",
  });
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 700, atMost: 700 });
});

/** Of each `free` of the story the rule that accounts for it. */
function rulesOfFrees(story: string, level: "debug" | "info"): (string | undefined)[] {
  const { replay_checks } = replayText(story, { memory: 1000, level });
  return replay_checks
    .filter(({ quantity }) => quantity === "free")
    .map(({ outcome, rule }) => rule ?? outcome);
}

test("while a task from before the log runs, blocks that the log stored stay in memory", () => {
  const story = (free: number) => `
      100 1 store rdd_5_0 400 free 300
      90000 1 store rdd_5_1 100 free ${free}
      95000 1 finish task-9`;
  expect(rulesOfFrees(story(500), "debug")).toEqual(["unseen_blocks", "unseen_blocks"]);
  // 500 bytes of blocks are known, and so no more than 500 are free.
  expect(rulesOfFrees(story(700), "debug")).toEqual(["unseen_blocks", "unexplained"]);
});

test("a task from before the log holds no more than was free of known memory", () => {
  const story = (free: number) => `
      100 1 store rdd_5_0 400 free 500
      150 1 store rdd_5_1 100 free ${free}
      300 1 finish task-9`;
  // Blocks of before hold 100 bytes at most, and grants too; all since is logged at DEBUG.
  expect(rulesOfFrees(story(350), "debug")[1]).not.toBe("unexplained");
  expect(rulesOfFrees(story(250), "debug")).toEqual(["unseen_blocks", "unexplained"]);
  // At INFO its grants have no lines.
  expect(rulesOfFrees(story(250), "info")).toEqual(["unseen_blocks", "unseen_blocks"]);
});

test("the size of an evicted block that no line states is unknown", () => {
  const { block_events, memory_events, summary } = replayText(
    `
      100 1 store rdd_5_0 100 free 300
      201 1 drop rdd_3_7
      300 1 store rdd_5_1 50 free 500`,
    { memory: 1000, level: "info" },
  );
  const evicted = block_events.find(({ op }) => op === "evict");
  expect(evicted).toMatchObject({ blockId: "rdd_3_7", memoryBytes: undefined });
  expect(evicted?.memoryBytesMax).toBeUndefined();
  const released = memory_events.find(({ op }) => op === "release_storage");
  expect(released?.grantedBytes).toBeUndefined();
  expect(summary.executors[0]).toMatchObject({ evictions: 1, evictedBytes: 0 });
});
