/**
 * A statement made under the manager's lock may count steps of other threads whose lines come
 * later: they are replayed now, and the order of the lines is what was wrong.
 */
import { type Line, meets, type Rule } from "./rule.ts";

const stepsOf = (line: Line) => (meets(line) ? [] : (line.countedEarly?.() ?? []));

export const stepsCountedEarly: Rule = {
  name: "steps_counted_early",
  sentence: "counts steps whose lines come later",
  source: "lines are printed after the locks are released (memory-model 5.3)",
  fixture: "steps-counted-early",
  applies: (line) => stepsOf(line).length > 0,
  narrows: (line) => {
    for (const step of stepsOf(line)) line.context.replayEarly(step);
    line.learn();
    return "order";
  },
};
