/**
 * Pairs of recorded runs through the command, where they are: repeats pass, a degraded run fails
 * and says why, an improved one passes. All pairs: `pnpm gate`.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "../cli/run-respark.ts";

const recorded = join(import.meta.dirname, "../../../shared/data/runs");
const repeats = ["s35-f-base-info", "s35-f-rep2-info", "s35-f-rep3-info"];
const others = ["s35-f-sf09-info", "s35-f-frac08-info"];
const areThere = [...repeats, ...others].every((run) => existsSync(join(recorded, run)));
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const databaseOf = (run: string): string => join(scratch, `${run}.duckdb`);

beforeAll(async () => {
  if (!areThere) return;
  for (const run of [...repeats, ...others]) {
    await replayed([join(recorded, run, "logs"), "-o", databaseOf(run)]);
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const pairs = areThere
  ? [
      ...repeats.map((run) => ({ run, outcome: "passed", failed: "" })),
      { run: "s35-f-sf09-info", outcome: "regressed", failed: "spilled_bytes" },
      { run: "s35-f-frac08-info", outcome: "passed", failed: "" },
    ]
  : [];

test.each(pairs)(
  "$run against the other repeats of s35-f: $outcome $failed",
  async ({ run, outcome, failed }) => {
    const [first = "", second = ""] = repeats.filter((repeat) => repeat !== run);
    const baseline = join(scratch, `${run}.baseline.json`);
    await respark(["baseline", databaseOf(first), databaseOf(second), "-o", baseline]);
    const checked = ["check", databaseOf(run), "--baseline", baseline, "--allow-config-change"];
    const { stdout, code } = await respark([...checked, "--json"]);
    const result = JSON.parse(stdout) as {
      outcome: string;
      exit_code: number;
      verdicts: { check: string; status: string; causes: string[] }[];
    };
    expect(result.outcome).toBe(outcome);
    expect(result.exit_code).toBe(code);
    const failures = result.verdicts.filter(({ status }) => status === "fail");
    expect(failures.map(({ check }) => check).join()).toBe(failed);
    expect(
      failures.every(({ causes }) => causes[0]?.startsWith("stage count at Workload.java spilled")),
    ).toBe(true);
  },
);

test(`recorded pairs: ${areThere ? "all are there" : "left out, ../shared/data/runs is not there"}`, () => {
  expect(pairs.length).toBe(areThere ? repeats.length + others.length : 0);
});
