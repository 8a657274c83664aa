/**
 * `respark whatif`: one recorded run foretold under other settings, as text and as JSON that keeps
 * the contract's laws.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
beforeAll(async () => {
  await replayed([join(runs, "s35-f-base-dbg"), "-o", database]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Outcome {
  readonly name: string;
  readonly base: number | null;
  readonly median: number | null;
  readonly lo: number;
  readonly hi: number;
  readonly p_any: number;
  readonly grade: string;
  readonly reason: string | null;
}

interface Answer {
  readonly self_check: { readonly passed: boolean };
  readonly scenarios: readonly {
    readonly name: string;
    readonly capacity: { readonly max_memory_bytes: number };
    readonly outcomes: readonly Outcome[];
  }[];
  readonly bands: readonly { readonly outcome: string; readonly p05: string | null }[];
  readonly miss_ratios?: readonly {
    readonly rdd_id: number;
    readonly points: readonly { readonly is_own: boolean }[];
  }[];
}

async function asked(...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await respark(["whatif", database, ...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Answer;
}

function median(answer: Answer, name: string): number | null | undefined {
  return answer.scenarios[0]?.outcomes.find((outcome) => outcome.name === name)?.median;
}

test("four times the memory: nothing is evicted, nothing spills; half of it: more of both", async () => {
  const more = await asked("--set", "spark.executor.memory=2g");
  expect(median(more, "evicted_blocks")).toBe(0);
  expect(median(more, "spilled_tasks")).toBe(0);
  const less = await asked("--set", "spark.memory.fraction=0.3");
  expect(median(less, "spilled_bytes")).toBeGreaterThan(0);
  expect(median(less, "misses")).toBeGreaterThan(median(more, "misses") ?? 0);
});

/** Which laws of the contract an outcome breaks. */
function broken({ name, median: middle, lo, hi, p_any, grade, reason }: Outcome): string[] {
  const laws: readonly (readonly [string, boolean])[] = [
    ["ordered", middle === null || (lo >= 0 && lo <= middle && middle <= hi)],
    ["whole", middle === null || [lo, middle, hi].every(Number.isSafeInteger)],
    ["a median above 0 is likely", middle === null || middle === 0 || p_any >= 0.5],
    ["a band above 0 is almost sure", middle === null || lo === 0 || p_any >= 0.95],
    ["a band at 0 is almost never", middle === null || hi > 0 || p_any <= 0.05],
    ["a reason below A", grade === "A" || reason !== null],
  ];
  return laws.flatMap(([law, holds]) => (holds ? [] : [`${name}: ${law}`]));
}

test("every number keeps the laws: ordered bands, shares that fit them, a reason below A", async () => {
  const answer = await asked("--set", "spark.memory.fraction=0.4", "--draws", "20");
  const outcomes = answer.scenarios[0]?.outcomes ?? [];
  expect(outcomes.length).toBeGreaterThan(10);
  expect(outcomes.flatMap(broken)).toEqual([]);
  // The run filled its pool, and no band of a peak reaches beyond it.
  const most = answer.scenarios[0]?.capacity.max_memory_bytes ?? 0;
  const peaks = outcomes.filter(({ name }) => /^peak_(?:storage|execution)/.test(name));
  expect(peaks.map(({ hi }) => hi <= most)).toEqual([true, true]);
  expect(Math.max(...peaks.map(({ hi }) => hi))).toBe(most);
});

test("the same seed gives the same bytes", async () => {
  const args = ["whatif", database, "--set", "spark.memory.fraction=0.35", "--json", "--seed", "7"];
  const first = await respark(args);
  expect((await respark(args)).stdout).toBe(first.stdout);
});

test("a sweep has a scenario for each step, and says where an outcome ends", async () => {
  const answer = await asked("--sweep", "spark.executor.memory=512m..2g:512m", "--draws", "10");
  expect(answer.scenarios.map(({ name }) => name)).toEqual([
    "spark.executor.memory=512m",
    "spark.executor.memory=1024m",
    "spark.executor.memory=1536m",
    "spark.executor.memory=2048m",
  ]);
  expect(answer.bands.find(({ outcome }) => outcome === "evicted_blocks")?.p05).toBe("1024m");
});

