/** What may be lost with an executor under a smaller heap, which no simulation foretells. */
import type { StorageLevel, WantedMemory, WantedRdd } from "@respark/core";
import { expect, test } from "vitest";
import { blocksAtRisk } from "../../src/whatif/lost-executors.ts";

const MIB = 1_048_576;
const level: StorageLevel = {
  useDisk: false,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

function cachedRdd(partitions: number): WantedRdd {
  const known = { best: MIB, atLeast: MIB, atMost: MIB, sigma: 0 };
  const block = (partition: number) =>
    [partition, { blockId: `rdd_1_${partition}`, bytes: known, elements: 1 }] as const;
  const blocks = new Map(Array.from({ length: partitions }, (_, partition) => block(partition)));
  return { rddId: 1, level, blocks, unpersistedAfterStages: undefined };
}

const wanted: WantedMemory = {
  executors: ["0", "1"].map((executorId) => ({ executorId, host: "a", availableAtMillis: 0 })),
  rdds: [cachedRdd(9)],
  broadcasts: [],
  stages: [],
  overheadSigma: 0,
  speedSigma: 0,
  remoteReads: { firstMillis: 200, laterMillis: 100, sigma: 0 },
  localityWaitMillis: { process: 3000, node: 3000 },
  fair: false,
  maxFailures: 4,
};

test.each([
  { before: 1024, after: 512, highest: undefined, atRisk: 5 },
  { before: 1024, after: 512, highest: 600, atRisk: 5 },
  { before: 1024, after: 512, highest: 500, atRisk: 0 },
  { before: 1024, after: 1024, highest: undefined, atRisk: 0 },
])(
  "of 9 blocks on 2 executors, heap $before to $after MiB, highest $highest: $atRisk may be lost",
  ({ before, after, highest, atRisk }) => {
    const heap = {
      beforeBytes: before * MIB,
      afterBytes: after * MIB,
      highestBytes: highest === undefined ? undefined : highest * MIB,
    };
    expect(blocksAtRisk(wanted, heap)).toBe(atRisk);
  },
);

test("where nothing is cached, nothing is lost", () => {
  const heap = { beforeBytes: 1024 * MIB, afterBytes: 512 * MIB, highestBytes: undefined };
  expect(blocksAtRisk({ ...wanted, rdds: [] }, heap)).toBe(0);
});
