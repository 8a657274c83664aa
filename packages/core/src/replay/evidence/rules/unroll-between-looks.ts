/** How far an unroll had come when it failed is bounded by what it could get between two looks. */
import { learns, meets, type Rule } from "./rule.ts";

export const unrollBetweenLooks: Rule = {
  name: "unroll_between_looks",
  sentence: "an unroll is measured every 16 records, and may have grown in between",
  source: "MemoryStore.putIterator (memory-model 3.4)",
  fixture: "unroll-between-looks",
  applies: (line) => line.quantity === "unroll_computed" && meets(line),
  narrows: learns,
};
