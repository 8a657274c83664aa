/** A track of states: each lasts until the next, and equal ones are one. */
import { expect, test } from "vitest";
import { exactAmount } from "../../src/amount.ts";
import { TaskTimeline } from "../../src/timeline/timeline.ts";
import { CollectedRows } from "../replay/collected-rows.ts";

function track(
  states: readonly (readonly [ts: number, bytes: number])[],
  endTs: number | undefined,
) {
  const collected = new CollectedRows();
  const timeline = new TaskTimeline(
    { executorId: "1", mode: "on_heap", taskId: 7 },
    collected.emit,
  );
  for (const [i, [ts, bytes]] of states.entries()) {
    timeline.add({
      seq: i + 1,
      ts,
      executionUsed: exactAmount(bytes),
      shareMinBytes: undefined,
      shareMaxBytes: undefined,
      origin: "logged",
      sourceFileId: 1,
      sourceLine: i + 1,
    });
  }
  timeline.end(endTs);
  return collected.tables.task_memory_timeline.map((row) => [
    row.seq,
    row.ts,
    row.endTs,
    row.executionUsed.bytes,
  ]);
}

test("a state lasts until the next one begins", () => {
  expect(
    track(
      [
        [10, 100],
        [30, 200],
      ],
      50,
    ),
  ).toEqual([
    [1, 10, 30, 100],
    [2, 30, 50, 200],
  ]);
});

test("a state that changes nothing lets the one in force go on", () => {
  expect(
    track(
      [
        [10, 100],
        [20, 100],
        [30, 200],
      ],
      50,
    ),
  ).toEqual([
    [1, 10, 30, 100],
    [3, 30, 50, 200],
  ]);
});

test("the last state stays open when nobody says that it ended", () => {
  expect(track([[10, 100]], undefined)).toEqual([[1, 10, undefined, 100]]);
});

test("two states of one moment are both told: the first lasts no time", () => {
  expect(
    track(
      [
        [10, 100],
        [10, 200],
      ],
      10,
    ),
  ).toEqual([
    [1, 10, 10, 100],
    [2, 10, 10, 200],
  ]);
});
