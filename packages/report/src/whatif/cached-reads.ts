/** Which cached RDDs and partitions the tasks of a stage read. */
import { type BlockRead, type CachedRead, parseBlockId } from "@respark/core";
import type { RecordedBlockEvent, RecordedStage, RecordedTask, RunRecord } from "./run-record.ts";
import type { WantedBlocks } from "./wanted-blocks.ts";

/**
 * The cached RDDs of a stage as its lineage has them: below a cached one lies what only its
 * computation reads.
 */
export function cachedReads(
  run: RunRecord,
  stage: RecordedStage,
  blocks: WantedBlocks,
): readonly CachedRead[] {
  const inStage = new Set(stage.rddIds);
  const parentsOf = new Map(
    run.rdds.filter(({ rddId }) => inStage.has(rddId)).map((rdd) => [rdd.rddId, rdd.parentIds]),
  );
  const isParent = new Set([...parentsOf.values()].flat());
  const tops = stage.rddIds.filter((rddId) => !isParent.has(rddId));
  const seen = new Set<number>();
  const below = (rddIds: readonly number[]): CachedRead[] =>
    rddIds.flatMap((rddId) => {
      if (!inStage.has(rddId) || seen.has(rddId)) return [];
      seen.add(rddId);
      const parents = below(parentsOf.get(rddId) ?? []);
      const position = blocks.positions.get(rddId);
      const cached = (blocks.cachedFrom.get(rddId) ?? Number.POSITIVE_INFINITY) < stage.completedAt;
      return position === undefined || !cached ? parents : [{ rdd: position, parents }];
    });
  return below(tops);
}

/**
 * Reads by task where a stage's partitions do not map one to one to those of its cached RDDs
 * (union, coalesce); else `undefined`.
 */
export function readsThatDiffer(
  tasks: readonly RecordedTask[],
  eventsOf: ReadonlyMap<number, readonly RecordedBlockEvent[]>,
  blocks: WantedBlocks,
): ReadonlyMap<number, readonly BlockRead[]> | undefined {
  let differs = false;
  const reads = new Map<number, readonly BlockRead[]>();
  for (const task of tasks) {
    const seen = new Set<string>();
    const mine: BlockRead[] = [];
    for (const { blockId } of eventsOf.get(task.taskId) ?? []) {
      if (!blockId.startsWith("rdd_") || seen.has(blockId)) continue;
      seen.add(blockId);
      const { rddId, partitionId } = parseBlockId(blockId);
      const rdd = blocks.positions.get(rddId ?? -1);
      if (rdd === undefined || partitionId === undefined) continue;
      if (partitionId !== task.partition) differs = true;
      mine.push({ rdd, partition: partitionId });
    }
    reads.set(task.taskId, mine);
  }
  return differs ? reads : undefined;
}

/** A stage attempt, as maps name it. */
export function stageKey(stageId: number, attempt: number): string {
  return `${stageId}.${attempt}`;
}
