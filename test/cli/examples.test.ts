/** The questions in examples/ are answered on a real run. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const repository = join(import.meta.dirname, "../..");
const questions = readdirSync(join(repository, "examples/sql"));
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
beforeAll(async () => {
  const logs = join(repository, "fixtures/runs/s35-f-base-dbg");
  await replayed([logs, "-o", database]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Respark = (args: readonly string[]) => Promise<string>;

/** What an example's script exports. */
async function exampleOf<Exports>(path: string): Promise<Exports> {
  return (await import(pathToFileURL(join(repository, "examples", path)).href)) as Exports;
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

test.each(questions)("%s has an answer", async (question) => {
  const file = join(repository, "examples/sql", question);
  const { code, stdout, stderr } = await respark(["query", database, "-f", file, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(0);
});
