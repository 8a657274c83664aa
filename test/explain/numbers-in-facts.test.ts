/**
 * What an explanation says in numbers is in its facts: whoever reads the JSON can check every
 * sentence.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { recordedRun } from "../cli/recorded-run.ts";
import { replayed, respark } from "../cli/run-respark.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-facts-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const AMOUNT = /(-?\d[\d.]*) (B|KiB|MiB|GiB|ms|s)\b/g;
const BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const MILLIS: Readonly<Record<string, number>> = { ms: 1, s: 1000 };

/** Every number of a value, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value)) return [Number(value)];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(numbersIn);
}

/** Amounts with a unit that no fact rounds to. */
function unfounded(sentence: string, facts: unknown): string[] {
  const known = numbersIn(facts);
  return [...sentence.matchAll(AMOUNT)].flatMap(([words, digits = "", unit = ""]) => {
    const scale = BYTES[unit] ?? MILLIS[unit] ?? 1;
    // Half of the last printed digit.
    const slack = 0.5 * 10 ** -(digits.split(".")[1]?.length ?? 0) + 1e-9;
    const said = Number(digits);
    return known.some((fact) => Math.abs(fact / scale - said) <= slack) ? [] : [words];
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

describe("each amount in a sentence is in the facts beside it", () => {
  test.for([
    {
      run: "s35-f-base-dbg",
      questions: [
        "",
        "--eviction 1",
        "--eviction 9",
        "--eviction 16",
        "--spill 1",
        "--task 45",
        "--block rdd_1_0",
        "--executor 1",
      ],
    },
    { run: "s35-g-base-dbg", questions: ["", "--spill 8", "--task 1", "--executor 0"] },
    { run: "s24-i-legacy-dbg", questions: ["", "--block rdd_1_1", "--executor driver"] },
    { run: "s40-a2-base-dbg", questions: ["", "--eviction 3", "--eviction 12"] },
  ])("$run", async ({ run, questions }) => {
    const database = await recordedRun(run);
    const missing: unknown[] = [];
    let amounts = 0;
    for (const question of questions) {
      const { code, stdout } = await respark([
        "explain",
        database,
        "--json",
        ...question.split(" ").filter(Boolean),
      ]);
      expect(code).toBe(0);
      const answer: unknown = JSON.parse(stdout);
      const told = question === "" ? list(field(answer, "findings")) : [answer];
      for (const part of told) {
        const sentences = [
          ...list(field(part, "lines")).map((line) => field(line, "text")),
          ...(question === "" ? [field(part, "title"), ...list(field(part, "evidence"))] : []),
        ];
        for (const sentence of sentences) {
          amounts += [...String(sentence).matchAll(AMOUNT)].length;
          const lacking = unfounded(String(sentence), field(part, "facts"));
          if (lacking.length > 0) missing.push({ question, sentence, lacking });
        }
      }
    }
    expect(missing).toEqual([]);
    expect(amounts).toBeGreaterThan(5);
  });
});

test("names that move the cursor, recolour a terminal or break out of a shell are shown, not obeyed", async () => {
  const log = join(folder, "app-hostile");
  const name = "\u001b[2J\u001b]0;owned\u0007<b>evil</b>\nsecond";
  const block = "1'; touch /tmp/owned; '";
  writeFileSync(
    log,
    [
      { Event: "SparkListenerLogStart", "Spark Version": "3.5.6" },
      {
        Event: "SparkListenerApplicationStart",
        "App Name": name,
        "App ID": "app-hostile",
        Timestamp: 1700000000000,
        User: "x",
      },
      {
        Event: "SparkListenerExecutorAdded",
        Timestamp: 1700000001000,
        "Executor ID": block,
        "Executor Info": { Host: name, "Total Cores": 2, "Log Urls": {} },
      },
      {
        Event: "SparkListenerExecutorRemoved",
        Timestamp: 1700000002000,
        "Executor ID": block,
        "Removed Reason": `Container killed by YARN for exceeding physical memory limits. ${name}`,
      },
      { Event: "SparkListenerApplicationEnd", Timestamp: 1700000003000 },
    ]
      .map((event) => JSON.stringify(event))
      .join("\n"),
  );
  const database = join(folder, "hostile.duckdb");
  await replayed([log, "-o", database, "--quiet"]);
  const verdict = await respark(["explain", database]);
  const story = await respark(["explain", database, "--executor", block]);
  const refusal = await respark(["explain", database, "--executor", "\u001b[31m"]);
  expect([verdict.code, story.code, refusal.code]).toEqual([0, 0, 2]);
  for (const text of [verdict.stdout, story.stdout, refusal.stderr]) {
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  }
  expect(verdict.stdout).toContain("the container was over its memory limit");
  expect(verdict.stdout).toContain(`--executor '1'\\''; touch /tmp/owned; '\\'''`);
});

test("the ordinals of the views are those that explain takes", async () => {
  const database = await recordedRun("s35-f-base-dbg");
  for (const [sql, flag] of [
    [
      "select ordinal, executor_id || ':' || seq as place from eviction_ledger where ordinal in (1, 7, 16)",
      "--eviction",
    ],
    [
      "select c.largest_ordinal as ordinal, s.executor_id || ':' || s.seq as place from spill_causes c join spills s on s.memory_bytes = c.largest_memory_bytes",
      "--spill",
    ],
  ] as const) {
    const { stdout } = await respark(["query", database, sql, "--format", "json"]);
    const rows = list(JSON.parse(stdout));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const byOrdinal = await respark(["explain", database, flag, String(field(row, "ordinal"))]);
      const byPlace = await respark(["explain", database, flag, String(field(row, "place"))]);
      expect(byOrdinal).toEqual(byPlace);
    }
  }
});
