/**
 * What a memory statement teaches, once it has been held against its prediction: one rule, one
 * function. Which rule it was stands in the statement's row.
 */

import { amount, narrowed } from "../amount.ts";
import { type ByteInterval, difference, exactly, sum, touches } from "../byte-interval.ts";
import type { LogFact } from "../log-fact.ts";
import { type Weighed, WIDEST_PREDICTION } from "./evidence/grades.ts";
import { executionFromFree, executionFromLimit } from "./evidence/memory-equation.ts";
import {
  foreseenBlocks,
  foreseenFree,
  foreseenFreeReal,
  foreseenLimit,
} from "./evidence/prediction.ts";
import type { RuleName } from "./evidence/rules.ts";
import { whatIsOpen } from "./evidence/what-is-open.ts";
import type { LogStep } from "./lookahead.ts";
import { type Inferred, placeOf, type ReplayContext } from "./replay-context.ts";

/**
 * Neighbouring lines that a stale `free` may already count, or not yet count (memory-model 5.3).
 */
const STALE_LINES = 16;
/** Within this, µs, two threads' lines may be printed in another order than they took memory. */
const SAME_MOMENT_MICROS = 5_000;
const ZERO: ByteInterval = exactly(0);

/** A line that prints `free`, and what was predicted of it. */
export interface FreeLine {
  readonly step: LogStep;
  readonly free: ByteInterval;
  readonly weighed: Weighed;
  readonly inferred: Inferred;
}

/** Holds a printed `free` against its prediction, before anything is learned from it. */
export function weighFree(
  context: ReplayContext,
  step: LogStep,
  { logged, foreseen }: { readonly logged: ByteInterval; readonly foreseen: ByteInterval },
): Weighed {
  const { isCapacityKnown } = context.state.rules;
  return context.state.weigh(placeOf(step), {
    quantity: "free",
    logged,
    foreseen: isCapacityKnown ? inEitherOrder(context, step, foreseen) : undefined,
  });
}

/**
 * What `free` prints if steps of other threads, printed in the moment after its line, came first:
 * no line says in which order two threads took memory. As many of them as a prediction leaves room
 * for.
 */
function inEitherOrder(
  context: ReplayContext,
  step: LogStep,
  foreseen: ByteInterval,
): ByteInterval {
  const { state, lookahead, logged } = context;
  if (!logged.grants || step.thread === undefined) return foreseen;
  const widest = WIDEST_PREDICTION * state.memoryBytes;
  let { atLeast } = foreseen;
  for (let ahead = 1; ahead <= STALE_LINES; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined || next.ts - step.ts > SAME_MOMENT_MICROS) break;
    if (next.thread === step.thread || !mayComeFirst(step, next)) continue;
    const less = atLeast + (changeOfFree(context, next)?.atLeast ?? 0);
    if (less < atLeast && less >= 0 && foreseen.atMost - less <= widest) atLeast = less;
  }
  return { atLeast, atMost: foreseen.atMost };
}

/**
 * `free` of a store line: read without a lock after the block went in, so that other tasks' steps
 * may lie between.
 */
export function learnFree(context: ReplayContext, line: FreeLine): void {
  if (settledByRemovals(context, line)) return;
  const { step, free, weighed } = line;
  const removed = removedBefore(context, step, free, foreseenFree);
  const now = foreseenFree(context);
  const stale = touches(now, free) ? undefined : explanationOf(context, step, now, free);
  if (stale !== undefined) {
    weighed.settle({ usedFor: "none", rule: "stale_line" });
    return;
  }
  const rule = removed ? "removal_reported_late" : ruleOfFree(context, line, now);
  weighed.settle({ usedFor: removed ? "order" : usedFor(context), rule });
  context.unseen.learn(step, free);
  learnExecution(context, executionFromFree(context.state, free), touches(now, free));
}

/**
 * A `free` that is printed under the manager's lock, or of exact bytes: never stale. When it
 * already counts stores (or other tasks' grants) whose lines come later, those came first: they
 * are replayed now, and the order of the lines is what was wrong.
 */
export function learnFreeUnderLock(
  context: ReplayContext,
  line: FreeLine,
  foresee: typeof foreseenFree = foreseenFree,
): void {
  if (settledByRemovals(context, line)) return;
  const { step, free, weighed } = line;
  const removed = removedBefore(context, step, free, foresee);
  const first = foresee(context);
  const stale = touches(first, free) ? undefined : explanationOf(context, step, first, free);
  const early = stale?.steps ?? [];
  const swapped = early.length > 0 && early.every((next) => mayComeFirst(step, next));
  if (swapped) for (const next of early) context.replayEarly(next);
  if (stale !== undefined && !swapped) {
    weighed.settle({ usedFor: "none", rule: "stale_line" });
    return;
  }
  const now = swapped ? foresee(context) : first;
  const rule = swapped
    ? "steps_counted_early"
    : removed
      ? "removal_reported_late"
      : ruleOfFree(context, line, now);
  weighed.settle({ usedFor: swapped || removed ? "order" : usedFor(context), rule });
  context.unseen.learn(step, free);
  learnExecution(context, executionFromFree(context.state, free), touches(now, free));
}

/** Exact bytes that a removal leaves free, printed at DEBUG. */
export function learnFreeOfRemoval(context: ReplayContext, line: FreeLine): void {
  learnFreeUnderLock(context, line, foreseenFreeReal);
}

/**
 * Blocks that went without a line account for what is free: now, or once later lines say the same.
 */
