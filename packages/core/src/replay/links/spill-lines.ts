/** Lines that belong to a `Spilling` line: the `spilled` line of DEBUG, and those of its task. */
import type { LogFact } from "../../log-fact.ts";
import type { LogStep, Lookahead } from "./lookahead.ts";

type SpillFact = Extract<LogFact, { kind: "spill" }>;

export interface DebugSpill {
  readonly fact: Extract<LogFact, { kind: "execution_spilled" }>;
  readonly line: number;
}

/** How far a `spilled` line at DEBUG may stand behind the `Spilling` line it belongs to. */
const LINES_AHEAD = 2000;
/** How far, and how long, a sorter's next line or its task's end may be. */
const LINES_TO_CLOSE = 4000;
const MICROS_TO_CLOSE = 60_000_000;

/**
 * The `spilled` line that tells what this `Spilling` line freed.
 * @param told  lines that have their row already
 */
export function debugLineOf(
  lookahead: Lookahead,
  { step, fact, taskId }: SpillLine,
  told: ReadonlySet<number>,
): DebugSpill | undefined {
  if (!lookahead.hasSpilled) return undefined;
  for (let ahead = 1; ahead <= LINES_AHEAD; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) return undefined;
    if (step.thread !== undefined && next.thread !== step.thread) continue;
    const { fact: candidate, line } = next;
    if (candidate.kind === "spill" && candidate.threadId === fact.threadId) return undefined;
    if (candidate.kind !== "execution_spilled" || told.has(line)) continue;
    if (taskId !== undefined && candidate.taskId !== taskId) continue;
    if (!(candidate.consumer ?? "").includes(fact.consumer)) continue;
    if (candidate.spilled.atMost > 0) return { fact: candidate, line };
  }
  return undefined;
}

interface SpillLine {
  readonly step: LogStep;
  readonly fact: SpillFact;
  readonly taskId: number | undefined;
}

/**
 * ShuffleExternalSorter of 3.4.3+ and 3.5.1+ prints one line more than it spills, for its last part
 * at close. It is the last of the task's lines, and no `spilled` line follows.
 * @param grants  the log has `spilled` lines
 */
export function isClosingPart(
  lookahead: Lookahead,
  { step, fact, taskId }: SpillLine,
  { grants }: { readonly grants: boolean },
): boolean {
  if (fact.consumer !== "ShuffleExternalSorter" || fact.taskId === undefined) return false;
  if ((fact.times ?? 0) === 0) return false;
  for (let ahead = 1; ahead < LINES_TO_CLOSE; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) return true;
    const later = next.fact;
    if (later.kind === "execution_spilled" && later.taskId === taskId) {
      if ((later.consumer ?? "").includes(fact.consumer) && ahead <= LINES_AHEAD) return false;
    }
    const isOfTask = "taskId" in later && later.taskId === fact.taskId;
    if (later.kind === "spill" && isOfTask && later.consumer === fact.consumer) return grants;
    if (later.kind === "task_finished" && isOfTask) return true;
    if (next.ts - step.ts > MICROS_TO_CLOSE) return false;
  }
  return false;
}
