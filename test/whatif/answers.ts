/// <reference types="node" />
/**
 * What the scorer asks of `respark whatif`, answered in one process: an answer a base run and set
 * of settings, and what each base's self-check says. node --conditions=@respark/source --import tsx
 * test/whatif/answers.ts <pairs.json> <folder of databases> <folder for answers>
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NotComparable, type RunRecord, whatIfInDetail } from "@respark/report";
import { recordOf } from "./records.ts";

interface Pair {
  readonly base: string;
  readonly kind: "change" | "repeat";
  readonly set: Readonly<Record<string, string>>;
}

const [pairsFile = "", databases = "", answers = ""] = process.argv.slice(2);
const { pairs } = JSON.parse(readFileSync(pairsFile, "utf8")) as { pairs: readonly Pair[] };
mkdirSync(answers, { recursive: true });
const asked = new Map<string, Map<string, Pair["set"]>>();
for (const { base, kind, set } of pairs) {
  const mine = asked.get(base) ?? new Map<string, Pair["set"]>();
  asked.set(base, mine);
  if (kind === "change") mine.set(nameOf(base, set), set);
}
const checks: Record<string, unknown> = {};
for (const [base, questions] of asked) {
  const run = await recordOf(join(databases, `${base}.duckdb`));
  if (run === undefined) continue;
  for (const [name, set] of [["", {}] as const, ...questions]) {
    const answer = answerOf(run, set);
    if (name === "") checks[base] = answer?.self_check ?? "not comparable";
    else if (answer !== undefined)
      writeFileSync(join(answers, `${name}.json`), JSON.stringify(answer));
  }
}
writeFileSync(join(answers, "self-checks.json"), JSON.stringify(checks));

/** As score-whatif.py names a saved answer: SHA-1 of the settings as Python prints them. */
function nameOf(base: string, set: Pair["set"]): string {
  const entries = Object.entries(set).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const digest = createHash("sha1")
    .update(`{${text.join(", ")}}`)
    .digest("hex");
  return `${base}__${digest.slice(0, 12)}`;
}

function answerOf(run: RunRecord, set: Pair["set"]) {
  try {
    return whatIfInDetail(run, {
      scenarios: [new Map(Object.entries(set).sort(([a], [b]) => (a < b ? -1 : 1)))],
      levels: new Map(),
      draws: 40,
      seed: 1,
      knob: undefined,
    }).answer;
  } catch (error) {
    if (error instanceof NotComparable) return undefined;
    throw error;
  }
}