function settledByRemovals(context: ReplayContext, line: FreeLine): boolean {
  const { step, free, weighed, inferred } = line;
  if (inferred === "nothing") return false;
  if (inferred !== "removed") {
    inferred.hold(weighed);
    return true;
  }
  weighed.settle({ usedFor: "storage", rule: "silent_removal" });
  const { state } = context;
  const agrees = touches(foreseenFree(context), free);
  learnExecution(context, executionFromFree(state, free), agrees);
  context.unseen.learn(step, free);
  return true;
}

/**
 * What accounts for a `free` that no step around it makes right, or that was foreseen too widely.
 */
function ruleOfFree(
  context: ReplayContext,
  { step, free, weighed }: FreeLine,
  now: ByteInterval,
): RuleName | undefined {
  const { state, logged, foresight } = context;
  if (!state.rules.isCapacityKnown) return "layout_adopted";
  if (weighed.agrees || touches(now, free))
    return foresight.isEmpty ? whatIsOpen(state, logged) : "unseen_blocks";
  if (context.unseen.explains(step, free)) return "unseen_blocks";
  return mayBeExecution(context, executionFromFree(state, free)) ? "execution_measured" : undefined;
}

/** At INFO a task that runs may have taken what is missing. */
function mayBeExecution(
  { logged, state }: ReplayContext,
  implied: ByteInterval | undefined,
): boolean {
  if (logged.grants || implied === undefined || state.running.size === 0) return false;
  return implied.atLeast <= state.ledgers.reduce((all, l) => all + l.executionCeiling(), 0);
}

function usedFor({ logged }: ReplayContext): string {
  return logged.grants ? "none" : "execution";
}

/** A neighbouring line's step makes a line right that leaves `room`, before its own step. */
export function isStale(context: ReplayContext, step: LogStep, room: ByteInterval): boolean {
  return explanationOf(context, step, foreseenFree(context), room) !== undefined;
}

/**
 * A `free` with more than is known: blocks whose removal the driver heard of later, within the
 * second of the line, had gone before it.
 */
function removedBefore(
  context: ReplayContext,
  step: LogStep,
  free: ByteInterval,
  foresee: typeof foreseenFree,
): boolean {
  const missing = difference(free, foresee(context));
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
  const { state, logged } = context;
  const foreseen = foreseenLimit(context);
  const weighed = state.weigh(placeOf(step), { quantity, logged: limit, foreseen });
  const implied = executionFromLimit(state, limit);
  const rule = weighed.agrees
    ? logged.grants
      ? "printed_sizes"
      : "execution_measured"
    : mayBeExecution(context, implied)
      ? "execution_measured"
      : undefined;
  weighed.settle({ usedFor: usedFor(context), rule });
  learnExecution(context, implied, weighed.agrees);
}

/** M14: five reads, one after the other; each is right alone. */
export function checkMemoryUse(
  context: ReplayContext,
  step: LogStep,
  fact: Extract<LogFact, { kind: "memory_use" }>,
): void {
  const { state } = context;
  const blocks = state.weigh(placeOf(step), {
    quantity: "blocks_used",
    logged: fact.blocks,
    foreseen: foreseenBlocks(context),
  });
  checkLimit(context, step, fact.limit, "storage_limit");
  blocks.settle({
    usedFor: "none",
    rule: blocks.agrees
      ? whatIsOpen(state, context.logged)
      : blocksAreStale(context, step, fact.blocks)
        ? "stale_line"
        : context.unseen.mayHoldBytes
          ? "unseen_blocks"
          : undefined,
  });
  // Unroll memory of all tasks: the only direct sight of it.
  const ledger = state.onHeap;
  const others = [...ledger.unrollHolders.entries()];
  if (fact.tasks <= 1 && others.length >= 1) {
    // One task holds it all: the one that has just failed.
    for (const [holder] of others) ledger.endUnroll(holder);
    const [holder] = others[others.length - 1] ?? ["put"];
    ledger.unrollFor(holder, amount(fact.unroll));
  } else {
    for (const [holder, held] of others) {
      ledger.unrollFor(holder, narrowed(held, { atLeast: 0, atMost: fact.unroll.atMost }));
    }
  }
  state.sample(placeOf(step), "logged");
}

/**
 * Execution memory read off a statement: at INFO the only sight of it; at DEBUG grants are known
 * better.
 */
function learnExecution(
  context: ReplayContext,
  implied: ByteInterval | undefined,
  agrees: boolean,
): void {
  if (implied === undefined) return;
  if (context.logged.grants) return;
  context.execution.measured(implied, agrees);
}

interface Staleness {
  readonly shift: ByteInterval;
  /** steps yet to come that the line already counts */
  readonly steps: readonly LogStep[];
}

/**
 * By how much a `free` line is early or late: a neighbouring step, within a few lines, of another
 * task that the line already counts (or does not count yet). undefined: no such step makes the
 * line right.
 */
function explanationOf(
  context: ReplayContext,
  step: LogStep,
  predicted: ByteInterval,
  logged: ByteInterval,
): Staleness | undefined {
  return neighbours(context, step).find(({ shift }) => touches(sum(predicted, shift), logged));
}

function blocksAreStale(context: ReplayContext, step: LogStep, logged: ByteInterval): boolean {
  const known = foreseenBlocks(context);
  return neighbours(context, step).some(({ shift }) => touches(difference(known, shift), logged));
}

/** By how much steps around a line move `free`, each alone and summed up from the line on. */
function neighbours(context: ReplayContext, step: LogStep): Staleness[] {
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
  return found;
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
