/** Single findings on rows by hand: from which number on they speak, and what they ask for. */
import { expect, test } from "vitest";
import { spilling } from "../../src/explain/findings/execution.ts";
import { readOnce } from "../../src/explain/findings/waste.ts";
import { relations } from "../../src/sql/relations.ts";
import type { Row } from "../../src/sql/row.ts";
import { applicationOf, rowOf } from "./found-by-hand.ts";

const MIB = 1024 * 1024;

const spilled = (given: Row) =>
  rowOf(relations.spill_costs, { stage_id: 3, stage_tasks: 8, memory_bytes: 90 * MIB, ...given });

/** How many partitions are asked for; undefined: no number is known. */
function asksFor(given: Row): number | undefined {
  const [draft] = spilling.find([spilled(given)], applicationOf({}));
  return draft?.change?.value?.amount;
}

test("a task that needed three times its share asks for three times the partitions, never for more than a hundred times", () => {
  expect(asksFor({ share_bytes: 10 * MIB, needed_bytes: 25 * MIB })).toBe(24);
  expect(asksFor({ share_bytes: MIB, needed_bytes: 900 * MIB })).toBe(800);
  expect(asksFor({ share_bytes: 10 * MIB })).toBeUndefined();
});

test("what other stages cost is told as one where the cost of each is known", () => {
  const costs = (last: number | null) => {
    const rows = [1, 2, 3, 4, 5, last].map((cost, stage) =>
      spilled({ stage_id: stage, cost_ms: cost, cost_ms_min: cost, cost_ms_max: cost }),
    );
    return spilling.find(rows, applicationOf({})).at(-1);
  };
  const drafts = spilling.find(
    [1, 2, 3, 4, 5, 6].map(() => spilled({})),
    applicationOf({}),
  );
  const others = 6 - (drafts.length - 1);
  expect(others).toBeGreaterThan(1);
  expect(costs(6)?.cost.best).toBe([1, 2, 3, 4, 5, 6].slice(-others).reduce((a, b) => a + b, 0));
  expect(costs(null)?.cost.best).toBeUndefined();
});

test("an RDD cached for one more read is dearer than it saves by time, and without times by blocks", () => {
  const found = (given: Row): boolean =>
    readOnce.find(
      [rowOf(relations.cache_gains, { rdd_id: 1, served: 4, missed: 9, ...given })],
      applicationOf({ row: { ended_at: "2026-01-31 03:00:00" } }),
    ).length > 0;
  expect([found({}), found({ missed: 8 })]).toEqual([true, false]);
  expect([
    found({ saved_ms: 100, missed_ms: 101 }),
    found({ saved_ms: 100, missed_ms: 100 }),
    found({ saved_ms: 100, missed: 8 }),
  ]).toEqual([true, false, false]);
});
