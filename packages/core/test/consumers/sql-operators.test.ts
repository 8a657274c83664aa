/**
 * Sorters and maps under small pools, to the byte: what real tasks of Spark 3.5.9 spilled and held
 * (docs/spark/whatif.md 5.4, 5.5; runs s35-wismj-* and s35-wiagg-*).
 */
import { expect, test } from "vitest";
import {
  type ConsumerDemand,
  Draws,
  managerCapacity,
  type Outcomes,
  simulate,
  sparkBehaviour,
  type Wanted,
  type WantedMemory,
} from "../../src/index.ts";

const PAGE_BYTES = 1_048_560;
const MIB = 1_048_576;

function known(value: number): Wanted {
  return { best: value, atLeast: value, atMost: value, sigma: 0 };
}

/**
 * `tasks` at once under an executor of `heap` MiB with memory.fraction `fraction`, pages as G1
 * makes them.
 */
function outcomesOf(
  consumers: readonly ConsumerDemand[],
  given: { readonly heapMiB: number; readonly fraction: number; readonly tasks: number },
): Outcomes {
  const behaviour = sparkBehaviour("3.5.9");
  if (behaviour === undefined) throw new Error("no rules");
  const conf = new Map([["spark.memory.fraction", String(given.fraction)]]);
  const capacity = managerCapacity({
    behaviour,
    conf,
    heapBytes: given.heapMiB * MIB,
    cores: given.tasks,
    collector: "G1",
  });
  expect(capacity.pageSizeBytes).toBe(PAGE_BYTES);
  const wanted: WantedMemory = {
    executors: [{ executorId: "0", host: "a", availableAtMillis: 0 }],
    rdds: [],
    broadcasts: [],
    stages: [
      {
        stageId: 0,
        attempt: 0,
        jobId: 0,
        afterStages: 0,
        gapMillis: 0,
        completionOrder: 0,
        reads: [],
        broadcasts: [],
        firstOverheadMillis: 1,
        overheadMillis: 1,
        durationSigma: 0,
        tasks: Array.from({ length: given.tasks }, (_, partition) => ({
          taskId: partition,
          partition,
          hitMillis: 1000,
          missMillis: 1000,
          reads: undefined,
          consumers,
        })),
      },
    ],
    overheadSigma: 0,
    speedSigma: 0,
    remoteReads: { firstMillis: 200, laterMillis: 100, sigma: 0 },
    localityWaitMillis: { process: 3000, node: 3000 },
    fair: false,
    maxFailures: 1,
  };
  return simulate(wanted, { behaviour, conf, capacity, slots: given.tasks }, new Draws(1, 0));
}

const left: ConsumerDemand = {
  kind: "sorter",
  rows: known(120_000),
  rowBytes: 92,
  radix: true,
  diskRatio: known(0.2),
};
const right: ConsumerDemand = { ...left, rows: known(60_000), rowBytes: 28 };

/**
 * Pools of 10.8, 12.7, 16.6 and 24.2 MiB for one task alone, in which the array or a page decides.
 */
test.each([
  { heapMiB: 480, spilled: 12_582_752 },
  { heapMiB: 512, spilled: 8_388_480 },
  { heapMiB: 576, spilled: 14_679_904 },
  { heapMiB: 704, spilled: 0 },
])("a sort-merge join under $heapMiB MiB spills $spilled bytes", ({ heapMiB, spilled }) => {
  const { spilled_bytes } = outcomesOf([left, right], { heapMiB, fraction: 0.06, tasks: 1 });
  expect(spilled_bytes).toBe(spilled);
});

const groups: ConsumerDemand = {
  kind: "map",
  rows: known(99_724),
  rowBytes: 120,
  fastPage: false,
  diskRatio: known(0.2),
};

test("a map that gets no larger array is written twice as a sorted run: 10,485,632 bytes and the rest", () => {
  const outcomes = outcomesOf([groups], { heapMiB: 512, fraction: 0.1, tasks: 2 });
  expect(outcomes.spilled_tasks).toBe(2);
  expect(outcomes.spilled_bytes).toBe(2 * 16_777_024);
});

test("from 704 MiB on the same map fits", () => {
  expect(outcomesOf([groups], { heapMiB: 704, fraction: 0.1, tasks: 2 }).spilled_tasks).toBe(0);
});

test("a hashed relation that gets less than it needs ends its task, and spills nothing", () => {
  const relation: ConsumerDemand = {
    kind: "relation",
    rows: known(50_000),
    rowBytes: 24,
    keyedByLong: true,
  };
  const tight = outcomesOf([relation], { heapMiB: 480, fraction: 0.025, tasks: 1 });
  expect(tight).toMatchObject({ oom_tasks: 1, spilled_tasks: 0 });
  const wide = outcomesOf([relation], { heapMiB: 480, fraction: 0.06, tasks: 1 });
  expect(wide).toMatchObject({ oom_tasks: 0, spilled_tasks: 0 });
});
