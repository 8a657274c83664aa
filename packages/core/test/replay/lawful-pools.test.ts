/** Pools whose parts contradict each other, as damage has them, still make a lawful row. */
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { amount } from "../../src/amount.ts";
import { lawfulPools } from "../../src/replay/pool-laws.ts";

const MAX = 1000;
const anAmount = fc
  .tuple(fc.nat(MAX), fc.nat(MAX), fc.nat(MAX))
  .map((of) => of.toSorted((a, b) => a - b))
  .map(([atLeast = 0, best = 0, atMost = 0]) => amount({ atLeast, atMost }, best));

test("whatever is known of fixed pools, neither holds more than it is", () => {
  fc.assert(
    fc.property(anAmount, anAmount, fc.nat(MAX), (storageUsed, executionUsed, region) => {
      const storagePool = amount({ atLeast: region, atMost: region }, region);
      const rules = { maxBytes: MAX, fixedPools: true };
      const pools = lawfulPools({ storageUsed, executionUsed, storagePool }, rules);
      expect(pools.storagePool.best).toBe(region);
      expect(pools.storageUsed.best).toBeLessThanOrEqual(region);
      expect(pools.executionUsed.best).toBeLessThanOrEqual(MAX - region);
    }),
  );
});

test("what tasks hold for sure leaves storage the rest, where pools are shared", () => {
  const pools = lawfulPools(
    {
      storageUsed: amount({ atLeast: 100, atMost: 900 }, 800),
      executionUsed: amount({ atLeast: 400, atMost: 700 }, 500),
      storagePool: amount({ atLeast: 0, atMost: MAX }, 300),
    },
    { maxBytes: MAX, fixedPools: false },
  );
  expect(pools.storageUsed.best).toBe(600);
  expect(pools.executionUsed.best).toBe(400);
  expect(pools.storagePool.best).toBe(600);
});
