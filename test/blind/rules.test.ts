/**
 * The rules of inference: one order, a file each, and for each the smallest log that needs it.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RuleName } from "../../packages/core/src/replay/evidence/rule-name.ts";
import { rules } from "../../packages/core/src/replay/evidence/rules/index.ts";
import { replayInto, surveyed } from "../golden/replayed-run.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "packages/core/src/replay/evidence/rules");

/** Rules that account for statements of the log, in the order of their rows. */
async function rulesIn(path: string): Promise<string[]> {
  const fired: string[] = [];
  for (const application of await surveyed([path])) {
    await replayInto(application, (table, row) => {
      if (table === "replay_checks" && "rule" in row && typeof row.rule === "string")
        fired.push(row.rule);
    });
  }
  return fired;
}

test("each rule is a file, and stands once in the order in which they are asked", () => {
  const files = readdirSync(folder)
    .map((file) => file.replace(/\.ts$/, "").replaceAll("-", "_"))
    .filter((name) => name !== "index" && name !== "rule");
  expect(rules.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
});

test("a rule that acts is asked before one that only says which term is open", () => {
  const order = rules.map(({ name }) => name);
  const before = (first: RuleName, then: RuleName) =>
    expect(order.indexOf(first), `${first} before ${then}`).toBeLessThan(order.indexOf(then));
  // What is gone explains more than a line that is taken for stale, and so is never contradicted.
  before("removal_reported_late", "stale_line");
  before("steps_counted_early", "stale_line");
  before("stale_line", "execution_measured");
  // Rounding is what is left when nothing else is open.
  expect(order.at(-1)).toBe("printed_sizes");
});

test.for(rules)("$name accounts for a statement of its smallest log", async (rule) => {
  const path = join(root, "fixtures/rules", rule.fixture);
  expect(await rulesIn(path)).toContain(rule.name);
});

test.for(rules)("without any one line of that log $name does not", async (rule) => {
  const copy = mkdtempSync(join(tmpdir(), "respark-rule-"));
  try {
    cpSync(join(root, "fixtures/rules", rule.fixture), copy, { recursive: true });
    for (const file of readdirSync(copy)) {
      const lines = readFileSync(join(copy, file), "utf8").split("\n").slice(0, -1);
      for (const at of lines.keys()) {
        writeFileSync(
          join(copy, file),
          lines
            .toSpliced(at, 1)
            .map((line) => `${line}\n`)
            .join(""),
        );
        expect(await rulesIn(copy), `${file} without line ${at + 1}`).not.toContain(rule.name);
      }
      writeFileSync(join(copy, file), lines.map((line) => `${line}\n`).join(""));
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test("each rule says where in Spark its need comes from", () => {
  for (const { source, sentence } of rules) {
    expect(source.length).toBeGreaterThan(10);
    expect(sentence).toMatch(/^[a-z]/);
  }
});
