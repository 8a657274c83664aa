/**
 * Statements that are yet to come, as witnesses: that they come, and the steps up to them. What
 * the timeline takes from their numbers is lent (`Foresight`): no prediction up to their line
 * counts it.
 */
import type { LogFact } from "../../log-fact.ts";
import type { LogStep, Lookahead } from "./lookahead.ts";

const LINES_TO_WITNESS = 400;
const LINES_FROM_BEGINNING = 10_000;
const STEPS_TO_SUM = 600;

const ENDS_SIGHT: ReadonlySet<LogFact["kind"]> = new Set([
  "removing",
  "store_cleared",
  "store_started",
]);

/**
 * How many lines that print `free` follow, up to so many, before one after which what is left is
 * unknown.
 */
export function witnessesAfter(lookahead: Lookahead, wanted: number): number {
  let witnesses = 0;
  for (let ahead = 1; witnesses < wanted && ahead <= LINES_TO_WITNESS; ahead++) {
    const kind = lookahead.peek(ahead)?.fact.kind;
    if (kind === undefined || ENDS_SIGHT.has(kind)) break;
    if (kind === "block_stored" || kind === "eviction_done") witnesses++;
  }
  return witnesses;
}

/** The step in hand, the first of a log, and those after it. */
export function* fromBeginning(lookahead: Lookahead, step: LogStep): Generator<LogStep> {
  yield step;
  yield* lookahead.next(LINES_FROM_BEGINNING);
}

/** Steps after the one in hand that sums may count, within so many µs. */
export function* stepsWithin(
  lookahead: Lookahead,
  step: LogStep,
  micros: number,
): Generator<LogStep> {
  for (const next of lookahead.next(STEPS_TO_SUM - 1)) {
    if (next.ts - step.ts > micros) return;
    yield next;
  }
}

/** The failure of the block's unroll has a line of its own, within ten seconds. */
export function unrollFails(lookahead: Lookahead, { ts }: LogStep, blockId: string): boolean {
  return lookahead
    .upcoming(blockId)
    .some((next) => next.fact.kind === "unroll_failed" && next.ts - ts < 10_000_000);
}
