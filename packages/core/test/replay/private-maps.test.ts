/**
 * Hash maps of broadcast joins are filled by a memory manager of their own, whose lines name a task
 * 0 that is none of the executor's.
 */
import { expect, test } from "vitest";
import { PrivateMaps } from "../../src/replay/links/private-maps.ts";
import { replayText } from "./replay-text.ts";

const MAP = "org.apache.spark.sql.execution.joins.LongToUnsafeRowMap@438dfa14";
const PAGES = "org.apache.spark.unsafe.map.BytesToBytesMap@7c4a12f3";

test("a map that a task reads with its broadcast takes nothing from the executor's pools", () => {
  const { memory_events, replay_checks } = replayText(
    `
       0 1 start 100000
      10 1 run task-43
      20 1 acquire task-43 65536 by o.a.s.UnsafeExternalSorter@1 on task-43
      30 1 acquire task-0 20000 by ${MAP} on task-43
      40 1 store broadcast_15 2000 free 32464 on task-43
      50 1 finish task-43
      60 1 release task-0 20000 by ${MAP}`,
    { memory: 100_000 },
  );
  expect(memory_events.map((e) => [e.op, e.taskId, e.grantedBytes])).toEqual([
    ["acquire_execution", 43, 65_536],
    ["acquire_storage", 43, 2000],
    ["release_execution", 43, 65_536],
  ]);
  expect(replay_checks.filter(({ quantity }) => quantity === "free")).toMatchObject([
    { agrees: true },
  ]);
});

test("task 0's own map, while it runs, is task 0's", () => {
  const { memory_events } = replayText(
    `
       0 1 start 100000
      10 1 run task-0
      20 1 acquire task-0 20000 by ${PAGES}
      30 1 acquire task-0 500 by ${MAP} on task-0
      40 1 acquire task-0 300 by ${MAP} on task-1
      50 1 release task-0 20000 by ${PAGES}
      60 1 release task-0 500 by ${MAP} on task-0
      70 1 finish task-0
      80 1 acquire task-0 900 by ${PAGES}`,
    { memory: 100_000 },
  );
  expect(memory_events.map((e) => [e.op, e.grantedBytes])).toEqual([
    ["acquire_execution", 20_000],
    ["acquire_execution", 500],
    ["release_execution", 20_000],
    ["release_execution", 500],
  ]);
});

test("a driver's builder threads fill maps of their own even while task 0 runs there; a thread that feeds another process fills the task's", () => {
  const maps = new PrivateMaps();
  const worker = "Executor task launch worker-0";
  const acquired = {
    kind: "execution_acquired",
    taskId: 0,
    granted: { atLeast: 5, atMost: 5 },
    consumer: MAP,
  } as const;
  const on = (thread: string) => ({ taskId: undefined, thread });
  expect(maps.owns(on("broadcast-exchange-0"), acquired)).toBe(true);
  expect(
    maps.owns(on(worker), {
      kind: "task_running",
      taskId: 0,
      stageId: 0,
      stageAttempt: 0,
      index: 0,
      attempt: 0,
    }),
  ).toBe(false);
  expect(maps.owns(on("broadcast-exchange-0"), acquired)).toBe(true);
  expect(maps.owns(on(worker), acquired)).toBe(false);
  expect(maps.owns(on("Executor task launch worker-1"), acquired)).toBe(true);
  expect(maps.owns(on("stdout writer for python3"), acquired)).toBe(false);
});

test("other consumers of a task 0 that was not seen to begin are its own: maps alone have such managers", () => {
  const { memory_events } = replayText(
    `
       0 1 start 100000
      10 1 acquire task-0 300 by o.a.s.UnsafeExternalSorter@1`,
    { memory: 100_000 },
  );
  expect(memory_events).toHaveLength(1);
});
