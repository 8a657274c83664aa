/** Reads of cached blocks by size of memory: what Spark's order meets, and what the best would. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import {
  CacheTrace,
  NoJitter,
  type Outcomes,
  simulate,
  type TracedReads,
} from "../../src/index.ts";
import { cacheOf, MIB, pool } from "./small-runs.ts";

function traced(
  given: Parameters<typeof cacheOf>[0],
  poolBytes: number,
): { readonly reads: readonly TracedReads[]; readonly outcomes: Outcomes } {
  const trace = new CacheTrace();
  const outcomes = simulate(cacheOf(given), pool(poolBytes), new NoJitter(), trace);
  return { reads: trace.total(), outcomes };
}

test("two RDDs that take turns in memory for one: Spark's order meets none, the best one of them", () => {
  const turns = { rdds: 2, partitions: 4, blockBytes: 4 * MIB, reads: [0, 1, 0, 1] };
  expect(traced(turns, 19 * MIB).reads).toMatchObject([
    { rddId: 0, reads: 8, firstReads: 4, memoryHits: 0, misses: 8, bestMemoryHits: 4 },
    { rddId: 1, reads: 8, firstReads: 4, memoryHits: 0, misses: 8, bestMemoryHits: 0 },
  ]);
  expect(traced(turns, 64 * MIB).reads).toMatchObject([
    { rddId: 0, memoryHits: 4, misses: 4, bestMemoryHits: 4 },
    { rddId: 1, memoryHits: 4, misses: 4, bestMemoryHits: 4 },
  ]);
});

test("a block that the read before it evicts is gone: alone, an executor reads from no other", () => {
  const wanted = cacheOf({ rdds: 2, partitions: 4, blockBytes: 4 * MIB, reads: [1, 0, 0] });
  const both = [0, 1].map((rdd) => ({ rdd, parents: [] }));
  const stages = wanted.stages.map((stage, at) => (at === 2 ? { ...stage, reads: both } : stage));
  for (let poolMiB = 18; poolMiB <= 30; poolMiB += 2) {
    const outcomes = simulate({ ...wanted, stages }, pool(poolMiB * MIB), new NoJitter());
    expect(outcomes.remote_hits).toBe(0);
    expect(outcomes.memory_hits + outcomes.misses).toBe(16);
  }
});

test("what collections take of the pool no order of eviction gets back", () => {
  const squeezed = {
    rdds: 1,
    partitions: 4,
    blockBytes: 4 * MIB,
    reads: [0, -1, 0],
    spillableBytes: 20 * MIB,
  };
  const [reads] = traced(squeezed, 28 * MIB).reads;
  expect(reads?.memoryHits).toBeLessThan(4);
  expect(reads?.bestMemoryHits).toBeLessThan(4);
});

test("the best order never meets fewer than Spark's, and the trace is what the run came to", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 8, max: 80 }),
      (reads, partitions, poolMiB) => {
        const given = { rdds: 3, partitions, blockBytes: 3 * MIB, reads, spillableBytes: 9 * MIB };
        const { reads: found, outcomes } = traced(given, poolMiB * MIB);
        const sum = (of: (counts: TracedReads) => number): number =>
          found.reduce((total, counts) => total + of(counts), 0);
        expect(sum((counts) => counts.bestMemoryHits)).toBeGreaterThanOrEqual(
          sum((counts) => counts.memoryHits),
        );
        expect({
          memory_hits: sum((counts) => counts.memoryHits),
          misses: sum((counts) => counts.misses),
          recomputes: sum((counts) => counts.misses - counts.firstReads),
        }).toEqual({
          memory_hits: outcomes.memory_hits,
          misses: outcomes.misses,
          recomputes: outcomes.recomputes,
        });
      },
    ),
    { numRuns: 60 },
  );
});
