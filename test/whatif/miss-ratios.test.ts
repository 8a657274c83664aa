/**
 * Miss ratios of recorded runs: at a run's own size what its logs show, at other sizes Spark's order
 * of eviction below the best one; and no number where the logs do not show the reads.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulatedAsLogged, type WhatIfDetail, whatIfInDetail } from "@respark/report";
import { afterAll, expect, test } from "vitest";
import { replayed } from "../cli/run-respark.ts";
import { recordOf } from "./records.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const QUESTION = {
  scenarios: [new Map<string, string>()],
  levels: new Map(),
  draws: 1,
  seed: 1,
  knob: undefined,
  missRatios: true,
};

async function recordOfLogs(logs: string, name: string) {
  const path = join(scratch, `${name}.duckdb`);
  if (!existsSync(path)) await replayed([logs, "-o", path]);
  const record = await recordOf(path);
  if (record === undefined) throw new Error(`${logs} hold no application`);
  return record;
}

/** A copy of a run's logs, each executor log without the lines that a part is in. */
function without(run: string, kept: (file: string, line: string) => boolean): string {
  const copy = join(scratch, `${run}-copy-${readdirSync(scratch).length}`);
  cpSync(join(runs, run), copy, { recursive: true });
  for (const file of readdirSync(copy, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".log") && !file.endsWith("stderr")) continue;
    const lines = readFileSync(join(copy, file), "utf8").split("\n");
    const left = lines.filter((line) => kept(file, line));
    writeFileSync(join(copy, file), left.join("\n"));
  }
  return copy;
}

function curves({ answer }: WhatIfDetail) {
  return answer.miss_ratios ?? [];
}

test.each(["s35-f-base-dbg", "s41-a2-base-dbg"])(
  "%s at its own size: as it is simulated in the log's own places, and within a read as logged",
  async (name) => {
    const run = await recordOfLogs(join(runs, name), name);
    const { simulated } = simulatedAsLogged(run);
    const detail = whatIfInDetail(run, QUESTION);
    const own = curves(detail).map((curve) => ({
      curve,
      point: curve.points.find(({ is_own }) => is_own),
    }));
    expect(own.map(({ curve }) => curve.reason)).toEqual(own.map(() => null));
    const sum = (of: (point: NonNullable<(typeof own)[number]["point"]>) => number): number =>
      own.reduce((total, { point }) => total + (point === undefined ? 0 : of(point)), 0);
    expect({
      memory_hits: sum((point) => point.memory_hits),
      disk_hits: sum((point) => point.disk_hits),
      remote_hits: sum((point) => point.remote_hits),
      misses: sum((point) => point.misses),
      recomputes: sum((point) => point.misses - point.first_reads),
    }).toEqual({
      memory_hits: simulated.memory_hits,
      disk_hits: simulated.disk_hits,
      remote_hits: simulated.remote_hits,
      misses: simulated.misses,
      recomputes: simulated.recomputes,
    });
    for (const { curve, point } of own) {
      const met = (point?.memory_hits ?? 0) + (point?.remote_hits ?? 0);
      expect(Math.abs(met - (curve.logged?.from_memory ?? 0))).toBeLessThanOrEqual(1);
    }
  },
);

test("with more memory all reads after the first come from memory, and none beats the best order", async () => {
  const run = await recordOfLogs(join(runs, "s41-a2-base-dbg"), "s41-a2-base-dbg");
  const detail = whatIfInDetail(run, QUESTION);
  for (const { points, from } of curves(detail)) {
    const largest = points.at(-1);
    const met = (largest?.memory_hits ?? 0) + (largest?.remote_hits ?? 0);
    expect(met).toBe((largest?.reads ?? 0) - (largest?.first_reads ?? 0));
    const own = points.find(({ is_own }) => is_own);
    expect(from?.memory_bytes).toBeGreaterThan(own?.memory_bytes ?? 0);
  }
  for (const size of detail.missRatios?.curves[0]?.points ?? []) {
    const at = curves(detail).map(({ points }) => points.find((p) => p.value === size.value));
    const met = at.reduce((sum, point) => sum + (point?.memory_hits ?? 0), 0);
    const best = at.reduce((sum, point) => sum + (point?.best_memory_hits ?? 0), 0);
    expect(best).toBeGreaterThanOrEqual(met);
  }
  const order = detail.answer.eviction_order;
  expect(order?.hint).toContain(`meets ${order?.best_memory_hits} of ${order?.reads} repeated`);
});

test("reads that no log shows have no curve, and the reason is said", async () => {
  const silent = without("s35-f-base-dbg", (_, line) => !line.includes("Found block rdd_"));
  const hitless = whatIfInDetail(await recordOfLogs(silent, "hitless"), QUESTION);
  for (const { points, from, reason } of curves(hitless)) {
    expect({ points, from }).toEqual({ points: [], from: null });
    expect(reason).toMatch(/^the logs show \d+ reads?, its stages make \d+$/);
  }
  expect(hitless.answer.eviction_order).toBeNull();
  const bare = without("s35-f-base-dbg", () => false);
  const alone = whatIfInDetail(await recordOfLogs(bare, "alone"), QUESTION);
  expect(curves(alone).map(({ reason }) => reason)).toEqual(
    curves(alone).map(() => "which blocks were read is in the executors' logs alone"),
  );
  expect(curves(alone)).not.toEqual([]);
});
