/** What was simulated is held against what was logged before any answer, and bands learn from it. */
import type { OutcomeName } from "@respark/core";
import { expect, test } from "vitest";
import { recordOf } from "../../src/whatif/foretold.ts";
import { selfCheckOf, widened } from "../../src/whatif/self-check.ts";

const band = (lo: number, hi: number) => ({ lo, hi, median: lo, anyShare: 1 });

/** Whether a logged value is inside what was simulated: 1,000 to 2,000. */
function inside(name: OutcomeName, logged: number): boolean | undefined {
  const simulated = recordOf(() => band(1000, 2000));
  return selfCheckOf({ [name]: logged }, simulated, () => true).outcomes[0]?.inside;
}

test("bytes are held to 1 %, counts to themselves", () => {
  expect([991, 990, 2020, 2021].map((logged) => inside("spilled_bytes", logged))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([999, 1000, 2000, 2001].map((logged) => inside("evicted_blocks", logged))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("what no log tells well, or whose demand is in none, is held against nothing", () => {
  expect(inside("recomputes", 1)).toBeUndefined();
  const simulated = recordOf(() => band(0, 0));
  const unheld = selfCheckOf({ misses: 9 }, simulated, () => false);
  expect(unheld).toEqual({ passed: true, outcomes: [] });
});

test("a band is made wider by as much as was missed, twice at most, on the side that missed", () => {
  const widenedBy = (logged: number) => {
    const checked = { name: "misses", logged, lo: 1000, hi: 2000, inside: false } as const;
    const { lo, hi } = widened(band(300, 600), checked);
    return [lo, hi];
  };
  expect([3000, 9000, 800, 100].map(widenedBy)).toEqual([
    [300, 900],
    [300, 1200],
    [240, 600],
    [150, 600],
  ]);
});
