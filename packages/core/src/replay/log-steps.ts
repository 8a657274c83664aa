/** What each line of an executor's own log does to its memory. */

import { assertNever } from "../assert.ts";
import { checkAlone, checkMemoryUse } from "./evidence/statements.ts";
import type { ExecutorSurroundings, Parts } from "./executor-parts.ts";
import type { LogStep } from "./links/lookahead.ts";

/** One `switch` says what each step of an executor's log means. */
export function act(
  { context, blocks, tasks, spills }: Parts,
  step: LogStep,
  around: ExecutorSurroundings,
): void {
  const { fact } = step;
  const { state } = context;
  switch (fact.kind) {
    case "store_started":
      checkAlone(context, step, {
        quantity: "capacity",
        logged: fact.capacity,
        foreseen: around.foreseenCapacity(),
        usedFor: "layout",
      });
      state.sample(step, "logged");
      return;
    case "block_stored":
      blocks.stored(step, fact);
      return;
    case "store_refused":
      context.history.refused(fact.blockId);
      blocks.refused(step, fact);
      return;
    case "eviction_selected":
      blocks.evictions.selected(step, fact.blocks, fact.freed);
      return;
    case "block_dropping":
      blocks.dropping(step, fact.blockId);
      return;
    case "eviction_done":
      blocks.evictions.done(step, fact.free);
      return;
    case "unroll_failed":
      context.history.refused(fact.blockId);
      blocks.unrollFailed(step, fact);
      return;
    case "unroll_refused":
      context.ladder.refused(fact.blockId);
      blocks.refusedAtOnce(step, fact.blockId);
      return;
    case "memory_use":
      checkMemoryUse(context, step, fact);
      return;
    case "block_removed":
      blocks.removed(step, fact);
      return;
    case "store_cleared":
      blocks.cleared(step);
      return;
    case "persisting_to_disk":
      blocks.persistingToDisk(step, fact.blockId);
      return;
    case "block_writing_to_disk":
      blocks.writingToDisk(step, fact.blockId);
      return;
    case "disk_put":
      blocks.diskPut(step, fact);
      return;
    case "block_found":
      blocks.found(step, fact);
      return;
    case "block_missing":
      blocks.missing(step, fact);
      return;
    case "block_level":
      context.history.levelSeen(fact.blockId, fact);
      blocks.unrolls.readBack(step, fact.blockId);
      // Printed before each read, also by another executor's and of a broadcast, which print no
      // hit.
      state.ledgerOfBlock(fact.blockId)?.touch(fact.blockId, step.ts);
      return;
    case "removing":
      if (fact.what === "rdd") blocks.removeRdd(step, Number(fact.id));
      else if (!context.logged.removals && fact.what === "broadcast") {
        blocks.removeBroadcast(step, fact.id, "logged");
      }
      return;
    case "block_migrated":
      // DEBUG prints the removal itself.
      if (!context.logged.removals) blocks.removeThese(step, [fact.blockId], "logged");
      return;
    case "broadcast_read":
      tasks.broadcastRead(fact);
      return;
    case "task_running":
      tasks.running(step, fact, around.persistedRdds(fact.stageId));
      return;
    case "task_finished":
      if (fact.how === "failed") around.oom(step, fact, state.timelineSeq);
      tasks.finished(step, fact.taskId);
      return;
    case "execution_acquired":
      tasks.acquired(step, fact);
      return;
    case "execution_released":
      tasks.released(step, fact);
      return;
    case "execution_spilled":
      tasks.spilledAtDebug(step, fact);
      return;
    case "spill_wanted":
      tasks.spillWanted(step, fact);
      return;
    case "page_freed":
      tasks.pageFreed(step, fact.bytes);
      return;
    case "spill":
      tasks.spilled(step, fact);
      return;
    case "spill_threshold_crossed":
      spills.thresholdCrossed(fact.consumer);
      return;
    case "execution_waiting":
      tasks.waiting(step, fact);
      return;
    case "task_leak":
      tasks.leak(step, fact);
      return;
    case "dump_task":
      tasks.dumpTask(fact);
      return;
    case "dump_totals":
      tasks.dumpTotals(step, fact);
      return;
    case "uncaught_error":
    case "error_logged":
      around.oom(step, fact, state.timelineSeq);
      return;
    case "executor_command":
    case "executor_started":
    case "block_manager_registered":
    case "spark_version_logged":
    case "java_version_logged":
    case "executor_stopping":
    case "ensure_free_space":
    case "block_remark":
    case "unroll_interrupted":
    case "block_lookup":
    case "block_read":
    case "put_failed":
    case "put_done":
    case "block_reported":
    case "block_replicated":
    case "task_assigned":
    case "task_kill_requested":
    case "page_allocated":
    case "page_allocation_failed":
    case "unreleased":
    case "dump_consumer":
    case "dump_unaccounted":
    case "spill_declined":
    case "release_mismatch":
    case "driver_block_manager_added":
    case "driver_block_manager_removed":
    case "driver_block":
    case "block_lost":
    case "driver_task_started":
    case "driver_task_ended":
    case "trouble_logged":
    case "spark_error":
    case "process_ended":
    case "events_dropped":
    case "driver_executor_lost":
    case "driver_executor_granted":
    case "driver_unpersist":
    case "container_launched":
    case "container_requested":
      return;
    default:
      assertNever(fact);
  }
}
