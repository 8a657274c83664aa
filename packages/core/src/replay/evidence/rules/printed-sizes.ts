/** Of all that is printed with one decimal the sum is open, at most as wide as a prediction. */
import { fits, learns, type Rule } from "./rule.ts";

export const printedSizes: Rule = {
  name: "printed_sizes",
  sentence: "sizes are printed with one decimal, and what that leaves open adds up",
  source: "Utils.bytesToString",
  fixture: "printed-sizes",
  applies: fits,
  narrows: learns,
};
