/**
 * Curves of what-if answers: which are drawn, in which order, and between which values either may
 * happen.
 */
import { expect, test } from "vitest";
import type { Cells } from "../../src/picture/facts.ts";
import { curvesOf } from "../../src/picture/what-if.ts";

/** An outcome at a memory of so many MiB that happened in this share of simulated runs. */
function at(mib: number, share: number | null, of: Partial<Cells> = {}): Cells {
  const median = share === null ? null : Math.round(share * 10);
  return {
    knob: "spark.executor.memory",
    outcome: "evicted_blocks",
    knob_value: `${mib}m`,
    knob_number: mib * 1_048_576,
    p_any: share,
    median,
    lo: median,
    hi: median,
    base: 7,
    unit: "count",
    had_value: "768m",
    had_number: 768 * 1_048_576,
    ...of,
  };
}

test("either may happen between the last value with 95 of 100 and the first from which on 5 are left", () => {
  const shares = [at(2048, 0), at(512, 1), at(1024, 0.4), at(768, 0.975), at(1536, 0.05)];
  const [curve] = curvesOf(shares);
  expect(curve).toMatchObject({
    from: 768 * 1_048_576,
    to: 1536 * 1_048_576,
    most: 10,
    had: { value: "768m", count: 7 },
  });
  expect(curve?.points.map(({ value }) => value)).toEqual([
    "512m",
    "768m",
    "1024m",
    "1536m",
    "2048m",
  ]);
});

test("an outcome that comes back at a larger value has not ended before it", () => {
  const [curve] = curvesOf([at(512, 0), at(1024, 0.2), at(2048, 0)]);
  expect(curve).toMatchObject({ from: null, to: 2048 * 1_048_576 });
  expect(curvesOf([at(512, 0), at(1024, 0.2)])[0]?.to).toBeNull();
});

test("what is not foretold stays unknown, and is no zero", () => {
  const [curve] = curvesOf([at(512, null), at(1024, null)]);
  expect(curve?.points.every(({ median, pAny }) => median === null && pAny === null)).toBe(true);
  expect(curve).toMatchObject({ from: null, most: 7 });
});

test("one point is no curve, and neither is what happens nowhere", () => {
  expect(curvesOf([at(512, 1)])).toEqual([]);
  expect(curvesOf([at(512, 0, { base: 0 }), at(1024, 0, { base: 0 })])).toEqual([]);
});

test("deaths come before evictions, evictions before peaks", () => {
  const outcomes = ["peak_storage_bytes", "evicted_blocks", "oom_tasks", "remote_hits"];
  const rows = outcomes.flatMap((outcome) => [at(512, 1, { outcome }), at(1024, 0, { outcome })]);
  expect(curvesOf(rows).map(({ outcome }) => outcome)).toEqual([
    "oom_tasks",
    "evicted_blocks",
    "peak_storage_bytes",
  ]);
});
