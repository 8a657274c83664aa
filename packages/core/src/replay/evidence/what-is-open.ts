/** Which term of the memory equation leaves a prediction open, and so which rule a line serves. */
import type { ByteInterval } from "../../byte-interval.ts";
import type { LoggedClasses } from "./logged-classes.ts";
import { countedExecution, type MemoryTerms } from "./memory-equation.ts";
import type { RuleName } from "./rules.ts";

/** The rule of the term that is known least of those that `free` counts. */
export function whatIsOpen(
  state: MemoryTerms,
  { grants }: Pick<LoggedClasses, "grants">,
): RuleName {
  let unseen = 0;
  let removals = 0;
  let sizes = 0;
  for (const ledger of state.ledgers) {
    unseen += widthOf(ledger.unseen) + widthOf(ledger.unloggedExecution);
    removals += ledger.drift.below + ledger.mayStillHold;
    sizes += widthOf(ledger.seen);
  }
  const execution = widthOf(countedExecution(state));
  const widest = Math.max(unseen, removals, execution, sizes);
  if (widest === unseen && unseen > 0) return "unseen_blocks";
  if (widest === removals && removals > 0) return "unlogged_removals";
  return widest === execution && !grants ? "execution_measured" : "printed_sizes";
}

function widthOf({ atLeast, atMost }: ByteInterval): number {
  return atMost - atLeast;
}
