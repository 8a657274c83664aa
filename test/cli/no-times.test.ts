/** A log whose layout prints no times: its order is known, and no time is made up. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const logs = join(import.meta.dirname, "../../fixtures/runs/s35-f-base-dbg/executor-0.log");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeAll(async () => {
  const log = join(scratch, "stderr");
  writeFileSync(log, readFileSync(logs, "utf8").replaceAll(/^\d\d\/\d\d\/\d\d [\d:]{8} /gmu, ""));
  await replayed([log, "-o", database]);
});

async function asked(sql: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await respark(["query", database, sql, "--format", "json"]);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

test("every time of its rows is unknown, and their order stands", async () => {
  for (const table of ["block_events", "memory_events", "memory_timeline", "replay_checks"]) {
    const [row] = await asked(`select count(*) as n, count(ts) as timed from ${table}`);
    expect({ table, timed: Number(row?.["timed"]) }).toEqual({ table, timed: 0 });
    expect(Number(row?.["n"])).toBeGreaterThan(50);
  }
  const stores = await asked(
    "select source_line as line from block_events where op = 'store' order by seq limit 5",
  );
  const lines = stores.map(({ line }) => Number(line));
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
});

test("the verdict counts its evictions, and gives no time and no cost in milliseconds", async () => {
  const { stdout } = await respark(["explain", database]);
  expect(stdout).toMatch(/\d+ evictions \(/u);
  expect(stdout).not.toMatch(/1970|took 0 ms|cost +0 ms/u);
});

test("the summary draws no curve over a time that is unknown", async () => {
  const { stdout } = await respark([
    "replay",
    join(scratch, "stderr"),
    "-o",
    join(scratch, "again.duckdb"),
  ]);
  expect(stdout).toContain("prints no times");
  expect(stdout).not.toContain("Over time");
});
