/**
 * What the contract asks and the replay does not yet do: each of these fails today. One that begins to pass has to move to the file
 * of its subject, without `.fails`.
 */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

test.fails("what a task got before it had to spill is held while others spill for the rest", () => {
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

test.fails("a block lost with its executor is missed after a loss where it is read again", () => {
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

// A request that waits has been given all that storage could give: step b of ExecutionMemoryPool.acquire comes before the wait.
test.fails("a task that waits has made storage give back all it had free", () => {
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

test.fails("what a consumer gives back on the heap leaves what the task holds off the heap", () => {
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

test.fails("settings that Spark would not have started with are no reason to stop", () => {
  const story = "10 1 launched task-1";
  expect(() => replayText(story, { conf: { "spark.executor.memory": "1b" } })).not.toThrow();
});

test.fails("a storage pool is known to be no smaller than what storage may use", () => {
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
