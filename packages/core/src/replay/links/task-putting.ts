/** Which running task puts a block: the one that computes its partition, where one alone does. */

import { partitionOf } from "../blocks/block-history.ts";
import type { RunningTask } from "../executor-state.ts";
import type { ReplayContext } from "../replay-context.ts";

export function taskPutting(from: Running, blockId: string): number | undefined {
  const candidates = candidatesFor(from, blockId);
  return candidates.length === 1 ? candidates[0]?.taskId : undefined;
}

/** A block of an RDD of which no running task computes the partition came from another executor. */
export function isReplica(from: Running, blockId: string): boolean {
  const { running } = from.state;
  const allKnown = [...running.values()].every(
    ({ taskId, index }) => (from.evidence.task(taskId)?.partition ?? index) !== undefined,
  );
  return running.size > 0 && allKnown && candidatesFor(from, blockId).length === 0;
}

type Running = Pick<ReplayContext, "state" | "evidence">;

function candidatesFor({ state, evidence }: Running, blockId: string): readonly RunningTask[] {
  const partition = partitionOf(blockId);
  const all = [...state.running.values()];
  if (partition === undefined) return all;
  return all.filter((task) => (evidence.task(task.taskId)?.partition ?? task.index) === partition);
}
