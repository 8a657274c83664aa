/**
 * When a task that begins has read its broadcasts: the first tasks of a stage all wait for the same
 * reads. It holds memory once it has its stage's binary, the newest of them; older ones, of joins
 * or files, it may read while it computes, though most hold little before the last is read.
 */
import { parseBlockId } from "../../block-id.ts";
import type { LogStep, Lookahead } from "./lookahead.ts";

const LINES_AHEAD = 400;

/**
 * @param begun  the line that says that the task runs
 * @param newestBroadcast  largest id of a broadcast that was read so far
 * @returns µs
 */
export function readBy(
  lookahead: Lookahead,
  begun: LogStep,
  { taskId, newestBroadcast }: { readonly taskId: number; readonly newestBroadcast: number },
): { readonly startedAt: number; readonly preparedAt: number } {
  let preparedAt = begun.ts;
  let startedAt = begun.ts;
  let newest = newestBroadcast;
  for (let ahead = 1; ahead < LINES_AHEAD; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) break;
    const { fact } = next;
    const ends = fact.kind === "task_finished";
    if (ends && (fact.taskId === taskId || begun.thread === undefined)) break;
    if (begun.thread !== undefined && next.thread !== begun.thread) continue;
    const read = broadcastOf(next);
    if (read === undefined) continue;
    startedAt = Math.max(startedAt, next.ts + 1);
    if (read < newest) continue;
    newest = read;
    preparedAt = startedAt;
  }
  return { startedAt, preparedAt };
}

function broadcastOf({ fact }: LogStep): number | undefined {
  if (fact.kind === "broadcast_read") return fact.broadcastId;
  return fact.kind === "block_stored" ? parseBlockId(fact.blockId).broadcastId : undefined;
}
