/** Small applications and pools to simulate them in. */
import {
  managerCapacity,
  type SimulatedConfiguration,
  sparkBehaviour,
  type Wanted,
  type WantedMemory,
  type WantedStage,
} from "../../src/index.ts";
import { storageLevels } from "../../src/storage-level.ts";

export const MIB = 1_048_576;

export function known(value: number): Wanted {
  return { best: value, atLeast: value, atMost: value, sigma: 0 };
}

/** A configuration whose on-heap memory is exactly this. */
export function pool(bytes: number, version = "3.5.6"): SimulatedConfiguration {
  const behaviour = sparkBehaviour(version);
  if (behaviour === undefined) throw new Error(version);
  const conf = new Map([
    ["spark.testing.memory", String(bytes)],
    ["spark.testing.reservedMemory", "0"],
    ["spark.memory.fraction", "1.0"],
  ]);
  const capacity = managerCapacity({ behaviour, conf, heapBytes: bytes, cores: 2 });
  return { behaviour, conf, capacity, slots: 2 };
}

/** RDDs of `partitions` blocks of `blockBytes`, read by stages in the order given. */
export function cacheOf(given: {
  readonly rdds: number;
  readonly partitions: number;
  readonly blockBytes: number;
  readonly reads: readonly number[];
  readonly spillableBytes?: number;
}): WantedMemory {
  const level = storageLevels["MEMORY_ONLY"];
  if (level === undefined) throw new Error("no level");
  const stages = given.reads.map(
    (rdd, index): WantedStage => ({
      stageId: index,
      attempt: 0,
      jobId: index,
      afterStages: index,
      gapMillis: 10,
      completionOrder: index,
      reads: rdd < 0 ? [] : [{ rdd, parents: [] }],
      broadcasts: [],
      firstOverheadMillis: 1,
      overheadMillis: 1,
      durationSigma: 0,
      tasks: Array.from({ length: given.partitions }, (_, partition) => ({
        taskId: index * given.partitions + partition,
        partition,
        hitMillis: 20,
        missMillis: 100,
        reads: undefined,
        consumers:
          rdd >= 0
            ? []
            : [
                {
                  kind: "spillable" as const,
                  consumer: "ExternalSorter",
                  bytes: known(given.spillableBytes ?? 0),
                  diskRatio: known(0.25),
                },
              ],
      })),
    }),
  );
  return {
    executors: [{ executorId: "0", host: "a", availableAtMillis: 0 }],
    rdds: Array.from({ length: given.rdds }, (_, rddId) => ({
      rddId,
      level,
      blocks: new Map(
        Array.from({ length: given.partitions }, (_item, partition) => [
          partition,
          {
            blockId: `rdd_${rddId}_${partition}`,
            bytes: known(given.blockBytes),
            elements: 100,
          },
        ]),
      ),
      unpersistedAfterStages: undefined,
    })),
    broadcasts: [],
    stages,
    overheadSigma: 0,
    speedSigma: 0,
    remoteReads: { firstMillis: 200, laterMillis: 100, sigma: 0 },
    localityWaitMillis: { process: 3000, node: 3000 },
    fair: false,
    maxFailures: 4,
  };
}
