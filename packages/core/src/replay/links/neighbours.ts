/**
 * Steps around a statement that it may already count, or not yet count: lines are printed after
 * the locks are released, and `free` is read without one (memory-model 5.3). Looks at operations
 * alone, never at what another statement says.
 */
import { type ByteInterval, exactly, sum, touches } from "../../byte-interval.ts";
import type { ReplayContext } from "../replay-context.ts";
import type { LogStep, Lookahead } from "./lookahead.ts";

/** So many lines around a statement, within so many µs, are its neighbours. */
const LINES = 16;
const MICROS = 2_000_000;
/** How many lines after a dump of a task's memory steps that it counts are looked for. */
const LINES_TO_EARLY = 24;
/** Within this, µs, two threads' lines may be printed in another order than they took memory. */
const SAME_MOMENT_MICROS = 5_000;

/** By how much neighbouring steps move `free`. */
export interface Shift {
  readonly bytes: ByteInterval;
  /** steps yet to come that the statement already counts; none: steps that it does not count yet */
  readonly steps: readonly LogStep[];
}

/** By how much steps around a line move `free`, each alone and summed up from the line on. */
export function shiftsAround(context: ReplayContext, step: LogStep): readonly Shift[] {
  const found: Shift[] = [];
  let ahead: Shift = { bytes: exactly(0), steps: [] };
  for (let n = 1; n <= LINES; n++) {
    const next = context.lookahead.peek(n);
    if (next === undefined || next.ts - step.ts > MICROS) break;
    const bytes = changeOfFree(context, next);
    if (bytes === undefined) continue;
    found.push({ bytes, steps: [next] });
    ahead = { bytes: sum(ahead.bytes, bytes), steps: [...ahead.steps, next] };
    found.push(ahead);
  }
  for (const { atLeast, atMost } of context.recent.changes(step))
    found.push({ bytes: { atLeast: -atMost, atMost: -atLeast }, steps: [] });
  return found;
}

/**
 * What `free` prints if steps of other threads, printed in the moment after its line, came first:
 * no line says in which order two threads took memory. As many of them as `widest` leaves room for.
 */
export function inEitherOrder(
  context: ReplayContext,
  step: LogStep,
  { foreseen, widest }: { readonly foreseen: ByteInterval; readonly widest: number },
): ByteInterval {
  if (!context.logged.grants || step.thread === undefined) return foreseen;
  let { atLeast } = foreseen;
  for (let n = 1; n <= LINES; n++) {
    const next = context.lookahead.peek(n);
    if (next === undefined || next.ts - step.ts > SAME_MOMENT_MICROS) break;
    if (next.thread === step.thread || !mayComeFirst(step, next)) continue;
    const less = atLeast + (changeOfFree(context, next)?.atLeast ?? 0);
    if (less < atLeast && less >= 0 && foreseen.atMost - less <= widest) atLeast = less;
  }
  return { atLeast, atMost: foreseen.atMost };
}

/** A store, or another thread's grant or release: a thread's own lines are in order. */
export function mayComeFirst(step: LogStep, next: LogStep): boolean {
  const { kind } = next.fact;
  if (kind === "block_stored") return true;
  if (kind !== "execution_acquired" && kind !== "execution_released") return false;
  return step.thread !== undefined && next.thread !== undefined && next.thread !== step.thread;
}

/** What a step that is yet to come will do to `free`. */
export function changeOfFree(context: ReplayContext, step: LogStep): ByteInterval | undefined {
  const { fact } = step;
  if (context.early.has(step)) return undefined;
  switch (fact.kind) {
    case "block_stored":
      return { atLeast: -fact.size.atMost, atMost: -fact.size.atLeast };
    case "block_removed":
      return exactly(fact.bytes);
    case "block_migrated":
    case "block_dropping": {
      // DEBUG prints a migrated block's removal itself.
      if (fact.kind === "block_migrated" && context.logged.removals) return undefined;
      const size = context.state.ledgerOfBlock(fact.blockId)?.blocks.get(fact.blockId)?.size;
      return size === undefined ? undefined : { atLeast: size.atLeast, atMost: size.atMost };
    }
    case "execution_acquired":
      return { atLeast: -fact.granted.atMost, atMost: -fact.granted.atLeast };
    case "execution_released":
      return { atLeast: fact.released.atLeast, atMost: fact.released.atMost };
    default:
      return undefined;
  }
}

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
  for (let ahead = 1; ahead <= LINES_TO_EARLY; ahead++) {
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
