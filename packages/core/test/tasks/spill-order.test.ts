/** Who spills for whom, in each line's order (spec 4.1). */

import {
  answerAtOnce,
  type MemoryConsumer,
  SparkFailure,
  SpillFailure,
  TaskMemoryManager,
} from "@respark/core";
import { expect, test } from "vitest";
import { unifiedWorld, type World } from "../memory/world.ts";

interface Task {
  readonly world: World;
  readonly tasks: TaskMemoryManager;
  readonly asked: string[];
  readonly acquire: (consumer: MemoryConsumer, bytes: number) => number;
  readonly consumer: (id: number, gives?: "all" | "half" | "nothing") => MemoryConsumer;
}

function taskOf(version: string): Task {
  const world = unifiedWorld(version, 10_000);
  const { behaviour, manager } = world;
  const tasks = new TaskMemoryManager({ behaviour, manager, taskId: 1 });
  const asked: string[] = [];
  return {
    world,
    tasks,
    asked,
    consumer: (id, gives = "all") => ({
      id,
      name: `c${id}`,
      mode: "on_heap",
      usedBytes: 0,
      spill(bytes) {
        asked.push(`${id}:${bytes}`);
        const released =
          gives === "all" ? this.usedBytes : gives === "half" ? Math.floor(this.usedBytes / 2) : 0;
        this.usedBytes -= released;
        tasks.releaseExecution(released, "on_heap");
        return released;
      },
    }),
    acquire: (consumer, bytes) => {
      const got = answerAtOnce(manager, tasks.acquireExecution(bytes, consumer));
      if (got === undefined) throw new Error("it waits");
      consumer.usedBytes += got.result;
      return got.result;
    },
  };
}

/** Four consumers of 1000, 2000, 3000 and 4000 bytes fill the pool; a fifth asks for 2500. */
function fifthAsks(version: string): readonly string[] {
  const task = taskOf(version);
  for (const id of [1, 2, 3, 4]) task.acquire(task.consumer(id), id * 1000);
  expect(task.acquire(task.consumer(5), 2500)).toBe(2500);
  return task.asked;
}

test.each(["1.6.1", "2.0.2", "2.1.3"])(
  "Spark %s asks the others one after the other",
  (version) => {
    expect(fifthAsks(version)).toEqual(["1:2500", "2:1500"]);
  },
);

test.each(["2.2.3", "2.3.4", "2.4.8", "3.1.3", "3.2.4", "3.3.4", "4.2.0"])(
  "Spark %s asks the smallest that suffices",
  (version) => {
    expect(fifthAsks(version)).toEqual(["3:2500"]);
  },
);

/** A consumer that gives half of what it has, then the requester that holds nothing. */
function halfGiver(version: string): readonly string[] {
  const task = taskOf(version);
  task.acquire(task.consumer(1, "half"), 10_000);
  task.acquire(task.consumer(2), 8000);
  return task.asked;
}

test("Spark 2.2 and 2.3 ask each consumer once, then the requester", () => {
  expect(halfGiver("2.3.4")).toEqual(["1:8000", "2:3000"]);
});

test("Spark 2.4 asks until a consumer has nothing more to give or the request is met", () => {
  expect(halfGiver("2.4.8")).toEqual(["1:8000", "1:3000", "1:500"]);
});

test.each([
  ["2.4.8", ["1:9500", "2:9500"]],
  ["3.2.4", ["1:9500", "2:9500"]],
  ["3.5.6", ["1:9500", "2:9500"]],
] as const)("Spark %s asks the requester last", (version, asked) => {
  const task = taskOf(version);
  task.acquire(task.consumer(1, "nothing"), 500);
  const self = task.consumer(2);
  task.acquire(self, 9500);
  expect(task.acquire(self, 9500)).toBe(9500);
  expect(task.asked).toEqual(asked);
});

test.each([
  ["1.6.1", "java.lang.OutOfMemoryError"],
  ["2.4.8", "org.apache.spark.memory.SparkOutOfMemoryError"],
])("Spark %s: a spill that cannot write is %s", (version, sparkClass) => {
  const task = taskOf(version);
  const broken = task.consumer(1);
  broken.spill = () => {
    throw new SpillFailure("boom", { interrupted: false });
  };
  task.acquire(broken, 10_000);
  const failure = failureOf(() => task.acquire(task.consumer(2), 1));
  expect(failure).toBeInstanceOf(SparkFailure);
  expect(failure).toMatchObject({ sparkClass });
});

function failureOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (failure) {
    return failure;
  }
}

test("a Spillable of Spark 1.6 is no consumer: others spill for it, nobody can make it spill", () => {
  const task = taskOf("1.6.1");
  const { manager } = task.world;
  const spillable = (bytes: number) =>
    answerAtOnce(manager, task.tasks.acquireWithoutConsumer(bytes, "on_heap"));
  expect(spillable(4000)).toEqual({ result: 4000 });
  const consumer = task.consumer(1, "half");
  task.acquire(consumer, 6000);
  expect(spillable(4000)).toEqual({ result: 3000 });
  // Asked first by the Spillable, then by itself: what the Spillable holds is out of reach.
  expect(task.acquire(consumer, 2000)).toBe(1500);
  expect(task.asked).toEqual(["1:4000", "1:2000"]);
  expect(task.tasks.snapshot()).toMatchObject({ executionBytes: 10_000, consumerIds: [1] });
  expect(task.tasks.cleanUp()).toBe(10_000);
});

test("from Spark 2.0 on nobody asks without a consumer", () => {
  const task = taskOf("2.0.2");
  expect(() =>
    answerAtOnce(task.world.manager, task.tasks.acquireWithoutConsumer(1, "on_heap")),
  ).toThrow(SparkFailure);
});

test("an array is a page of exactly its size, and clean-up returns what was left", () => {
  const task = taskOf("4.0.1");
  const consumer = task.consumer(1);
  const page = answerAtOnce(task.world.manager, task.tasks.allocateArray(100, consumer));
  expect(page).toEqual({ result: { page: 0, bytes: 800 } });
  expect(consumer.usedBytes).toBe(800);
  expect(task.tasks.snapshot()).toMatchObject({ pages: [0], peakOnHeapBytes: 800 });
  expect(task.tasks.cleanUp()).toBe(800);
  expect(task.world.manager.executionUsedBytes("on_heap")).toBe(0);
});
