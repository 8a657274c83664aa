/**
 * The rules of inference, in the order in which they are asked for a statement that was not
 * predicted: first what moves blocks or steps, then what the open terms of the memory equation
 * account for, the widest knowledge gap before the narrowest.
 */
import type { Weighed } from "../grades.ts";
import type { RuleName } from "../rule-name.ts";
import { executionMeasured } from "./execution-measured.ts";
import { layoutAdopted } from "./layout-adopted.ts";
import { orderOfUse } from "./order-of-use.ts";
import { printedSizes } from "./printed-sizes.ts";
import { removalReportedLate } from "./removal-reported-late.ts";
import { type Line, meets, type Rule } from "./rule.ts";
import { silentRemoval } from "./silent-removal.ts";
import { staleLine } from "./stale-line.ts";
import { stepsCountedEarly } from "./steps-counted-early.ts";
import { unloggedRemovals } from "./unlogged-removals.ts";
import { unrollBetweenLooks } from "./unroll-between-looks.ts";
import { unrollUnlogged } from "./unroll-unlogged.ts";
import { unseenBlocks } from "./unseen-blocks.ts";

export const rules: readonly Rule[] = [
  silentRemoval,
  removalReportedLate,
  stepsCountedEarly,
  staleLine,
  layoutAdopted,
  unseenBlocks,
  unloggedRemovals,
  executionMeasured,
  unrollUnlogged,
  unrollBetweenLooks,
  orderOfUse,
  printedSizes,
];

const sentences = new Map(rules.map(({ name, sentence }) => [name, sentence]));

/** The rule in words (`replay_checks.explanation`). */
export function sentenceOf(name: RuleName): string | undefined {
  return sentences.get(name);
}

/**
 * Settles a statement by the first rule that accounts for it, and learns from it. One that was
 * predicted needs no rule; one that no rule accounts for is unexplained, and taken as it stands.
 * @param usedFor  what such a statement is usually used for
 */
export function accountFor(line: Line, weighed: Weighed, usedFor: string): void {
  const isForeseen = weighed.isPredicted && line.showsRemovals !== true && meets(line);
  const rule = isForeseen ? undefined : rules.find((each) => each.applies(line));
  if (rule === undefined) {
    weighed.settle({ usedFor, rule: undefined });
    line.learn();
    if (!weighed.isPredicted) line.unexplained?.();
    return;
  }
  const usedInstead = rule.narrows(line);
  weighed.settle({ usedFor: usedInstead ?? usedFor, rule: rule.name });
}
