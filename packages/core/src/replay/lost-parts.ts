/**
 * A part in the middle of a log that is lost: of rotated files one was deleted, or a collector
 * dropped lines. By the event log every task that ran before it ended well meanwhile, or one began
 * and ended in it, and no line says so. What memory holds since is unknown, as in a late log.
 */
import type { TaskEvidence } from "./evidence.ts";
import type { Parts } from "./executor-parts.ts";
import type { LogStep } from "./links/lookahead.ts";
import type { ReplayContext } from "./replay-context.ts";

/** µs by which clocks may differ: an executor prints an end before the driver hears of it */
const CLOCKS_MICROS = 100_000;
/** a shorter part is not looked for where no task runs */
const SHORTEST_MICROS = 500_000;

/** Whether lines are lost between two steps of one log. */
export function losesPart(
  { state, evidence, lookahead }: ReplayContext,
  last: LogStep,
  next: LogStep,
): boolean {
  const from = last.tsMax ?? last.ts;
  const until = (next.tsMin ?? next.ts) - CLOCKS_MICROS;
  if (until <= from) return false;
  const isLost = (task: TaskEvidence | undefined): boolean => {
    const finishedAt = task?.finishedAt;
    if (task === undefined || finishedAt === undefined || task.failed) return false;
    return finishedAt > from && finishedAt < until && !lookahead.finishes(task.taskId);
  };
  const running = [...state.running.keys()];
  if (running.length > 0 && running.every((taskId) => isLost(evidence.task(taskId)))) return true;
  if (until - from < SHORTEST_MICROS) return false;
  return evidence.launchedUntil(until).some((task) => task.launchedAt > from && isLost(task));
}

/** All that is known up to `last` ends there; the log begins anew with `next`. */
export function beginAnew({ context, partly }: Parts, last: LogStep, next: LogStep): void {
  const { state, windows, unseen, locks, execution, evidence } = context;
  state.unknownFrom(last);
  partly.endOfLog(last);
  for (const taskId of state.running.keys()) {
    state.running.delete(taskId);
    locks.taskEnded(taskId, state.running.size);
    execution.forget(taskId);
    evidence.forgetTask(taskId);
  }
  windows.forgetAll();
  for (const ledger of state.ledgers) ledger.forgetAll();
  state.knownFrom(next.ts);
  unseen.begin(next, context);
  state.sample(next, "derived");
  state.emit("diagnostics", {
    sourceFileId: next.sourceFileId,
    line: next.line,
    byteOffset: undefined,
    code: "log_part_missing",
    severity: "warning",
    message: `before this line a part of the log of executor ${state.executorId} is missing: its tasks ended in it; what memory holds is unknown until lines tell`,
    count: 1,
  });
}
