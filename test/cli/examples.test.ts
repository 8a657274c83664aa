/** The questions in examples/ are answered on a real run. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const examples = join(import.meta.dirname, "../../examples");
const questions = ["sql", "grafana"].flatMap((folder) =>
  readdirSync(join(examples, folder))
    .filter((name) => name.endsWith(".sql"))
    .map((name) => join(folder, name)),
);
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
beforeAll(async () => {
  await replayed([join(examples, "../fixtures/runs/s35-f-base-dbg"), "-o", database]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Respark = (args: readonly string[]) => Promise<string>;

/** What an example's script exports. */
async function exampleOf<Exports>(path: string): Promise<Exports> {
  return (await import(pathToFileURL(join(examples, path)).href)) as Exports;
}

const stdoutOf: Respark = async (args) => (await respark([...args])).stdout;

test("a nightly job gets the largest of what its last runs need", async () => {
  const { rightSize } = await exampleOf<{
    rightSize: (
      run: Respark,
      runs: readonly string[],
    ) => Promise<{ needs: readonly { recommended: string | null }[]; setting: string | undefined }>;
  }>("sizing/right-size.mjs");
  const { needs, setting } = await rightSize(stdoutOf, [database]);
  expect(setting).toBe(`spark.executor.memory=${needs[0]?.recommended ?? ""}`);
  // It evicted and spilled with the 512m that it had.
  expect(Number.parseInt(setting?.split("=")[1] ?? "", 10)).toBeGreaterThan(512);
  expect((await rightSize(stdoutOf, [])).setting).toBeUndefined();
});

test("a retry gets a step more of what killed the attempt, and none where memory did not", async () => {
  const { nextRung } = await exampleOf<{
    nextRung: (
      run: Respark,
      database: string,
      ladders: readonly string[],
    ) => Promise<{ why: string; setting?: string }>;
  }>("sizing/memory-ladder.mjs");
  const deaths = [
    { change_key: "spark.executor.memory", change_value: "960m", title: "The Java heap ran out" },
  ];
  const dead: Respark = () => Promise.resolve(JSON.stringify(deaths));
  const ladder = "spark.executor.memory=768m,1g,2g";
  expect(await nextRung(dead, "attempt.duckdb", [ladder])).toEqual({
    why: "The Java heap ran out",
    setting: "spark.executor.memory=1g",
  });
  const short = await nextRung(dead, "attempt.duckdb", ["spark.executor.memory=512m,768m"]);
  expect(short.setting).toBeUndefined();
  // The question itself is put to a real database, of a run that nothing killed.
  const fine = await nextRung(stdoutOf, database, [ladder]);
  expect(fine).toEqual({ why: "memory killed nothing in this attempt" });
});

async function answered(question: string): Promise<Record<string, unknown>[]> {
  const file = join(examples, question);
  const { code, stdout, stderr } = await respark(["query", database, "-f", file, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Record<string, unknown>[];
}

test.each(questions)("%s has an answer", async (question) => {
  expect((await answered(question)).length).toBeGreaterThan(0);
});

test("what a team lost by day is the sum of its findings, a setting's cost not counted twice", async () => {
  const [lost] = await answered("grafana/lost-time.sql");
  const { stdout } = await respark([
    "query",
    database,
    "select sum(cost_ms)::bigint as ms from findings where kind <> 'setting' and severity = 'slow'",
    "--json",
  ]);
  const [{ ms } = { ms: 0 }] = JSON.parse(stdout) as { ms: number }[];
  expect(ms).toBeGreaterThan(0);
  expect(Number(lost?.["lost_ms"])).toBe(ms);
});
