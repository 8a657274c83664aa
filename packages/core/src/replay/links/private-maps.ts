/**
 * Hash maps of broadcast joins: Spark builds and reads them with a memory manager of their own
 * (`HashedRelationBroadcastMode.transform`, `LongToUnsafeRowMap.this()`,
 * `UnsafeHashedRelation.read`, 1.6 to 4.x), which calls its one task 0. Their lines look like task
 * 0's, but no pool of the executor is touched: the map is part of the broadcast's block.
 */

import type { LogFact } from "../../log-fact.ts";
import type { Observation } from "../../observation.ts";

const MAP = /(?:^|\.)(?:LongToUnsafeRowMap|BytesToBytesMap)@/;
/** Threads of a driver that build such maps. */
const BUILDER = /^(?:broadcast-exchange|subquery|dynamicpruning)-/;

export class PrivateMaps {
  /** task 0 runs here, and on which thread, where one is printed */
  #taskZero: { readonly thread: string | undefined } | undefined;

  /**
   * Whether a line is about memory of a manager that is none of the executor's. Asked of every
   * line, in the order of the log.
   */
  owns({ taskId, thread }: Pick<Observation, "taskId" | "thread">, fact: LogFact): boolean {
    switch (fact.kind) {
      case "task_running":
        if (fact.taskId === 0) this.#taskZero = { thread };
        return false;
      case "task_finished":
        if (fact.taskId === 0) this.#taskZero = undefined;
        return false;
      case "execution_acquired":
      case "execution_released":
        if (fact.taskId !== 0 || !MAP.test(fact.consumer ?? "")) return false;
        return !this.#isTaskZero(taskId, thread);
      default:
        return false;
    }
  }

  /**
   * A task's own maps may be filled by a thread that feeds another process for it: only another
   * task's or a builder's thread is none of its.
   */
  #isTaskZero(taskId: number | undefined, thread: string | undefined): boolean {
    if (this.#taskZero === undefined) return false;
    if (taskId !== undefined) return taskId === 0;
    if (thread === undefined) return true;
    if (BUILDER.test(thread)) return false;
    return !thread.startsWith("Executor task launch worker") || thread === this.#taskZero.thread;
  }
}
