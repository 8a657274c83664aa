/** Which side wins when a memory statement and the replay meet: one rule, one function. The check row is written before anything is narrowed. */

import { amount, narrowed } from "../amount.ts";
import { type ByteInterval, exactly, sum, touches } from "../byte-interval.ts";
import type { LogFact } from "../log-fact.ts";
import { minusInterval } from "./early-steps.ts";
import type { LogStep } from "./lookahead.ts";
import { placeOf, type ReplayContext } from "./replay-context.ts";
import {
  executionFromFree,
  executionFromLimit,
  predictedFree,
  predictedLimit,
} from "./statements.ts";

/** Neighbouring lines that a stale `free` may already count, or not yet count (spec memory-model 5.3). */
const STALE_LINES = 16;
const REMOVED = "counts removals that were reported later";
const STALE = "printed after a neighbouring line's step";
const SWAPPED = "counts steps whose lines come later";
const UNSAID = "counts blocks as gone that no line tells of";
const ZERO: ByteInterval = exactly(0);

/**
 * `free` of a store line: read without a lock after the block went in, so that other tasks' steps may lie between.
 * @param unsaid  bytes that had to go first, without a word, for the line to be possible
 */
export function checkFree(
  context: ReplayContext,
  step: LogStep,
  free: ByteInterval,
  unsaid: ByteInterval | undefined,
): void {
  const { state } = context;
  if (unsaid !== undefined) {
    missedRemovals(context, step, free, unsaid, predictedFree);
    return;
  }
  const removed = removedBefore(context, step, free, predictedFree);
  const predicted = predictedFree(state);
  const stale = touches(predicted, free)
    ? undefined
    : explanationOf(context, step, predicted, free);
  const agrees = state.check(placeOf(step), {
    quantity: "free",
    logged: free,
    replayed: shifted(predicted, stale?.shift ?? ZERO),
    usedFor: removed ? "order" : stale === undefined && !context.debug ? "execution" : "none",
    explanation: removed ? REMOVED : stale === undefined ? undefined : STALE,
  });
  if (stale !== undefined) return;
  context.unseen.learn(step, free);
  learnExecution(context, executionFromFree(state, free), agrees);
}

/**
 * A `free` that is printed under the manager's lock, or of exact bytes: never stale. When it already counts stores (or other tasks'
 * grants) whose lines come later, those came first: they are replayed now, and the order of the lines is what was wrong.
 */
export function checkFreeUnderLock(
  context: ReplayContext,
  step: LogStep,
  free: ByteInterval,
  { predict, unsaid }: { readonly predict: Predict; readonly unsaid?: ByteInterval | undefined },
): void {
  const { state } = context;
  if (unsaid !== undefined) {
    missedRemovals(context, step, free, unsaid, predict);
    return;
  }
  const removed = removedBefore(context, step, free, predict);
  const first = predict(state);
  const stale = touches(first, free) ? undefined : explanationOf(context, step, first, free);
  const early = stale?.steps ?? [];
  const swapped = early.length > 0 && early.every((next) => mayComeFirst(step, next));
  if (swapped) for (const next of early) context.replayEarly(next);
  const shift = stale === undefined || swapped ? ZERO : stale.shift;
  const predicted = swapped ? predict(state) : first;
  const agrees = state.check(placeOf(step), {
    quantity: "free",
    logged: free,
    replayed: shifted(predicted, shift),
    usedFor: swapped || removed ? "order" : context.debug ? "none" : "execution",
    explanation: stale !== undefined ? (swapped ? SWAPPED : STALE) : removed ? REMOVED : undefined,
  });
  if (shift !== ZERO) return;
  context.unseen.learn(step, free);
  learnExecution(context, executionFromFree(state, free), agrees);
}

type Predict = (state: ReplayContext["state"]) => ByteInterval;

/** What is held against the line is what the replay knew before the line told it better. */
function missedRemovals(
  context: ReplayContext,
  step: LogStep,
  free: ByteInterval,
  unsaid: ByteInterval,
  predict: Predict,
): void {
  const predicted = predict(context.state);
  const replayed = minusInterval(predicted, unsaid);
  context.state.check(placeOf(step), {
    quantity: "free",
    logged: free,
    replayed,
    usedFor: "storage",
    explanation: touches(replayed, free) ? undefined : UNSAID,
  });
  learnExecution(context, executionFromFree(context.state, free), touches(predicted, free));
}

/** A neighbouring line's step makes a line right that leaves `room`, before its own step. */
export function isStale(context: ReplayContext, step: LogStep, room: ByteInterval): boolean {
  return explanationOf(context, step, predictedFree(context.state), room) !== undefined;
}

/** A `free` with more than is known: blocks that the driver was told of later, within the second of the line, had gone before it. */
function removedBefore(
  context: ReplayContext,
  step: LogStep,
  free: ByteInterval,
  predict: Predict,
): boolean {
  const missing = minusInterval(free, predict(context.state));
  return missing.atLeast > 0 && context.removedBefore(step, missing);
}

/** A store, or another thread's grant or release: a thread's own lines are in order. */
function mayComeFirst(step: LogStep, next: LogStep): boolean {
  const { kind } = next.fact;
  if (kind === "block_stored") return true;
  if (kind !== "execution_acquired" && kind !== "execution_released") return false;
  return step.thread !== undefined && next.thread !== undefined && next.thread !== step.thread;
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

interface Staleness {
  readonly shift: ByteInterval;
  /** steps yet to come that the line already counts */
  readonly steps: readonly LogStep[];
}

/**
 * By how much a `free` line is early or late: a neighbouring step, within a few lines, of another task that the line already
 * counts (or does not count yet). undefined: no such step makes the line right.
 */
function explanationOf(
  context: ReplayContext,
  step: LogStep,
  predicted: ByteInterval,
  logged: ByteInterval,
): Staleness | undefined {
  const found: Staleness[] = [];
  let ahead: Staleness = { shift: ZERO, steps: [] };
  for (let n = 1; n <= STALE_LINES; n++) {
    const next = context.lookahead.peek(n);
    if (next === undefined || next.ts - step.ts > 2_000_000) break;
    const change = changeOfFree(context, next);
    if (change === undefined) continue;
    found.push({ shift: change, steps: [next] });
    ahead = { shift: sum(ahead.shift, change), steps: [...ahead.steps, next] };
    found.push(ahead);
  }
  for (const change of context.recent.changes(step)) {
    found.push({ shift: { atLeast: -change.atMost, atMost: -change.atLeast }, steps: [] });
  }
  return found.find(({ shift }) => touches(sum(predicted, shift), logged));
}

function shifted(interval: ByteInterval, by: ByteInterval): ByteInterval {
  return by === ZERO ? interval : sum(interval, by);
}

/** What a step that is yet to come will do to `free`. */
export function changeOfFree(context: ReplayContext, step: LogStep): ByteInterval | undefined {
  const { fact } = step;
  if (context.replayedEarly(step)) return undefined;
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
