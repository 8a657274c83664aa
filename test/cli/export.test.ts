/** `respark export`, and a replay straight into files of other formats. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const logs = join(import.meta.dirname, "../../fixtures/runs/s35-f-base-dbg");
const application = "app_id=app-20261121023659-0000";
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
beforeAll(async () => {
  await replayed([logs, "-o", database]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each(["parquet", "arrow", "csv"])("every table as %s, a folder a table", async (format) => {
  const directory = join(scratch, format);
  const { code, stdout, stderr } = await respark([
    "export",
    database,
    "--format",
    format,
    "-o",
    directory,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("files in");
  expect(existsSync(join(directory, "memory_timeline", application, `attempt-1.${format}`))).toBe(
    true,
  );
  expect(readdirSync(directory).length).toBeGreaterThan(20);
});

test("--csv-safe keeps a spreadsheet from taking a text for a formula", async () => {
  const hostile = join(scratch, "formulas.jsonl");
  const text = readFileSync(join(logs, "../../event-logs/spark-3.5.6.jsonl"), "utf8");
  writeFileSync(hostile, text.replace(/"App Name":"[^"]*"/g, '"App Name":"=cmd|calc"'));
  const made = join(scratch, "formulas.duckdb");
  await replayed([hostile, "-o", made]);
  const asked = "select name, -5 as n from applications limit 1";
  const query = (...more: string[]) => respark(["query", made, asked, "--format", "csv", ...more]);
  expect((await query()).stdout).toBe("name,n\n=cmd|calc,-5\n");
  expect((await query("--csv-safe")).stdout).toBe("name,n\n'=cmd|calc,-5\n");
  const into = join(scratch, "safe");
  const exporting = ["export", made, "--csv-safe", "-o", into, "--format"];
  expect((await respark([...exporting, "csv"])).code).toBe(0);
  const [one = ""] = readdirSync(join(into, "applications"));
  const file = join(into, "applications", one, "attempt-1.csv");
  expect(readFileSync(file, "utf8")).toContain("'=cmd|calc");
  expect((await respark([...exporting, "parquet"])).code).toBe(2);
});

test("a trace for Perfetto is JSON that holds the executors' pools", async () => {
  const directory = join(scratch, "traces");
  const { code } = await respark(["export", database, "--format", "perfetto", "-o", directory]);
  expect(code).toBe(0);
  const trace = JSON.parse(
    readFileSync(join(directory, application, "attempt-1.trace.json"), "utf8"),
  ) as { traceEvents: { ph: string }[] };
  expect(trace.traceEvents.some(({ ph }) => ph === "C")).toBe(true);
});

test("a replay can write Parquet alone, without leaving a database", async () => {
  const directory = join(scratch, "straight");
  const { code, stdout } = await respark(["replay", logs, "--format", "parquet", "-o", directory]);
  expect(code).toBe(0);
  expect(stdout).toContain("What happened");
  expect(existsSync(join(directory, "executors", application, "attempt-1.parquet"))).toBe(true);
  expect(readdirSync(directory).filter((name) => name.endsWith(".duckdb"))).toEqual([]);
});

test("an application that is not there is answered with those that are", async () => {
  const { code, stderr } = await respark([
    "export",
    database,
    "--format",
    "csv",
    "-o",
    join(scratch, "none"),
    "--app",
    "nobody",
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain("app-20261121023659-0000");
});

test("a file where the directory should be is not touched", async () => {
  const file = join(scratch, "file");
  writeFileSync(file, "precious");
  const { code, stderr } = await respark(["export", database, "--format", "csv", "-o", file]);
  expect(code).toBe(2);
  expect(stderr).toContain("is a file");
  expect(readFileSync(file, "utf8")).toBe("precious");
});
