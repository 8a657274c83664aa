/** The questions in examples/ are answered on a real run. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test.each(questions)("%s has an answer", async (question) => {
  const file = join(repository, "examples/sql", question);
  const { code, stdout, stderr } = await respark(["query", database, "-f", file, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(0);
});
