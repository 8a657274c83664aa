/**
 * Who made blocks go, where the layout prints no thread: only what the lines around leave possible.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

test("a grant too small to have needed the last victim is not what evicted it", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 300 bytes free 700
      11 1 store rdd_0_1 400 bytes free 300
      12 1 run task-1
      13 1 run task-2
      20 1 select 2 700
      20 1 drop rdd_0_0
      20 1 remove rdd_0_0 300 free 600
      20 1 drop rdd_0_1
      20 1 remove rdd_0_1 400 free 1000
      20 1 dropped 2 free 1000
      21 1 acquire task-1 100 by map
      22 1 acquire task-2 700 by map`,
    { memory: 1000 },
  );
  const evicted = block_events.filter((event) => event.op === "evict");
  expect(evicted.map((event) => event.causedByTaskId)).toEqual([2, 2]);
});

test("of two tasks that unroll side by side either may have evicted: the cause is half certain", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 900 bytes free 100
      20 1 run task-1 partition 1
      20 1 run task-2 partition 2
      25 1 missing rdd_1_1
      25 1 missing rdd_1_2
      30 1 select 1 900
      30 1 drop rdd_0_0
      30 1 remove rdd_0_0 900 free 1000
      30 1 dropped 1 free 1000
      40 1 store rdd_1_1 300 free 700
      41 1 store rdd_1_2 350 free 350`,
    { memory: 1000 },
  );
  const evicted = block_events.find((event) => event.op === "evict");
  expect(evicted).toMatchObject({ cause: "unroll", causedByTaskId: 1, certainty: 0.4 });
});

test("a put whose task died had evicted, where its thread was computing a block and got no grant", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_4_0 600 bytes free 400
      20 1 run task-1 partition 1 on task-1
      21 1 missing rdd_17_1 on task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_4_0 on task-1
      30 1 remove rdd_4_0 600 free 1000 on task-1
      30 1 dropped 1 free 1000 on task-1
      40 1 fail task-1 java.lang.OutOfMemoryError Java heap space on task-1`,
    { memory: 1000 },
  );
  const evicted = block_events.find((event) => event.op === "evict");
  expect(evicted).toMatchObject({
    cause: "unroll",
    causedByTaskId: 1,
    causedByBlockId: "rdd_17_1",
    certainty: 0.9,
  });
  expect(memory_timeline.every((row) => row.executionUsed.bytes === 0)).toBe(true);
});

test("a serialized block that is read back from disk asks for storage memory, also when the read fails", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_17_0 600 bytes free 400
      20 1 run task-1 partition 3 on task-1
      21 1 missing rdd_17_3 on task-1
      22 1 lookup rdd_4_3 on task-1
      22 1 level rdd_4_3 disk memory on task-1
      30 1 select 1 600 on task-1
      30 1 drop rdd_17_0 on task-1
      30 1 remove rdd_17_0 600 free 1000 on task-1
      30 1 dropped 1 free 1000 on task-1
      35 1 put-failed rdd_17_3 on task-1
      40 1 fail task-1 java.lang.OutOfMemoryError Java heap space on task-1`,
    { memory: 1000 },
  );
  const evicted = block_events.find((event) => event.op === "evict");
  expect(evicted).toMatchObject({ cause: "storage", causedByBlockId: "rdd_4_3" });
});

test("at INFO a put that is said to have failed evicted, and no execution memory is read off it", () => {
  const { block_events, memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_4_0 600 bytes free 400
      20 1 run task-1 partition 1
      30 1 select 1 600
      30 1 drop rdd_4_0
      30 1 dropped 1 free 1000
      35 1 put-failed rdd_17_1
      40 1 fail task-1 java.lang.OutOfMemoryError Java heap space`,
    { memory: 1000, level: "info" },
  );
  const evicted = block_events.find((event) => event.op === "evict");
  expect(evicted).toMatchObject({ cause: "unroll", causedByBlockId: "rdd_17_1", certainty: 0.8 });
  expect(Math.max(...memory_timeline.map((row) => row.executionUsed.bytes ?? 0))).toBe(0);
});

test("where no task runs, what arrives from another executor makes blocks go", () => {
  const { block_events } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 900 bytes free 100
      30 1 select 1 900
      30 1 drop rdd_0_0
      31 1 dropped 1 free 1000
      40 1 store rdd_1_1 300 bytes free 700`,
    { memory: 1000, level: "info" },
  );
  const evicted = block_events.find((event) => event.op === "evict");
  expect(evicted).toMatchObject({ cause: "storage", causedByBlockId: "rdd_1_1" });
  expect(evicted?.causedByTaskId).toBeUndefined();
});

test("victims are named by the drops that follow, however much other tasks print between", () => {
  const others = Array.from({ length: 120 }, (_, n) => `21 1 lookup rdd_9_${n}`).join("\n");
  const { replay_checks } = replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 300 bytes free 700
      11 1 store rdd_0_1 400 bytes free 300
      12 1 run task-1
      20 1 select 2 700
      ${others}
      22 1 drop rdd_0_0
      22 1 remove rdd_0_0 300 free 600
      22 1 drop rdd_0_1
      22 1 remove rdd_0_1 400 free 1000
      22 1 dropped 2 free 1000
      23 1 acquire task-1 700 by map`,
    { memory: 1000 },
  );
  const victims = replay_checks.filter(({ quantity }) => quantity === "victims");
  expect(victims).toMatchObject([{ loggedMin: 2, replayedMin: 2, outcome: "predicted" }]);
});
