/**
 * Explanations of recorded runs, as they were last read by a person against the logs.
 * `UPDATE_GOLDEN=1 pnpm vitest run test/explain` writes them anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { numberIn, openDatabase, textIn } from "@respark/report";
import { describe, expect, test } from "vitest";
import { recordedRun } from "../cli/recorded-run.ts";
import { respark } from "../cli/run-respark.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/runs");
const goldens = join(import.meta.dirname, "goldens");

async function explained(run: string, ...question: string[]): Promise<string> {
  const database = await recordedRun(run);
  const { code, stdout, stderr } = await respark(["explain", database, ...question]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout.replaceAll(`${dirname(database)}/`, "");
}

/** How long their JVMs took (BlockManager.getOrElseUpdate, whole, in the runs' op traces); ms. */
const RECOMPUTING = {
  "s40-a2-base-dbg": { 1: 836, 4: 1146, 7: 638 },
  "s41-a2-base-dbg": { 1: 510, 4: 2549, 7: 327 },
} as const;

test.for(Object.entries(RECOMPUTING))(
  "%s: what recomputing blocks took lies within the bounds of each RDD's cost",
  async ([run, took]) => {
    const database = await openDatabase(await recordedRun(run));
    const costs = await database.rows(`select rdd_id, cost_ms_min, cost_ms_max from cache_costs`);
    const evictions = await database.rows(`select split_part(block_id, '_', 2) as rdd_id,
        sum(recompute_ms_max) as recompute_ms_max from eviction_ledger
      where regret = 'recomputed' group by all`);
    database.close();
    for (const [rdd, millis] of Object.entries(took)) {
      const cost = costs.find((row) => numberIn(row, "rdd_id") === Number(rdd));
      expect(numberIn(cost, "cost_ms_min")).toBeLessThanOrEqual(millis);
      expect(numberIn(cost, "cost_ms_max")).toBeGreaterThanOrEqual(millis);
      const own = evictions.find((row) => textIn(row, "rdd_id") === rdd);
      expect(numberIn(own, "recompute_ms_max")).toBeGreaterThanOrEqual(millis);
    }
  },
);

describe("explanations read as they did", () => {
  test.for([
    { run: "s35-f-base-dbg", question: [] },
    { run: "s35-f-base-dbg", question: ["--eviction", "9"] },
    { run: "s35-f-base-dbg", question: ["--spill", "1"] },
    { run: "s35-f-base-dbg", question: ["--task", "45"] },
    { run: "s35-f-base-dbg", question: ["--block", "rdd_1_0"] },
    { run: "s35-f-base-dbg", question: ["--executor", "0"] },
    { run: "s16-f-base-dbg", question: [] },
    { run: "s30-f-base-dbg", question: [] },
    { run: "s41-a2-base-dbg", question: [] },
    { run: "s35-g-base-dbg", question: [] },
    { run: "s24-i-legacy-dbg", question: [] },
    { run: "s16-f-base-dbg", question: ["--eviction", "1"] },
    { run: "s40-a2-base-dbg", question: [] },
    { run: "s35-o-base-info", question: [] },
  ])("$run $question", async ({ run, question }) => {
    const text = await explained(run, ...question);
    const name = [run, ...question.map((word) => word.replace(/^--/, ""))].join("-");
    const golden = join(goldens, `${name}.txt`);
    if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, "utf8"));
  });
});

test("each log line that an explanation names says what it is said to", async () => {
  const path = await recordedRun("s35-f-base-dbg");
  const { stdout } = await respark(["explain", path, "--eviction", "9", "--json"]);
  const story: unknown = JSON.parse(stdout);
  expect(story).toMatchObject({
    kind: "eviction",
    facts: { block_id: "rdd_1_0", memory_bytes: 13123248, caused_by_task_id: 45 },
  });
  const lines = readFileSync(join(fixtures, "s35-f-base-dbg/executor-1.log"), "utf8").split("\n");
  expect(story).toMatchObject({ places: [{ line: 365 }, {}] });
  expect(lines[364]).toContain("Dropping block rdd_1_0 from memory");
});

test("an event can be named by its executor and its seq, as the views show it", async () => {
  const byPlace = await explained("s35-f-base-dbg", "--eviction", "1:108");
  expect(byPlace).toBe(await explained("s35-f-base-dbg", "--eviction", "9"));
});

test.for([
  { question: ["--eviction", "99"], says: /no eviction 99; there are 1 to 16: 1 \(/ },
  { question: ["--eviction", "7:1"], says: /no eviction 7:1; there are 16: / },
  { question: ["--task", "999"], says: /no task 999; there are 72 tasks, 0 to 71/ },
  { question: ["--block", "rdd_1_99"], says: /no block rdd_1_99; there are rdd_1_9/ },
  { question: ["--executor", "7"], says: /no executor 7; there are 0, 1 and driver/ },
  { question: ["--oom", "1"], says: /the logs tell of no out-of-memory at all/ },
  { question: ["--task", "x"], says: /--task takes a number, not "x"/ },
  { question: ["--task", "1", "--spill", "2"], says: /one thing at a time/ },
  { question: ["--block", "'; drop table tasks; --"], says: /no block '; drop table tasks/ },
])("$question: what is not there is said with what is", async ({ question, says }) => {
  const { code, stdout, stderr } = await respark([
    "explain",
    await recordedRun("s35-f-base-dbg"),
    ...question,
  ]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(says);
});

test("the verdict for machines has the same findings, in the same order, and the settings that would tell more", async () => {
  const path = await recordedRun("s35-f-base-dbg");
  const { stdout } = await respark(["explain", path, "--json"]);
  const verdict: unknown = JSON.parse(stdout);
  expect(verdict).toMatchObject({
    kind: "verdict",
    findings: expect.arrayContaining([
      expect.objectContaining({ id: "evictions_rdd_1", severity: "risk" }),
      expect.objectContaining({ id: "spills_stage_4", severity: "slow" }),
    ]),
    advice: [{ file: "log4j2.properties" }],
  });
});
