/**
 * The cached RDDs of a run and the size of each of their partitions, whether it was ever stored or
 * not.
 */
import {
  parseBlockId,
  type StorageLevel,
  storageLevelNamed,
  type Wanted,
  type WantedBlock,
  type WantedRdd,
} from "@respark/core";
import type { RecordedBlock, RecordedBlockEvent, RecordedRdd, RunRecord } from "./run-record.ts";
import { grouped, logDeviation, median } from "./statistics.ts";

/** How sure the sizes are: bytes that a log stated, and those that only siblings or bounds tell. */
export interface BlockEvidence {
  statedBytes: number;
  inferredBytes: number;
  /** Partitions whose size is in no log. */
  unknownBlocks: number;
  /** Partitions that never fit, of which a lower bound is all there is. */
  boundedBlocks: number;
}

export interface WantedBlocks {
  readonly rdds: readonly WantedRdd[];
  /** Position in `rdds` by RDD id. */
  readonly positions: ReadonlyMap<number, number>;
  /** When each was first stored or asked for, ms; by RDD id. */
  readonly cachedFrom: ReadonlyMap<number, number>;
  readonly evidence: BlockEvidence;
}

/** Spread of sizes that are inferred from siblings, at least. */
const LEAST_SIBLING_SPREAD = 0.1;
const MEMORY_AND_DISK: StorageLevel = {
  useDisk: true,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

export function wantedBlocks(
  run: RunRecord,
  given: {
    /** So many stages were complete at this time. */
    readonly completedBy: (millis: number) => number;
    readonly levels: ReadonlyMap<number, StorageLevel>;
  },
): WantedBlocks {
  const blocks = grouped(run.blocks, ({ rddId }) => rddId);
  const events = grouped(
    run.blockEvents.filter(({ blockId }) => blockId.startsWith("rdd_")),
    ({ blockId }) => parseBlockId(blockId).rddId ?? -1,
  );
  const evidence: BlockEvidence = {
    statedBytes: 0,
    inferredBytes: 0,
    unknownBlocks: 0,
    boundedBlocks: 0,
  };
  const elements = elementsByBlock(run);
  const computing = computingMillis(run);
  const inputBytes = new Map(run.tasks.map((task) => [task.taskId, task.inputBytes]));
  const rdds: WantedRdd[] = [];
  const positions = new Map<number, number>();
  const cachedFrom = new Map<number, number>();
  for (const rdd of run.rdds) {
    const level = given.levels.get(rdd.rddId) ?? levelOf(rdd);
    if (level === undefined) continue;
    const mine = events.get(rdd.rddId) ?? [];
    positions.set(rdd.rddId, rdds.length);
    const first = mine.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
    if (Number.isFinite(first)) cachedFrom.set(rdd.rddId, first);
    rdds.push({
      rddId: rdd.rddId,
      level,
      blocks: blocksOf(
        rdd,
        blocks.get(rdd.rddId) ?? [],
        mine,
        { elements, computing, inputBytes },
        evidence,
      ),
      unpersistedAfterStages:
        rdd.unpersistedAt === undefined ? undefined : given.completedBy(rdd.unpersistedAt),
    });
  }
  return { rdds, positions, cachedFrom, evidence };
}

function levelOf(rdd: RecordedRdd): StorageLevel | undefined {
  if (rdd.storageLevel === undefined || rdd.storageLevel === "NONE") return undefined;
  return storageLevelNamed(rdd.storageLevel) ?? MEMORY_AND_DISK;
}

/** Elements of a block: records of a task whose only read was a hit on it. */
function elementsByBlock(run: RunRecord): Map<string, number> {
  const reads = grouped(
    run.blockEvents.filter(
      ({ taskId, op }) => taskId !== undefined && (op.startsWith("hit") || op === "miss"),
    ),
    ({ taskId }) => taskId ?? -1,
  );
  const found = new Map<string, number>();
  for (const task of run.tasks) {
    const mine = (reads.get(task.taskId) ?? []).filter(({ blockId }) => blockId.startsWith("rdd_"));
    const [only, ...others] = mine;
    if (only === undefined || others.length > 0 || !only.op.startsWith("hit")) continue;
    if ((task.inputRecords ?? 0) > 0) found.set(only.blockId, task.inputRecords ?? 0);
  }
  return found;
}

/** By partition: as logged, else what the task read that found it on disk. */
function bytesOnDisk(
  known: readonly RecordedBlock[],
  events: readonly RecordedBlockEvent[],
  inputBytes: SideEvidence["inputBytes"],
): ReadonlyMap<number, number | undefined> {
  const onDisk = new Map(known.map(({ partition, diskBytes }) => [partition, diskBytes]));
  for (const { op, blockId, taskId } of events) {
    const partition = parseBlockId(blockId).partitionId ?? -1;
    if (op === "hit_disk" && onDisk.get(partition) === undefined)
      onDisk.set(partition, inputBytes.get(taskId ?? -1));
  }
  return onDisk;
}

/** By partition: the most that was unrolled before a put failed. */
function bytesAtFailure(events: readonly RecordedBlockEvent[]): ReadonlyMap<number, number> {
  const failedAt = new Map<number, number>();
  for (const { op, blockId, memoryBytes } of events) {
    if (op !== "put_fail" || memoryBytes === undefined) continue;
    const partition = parseBlockId(blockId).partitionId ?? -1;
    failedAt.set(partition, Math.max(failedAt.get(partition) ?? 0, memoryBytes));
  }
  return failedAt;
}

function blocksOf(
  rdd: RecordedRdd,
  known: readonly RecordedBlock[],
  events: readonly RecordedBlockEvent[],
  { elements, computing, inputBytes }: SideEvidence,
  evidence: BlockEvidence,
): ReadonlyMap<number, WantedBlock> {
  const sizes = new Map<number, Wanted>();
  for (const block of known) {
    const size = statedSize(block);
    if (size !== undefined) sizes.set(block.partition, size);
  }
  const stated = [...sizes.values()].map(({ best }) => best);
  const typical = median(stated);
  const spread = Math.max(LEAST_SIBLING_SPREAD, logDeviation(stated));
  const onDisk = bytesOnDisk(known, events, inputBytes);
  const ratio = median(
    known.flatMap(({ memoryBytes, diskBytes }) =>
      memoryBytes !== undefined && (diskBytes ?? 0) > 0 ? [memoryBytes / (diskBytes ?? 1)] : [],
    ),
  );
  const failedAt = bytesAtFailure(events);
  const elementsPerByte = median(
    [...sizes].flatMap(([partition, { best }]) => {
      const count = elements.get(`rdd_${rdd.rddId}_${partition}`);
      return count === undefined || best <= 0 ? [] : [count / best];
    }),
  );
  const typicalMillis = median(
    [...sizes.keys()].flatMap((at) => computing.get(`rdd_${rdd.rddId}_${at}`) ?? []),
  );
  const blocks = new Map<number, WantedBlock>();
  const partitions = Math.max(rdd.partitions ?? 0, ...[...sizes.keys()].map((at) => at + 1));
  for (let partition = 0; partition < partitions; partition++) {
    const blockId = `rdd_${rdd.rddId}_${partition}`;
    const size = sizes.get(partition);
    const bytes =
      size ??
      inferredSize({
        disk: onDisk.get(partition),
        ratio,
        typical,
        spread,
        atLeast: failedAt.get(partition) ?? 0,
        slowness:
          typicalMillis === undefined ? undefined : (computing.get(blockId) ?? 0) / typicalMillis,
      });
    countSize(evidence, size, bytes, failedAt.has(partition));
    if (bytes === undefined) continue;
    blocks.set(partition, {
      blockId,
      bytes,
      elements: elements.get(blockId) ?? elementsOf(bytes.best, elementsPerByte),
    });
  }
  return blocks;
}

/** Of a block whose size is stated, or only inferred; `isBounded`: from below, by a failed put. */
function countSize(
  evidence: BlockEvidence,
  stated: Wanted | undefined,
  inferred: Wanted | undefined,
  isBounded: boolean,
): void {
  if (stated !== undefined) {
    evidence.statedBytes += stated.best;
    return;
  }
  evidence.inferredBytes += inferred?.best ?? 0;
  if (inferred === undefined) evidence.unknownBlocks++;
  else if (isBounded) evidence.boundedBlocks++;
}

interface SideEvidence {
  /** Elements by block. */
  readonly elements: ReadonlyMap<string, number>;
  /** What a task read, by task. */
  readonly inputBytes: ReadonlyMap<number, number | undefined>;
  /** Run time of the tasks that computed it, ms, by block. */
  readonly computing: ReadonlyMap<string, number>;
}

/**
 * The longest run time of a task that missed a block, by block; without names of tasks, that of the
 * RDD's first stage.
 */
function computingMillis(run: RunRecord): Map<string, number> {
  const runMillis = new Map(run.tasks.map(({ taskId, runMillis: millis }) => [taskId, millis]));
  const found = new Map<string, number>();
  const note = (blockId: string, millis: number | undefined): void => {
    found.set(blockId, Math.max(found.get(blockId) ?? 0, millis ?? 0));
  };
  for (const { op, blockId, taskId } of run.blockEvents)
    if ((op === "miss" || op === "put_fail") && taskId !== undefined)
      note(blockId, runMillis.get(taskId));
  const tasksOf = grouped(run.tasks, ({ stageId }) => stageId);
  for (const { rddId, firstStageId, storageLevel } of run.rdds) {
    if (storageLevel === undefined) continue;
    for (const task of tasksOf.get(firstStageId ?? -1) ?? [])
      if (!found.has(`rdd_${rddId}_${task.partition}`))
        note(`rdd_${rddId}_${task.partition}`, task.runMillis);
  }
  return found;
}

function elementsOf(bytes: number, perByte: number | undefined): number | undefined {
  return perByte === undefined ? undefined : Math.max(1, Math.round(bytes * perByte));
}

/** An exact size is drawn as it is, a printed one in the middle of what it can be. */
function statedSize(block: RecordedBlock): Wanted | undefined {
  const { memoryBytes } = block;
  if (memoryBytes === undefined || memoryBytes <= 0) return undefined;
  return { best: memoryBytes, atLeast: memoryBytes, atMost: memoryBytes, sigma: 0 };
}

/**
 * A partition that failed at much more than its siblings hold is of another size: only how long it
 * took to compute tells.
 */
const UNLIKE_SIBLINGS = 1.5;
const UNLIKE_SPREAD = 0.5;
/**
 * Spread of a size that is known on disk, where blocks of the RDD tell what a byte on disk is in
 * memory, and where none does.
 */
const KNOWN_RATIO_SPREAD = 0.03;
const UNKNOWN_RATIO_SPREAD = 0.2;

function inferredSize(given: {
  readonly disk: number | undefined;
  readonly ratio: number | undefined;
  readonly typical: number | undefined;
  readonly spread: number;
  readonly atLeast: number;
  /** How much longer than a sibling it took to compute. */
  readonly slowness: number | undefined;
}): Wanted | undefined {
  const { disk, ratio, typical, spread, atLeast, slowness } = given;
  if (disk !== undefined && disk > 0) {
    const best = Math.max(atLeast, disk * (ratio ?? 1));
    const sigma = ratio === undefined ? UNKNOWN_RATIO_SPREAD : KNOWN_RATIO_SPREAD;
    return { best, atLeast, atMost: best * 3, sigma };
  }
  if (typical === undefined && atLeast === 0) return undefined;
  if (atLeast > UNLIKE_SIBLINGS * (typical ?? 0)) {
    const best = Math.max(atLeast * 1.15, (typical ?? atLeast) * (slowness ?? 1));
    return { best, atLeast, atMost: best * 8, sigma: UNLIKE_SPREAD };
  }
  const best = Math.max(typical ?? 0, atLeast * 1.15);
  return { best, atLeast, atMost: best * 3, sigma: spread };
}
