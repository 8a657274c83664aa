/** Where no grant is logged, what a statement leaves for execution is what tasks hold. */
import { widestTerm } from "../memory-equation.ts";
import { fits, type Line, learns, type Rule } from "./rule.ts";

export const executionMeasured: Rule = {
  name: "execution_measured",
  sentence: "measures execution memory, of which no grant is logged",
  source: "TaskMemoryManager logs grants at DEBUG alone",
  fixture: "execution-measured",
  applies: (line) => {
    const { quantity, context } = line;
    if (context.logged.grants) return false;
    switch (quantity) {
      case "execution_used":
        return true;
      case "storage_limit":
      case "exceeds_limit":
        return line.agrees || mayBeExecution(line);
      case "free":
        return fits(line) ? widestTerm(context.state) === "tasks" : mayBeExecution(line);
      case "blocks_used":
        return fits(line) && widestTerm(context.state) === "tasks";
      default:
        return false;
    }
  },
  narrows: learns,
};

/** A task that runs may have taken what is missing. */
function mayBeExecution({ context: { state }, execution }: Line): boolean {
  const implied = execution?.();
  if (implied === undefined || state.running.size === 0) return false;
  return implied.atLeast <= state.ledgers.reduce((all, l) => all + l.executionCeiling(), 0);
}
