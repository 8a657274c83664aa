/** Intervals of bytes: what is done to them holds for every value that they allow, and no more. */
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import {
  type ByteInterval,
  difference,
  exactly,
  hull,
  intersection,
  sum,
  touches,
} from "../../src/byte-interval.ts";

const bounds = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }));
const interval = bounds.map(([a, b]) => ({ atLeast: Math.min(a, b), atMost: Math.max(a, b) }));

function valuesOf({ atLeast, atMost }: ByteInterval): number[] {
  return Array.from({ length: atMost - atLeast + 1 }, (_, nth) => atLeast + nth);
}

function spanOf(values: readonly number[]): ByteInterval {
  return { atLeast: Math.min(...values), atMost: Math.max(...values) };
}

test("sum, difference and hull are what all pairs of values come to", () => {
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      const pairs = valuesOf(a).flatMap((x) => valuesOf(b).map((y) => [x, y] as const));
      expect(sum(a, b)).toEqual(spanOf(pairs.map(([x, y]) => x + y)));
      expect(difference(a, b)).toEqual(spanOf(pairs.map(([x, y]) => x - y)));
      expect(hull(a, b)).toEqual(spanOf([...valuesOf(a), ...valuesOf(b)]));
    }),
  );
});

test("what both allow is there exactly where they touch", () => {
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      const shared = valuesOf(a).filter((value) => valuesOf(b).includes(value));
      expect(intersection(a, b)).toEqual(shared.length === 0 ? undefined : spanOf(shared));
      expect(touches(a, b)).toBe(shared.length > 0);
    }),
  );
  expect(exactly(7)).toEqual({ atLeast: 7, atMost: 7 });
});
