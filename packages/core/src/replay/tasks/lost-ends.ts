/**
 * Tasks whose end no log tells: an event was dropped, a line was cut off. An executor runs no more
 * tasks than it has slots for.
 */

import type { ReplayContext } from "../replay-context.ts";

/** An end may be logged so much later than it was (µs): log times may be whole seconds. */
const LATE_MICROS = 1_000_000;

/**
 * Those that must have ended by `ts` (µs), the ones that began first: as many as run beyond the
 * executor's slots. A task whose end is known and comes later in the log is none of them.
 */
export function lostEnds({ state, evidence }: ReplayContext, ts: number): number[] {
  const { running, rules } = state;
  const lost: number[] = [];
  if (rules.slots === undefined || running.size <= rules.slots) return lost;
  const most = running.size - rules.slots;
  for (const taskId of running.keys()) {
    const finishedAt = evidence.task(taskId)?.finishedAt;
    if (finishedAt !== undefined && finishedAt + LATE_MICROS > ts) continue;
    if (lost.push(taskId) === most) break;
  }
  return lost;
}
