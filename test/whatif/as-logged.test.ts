/**
 * Without chance and with each task where and when the log has it, the simulator does what the run
 * did. That is so to the block in most recorded runs (docs/whatif.md); of those here, within one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AsLogged, simulatedAsLogged } from "@respark/report";
import { afterAll, expect, test } from "vitest";
import { replayed } from "../cli/run-respark.ts";
import { recordOf } from "./records.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function asLogged(run: string): Promise<AsLogged> {
  const path = join(scratch, `${run}.duckdb`);
  await replayed([join(runs, run), "-o", path]);
  const record = await recordOf(path);
  if (record === undefined) throw new Error(`${run} holds no application`);
  return simulatedAsLogged(record);
}

test.each([
  ["s24-i-legacy-dbg", { evicted_blocks: 0, failed_puts: 5, misses: 17, recomputes: 1 }],
  ["s30-f-base-dbg", { evicted_blocks: 6 }],
  ["s35-g-base-dbg", { evicted_blocks: 0, misses: 0 }],
  ["s35-o-base-info", { evicted_blocks: 0, failed_puts: 0, misses: 16 }],
])("%s comes out as it was: %o", async (run, outcomes) => {
  const { logged, simulated } = await asLogged(run);
  expect(logged).toMatchObject(outcomes);
  expect(simulated).toMatchObject(outcomes);
});

test.each([
  ["s35-f-base-dbg", 8],
  ["s40-a2-base-dbg", 24],
  ["s41-a2-base-dbg", 25],
])("%s evicts %i blocks, and simulated one more or less", async (run, evicted) => {
  const { logged, simulated } = await asLogged(run);
  expect(logged.evicted_blocks).toBe(evicted);
  expect(Math.abs(simulated.evicted_blocks - evicted)).toBeLessThanOrEqual(1);
});