test("a person reads counts of simulated runs, never a plain safe", async () => {
  const { code, stdout } = await respark(["whatif", database, "--set", "spark.executor.memory=2g"]);
  expect(code).toBe(0);
  expect(stdout).toContain("no evicted blocks in 40 of 40 simulated runs");
  expect(stdout).toContain("Self-check: simulated as it was");
  expect(stdout).toMatch(
    /^rdd \d+: \d+ of \d+ repeated reads came from memory; 95 % would from spark\.executor\.memory \d+m \(pool \d+ MiB\) on\.$/m,
  );
  expect(stdout).not.toMatch(/\bsafe\b/);
});

test("-o writes the answer into the database: a curve by value, every draw, and the same again", async () => {
  const path = join(scratch, "answered.duckdb");
  const sweep = ["--sweep", "spark.executor.memory=512m..1g:512m", "--draws", "10"];
  const given = ["whatif", database, ...sweep, "-o", path, "--json"];
  const answer = JSON.parse((await respark(given)).stdout) as Answer;
  await respark(given);
  const asked = ["whatif", database, "--set", "spark.memory.fraction=0.4", "-o", path];
  expect((await respark(asked)).stdout).toMatch(
    /Written: .*answered\.duckdb\n.*\n.* query .* whatif_curve\n$/,
  );
  const rows = async (sql: string): Promise<unknown> =>
    JSON.parse((await respark(["query", path, sql, "--format", "json"])).stdout);
  expect(
    await rows(
      `select knob_number, median, lo, hi, p_any, grade from whatif_curve
       where outcome = 'evicted_blocks' and knob = 'spark.executor.memory'`,
    ),
  ).toEqual(
    answer.scenarios.map(({ outcomes }, index) => {
      const evicted = outcomes.find(({ name }) => name === "evicted_blocks");
      return {
        knob_number: 536_870_912 * (index + 1),
        median: evicted?.median,
        lo: evicted?.lo,
        hi: evicted?.hi,
        p_any: evicted?.p_any,
        grade: evicted?.grade,
      };
    }),
  );
  expect(
    await rows(
      `select name, draws, count(distinct draw) as drawn, count(distinct outcome) as outcomes
       from whatif_scenarios join whatif_draws using (scenario_id) group by all order by all`,
    ),
  ).toEqual([
    { name: "spark.executor.memory=1024m", draws: 10, drawn: 10, outcomes: 17 },
    { name: "spark.executor.memory=512m", draws: 10, drawn: 10, outcomes: 17 },
    { name: "spark.memory.fraction=0.4", draws: 40, drawn: 40, outcomes: 17 },
  ]);
  expect(await rows("select count(*) as n from whatif_weak where open_bytes <= 0")).toEqual([
    { n: 0 },
  ]);
  expect(await rows("select count(*) as n from whatif_self_check")).toEqual([{ n: 8 }]);
  const curve = answer.miss_ratios?.[0];
  const [own, ...others] = curve?.points.filter(({ is_own }) => is_own) ?? [];
  expect(others).toEqual([]);
  expect(
    await rows(`select knob_value as value, memory_bytes, is_own, sum(reads)::bigint as reads,
        sum(first_reads)::bigint as first_reads, sum(memory_hits)::bigint as memory_hits,
        sum(disk_hits)::bigint as disk_hits, sum(remote_hits)::bigint as remote_hits,
        sum(misses)::bigint as misses, sum(best_memory_hits)::bigint as best_memory_hits
      from whatif_miss_ratio where is_own and rdd_id = ${curve?.rdd_id} group by all`),
  ).toEqual([own]);
  const sized = ["--keep", "no-spills", "--between", "512m..1g", "-o", path, "--json"];
  const { tried } = JSON.parse((await respark(["size", database, ...sized])).stdout) as {
    readonly tried: readonly string[];
  };
  expect(tried).toContain("1024m");
  expect(
    await rows(`select (knob_number / 1048576)::integer || 'm' as size from whatif_curve
      where outcome = 'spilled_tasks' and knob = 'spark.executor.memory' order by knob_number`),
  ).toEqual(tried.map((size) => ({ size })));
});

