/// <reference types="node" />
/**
 * What one draw of a simulation costs, and a digest of its outcomes: half of the tasks compute and
 * store a block that evicts others, the other half fill a collection past its share. Run before and
 * after a change: the digest must not move. node --conditions=@respark/source --import tsx
 * bench/core/simulate.ts [tasks] [draws] [unroll | fill | slots | sort]
 */
import { createHash } from "node:crypto";
import {
  type ConsumerDemand,
  Draws,
  managerCapacity,
  type SimulatedConfiguration,
  simulate,
  sparkBehaviour,
  storageLevelNamed,
  type Wanted,
  type WantedMemory,
  type WantedStage,
  type WantedTask,
} from "../../packages/core/src/index.ts";

const MIB = 1_048_576;
const TASKS_A_STAGE = 1000;
const EXECUTORS = 20;
const CORES = 4;
const tasks = Number(process.argv[2] ?? "100000");
const draws = Number(process.argv[3] ?? "4");
const kinds = process.argv[4]?.split(",") ?? ["unroll", "fill"];

function around(best: number, sigma: number): Wanted {
  return { best, atLeast: best / 3, atMost: best * 3, sigma };
}

function configuration(): SimulatedConfiguration {
  const behaviour = sparkBehaviour("3.5.6");
  if (behaviour === undefined) throw new Error("no 3.5.6");
  const conf = new Map([["spark.executor.memory", "1g"]]);
  const capacity = managerCapacity({ behaviour, conf, heapBytes: 1024 * MIB, cores: CORES });
  return { behaviour, conf, capacity, slots: CORES };
}

const consumersOf: Record<string, (task: number) => readonly ConsumerDemand[]> = {
  unroll: () => [],
  slots: () => [],
  fill: () => [
    {
      kind: "spillable",
      consumer: "ExternalSorter",
      bytes: around(140 * MIB, 0.3),
      diskRatio: around(0.25, 0.2),
    },
  ],
  sort: (task) => [
    {
      kind: "sorter",
      rows: around(400_000 + task, 0.3),
      rowBytes: 96,
      radix: true,
      diskRatio: around(0.25, 0.2),
    },
  ],
};

function wantedMemory(): WantedMemory {
  const level = storageLevelNamed("MEMORY_ONLY");
  if (level === undefined) throw new Error("no level");
  const rdds = 8;
  const stages: WantedStage[] = [];
  for (let first = 0; first < tasks; first += TASKS_A_STAGE) {
    const index = stages.length;
    const kind = kinds[index % kinds.length] ?? "slots";
    stages.push({
      stageId: index,
      attempt: 0,
      jobId: index,
      afterStages: index,
      gapMillis: 10,
      completionOrder: index,
      reads: kind === "unroll" ? [{ rdd: (index >> 1) % rdds, parents: [] }] : [],
      broadcasts: [index],
      firstOverheadMillis: 20,
      overheadMillis: 5,
      durationSigma: 0.3,
      tasks: Array.from(
        { length: Math.min(TASKS_A_STAGE, tasks - first) },
        (_, partition): WantedTask => ({
          taskId: first + partition,
          partition,
          hitMillis: 200,
          missMillis: 1000,
          reads: undefined,
          consumers: consumersOf[kind]?.(partition) ?? [],
        }),
      ),
    });
  }
  return {
    executors: Array.from({ length: EXECUTORS }, (_, index) => ({
      executorId: String(index),
      host: `host-${index % 5}`,
      availableAtMillis: 0,
    })),
    rdds: Array.from({ length: rdds }, (_, rddId) => ({
      rddId,
      level,
      blocks: new Map(
        Array.from({ length: TASKS_A_STAGE }, (_item, partition) => [
          partition,
          {
            blockId: `rdd_${rddId}_${partition}`,
            bytes: around(9 * MIB, 0.1),
            elements: 20_000,
          },
        ]),
      ),
      unpersistedAfterStages: undefined,
    })),
    broadcasts: stages.map((_, broadcastId) => ({
      broadcastId,
      pieceBytes: [4096],
      valueBytes: 8192,
      removedAfterStages: broadcastId + 3,
    })),
    stages,
    overheadSigma: 0.3,
    speedSigma: 0.1,
    remoteReads: { firstMillis: 200, laterMillis: 100, sigma: 0 },
    localityWaitMillis: { process: 3000, node: 3000 },
    fair: false,
    maxFailures: 4,
  };
}

const wanted = wantedMemory();
const digest = createHash("sha256");
const before = process.cpuUsage();
for (let draw = 0; draw < draws; draw++) {
  const outcomes = simulate(wanted, configuration(), new Draws(1, draw));
  digest.update(JSON.stringify(outcomes));
}
const { user, system } = process.cpuUsage(before);
const seconds = (user + system) / 1e6;
process.stdout.write(
  `${tasks} tasks x ${draws} draws (${kinds.join(", ")}): ${seconds.toFixed(2)} CPU s, ` +
    `${((seconds * 1e6) / tasks / draws).toFixed(2)} µs a task and draw, ` +
    `${Math.round(process.memoryUsage().rss / MIB)} MiB, ${digest.digest("hex").slice(0, 16)}\n`,
);
