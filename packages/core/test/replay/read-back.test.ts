/**
 * A serialized block that is read back from disk holds its memory before its line: putBytes takes
 * it at once, and copies the bytes then.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const between = (rows: ReturnType<typeof replayText>["memory_timeline"], ms: number) =>
  rows.findLast(({ ts }) => ts <= ms * 1000)?.storageUsed;

test("without an eviction it may hold it from the moment its level is printed", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1 on task-1
      20 1 level rdd_4_0 disk memory on task-1
      30 1 acquire task-2 100 by map on task-2
     120 1 store rdd_4_0 300 bytes free 600 on task-1`,
    { memory: 1000 },
  );
  expect(between(memory_timeline, 15)).toMatchObject({ atLeast: 0, atMost: 0 });
  expect(between(memory_timeline, 30)).toMatchObject({ atLeast: 300, atMost: 300 });
  expect(between(memory_timeline, 120)).toMatchObject({ bytes: 300 });
});

test("what has to go first goes before it: from then on it holds all of it", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
       5 1 store rdd_1_0 800 bytes free 200
      10 1 run task-1 on task-1
      20 1 level rdd_4_0 disk memory on task-1
      40 1 acquire task-2 100 by map on task-2
      60 1 select 1 800 on task-1
      61 1 drop rdd_1_0 on task-1
      61 1 remove rdd_1_0 800 free 900 on task-1
      62 1 dropped 1 free 900 on task-1
      90 1 release task-2 100 by map on task-2
     120 1 store rdd_4_0 300 bytes free 700 on task-1`,
    { memory: 1000 },
  );
  expect(between(memory_timeline, 40)).toEqual({ bytes: 800, atLeast: 800, atMost: 1000 });
  expect(between(memory_timeline, 90)).toEqual({ bytes: 300, atLeast: 300, atMost: 300 });
});

test("values are unrolled, and a block of another thread is not its own", () => {
  const { memory_timeline } = replayText(
    `
       0 1 start 1000
      10 1 run task-1 on task-1
      20 1 level rdd_4_0 disk memory on task-1
      30 1 acquire task-2 100 by map on task-2
     120 1 store rdd_4_0 300 bytes free 600 on task-2`,
    { memory: 1000 },
  );
  expect(between(memory_timeline, 30)).toMatchObject({ atLeast: 0, atMost: 0 });
});
