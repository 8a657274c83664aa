/** Which term of the memory equation leaves a prediction open: the one that is known least. */
import type { ByteInterval } from "../../byte-interval.ts";
import { countedExecution, type MemoryTerms } from "./memory-equation.ts";

export type OpenTerm = "unseen" | "removals" | "tasks" | "sizes";

/**
 * Of the terms that a statement counts the one with the widest interval. Beside blocks `free` counts
 * what tasks hold of execution memory, a sum of storage what they unroll.
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
