/**
 * Memory statements of a log: each is held against its prediction, and what it teaches is learned
 * by the rule that accounts for it.
 */

import { amount, narrowed } from "../../amount.ts";
import { type ByteInterval, touches } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";
import type { LogStep } from "../links/lookahead.ts";
import { inEitherOrder, mayComeFirst } from "../links/neighbours.ts";
import type { Inferred, ReplayContext } from "../replay-context.ts";
import { type Weighed, WIDEST_PREDICTION } from "./grades.ts";
import { executionFromFree, executionFromLimit } from "./memory-equation.ts";
import { foreseenBlocks, foreseenFree, foreseenFreeReal, foreseenLimit } from "./prediction.ts";
import { accountFor } from "./rules/index.ts";
import type { Quantity } from "./rules/rule.ts";
import { countedEarlyBy } from "./rules/stale-line.ts";

/** A line that prints `free`, and what was predicted of it. */
export interface FreeLine {
  readonly step: LogStep;
  readonly free: ByteInterval;
  readonly weighed: Weighed;
  readonly inferred: Inferred;
  /**
   * Which line: a store's is read without a lock, an eviction's under it; a removal's is of exact
   * bytes.
   */
  readonly of: "store" | "eviction" | "removal";
}

/** Holds a printed `free` against its prediction, before anything is learned from it. */
export function weighFree(
  context: ReplayContext,
  step: LogStep,
  { logged, foreseen }: { readonly logged: ByteInterval; readonly foreseen: ByteInterval },
): Weighed {
  const { rules, memoryBytes } = context.state;
  const widest = WIDEST_PREDICTION * memoryBytes;
  return context.state.weigh(step, {
    quantity: "free",
    logged,
    foreseen: rules.isCapacityKnown
      ? inEitherOrder(context, step, { foreseen, widest })
      : undefined,
  });
}

/** What a printed `free` teaches, once it has been held against its prediction. */
export function learnFree(context: ReplayContext, line: FreeLine): void {
  const { step, free, weighed, inferred, of } = line;
  if (typeof inferred === "object") {
    inferred.hold(weighed);
    return;
  }
  const foresee = () => (of === "removal" ? foreseenFreeReal : foreseenFree)(context);
  const read = { context, step, printed: free, foresee };
  const isUnderLock = of !== "store";
  accountFor(
    {
      ...read,
      quantity: "free",
      agrees: weighed.agrees,
      showsRemovals: inferred === "removed",
      execution: () => executionFromFree(context.state, free),
      countedEarly: () =>
        isUnderLock ? countedEarlyBy(read, (next) => mayComeFirst(step, next)) : [],
      unexplained: () => {
        const { logged } = context;
        if (logged.grants && logged.removals) context.unseen.linesWereLost(free, foresee());
      },
      learn: () => {
        const agrees = touches(foresee(), free);
        context.unseen.learn(step, free);
        learnExecution(context, executionFromFree(context.state, free), agrees);
      },
    },
    weighed,
    usedFor(context),
  );
}

function usedFor({ logged }: ReplayContext): string {
  return logged.grants ? "none" : "execution";
}

/** `Storage limit` and P1's limit: what storage could reach at most, given execution. */
export function checkLimit(
  context: ReplayContext,
  step: LogStep,
  limit: ByteInterval,
  quantity: Extract<Quantity, "storage_limit" | "exceeds_limit">,
): void {
  const { state } = context;
  const weighed = state.weigh(step, {
    quantity,
    logged: limit,
    foreseen: foreseenLimit(context),
  });
  const { agrees } = weighed;
  const execution = () => executionFromLimit(state, limit);
  accountFor(
    {
      context,
      step,
      quantity,
      printed: limit,
      agrees,
      foresee: () => foreseenLimit(context),
      execution,
      learn: () => learnExecution(context, execution(), agrees),
    },
    weighed,
    usedFor(context),
  );
}

/** M14: five reads, one after the other; each is right alone. */
export function checkMemoryUse(
  context: ReplayContext,
  step: LogStep,
  fact: Extract<LogFact, { kind: "memory_use" }>,
): void {
  const { state } = context;
  const foresee = () => foreseenBlocks(context);
  const blocks = state.weigh(step, {
    quantity: "blocks_used",
    logged: fact.blocks,
    foreseen: foresee(),
  });
  checkLimit(context, step, fact.limit, "storage_limit");
  accountFor(
    {
      context,
      step,
      quantity: "blocks_used",
      printed: fact.blocks,
      agrees: blocks.agrees,
      foresee,
      learn: () => {},
    },
    blocks,
    "none",
  );
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
  state.sample(step, "logged");
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

/** A statement or decision of which nothing is learned but how well it was predicted. */
export function checkAlone(
  context: ReplayContext,
  step: LogStep,
  statement: {
    readonly kind?: "decision";
    readonly quantity: Quantity;
    readonly logged: ByteInterval;
    readonly foreseen: ByteInterval | undefined;
    /** what it could be by law, where that is wider; default: what was foreseen */
    readonly allowed?: ByteInterval | undefined;
    readonly usedFor: string;
    readonly countedEarly?: () => readonly LogStep[];
  },
): void {
  const { quantity, logged, foreseen, countedEarly } = statement;
  const allowed = "allowed" in statement ? statement.allowed : foreseen;
  const { kind = "statement" } = statement;
  const weighed = context.state.weigh(step, { kind, quantity, logged, foreseen });
  accountFor(
    {
      context,
      step,
      quantity,
      printed: logged,
      agrees: weighed.agrees,
      foresee: () => allowed,
      ...(countedEarly === undefined ? {} : { countedEarly }),
      learn: () => {},
    },
    weighed,
    statement.usedFor,
  );
}
