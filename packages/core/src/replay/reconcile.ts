/** Which side wins when a memory statement and the replay meet: one rule, one function. The check row is written before anything is narrowed. */
import { type ByteInterval, exactly, touches } from "../byte-interval.ts";
import type { LogFact } from "../log-fact.ts";
import { amount, narrowed } from "./amount.ts";
import type { LogStep } from "./lookahead.ts";
import { placeOf, type ReplayContext } from "./replay-context.ts";
import {
  executionFromFree,
  executionFromLimit,
  predictedFree,
  predictedFreeReal,
  predictedLimit,
} from "./statements.ts";

/** Neighbouring lines that a stale `free` may already count, or not yet count (spec memory-model 5.3). */
const STALE_LINES = 12;

/** `free` of a store line: read without a lock after the block went in, so that other tasks' steps may lie between. */
export function checkFree(context: ReplayContext, step: LogStep, free: ByteInterval): void {
  const { state } = context;
  const predicted = predictedFree(state);
  const shift = touches(predicted, free) ? undefined : staleShift(context, step, predicted, free);
  const replayed =
    shift === undefined
      ? predicted
      : { atLeast: predicted.atLeast + shift.atLeast, atMost: predicted.atMost + shift.atMost };
  const agrees = state.check(placeOf(step), {
    quantity: "free",
    logged: free,
    replayed,
    usedFor: shift === undefined && !context.debug ? "execution" : "none",
    explanation: shift === undefined ? undefined : "printed after a neighbouring line's step",
  });
  if (shift === undefined) learnExecution(context, executionFromFree(state, free), agrees);
}

/** DEBUG's `dropped from memory (free …)`: exact bytes. */
export function checkFreeExact(context: ReplayContext, step: LogStep, freeBytes: number): void {
  const { state } = context;
  const free = exactly(freeBytes);
  const predicted = predictedFreeReal(state);
  const shift = touches(predicted, free) ? undefined : staleShift(context, step, predicted, free);
  const replayed =
    shift === undefined
      ? predicted
      : { atLeast: predicted.atLeast + shift.atLeast, atMost: predicted.atMost + shift.atMost };
  const agrees = state.check(placeOf(step), {
    quantity: "free",
    logged: free,
    replayed,
    usedFor: "none",
    explanation: shift === undefined ? undefined : "printed after a neighbouring line's step",
  });
  if (shift === undefined) learnExecution(context, executionFromFree(state, free), agrees);
}

/** `Storage limit` and P1's limit: what storage could reach at most, given execution. */
export function checkLimit(
  context: ReplayContext,
  step: LogStep,
  limit: ByteInterval,
  quantity: string,
): void {
  const { state } = context;
  const agrees = state.check(placeOf(step), {
    quantity,
    logged: limit,
    replayed: predictedLimit(state),
    usedFor: context.debug ? "none" : "execution",
  });
  learnExecution(context, executionFromLimit(state, limit), agrees);
}

/** M14: five reads, one after the other; each is right alone. */
export function checkMemoryUse(
  context: ReplayContext,
  step: LogStep,
  fact: Extract<LogFact, { kind: "memory_use" }>,
): void {
  const { state } = context;
  checkLimit(context, step, fact.limit, "storage_limit");
  // Unroll memory of all tasks: the only direct sight of it.
  const ledger = state.onHeap;
  const others = [...ledger.unrollHolders.entries()];
  if (fact.tasks <= 1 && others.length >= 1) {
    // One task holds it all: the one that has just failed.
    for (const [holder] of others) ledger.unrollHolders.delete(holder);
    const [holder] = others[others.length - 1] ?? ["put"];
    ledger.unrollHolders.set(holder, amount(fact.unroll));
  } else {
    for (const [holder, held] of others) {
      ledger.unrollHolders.set(holder, narrowed(held, { atLeast: 0, atMost: fact.unroll.atMost }));
    }
  }
  state.sample(placeOf(step), "logged");
}

/** Execution memory read off a statement: at INFO the only sight of it; at DEBUG grants are known better. */
function learnExecution(
  context: ReplayContext,
  implied: ByteInterval | undefined,
  agrees: boolean,
): void {
  if (implied === undefined) return;
  if (context.debug) return;
  context.execution.measured(implied, agrees);
}

/**
 * By how much a `free` line is early or late: a neighbouring step, within a few lines, of another task that the line already
 * counts (or does not count yet). undefined: no such step makes the line right.
 */
function staleShift(
  context: ReplayContext,
  step: LogStep,
  predicted: ByteInterval,
  logged: ByteInterval,
): ByteInterval | undefined {
  const shifts: ByteInterval[] = [];
  let ahead: ByteInterval = exactly(0);
  for (let n = 1; n <= STALE_LINES; n++) {
    const next = context.lookahead.peek(n);
    if (next === undefined || next.ts - step.ts > 2_000_000) break;
    const change = changeOfFree(context, next);
    if (change === undefined) continue;
    shifts.push(change);
    ahead = { atLeast: ahead.atLeast + change.atLeast, atMost: ahead.atMost + change.atMost };
    shifts.push(ahead);
  }
  for (const change of context.recent.changes(step)) {
    shifts.push({ atLeast: -change.atMost, atMost: -change.atLeast });
  }
  return shifts.find((shift) =>
    touches(
      { atLeast: predicted.atLeast + shift.atLeast, atMost: predicted.atMost + shift.atMost },
      logged,
    ),
  );
}

/** What a step that is yet to come will do to `free`. */
export function changeOfFree(context: ReplayContext, step: LogStep): ByteInterval | undefined {
  const { fact } = step;
  switch (fact.kind) {
    case "block_stored":
      return { atLeast: -fact.size.atMost, atMost: -fact.size.atLeast };
    case "block_removed":
      return exactly(fact.bytes);
    case "block_dropping": {
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
