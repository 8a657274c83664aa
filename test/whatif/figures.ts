/// <reference types="node" />
/**
 * Writes the figures of docs/whatif.md: from what score-whatif.py measured (--json), and what the
 * self-checks of answers.ts said. node --conditions=@respark/source --import tsx
 * test/whatif/figures.ts <scores.json> <self-checks.json>
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Score {
  readonly family: string;
  readonly outcome: string;
  readonly pairs: number;
  /** null: infinite */
  readonly wape: number | null;
  readonly same: number | null;
  readonly cover: number;
  readonly safe_right: number;
  readonly safe_wrong_n: number;
}

/** Families of the pairs, in words. */
const ROWS: readonly (readonly [family: string, words: string, outcomes: readonly string[]])[] = [
  ["cache", "cached RDDs", ["evicted_blocks", "misses", "failed_puts"]],
  ["cache 4x4", "cached RDDs, 4 executors of 4 cores", ["evicted_blocks"]],
  ["two rdds a stage", "two cached RDDs in a task", ["evicted_blocks", "misses"]],
  ["mixed 3.x", "cached RDDs and shuffles, 3.x", ["evicted_blocks", "spilled_tasks"]],
  ["mixed 2.x", "cached RDDs and shuffles, 2.4", ["evicted_blocks"]],
  ["shuffle 3.x", "shuffles", ["spilled_bytes"]],
  ["sql operators", "SQL operators", ["spilled_bytes", "spilled_tasks"]],
  ["sql cached", "cached tables", ["spilled_bytes"]],
  ["static to unified", "static to unified manager", ["evicted_blocks"]],
  ["unpersist", "unpersisted in mid-run", ["evicted_blocks"]],
];

const WORDS: Readonly<Record<string, string>> = {
  evicted_blocks: "evicted blocks",
  misses: "misses",
  failed_puts: "failed puts",
  spilled_bytes: "spilled bytes",
  spilled_tasks: "tasks that spill",
};

const [scoresFile = "", checksFile = ""] = process.argv.slice(2);
const page = join(import.meta.dirname, "../../docs/whatif.md");
const { table, not_met } = JSON.parse(pythonJson(readFileSync(scoresFile, "utf8"))) as {
  table: readonly Score[];
  not_met: readonly string[];
};
const checks = Object.entries(
  JSON.parse(readFileSync(checksFile, "utf8")) as Record<string, { passed: boolean } | string>,
).flatMap(([base, check]) =>
  base.endsWith("-info") && typeof check === "object" ? [check.passed] : [],
);
const percent = (share: number | null): string =>
  share === null ? "–" : `${Math.round(100 * share)} %`;
const lines = ROWS.flatMap(([family, words, outcomes]) =>
  outcomes.flatMap((outcome) => {
    const score = table.find((one) => one.family === family && one.outcome === outcome);
    if (score === undefined) return [];
    const { pairs, wape, same, cover, safe_right: right, safe_wrong_n: wrong } = score;
    const none = right + wrong === 0 ? "–" : `${right}/${wrong}`;
    const cells = [
      words,
      WORDS[outcome],
      pairs,
      percent(wape),
      percent(same),
      percent(cover),
      none,
    ];
    return [`| ${cells.join(" | ")} |`];
  }),
);
const passed = checks.filter(Boolean).length;
const floors =
  not_met.length === 0
    ? "No floor of the specification is missed."
    : `Floors of the specification that are missed:\n\n${not_met.map((one) => `- ${one}`).join("\n")}`;
const text = readFileSync(page, "utf8")
  .replace(/(\| --- \|(?: --- \|)+\n)(?:\|.*\n)+/, `$1${lines.join("\n")}\n`)
  .replace(
    /Simulated as they were, \d+ of \d+ runs/,
    `Simulated as they were, ${passed} of ${checks.length} runs`,
  )
  .replace(/<!-- floors -->[\s\S]*?<!-- end -->/, () => `<!-- floors -->\n${floors}\n<!-- end -->`);
writeFileSync(page, text);

/** Python writes numbers that JSON does not know. */
function pythonJson(text: string): string {
  return text.replace(/: (?:NaN|-?Infinity)\b/g, ": null");
}
