/**
 * When a task that is about to put a block begins to unroll it. It reads its binary before, or
 * waits for another of its stage that reads it; other broadcasts it reads before or meanwhile.
 */
import { rddIdOf, valueOfPiece } from "../../block-id.ts";
import type { LogFact } from "../../log-fact.ts";
import { partitionOf } from "../blocks/block-history.ts";
import type { UnrollWindow } from "../blocks/unroll-windows.ts";
import type { ReplayContext } from "../replay-context.ts";
import type { LogStep } from "./lookahead.ts";

const LINES_AHEAD = 2000;

/** Of a task that `begun` shows to run, up to the `end` of its put. */
export function preparation(
  context: ReplayContext,
  begun: LogStep,
  end: LogStep,
): Pick<UnrollWindow, "from" | "usuallyFrom"> {
  let from = begun.ts;
  let usuallyFrom = begun.ts;
  let first: string | undefined;
  const stageId = begun.fact.kind === "task_running" ? begun.fact.stageId : undefined;
  const threads = threadsOf(context, begun, stageId);
  for (let ahead = 1; ahead < LINES_AHEAD; ahead++) {
    const next = context.lookahead.peek(ahead);
    if (next === undefined || next === end) break;
    const { fact, thread } = next;
    if (fact.kind === "task_running" && fact.stageId === stageId) threads.add(thread);
    if (begun.thread !== undefined && !threads.has(thread)) continue;
    const read = broadcastRead(fact);
    if (read === undefined || next.ts >= end.ts) continue;
    // What another thread reads it may have read before, and need not wait for.
    if (thread === begun.thread) {
      first ??= read;
      if (read === first) from = Math.max(from, next.ts);
    }
    usuallyFrom = Math.max(usuallyFrom, next.ts);
  }
  return { from, usuallyFrom };
}

/**
 * RDDs that a task puts, by the lines up to its end: without an event log nothing else says which
 * of a stage's RDDs are persisted.
 */
export function rddsPutBy(
  { lookahead }: ReplayContext,
  begun: LogStep,
  { taskId, partition }: { readonly taskId: number; readonly partition: number },
): number[] {
  const rdds = new Set<number>();
  for (let ahead = 1; ahead < LINES_AHEAD; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) break;
    const { fact } = next;
    if (fact.kind === "task_finished" && fact.taskId === taskId) break;
    if (fact.kind !== "block_stored" && fact.kind !== "unroll_failed") continue;
    if (begun.thread !== undefined && next.thread !== begun.thread) continue;
    const rdd = rddIdOf(fact.blockId);
    if (rdd !== undefined && partitionOf(fact.blockId) === partition) rdds.add(rdd);
  }
  return [...rdds];
}

/** When what a put needed was evicted, µs: its thread's last eviction before its line. */
export function evictedFor({ lookahead }: ReplayContext, end: LogStep): number | undefined {
  let evictedAt: number | undefined;
  for (let ahead = 1; ahead < LINES_AHEAD; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined || next === end) break;
    if (next.fact.kind === "eviction_done" && next.thread === end.thread) evictedAt = next.ts;
  }
  return evictedAt;
}

/** Threads that run tasks of a stage now; that of `begun` alone where no threads are printed. */
function threadsOf(
  { state }: ReplayContext,
  begun: LogStep,
  stageId: number | undefined,
): Set<string | undefined> {
  const threads = new Set([begun.thread]);
  if (begun.thread === undefined || stageId === undefined) return threads;
  for (const task of state.running.values())
    if (task.stageId === stageId && task.thread !== undefined) threads.add(task.thread);
  return threads;
}

/** The broadcast (or other block that is no RDD's) that a line shows to be read or stored. */
function broadcastRead(fact: LogFact): string | undefined {
  if (fact.kind === "broadcast_read") return `broadcast_${fact.broadcastId}`;
  if (fact.kind !== "block_stored" || rddIdOf(fact.blockId) !== undefined) return undefined;
  return valueOfPiece(fact.blockId) ?? fact.blockId;
}
