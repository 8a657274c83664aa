/** How a verdict is printed: several findings of one kind and one remedy are read at a glance. */
import type { Finding } from "@respark/report";
import { expect, test } from "vitest";
import { verdictText } from "../src/explain/verdict-text.ts";

const finding = (rddId: number, of: Partial<Finding> = {}): Finding => ({
  id: `evictions_rdd_${rddId}`,
  rank: rddId,
  kind: "evictions",
  severity: "slow",
  weight: 1,
  costMillis: { best: undefined, min: 0, max: 1200 },
  title: `evictions from RDD ${rddId}`,
  evidence: [`RDD ${rddId} went for broadcast_7.`, "The pool was full."],
  tooCheap: undefined,
  change: "more memory",
  changeKey: undefined,
  changeValue: undefined,
  effect: undefined,
  certainty: "logged",
  places: [],
  next: [],
  facts: {},
  ...of,
});

const printed = (findings: readonly Finding[]): string =>
  verdictText(
    {
      kind: "verdict",
      appId: "app-1",
      attemptId: undefined,
      title: "app-1",
      findings,
      absent: [],
      unknowable: [],
      trust: TRUST,
      logs: LOGS,
    } as never,
    [],
    {
      columns: 100,
      style: { bold: (words: string) => words, dim: (words: string) => words },
    } as never,
  );
const TRUST = { sentences: [] };
const LOGS = {};

test("of three findings of one kind with one remedy the first is said in full, the others in a line", () => {
  const text = printed([finding(1), finding(2), finding(3)]);
  expect(text).toContain("RDD 1 went for broadcast_7.");
  expect(text).not.toContain("RDD 2 went for broadcast_7.");
  expect(text).toContain(
    "2. TIME WAS LOST: evictions from RDD 2 (at most 1.2 s of task time; change as in 1)\n3. TIME",
  );
  expect(text).toContain("stands in the table findings");
});

test("two are said in full, and so is one of another kind with the same remedy", () => {
  const text = printed([finding(1), finding(2), finding(3, { kind: "spills" })]);
  for (const rddId of [1, 2, 3]) expect(text).toContain(`RDD ${rddId} went for broadcast_7.`);
  expect(text).not.toContain("stands in the table findings");
});

test("what a short one leaves out a later one says", () => {
  const short = finding(3, { evidence: ["The heap was small."] });
  const later = finding(4, { kind: "spills", evidence: ["The heap was small."] });
  expect(printed([finding(1), finding(2), short, later])).toContain("The heap was small.");
});
