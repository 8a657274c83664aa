/**
 * Lines are printed after what they tell was done, and another thread's statement may come between:
 * steps that a statement already counts, though their lines come later (spec memory-model 5.3).
 */
import { type ByteInterval, exactly, sum, touches } from "../../byte-interval.ts";
import type { LogStep, Lookahead } from "./lookahead.ts";

/** How far after a statement such a line is looked for. */
const LINES = 24;
const MICROS = 2_000_000;

/**
 * The steps, in the order of their lines, that make up what a statement counts beyond (or short of)
 * what is known: the first ones of one other task, or else of all others together. A task's own
 * lines are in order. undefined: none do.
 */
export function countedAlready(
  lookahead: Lookahead,
  statement: LogStep,
  of: { readonly missing: ByteInterval; readonly printedBy: number | undefined },
  changeOf: (step: LogStep) => ByteInterval | undefined,
): readonly LogStep[] | undefined {
  const byTask = new Map<number, { change: ByteInterval; readonly steps: LogStep[] }>();
  const all = { change: exactly(0), steps: [] as LogStep[] };
  const found: LogStep[][] = [];
  for (let ahead = 1; ahead <= LINES; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined || next.ts - statement.ts > MICROS) break;
    const { fact } = next;
    if (fact.kind !== "execution_acquired" && fact.kind !== "execution_released") continue;
    const change = fact.taskId === of.printedBy ? undefined : changeOf(next);
    if (change === undefined) continue;
    const own = byTask.get(fact.taskId) ?? { change: exactly(0), steps: [] };
    byTask.set(fact.taskId, own);
    for (const counted of [own, all]) {
      counted.change = sum(counted.change, change);
      counted.steps.push(next);
      if (touches(counted.change, of.missing)) found.push([...counted.steps]);
    }
  }
  return found[0];
}
