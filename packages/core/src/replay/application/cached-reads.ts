/**
 * Which blocks of cached RDDs a task must ask for, by its stage's lineage; and whether its
 * executor's log says so of each.
 */
import type { RddInfo, StageInfo, TaskEndFact } from "../../event-fact.ts";
import { NumberSet } from "../number-set.ts";
import type { Expectation } from "./expectation.ts";

const RDD_BLOCK = /^rdd_(\d{1,15})_/;

/**
 * RDDs that ask for partition p of each parent when they compute partition p, whatever becomes of
 * its rows (`compute` of each). A union asks for one parent, a coalesced RDD for several
 * partitions, and of an RDD of a user's own it is unknown.
 */
const ONE_TO_ONE =
  /^(?:MapPartitions(?:WithEvaluator)?|ZippedPartitions(?:WithEvaluator)?|ZippedWithIndex|CoGrouped|Python|Pairwise|PartitionwiseSampled|SQLExecution|Filtered|Mapped|FlatMapped|MappedValues|FlatMappedValues)RDD\d?$/;

/** Stages whose tasks may still end. */
const STAGES = 5_000;

/** By stage attempt, the cached RDDs that each of its tasks asks for. */
export class StageReads {
  readonly #stages = new Map<string, { readonly rddIds: readonly number[]; isWhole: boolean }>();

  readonly #inMemoryAlone = new NumberSet();

  /**
   * Whether the block's RDD has a level without disk: a block read back from disk is stored again
   * without a report.
   */
  isInMemoryAlone(blockId: string): boolean {
    const rddId = RDD_BLOCK.exec(blockId)?.[1];
    return rddId !== undefined && this.#inMemoryAlone.has(Number(rddId));
  }

  submitted({ stageId, stageAttemptId, tasks, rdds }: StageInfo): void {
    for (const { rddId, level } of rdds) {
      if (rddId >= 0 && level.useMemory && !level.useDisk) this.#inMemoryAlone.add(rddId);
    }
    const rddIds = readFirst(rdds);
    if (rddIds.length === 0) return;
    const [oldest] = this.#stages.size < STAGES ? [] : this.#stages.keys();
    if (oldest !== undefined) this.#stages.delete(oldest);
    const isWhole = tasks === rdds[0]?.partitions;
    this.#stages.set(`${stageId}.${stageAttemptId}`, { rddIds, isWhole });
  }

  /** Ids of the blocks; none where nothing is known of the stage, or of the task's partition. */
  of({ stageId, stageAttemptId, partitionId, index }: TaskEndFact): string[] {
    const stage = this.#stages.get(`${stageId}.${stageAttemptId}`);
    // Before 3.3 the index alone is logged, and it counts the partitions that are computed.
    const partition = partitionId ?? (stage?.isWhole === true ? index : undefined);
    if (stage === undefined || partition === undefined) return [];
    return stage.rddIds.map((rddId) => `rdd_${rddId}_${partition}`);
  }
}

/**
 * From the stage's own RDD, which stands first (StageInfo.fromStage), down to the first cached one
 * on each path: what lies below is asked for where a block is not there.
 */
function readFirst(rdds: readonly RddInfo[]): number[] {
  const byId = new Map(rdds.map((rdd) => [rdd.rddId, rdd]));
  const seen = new Set<number>();
  const found: number[] = [];
  const open = rdds.slice(0, 1);
  for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
    if (seen.has(rdd.rddId)) continue;
    seen.add(rdd.rddId);
    if (rdd.level.useMemory) found.push(rdd.rddId);
    else if (ONE_TO_ONE.test(rdd.name))
      open.push(...rdd.parentIds.flatMap((rddId) => byId.get(rddId) ?? []));
  }
  return found;
}

/** Reads whose line and task's end do not both stand above yet; of more nothing is said. */
const OPEN_READS = 100_000;

/**
 * Of one executor: lines of blocks read, stored, or found no room for, against what its tasks asked
 * for. Where lines name their task, each task has its own.
 */
export class BlockReads {
  #asked = 0;
  /** what lines said more often than tasks asked for it, by block, and by block and task */
  readonly #byBlock = new Surplus();
  readonly #byTask = new Surplus();
  #namesNoTask = false;

  line(blockId: string, taskId: number | undefined): void {
    if (!blockId.startsWith("rdd_")) return;
    this.#byBlock.add(blockId, 1);
    if (taskId === undefined) this.#namesNoTask = true;
    else this.#byTask.add(`${blockId} ${taskId}`, 1);
  }

  askedFor(blockId: string, taskId: number): void {
    this.#asked++;
    this.#byBlock.add(blockId, -1);
    this.#byTask.add(`${blockId} ${taskId}`, -1);
  }

  get expectation(): Expectation {
    const byTask = this.#namesNoTask ? 0 : this.#byTask.lacking;
    return {
      what: "reads or stores of RDD blocks by tasks",
      expected: this.#asked,
      missing: Math.max(this.#byBlock.lacking, byTask),
    };
  }
}

class Surplus {
  readonly #surplus = new Map<string, number>();
  #isOverrun = false;

  add(key: string, change: 1 | -1): void {
    const surplus = (this.#surplus.get(key) ?? 0) + change;
    if (surplus === 0) this.#surplus.delete(key);
    else if (this.#surplus.size < OPEN_READS) this.#surplus.set(key, surplus);
    else this.#isOverrun = true;
  }

  /** How many were asked for beyond what lines said. */
  get lacking(): number {
    let lacking = 0;
    for (const surplus of this.#surplus.values()) lacking += Math.max(0, -surplus);
    return this.#isOverrun ? 0 : lacking;
  }
}
