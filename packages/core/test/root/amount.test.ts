/** What is a part stays inside its whole and inside its own bounds. */
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { type Amount, partOf } from "../../src/amount.ts";

const amounts: fc.Arbitrary<Amount> = fc
  .tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000))
  .map(([a, b, c]) => {
    const atLeast = Math.min(a, b, c);
    const atMost = Math.max(a, b, c);
    return { atLeast, best: a + b + c - atLeast - atMost, atMost };
  });

test("a part has ordered bounds, and no more than its whole", () => {
  fc.assert(
    fc.property(amounts, amounts, (part, whole) => {
      const { atLeast, best, atMost } = partOf(part, whole);
      expect([atLeast, best, atMost]).toEqual([atLeast, best, atMost].toSorted((a, b) => a - b));
      expect(best).toBeLessThanOrEqual(whole.best);
      expect(atMost).toBeLessThanOrEqual(whole.atMost);
    }),
  );
});
