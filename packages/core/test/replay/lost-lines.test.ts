/** Lines that a log lost here and there, at DEBUG and at INFO: what its other lines show of them. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

function frees(rows: ReturnType<typeof replayText>): (string | undefined)[] {
  return rows.replay_checks
    .filter(({ quantity }) => quantity === "free")
    .map(({ outcome, rule }) => rule ?? outcome);
}

test("a block whose store was lost holds what two lines have less free than foreseen", () => {
  const rows = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 200 bytes free 800
      20 1 store rdd_0_2 100 bytes free 400
      30 1 store rdd_0_3 50 bytes free 350`,
    { memory: 1000 },
  );
  expect(frees(rows)).toEqual(["predicted", "unexplained", "unseen_blocks"]);
  const storage = rows.memory_timeline.map(({ ts, storageUsed }) => ({ ts, ...storageUsed }));
  // Of the first line alone it may be storage, and may be an error.
  expect(storage.findLast(({ ts }) => ts === 20_000)).toMatchObject({ atLeast: 300, atMost: 600 });
  expect(storage.at(-1)).toMatchObject({ atLeast: 650, atMost: 650 });
});

test("while tasks run they may hold what is missing, until they end", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
       5 1 run task-1
       6 1 acquire task-1 100 by map
      10 1 store rdd_0_0 200 bytes free 700
      20 1 store rdd_0_2 100 bytes free 300
      29 1 release task-1 100 by map
      30 1 finish task-1
      40 1 store rdd_0_3 50 bytes free 650`,
    { memory: 1000 },
  );
  const at = (ts: number) => memory_timeline.findLast((row) => row.ts === ts);
  expect(at(20_000)?.executionUsed).toMatchObject({ atLeast: 100, atMost: 400 });
  expect(at(20_000)?.storageUsed).toMatchObject({ atLeast: 300, atMost: 600 });
  expect(at(30_000)?.executionUsed).toMatchObject({ atLeast: 0, atMost: 0 });
  expect(at(40_000)?.storageUsed).toMatchObject({ atLeast: 350, atMost: 350 });
});

test("a block whose removal was lost is gone as far as lines have more free, and back with its store", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 200 bytes free 800
   10000 1 store rdd_0_1 100 bytes free 900
   20000 1 store rdd_0_2 50 bytes free 850
   30000 1 store rdd_0_0 200 bytes free 650
   40000 1 store rdd_0_3 10 bytes free 640`,
    { memory: 1000 },
  );
  const at = (ts: number) => memory_timeline.findLast((row) => row.ts === ts)?.storageUsed;
  expect(at(10_000_000)).toMatchObject({ atLeast: 100, atMost: 300, bytes: 100 });
  expect(at(20_000_000)).toMatchObject({ atLeast: 150, atMost: 350, bytes: 150 });
  expect(at(40_000_000)).toMatchObject({ atLeast: 360, atMost: 360 });
});

test("where changes are not all logged, less free is of execution", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
       5 1 run task-1
      10 1 store rdd_0_0 200 bytes free 800
      20 1 store rdd_0_2 100 bytes free 400`,
    { memory: 1000, level: "info" },
  );
  expect(memory_timeline.at(-1)?.storageUsed).toMatchObject({ atLeast: 300, atMost: 300 });
});

test("a task that gives back more than lines granted it held what its totals tell", () => {
  const { task_memory_timeline } = replayText(
    `
       0 1 start 1000
       4 1 launched task-1
       5 1 run task-1
       6 1 acquire task-1 100 by map
      20 1 release task-1 250 by map
      30 1 ended task-1 since 4 peak 250 on-heap 250
      31 1 finish task-1`,
    { memory: 1000, spark: "4.0.1" },
  );
  const most = task_memory_timeline.map(({ executionUsed }) => executionUsed.atMost ?? 0);
  expect(Math.max(...most)).toBeGreaterThanOrEqual(250);
});

test("a block that was in memory as lines were lost goes once: its removal is no other block's", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 200 bytes free 800
   10000 1 store rdd_0_2 100 bytes free 400
   20000 1 drop rdd_0_0
   20001 1 remove rdd_0_0 200 free 600`,
    { memory: 1000 },
  );
  expect(block_events.map(({ op }) => op)).toEqual(["store", "store", "evict"]);
});

test("a task whose start or end has no line held what its totals tell", () => {
  const most = (lines: string) =>
    Math.max(
      ...replayText(
        `
           0 1 start 1000
           1 1 cores 2
           4 1 launched task-1
           ${lines}
          40 1 launched task-3
          40 1 run task-3
        5000 1 launched task-2
        5001 1 run task-2`,
        { memory: 1000, spark: "4.0.1" },
      ).task_memory_timeline.map(({ executionUsed }) => executionUsed.atMost ?? 0),
    );
  const told = "30 1 ended task-1 since 4 peak 250 on-heap 250";
  expect(most(`6 1 acquire task-1 100 by map\n${told}\n31 1 finish task-1`)).toBeGreaterThan(249);
  expect(most(`5 1 run task-1\n6 1 acquire task-1 100 by map\n${told}`)).toBeGreaterThan(249);
});

test("a task is granted what it gives back: between them it may hold what no line granted", () => {
  const { task_memory_timeline } = replayText(
    `
       0 1 start 1000
       5 1 run task-1
       6 1 acquire task-1 200 by map
      20 1 release task-1 250 by map
      21 1 acquire task-1 10 by map
      22 1 release task-1 10 by map
      31 1 finish task-1`,
    { memory: 1000 },
  );
  const at = (ts: number) => task_memory_timeline.findLast((row) => row.ts === ts)?.executionUsed;
  // 50 at least were granted in lines that are lost: as much may have been given back in others.
  expect(at(6_000)).toMatchObject({ atLeast: 150, atMost: 300, bytes: 200 });
  expect(at(21_000)).toMatchObject({ atLeast: 10, atMost: 10 });
});

test("a task that ends well has given back all: what it is left with may be gone before", () => {
  const held = (ending: string) =>
    replayText(
      `
       0 1 start 1000
       5 1 run task-1
       6 1 acquire task-1 200 by map
       7 1 acquire task-1 100 by sorter
      20 1 release task-1 170 by map
      21 1 release task-1 100 by sorter
      31 1 ${ending} task-1`,
      { memory: 1000 },
    ).task_memory_timeline.find(({ ts }) => ts === 7_000)?.executionUsed;
  expect(held("finish")).toMatchObject({ atLeast: 240, atMost: 330, bytes: 300 });
  expect(held("fail")).toMatchObject({ atLeast: 300, atMost: 300 });
});

/** A block of 200 bytes is reported after a task began, and before one did 0.1 s later. */
function storesOf(lines: string): (readonly [string, number, string])[] {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 100 bytes free 900
    1000 1 launched task-1
    1000 1 reported rdd_0_1 200
    1100 1 launched task-2
    ${lines}`,
    { memory: 1000, level: "info" },
  );
  return block_events
    .filter(({ op }) => op === "store")
    .map(({ blockId, ts, origin }) => [blockId, ts, origin]);
}

test("a block that the event log reports and no line stores was stored before its next time", () => {
  const lines = "5000 1 store rdd_0_2 50 bytes free 650";
  const at = storesOf(lines);
  expect(at).toContainEqual(["rdd_0_1", 1_100_000, "derived"]);
  // Its line may come two seconds later: the log has to go on for so long, or to have its end.
  expect(storesOf("3000 1 store rdd_0_2 50 bytes free 650")).toHaveLength(2);
  expect(storesOf("3101 1 store rdd_0_2 50 bytes free 650")).toHaveLength(3);
  const late = "3000 1 store rdd_0_1 200 bytes free 700\n5000 1 store rdd_0_2 50 bytes free 650";
  expect(storesOf(late).map(([, , origin]) => origin)).toEqual(["logged", "logged", "logged"]);
});

test("what was reported before the log's first line is no store of which it lost the line", () => {
  const { block_events } = replayText(
    `
     900 1 launched task-1
     900 1 reported rdd_0_1 200
     950 1 launched task-2
    1000 1 store rdd_0_0 100 bytes free 700
    5000 1 store rdd_0_2 50 bytes free 650`,
    { memory: 1000, level: "info" },
  );
  const stores = block_events.filter(({ op }) => op === "store");
  expect(stores.map(({ blockId }) => blockId)).toEqual(["rdd_0_0", "rdd_0_2"]);
});

/** Storage of the on-heap rows at times in ms: least, most. */
function storageAt(story: string, times: readonly number[]): (number | undefined)[][] {
  const { memory_timeline } = replayText(story, { memory: 1000, level: "info" });
  return times.map((ms) => {
    const used = memory_timeline.findLast(({ ts }) => ts <= ms * 1000)?.storageUsed;
    return [used?.atLeast, used?.atMost];
  });
}

test("at INFO a read of a block that no line stored shows its line to be lost", () => {
  const story = (found: string) => `
       0 1 start 1000
       5 1 run task-1
      10 1 store rdd_0_0 200 bytes free 800
      30 1 found ${found}
      40 1 store rdd_0_2 100 bytes free 400
      50 1 finish task-1
      60 1 store rdd_0_3 50 bytes free 650`;
  // What the next line has less is of that block or of execution, and so on with the next.
  expect(storageAt(story("rdd_0_1"), [10, 30, 40, 60])).toEqual([
    [200, 200],
    [200, 1000],
    [300, 600],
    [350, 350],
  ]);
  expect(storageAt(story("rdd_0_0"), [30, 40])).toEqual([
    [200, 200],
    [300, 300],
  ]);
  expect(storageAt(story("rdd_0_1 remote"), [30, 40])).toEqual([
    [200, 200],
    [300, 300],
  ]);
});

test("at INFO a task that ends without having begun shows that stores may be lost, too", () => {
  const story = (task: string) => `
       0 1 start 1000
       5 1 run task-1
      10 1 store rdd_0_0 200 bytes free 800
      20 1 finish ${task}
      40 1 store rdd_0_2 100 bytes free 400`;
  expect(storageAt(story("task-2"), [10, 40])).toEqual([
    [200, 200],
    [300, 600],
  ]);
  expect(storageAt(story("task-1"), [40])).toEqual([[300, 300]]);
});

test("once lines are lost, more free than known blocks leave is of any that may have gone", () => {
  const story = (task: string) => `
       0 1 start 1000
       5 1 run task-1
      10 1 store rdd_0_0 200 bytes free 800
      15 1 store rdd_0_1 200 bytes free 600
      20 1 finish ${task}
      40 1 store rdd_0_2 100 bytes free 700
      50 1 store rdd_0_3 100 bytes free 600
      60 1 store rdd_0_4 100 bytes free 500`;
  const lost = storageAt(story("task-2"), [40]);
  const whole = storageAt(story("task-1"), [40]);
  // The block just stored is there; execution may hold the rest of what is not free.
  expect(lost).toEqual([[100, 500]]);
  expect(whole).toEqual([[500, 500]]);
});

test("a log that begins late lost no lines for a block that was there before", () => {
  const story = `
      10 1 run task-1
      20 1 store rdd_0_0 200 bytes free 800
      30 1 found rdd_0_1
      40 1 store rdd_0_2 100 bytes free 700`;
  expect(storageAt(story, [20, 30]).map(([, most]) => most)).toEqual([200, 200]);
});
