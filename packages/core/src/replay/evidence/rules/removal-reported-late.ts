/**
 * A `free` with more than is known: blocks whose removal the driver heard of later, within the
 * second of the line, had gone before it.
 */
import { difference } from "../../../byte-interval.ts";
import type { Line, Rule } from "./rule.ts";

export const removalReportedLate: Rule = {
  name: "removal_reported_late",
  sentence: "counts removals that were reported later",
  source: "SparkListenerBlockUpdated carries no time",
  fixture: "removal-reported-late",
  applies: (line) => reportsOf(line) > 0,
  narrows: (line) => {
    const { context, step } = line;
    context.removals.goFirst(context, step, reportsOf(line));
    line.learn();
    return "order";
  },
};

/** How many reports, the oldest ones, make up what the line has more; 0: none do. */
function reportsOf({ quantity, context, step, printed, foresee }: Line): number {
  const now = quantity === "free" ? foresee() : undefined;
  const missing = now === undefined ? undefined : difference(printed, now);
  if (missing === undefined || missing.atLeast <= 0) return 0;
  return context.removals.makingUp(context, step, missing);
}
