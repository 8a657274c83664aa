/** A simulated application: its stages, blocks and collections under small pools, draw by draw. */
import { expect, test } from "vitest";
import {
  Draws,
  type Outcomes,
  simulate,
  TooLongToSimulate,
  type WantedMemory,
} from "../../src/index.ts";
import { cacheOf, MIB, pool } from "./small-runs.ts";

function run(wanted: WantedMemory, bytes: number, draw = 0): Outcomes {
  return simulate(wanted, pool(bytes), new Draws(1, draw));
}

test("blocks that fit are computed once and then read from memory", () => {
  const outcomes = run(
    cacheOf({ rdds: 1, partitions: 4, blockBytes: 4 * MIB, reads: [0, 0, 0] }),
    64 * MIB,
  );
  expect(outcomes).toMatchObject({ misses: 4, memory_hits: 8, recomputes: 0, evicted_blocks: 0 });
});

test("a second RDD evicts the first where both do not fit, and the first is computed again", () => {
  const wanted = cacheOf({ rdds: 2, partitions: 4, blockBytes: 4 * MIB, reads: [0, 1, 0] });
  const outcomes = run(wanted, 20 * MIB);
  expect(outcomes.evicted_blocks).toBeGreaterThan(0);
  expect(outcomes.recomputes).toBeGreaterThan(0);
  expect(outcomes.memory_hits + outcomes.misses).toBe(12);
  expect(outcomes.peak_storage_bytes).toBeLessThanOrEqual(20 * MIB);
});

test("blocks of the RDD being stored are never evicted for it: their puts fail", () => {
  const wanted = cacheOf({ rdds: 1, partitions: 8, blockBytes: 4 * MIB, reads: [0, 0] });
  const outcomes = run(wanted, 16 * MIB);
  expect(outcomes.evicted_blocks).toBe(0);
  expect(outcomes.failed_puts).toBeGreaterThan(0);
  expect(outcomes.recomputes).toBe(outcomes.failed_puts - (8 - outcomes.memory_hits));
});

test("a collection larger than its share spills, and one that fits does not", () => {
  const wanted = cacheOf({
    rdds: 0,
    partitions: 2,
    blockBytes: 0,
    reads: [-1],
    spillableBytes: 30 * MIB,
  });
  const tight = run(wanted, 20 * MIB);
  expect(tight.spilled_tasks).toBe(2);
  expect(tight.spilled_bytes).toBeGreaterThan(10 * MIB);
  expect(tight.peak_execution_bytes).toBeLessThanOrEqual(20 * MIB);
  expect(run(wanted, 256 * MIB).spilled_tasks).toBe(0);
});

test("a damaged total, thousands of times what there is, ends in a refusal, not in an endless run", () => {
  const spilling = (spillableBytes: number) =>
    cacheOf({ rdds: 0, partitions: 1, blockBytes: 0, reads: [-1], spillableBytes });
  // A hundred gigabytes by one task is much, and simulated.
  expect(run(spilling(100_000 * MIB), 64 * MIB).spilled_tasks).toBe(1);
  expect(() => run(spilling(2 ** 50), 64 * MIB)).toThrow(TooLongToSimulate);
});

test("the same draw gives the same run, another draw may not", () => {
  const wanted = cacheOf({ rdds: 3, partitions: 8, blockBytes: 3 * MIB, reads: [0, 1, 2, 0, 1] });
  const stages = wanted.stages.map((stage) => ({ ...stage, durationSigma: 0.6 }));
  const executors = ["0", "1", "2"].map((executorId) => ({
    executorId,
    host: "a",
    availableAtMillis: 0,
  }));
  const jittered = { ...wanted, stages, executors, speedSigma: 0.5 };
  expect(run(jittered, 18 * MIB, 3)).toEqual(run(jittered, 18 * MIB, 3));
  const different = [0, 1, 2, 3, 4, 5].map((draw) => run(jittered, 18 * MIB, draw).misses);
  expect(new Set(different).size).toBeGreaterThan(1);
});

test("a small broadcast's value holds a whole unroll threshold for a moment: the peak shows it", () => {
  const pieceBytes = 5000;
  const wanted = cacheOf({ rdds: 0, partitions: 1, blockBytes: 0, reads: [-1] });
  const [stage] = wanted.stages;
  if (stage === undefined) throw new Error("no stage");
  const outcomes = simulate(
    {
      ...wanted,
      broadcasts: [
        {
          broadcastId: 0,
          pieceBytes: [pieceBytes],
          valueBytes: 9000,
          removedAfterStages: undefined,
        },
      ],
      stages: [{ ...stage, broadcasts: [0] }],
    },
    pool(64 * MIB),
    new Draws(1, 0),
  );
  expect(outcomes.peak_storage_bytes).toBe(pieceBytes + MIB);
});

/**
 * How many reads an executor makes of blocks of another, which holds most, when its first takes so
 * long.
 */
function readsElsewhere(firstMillis: number): number {
  const wanted = cacheOf({ rdds: 1, partitions: 40, blockBytes: MIB, reads: [0, 0] });
  const executors = [
    { executorId: "0", host: "a", availableAtMillis: 0 },
    { executorId: "1", host: "a", availableAtMillis: 400 },
  ];
  const remoteReads = { firstMillis, laterMillis: 1, sigma: 0 };
  const localityWaitMillis = { process: 0, node: 0 };
  const given = { ...wanted, executors, remoteReads, localityWaitMillis };
  return simulate(given, pool(128 * MIB), new Draws(1, 0)).remote_hits;
}

test("an executor that waits for its first block from elsewhere leaves the others' reads to them", () => {
  expect(readsElsewhere(1)).toBeGreaterThan(4);
  // One read in each of its two slots, which last longer than all that is left.
  expect(readsElsewhere(5000)).toBe(2);
});

/** In how many of eight draws a run goes otherwise than one whose executors are there when they were. */
function changedByStart(startMillis: number): number {
  const wanted = cacheOf({ rdds: 1, partitions: 40, blockBytes: MIB, reads: [0] });
  const executors = [
    { executorId: "0", host: "a", availableAtMillis: 0 },
    { executorId: "1", host: "a", availableAtMillis: 700, startMillis },
  ];
  const draws = [0, 1, 2, 3, 4, 5, 6, 7].map((draw) => {
    const peak = (startSigma: number) =>
      run({ ...wanted, executors, startSigma }, 128 * MIB, draw).peak_storage_bytes;
    return peak(0.1) !== peak(0);
  });
  return draws.filter(Boolean).length;
}

test("an executor that took long to start is there sooner in one draw, later in another", () => {
  expect(changedByStart(0)).toBe(0);
  expect(changedByStart(8000)).toBeGreaterThan(4);
});
