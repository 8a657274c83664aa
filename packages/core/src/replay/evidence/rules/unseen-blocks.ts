/** Blocks that were stored before the log begins, or that it leaves out, count as well. */
import { widestTerm } from "../memory-equation.ts";
import { countsOf, fits, type Line, type Rule } from "./rule.ts";

export const unseenBlocks: Rule = {
  name: "unseen_blocks",
  sentence: "counts blocks of which no line tells: stored before the log begins, or left out of it",
  source: "rotated logs begin within an executor's life",
  fixture: "unseen-blocks",
  applies: (line) => {
    const { quantity, context, step, printed, foresee } = line;
    switch (quantity) {
      case "free":
        return fits(line) ? isOpen(line) : context.unseen.explains(step, printed);
      case "blocks_used":
        return fits(line) ? isOpen(line) : context.unseen.mayHoldBytes;
      case "victims":
      case "evicted_bytes":
        return foresee() === undefined || context.unseen.mayHoldBytes;
      case "storage_used":
        return fits(line) ? isOpen(line) : dumpedBeyondKnown(line) > 0;
      default:
        return false;
    }
  },
  narrows: (line) => {
    line.learn();
    const beyond = line.quantity === "storage_used" ? dumpedBeyondKnown(line) : 0;
    if (beyond === 0) return undefined;
    line.context.unseen.holdAlso(beyond);
    return "storage";
  },
};

/** What is known early of blocks, or of those before the log, leaves the prediction open. */
function isOpen({ quantity, context: { state, foresight } }: Line): boolean {
  if (quantity === "free" && !foresight.isEmpty) return true;
  return widestTerm(state, countsOf(quantity)) === "unseen";
}

/**
 * A memory dump counts storage: what is beyond all known blocks is of blocks that no line tells, as
 * an excerpt may have its beginning and not all that follows.
 */
function dumpedBeyondKnown({ context: { state, logged }, printed, foresee }: Line): number {
  const known = state.offHeap === undefined && !logged.removals ? foresee() : undefined;
  return known === undefined ? 0 : Math.max(0, printed.atMost - known.atMost);
}
