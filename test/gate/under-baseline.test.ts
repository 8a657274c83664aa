/**
 * `check --under-baseline-conf`: a run that had other memory than its baseline, as it would have
 * been with as much.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "../cli/run-respark.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const run = join(scratch, "run.duckdb");
const baseline = join(scratch, "good.json");
beforeAll(async () => {
  const logs = join(import.meta.dirname, "../../fixtures/runs/s35-f-base-dbg");
  await replayed([logs, "-o", run]);
  await respark(["baseline", run, "-o", baseline]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * The same baseline, as if its executors had had this much; and nothing evicted or spilled in it.
 */
function baselineOf(memory: string, maxBytes: number): string {
  const json = JSON.parse(readFileSync(baseline, "utf8")) as {
    configuration: Record<string, string>;
    metrics: Record<string, Record<string, object>>;
  };
  json.configuration["spark.executor.memory"] = memory;
  json.configuration["executor max_memory_bytes"] = String(maxBytes);
  for (const name of ["evicted_bytes", "evicted_blocks", "spilled_bytes", "disk_spilled_bytes"])
    for (const by of Object.keys(json.metrics[name] ?? {}))
      Object.assign(json.metrics[name] ?? {}, {
        [by]: { runs: 1, min: 0, median: 0, max: 0, mad: 0, values: [0] },
      });
  const file = join(scratch, `${memory}-${maxBytes}.json`);
  writeFileSync(file, JSON.stringify(json));
  return file;
}

async function checked(file: string): Promise<{ code: number; stderr: string; stdout: string }> {
  return await respark(["check", run, "--baseline", file, "--under-baseline-conf", "--json"]);
}

// (2 GiB - 300 MiB) of a G1 heap, times the fraction of this run.
const OF_2G = Math.floor((2048 - 300) * 1_048_576 * 0.5);

test("with the baseline's memory it would have evicted and spilled nothing either", async () => {
  const { code, stdout, stderr } = await checked(baselineOf("2g", OF_2G));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("simulated under the baseline's settings (spark.executor.memory=2g)");
  expect(stdout).toMatch(/"check": "evicted_bytes"[^}]*"status": "(?:pass|improved)"/);
  // With the memory it had it does evict, and that is said without the option.
  const file = baselineOf("2g", OF_2G);
  const plain = await respark(["check", run, "--baseline", file, "--allow-config-change"]);
  expect(plain.code).toBe(1);
});

test("memory that the settings do not come to is not comparable", async () => {
  const { code, stderr } = await checked(baselineOf("2g", OF_2G / 2));
  expect(code).toBe(5);
  expect(stderr).toContain("they differ in more than settings");
});

test("the option needs a baseline", async () => {
  const { code, stderr } = await respark(["check", run, "--under-baseline-conf"]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "respark: --under-baseline-conf goes with --baseline: it has the settings\n",
  });
});
