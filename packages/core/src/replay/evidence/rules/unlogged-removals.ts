/** Blocks that may have been removed without a line leave a prediction open. */
import { widestTerm } from "../memory-equation.ts";
import { countsOf, fits, learns, type Rule } from "./rule.ts";

export const unloggedRemovals: Rule = {
  name: "unlogged_removals",
  sentence: "blocks may have been removed without a line",
  source: "ContextCleaner removes broadcasts without an INFO line",
  fixture: "unlogged-removals",
  applies: (line) => {
    const { quantity, context } = line;
    const counts = countsOf(quantity);
    return counts !== undefined && fits(line) && widestTerm(context.state, counts) === "removals";
  },
  narrows: learns,
};
