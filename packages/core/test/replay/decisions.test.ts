/** Decisions that logs show, asked of Spark's own managers before the outcome is adopted. */
import { expect, test } from "vitest";
import { foreseenVictims } from "../../src/replay/evidence/decisions.ts";
import type { TableRows } from "./collected-rows.ts";
import { replayText } from "./replay-text.ts";

function decisions({ replay_checks }: TableRows): unknown[] {
  return replay_checks
    .filter(({ kind }) => kind === "decision")
    .map(({ quantity, loggedMin, replayedMin, outcome }) => [
      quantity,
      loggedMin,
      replayedMin,
      outcome,
    ]);
}

test("a block that fits is foreseen to be stored, and one that does not is not", () => {
  const rows = replayText(
    `
        0 1 start 1000
       10 1 store rdd_0_0 600 bytes free 400
       20 1 store rdd_0_1 300 bytes free 100
       30 1 store rdd_0_2 300 bytes free 0`,
    { memory: 1000 },
  );
  expect(decisions(rows)).toEqual([
    ["stores", 1, 1, "predicted"],
    ["stores", 1, 1, "predicted"],
    ["stores", 1, 0, "explained"],
  ]);
  const [counted] = rows.summary.executors;
  expect([counted?.decisions, counted?.decisionsForeseen]).toEqual([3, 2]);
});

test("a task is foreseen to get what its share allows, and no more", () => {
  const rows = replayText(
    `
        0 1 start 1000
       10 1 run task-1
       11 1 run task-2
       20 1 acquire task-1 100 by map
       21 1 acquire task-2 400 by map
       22 1 acquire task-2 200 by map`,
    { memory: 1000 },
  );
  expect(decisions(rows)).toEqual([
    ["grants", 1, 1, "predicted"],
    ["grants", 1, 1, "predicted"],
    ["grants", 1, 0, "explained"],
  ]);
});

test("the least recently used blocks go, but for the RDD that is put", () => {
  const rows = replayText(
    `
        0 1 start 1000
       10 1 store rdd_0_0 300 free 700
      210 1 store rdd_1_0 300 free 400
      420 1 store rdd_2_0 300 free 100
      630 1 found rdd_0_0
      840 1 select 1 300
      841 1 drop rdd_1_0
      842 1 dropped 1 free 400
      850 1 store rdd_3_0 300 free 100
     1100 1 select 1 300
     1101 1 drop rdd_3_0
     1102 1 dropped 1 free 400
     1110 1 store rdd_4_0 300 free 100`,
    { memory: 1000 },
  );
  const victims = decisions(rows).filter((row) => JSON.stringify(row).includes("victims"));
  expect(victims).toEqual([
    ["victims", 1, 1, "predicted"],
    ["victims", 1, 0, "explained"],
  ]);
});

test("a block is passed by only where a task may lock it, or one of the same moment came first", () => {
  const at = (blockId: string, usedAt: number, mayBeLocked = false) => ({
    blockId,
    usedAt,
    mayBeLocked,
  });
  const blocks = [at("a", 0), at("b", 50_000), at("c", 900_000, true), at("d", 2_000_000)];
  const order = {
    of: (blockId: string) => blocks.find((block) => block.blockId === blockId),
    [Symbol.iterator]: () => blocks[Symbol.iterator](),
  };
  expect(foreseenVictims(["a", "b", "d"], order)).toBe(3);
  expect(foreseenVictims(["b", "a"], order)).toBe(2);
  expect(foreseenVictims(["a", "d"], order)).toBe(1);
  expect(foreseenVictims(["x"], order)).toBe(0);
});

test("a read for another executor prints no hit, but its level line makes the block the youngest", () => {
  const rows = replayText(
    `
        0 1 start 1000
       10 1 store rdd_0_0 300 free 700
      210 1 store rdd_1_0 300 free 400
      420 1 store rdd_2_0 300 free 100
      630 1 level rdd_0_0 memory deserialized
      840 1 select 1 300
      841 1 drop rdd_1_0
      842 1 remove rdd_1_0 300 free 400
      843 1 dropped 1 free 400
      850 1 store rdd_3_0 300 free 100`,
    { memory: 1000 },
  );
  expect(decisions(rows)).toContainEqual(["victims", 1, 1, "predicted"]);
});
