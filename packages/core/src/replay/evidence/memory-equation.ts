/**
 * The one equation of Spark's store, maximum = blocks + execution + free, solved for what is asked:
 * what a statement would print, and what a printed statement leaves for execution.
 */
import { type Amount, NOTHING, plus } from "../../amount.ts";
import type { ByteInterval } from "../../byte-interval.ts";
import type { ExecutorState } from "../executor-state.ts";

/** What holds memory and how much there is; all of them read, none of them written. */
export type MemoryTerms = Pick<ExecutorState, "onHeap" | "offHeap" | "ledgers" | "rules">;

/** Blocks in memory, both modes. */
export function blocksOf({ ledgers }: MemoryTerms): Amount {
  let total = NOTHING;
  for (const { blocksHeld, drift, mayStillHold } of ledgers) {
    const { atLeast, atMost, best } = mayHaveGone(blocksHeld, drift.below);
    total = plus(total, { atLeast, atMost: atMost + mayStillHold, best });
  }
  return total;
}

/** Blocks of which some bytes may have been removed already. */
function mayHaveGone(blocks: Amount, bytes: number): Amount {
  return bytes === 0 ? blocks : { ...blocks, atLeast: Math.max(0, blocks.atLeast - bytes) };
}

/**
 * Maximum memory as the store counts it in `free` and limits: storage capacity of the modes that
 * the version counts.
 */
export function countedMaximum({ onHeap, offHeap, rules }: MemoryTerms): number {
  if (rules.sharedBytes !== undefined) return rules.sharedBytes;
  const of = (ledger: typeof onHeap) =>
    rules.freeExcludesExecution ? ledger.rules.maxBytes : ledger.rules.regionBytes;
  return of(onHeap) + (rules.freeCountsOffHeap && offHeap !== undefined ? of(offHeap) : 0);
}

/** Execution memory as `free` and limits subtract it. */
export function countedExecution({ onHeap, offHeap, rules }: MemoryTerms): Amount {
  if (!rules.freeExcludesExecution) return NOTHING;
  const on = onHeap.executionAtInstant ?? onHeap.executionUsed;
  return rules.freeCountsOffHeap && offHeap !== undefined ? plus(on, offHeap.executionUsed) : on;
}

/** What blocks of this sum leave free. */
export function freeBeside(terms: MemoryTerms, blocks: ByteInterval): ByteInterval {
  const execution = countedExecution(terms);
  const maximum = countedMaximum(terms);
  const { below, above } = terms.rules.maximumDoubt;
  return {
    atLeast: maximum - below - execution.atMost - blocks.atMost,
    atMost: maximum + above - execution.atLeast - blocks.atLeast,
  };
}

/** `Storage limit`: the most that storage could reach, counting what execution holds. */
export function storageLimit(terms: MemoryTerms): ByteInterval {
  return freeBeside(terms, NOTHING);
}

/** Execution memory that a printed `free` implies; undefined where `free` does not count it. */
export function executionFromFree(
  terms: MemoryTerms,
  free: ByteInterval,
): ByteInterval | undefined {
  if (!terms.rules.freeExcludesExecution || terms.rules.freePrintsUsed) return undefined;
  return leftFor(terms, free, blocksOf(terms));
}

/** Execution memory that a printed limit implies. */
export function executionFromLimit(
  terms: MemoryTerms,
  limit: ByteInterval,
): ByteInterval | undefined {
  if (!terms.rules.freeExcludesExecution) return undefined;
  return leftFor(terms, limit, NOTHING);
}

function leftFor(
  terms: MemoryTerms,
  printed: ByteInterval,
  blocks: ByteInterval,
): ByteInterval | undefined {
  const maximum = countedMaximum(terms);
  const { below, above } = terms.rules.maximumDoubt;
  const interval = {
    atLeast: Math.max(0, maximum - below - printed.atMost - blocks.atMost),
    atMost: maximum + above - printed.atLeast - blocks.atLeast,
  };
  return interval.atMost < 0 ? undefined : interval;
}

/** The term of the equation that leaves a prediction open: the one that is known least. */
export type OpenTerm = "unseen" | "removals" | "tasks" | "sizes";

/**
 * Of the terms that a statement counts the one with the widest interval. Beside blocks `free`
 * counts what tasks hold of execution memory, a sum of storage what they unroll.
 */
export function widestTerm(state: MemoryTerms, of: "free" | "storage" = "free"): OpenTerm {
  let unseen = 0;
  let unroll = 0;
  let removals = 0;
  let sizes = 0;
  for (const ledger of state.ledgers) {
    unseen += widthOf(ledger.unseen) + widthOf(ledger.unloggedExecution);
    removals += ledger.drift.below + ledger.mayStillHold;
    unroll += widthOf(ledger.unroll);
    sizes += widthOf(ledger.seen);
  }
  const tasks = of === "free" ? widthOf(countedExecution(state)) : unroll;
  const widest = Math.max(unseen, removals, tasks, sizes);
  if (widest === unseen && unseen > 0) return "unseen";
  if (widest === removals && removals > 0) return "removals";
  return widest === tasks ? "tasks" : "sizes";
}

function widthOf({ atLeast, atMost }: ByteInterval): number {
  return atMost - atLeast;
}
