/**
 * Blocks removed without an INFO line: Spark removes unreferenced broadcasts (ContextCleaner), and
 * a task's result once the driver has it. INFO logs are silent about it, and where neither the
 * event log reports blocks nor a driver's log prints them (from 4.0 on it does so at DEBUG),
 * nothing but what is free tells that they went.
 */
import { isTaskResult } from "../../block-id.ts";
import type { ExecutorState } from "../executor-state.ts";
import type { LogStep } from "../links/lookahead.ts";

export class PassingBlocks {
  #readSince = 0;

  /**
   * Before a step: bytes of those that may be gone by then, at most: results, and broadcasts that
   * no running task was there to read.
   */
  below({ onHeap, running }: ExecutorState, step: LogStep): number {
    const ends = step.fact.kind === "task_finished" ? step.fact.taskId : undefined;
    let readSince = Number.POSITIVE_INFINITY;
    for (const { taskId, saidAt } of running.values()) {
      if (taskId !== ends) readSince = Math.min(readSince, saidAt);
    }
    this.#readSince = readSince;
    return onHeap.resultBytes + onHeap.broadcastBytesBefore(readSince);
  }

  /** A broadcast that a running task may still read. */
  isRead(blockId: string, storedAt: number): boolean {
    return !isTaskResult(blockId) && storedAt >= this.#readSince;
  }
}