test("-o never replaces a file that is no database", async () => {
  const path = join(scratch, "notes.txt");
  writeFileSync(path, "mine");
  const { code } = await respark(["whatif", database, "-o", path, "--draws", "1"]);
  expect(code).not.toBe(0);
  expect(readFileSync(path, "utf8")).toBe("mine");
});

test.each([
  { set: "spark.sql.shuffle.partitions=400", code: 5, says: "changes the plan" },
  { set: "spark.executor.memory=400m", code: 2, says: "at least 471859200" },
  { set: "spark.memori.fraction=0.4", code: 2, says: "is no setting that is simulated" },
  { set: "spark.executor.memory=lots", code: 2, says: "start with spark.executor.memory=lots: " },
  { set: "spark.memory.fraction", code: 2, says: "key=value" },
])("$set is refused in a sentence, with exit $code", async ({ set, code, says }) => {
  const ran = await respark(["whatif", database, "--set", set]);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toContain(says);
});

test("a promise that size does not know is a sentence, with those that it knows", async () => {
  const { code, stderr } = await respark(["size", database, "--keep", "no-spills,no-swap"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^respark: --keep: no-swap is no promise: no-evictions, .* are\n$/);
});

test("a run that did not finish is not comparable", async () => {
  const { code, stderr } = await respark(["whatif", join(runs, "s35-o-base-info"), "--quiet"]);
  expect(code).toBe(5);
  expect(stderr).toContain("did not finish");
});

test.each([
  ['"512m","spark.memory.offHeap.enabled":"true"', "spark.memory.offHeap.size must be > 0"],
  ['"lots"', "Failed to parse byte string: lots"],
])("settings that Spark does not start with (%s) are replayed, not simulated", async (set, why) => {
  const log = readFileSync(join(runs, "s35-g-base-dbg/app-20261121023728-0000"), "utf8");
  const path = join(scratch, "odd-settings.jsonl");
  writeFileSync(
    path,
    log.replace('"spark.executor.memory":"512m"', `"spark.executor.memory":${set}`),
  );
  const out = ["-o", join(scratch, "odd.duckdb"), "--overwrite"];
  expect((await respark(["replay", path, ...out])).code).toBe(0);
  const asked = await respark(["whatif", path, "--set", "spark.memory.fraction=0.7", "--quiet"]);
  expect(asked.code).toBe(5);
  expect(asked.stderr).toContain("Spark does not start with the settings that the logs name");
  expect(asked.stderr).toContain(why);
});

test("replay writes what a simulation says of each change; of two it is asked for, and the same", async () => {
  const effects = "select rank, change_key, effect from findings where effect is not null";
  const both = join(scratch, "both.duckdb");
  const runs = ["s35-f-base-dbg", "s30-f-base-dbg"].map((run) => join("fixtures/runs", run));
  expect((await respark(["replay", ...runs, "-o", both])).code).toBe(0);
  const alone = await respark(["query", database, effects, "--format", "json"]);
  const rows = JSON.parse(alone.stdout) as { rank: number; change_key: string; effect: string }[];
  expect(rows[0]).toMatchObject({ rank: 1, change_key: "spark.memory.fraction" });
  expect(rows[0]?.effect).toMatch(
    /^at spark\.memory\.fraction=0\.6: .* \(medians of \d+ simulated runs/,
  );
  const ofTwo = await respark(["query", both, effects, "--format", "json"]);
  expect(JSON.parse(ofTwo.stdout)).toEqual([]);
  const [{ app_id } = { app_id: "" }] = JSON.parse(
    (await respark(["query", database, "select app_id from applications", "--format", "json"]))
      .stdout,
  ) as { app_id: string }[];
  const asked = await respark(["explain", both, "--app", app_id, "--json"]);
  const { findings } = JSON.parse(asked.stdout) as { findings: { effect?: string }[] };
  expect(findings[0]?.effect).toBe(rows[0]?.effect);
});
