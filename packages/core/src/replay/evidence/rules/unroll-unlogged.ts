/** A sum of storage counts unroll memory, whose reservations no line prints. */
import { widestTerm } from "../memory-equation.ts";
import { fits, learns, type Rule } from "./rule.ts";

export const unrollUnlogged: Rule = {
  name: "unroll_unlogged",
  sentence: "counts unroll memory, of which no line is printed",
  source: "MemoryStore.reserveUnrollMemoryForThisTask prints nothing",
  fixture: "unroll-unlogged",
  applies: (line) =>
    line.quantity === "storage_used" &&
    fits(line) &&
    widestTerm(line.context.state, "storage") === "tasks",
  narrows: learns,
};
