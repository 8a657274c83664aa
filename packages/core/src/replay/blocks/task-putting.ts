/** Which running task puts a block: the one that computes its partition, where one alone does. */
import type { ReplayContext } from "../replay-context.ts";
import { partitionOf } from "./block-history.ts";

export function taskPutting(
  { state, evidence }: Pick<ReplayContext, "state" | "evidence">,
  blockId: string,
): number | undefined {
  const partition = partitionOf(blockId);
  const all = [...state.running.values()];
  const candidates =
    partition === undefined
      ? all
      : all.filter((task) => (evidence.task(task.taskId)?.partition ?? task.index) === partition);
  return candidates.length === 1 ? candidates[0]?.taskId : undefined;
}
