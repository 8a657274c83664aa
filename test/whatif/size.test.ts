/** What `size` recommends is kept by all of its simulated runs, and not at the next smaller size. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sizeOf, whatIfInDetail } from "@respark/report";
import { afterAll, expect, test } from "vitest";
import { cacheOf, MIB, pool } from "../../packages/core/test/simulate/small-runs.ts";
import { AskedWrongly } from "../../packages/report/src/whatif/configurations.ts";
import { SimulatedDraws } from "../../packages/report/src/whatif/simulated-draws.ts";
import { leastStarting, possibleIn, searchDraws } from "../../packages/report/src/whatif/size.ts";
import { SizeSearch } from "../../packages/report/src/whatif/size-search.ts";
import { replayed } from "../cli/run-respark.ts";
import { recordOf } from "./records.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const BREAKS = {
  "no-evictions": "evicted_blocks",
  "no-failed-puts": "failed_puts",
  "no-spills": "spilled_tasks",
} as const;
const knob = "spark.executor.memory";

test("a recommended size is broken as often as said, at most in 5 of 100 draws; the next one below in more", async () => {
  const path = join(scratch, "app.duckdb");
  const logs = join(import.meta.dirname, "../../fixtures/runs/s35-f-base-dbg");
  await replayed([logs, "-o", path]);
  const run = await recordOf(path);
  if (run === undefined) throw new Error("no application");
  const keep = ["no-evictions", "no-failed-puts", "no-spills"] as const;
  const asked = { keep, probability: 0.95, knob, between: undefined, seed: 1 };
  const { promises, tried, base } = sizeOf(run, asked);
  // Its draws are made for the self-check already.
  expect(tried).toContain(base);
  const brokenAt = (size: string, promise: (typeof keep)[number]): number => {
    const scenarios = [new Map([[knob, size]])];
    const question = { scenarios, levels: new Map(), draws: 40, seed: 1, knob: undefined };
    const [drawn] = whatIfInDetail(run, question).drawn;
    return (drawn?.[BREAKS[promise]] ?? []).filter((value) => value > 0).length;
  };
  for (const [index, promise] of keep.entries()) {
    const { recommended, broken, draws } = promises[index] ?? {};
    expect({ promise, broken, draws }).toEqual({
      promise,
      broken: brokenAt(recommended ?? "", promise),
      draws: 40,
    });
    expect(broken).toBeLessThanOrEqual(2);
    const below = tried[tried.indexOf(recommended ?? "") - 1] ?? "";
    expect(brokenAt(below, promise)).toBeGreaterThan(2);
  }
});

test("a run of many tasks has fewer draws a size, 16 where it counts", () => {
  expect(searchDraws(64)).toEqual({ few: 10, many: 40 });
  expect(searchDraws(20_000)).toEqual({ few: 10, many: 40 });
  expect(searchDraws(40_000)).toEqual({ few: 5, many: 20 });
  expect(searchDraws(100_000)).toEqual({ few: 2, many: 16 });
});

test("of a size those draws are asked first that broke the promise most where all are made", () => {
  const runs = new Noting(cacheOf({ rdds: 1, partitions: 2, blockBytes: MIB, reads: [0] }), 1);
  const search = new SizeSearch(runs, {
    draws: { few: 2, many: 4 },
    under: (mib) => pool(mib * MIB),
    simulatedMiB: 100,
  });
  const range = { fromMiB: 50, toMiB: 400 };
  const isBroken = (): boolean => false;
  search.edgeOf(isBroken, range, 0.05, [3, 0, 7, 5]);
  expect(runs.asked.slice(0, 2)).toEqual([2, 3]);
});

/** Remembers the draws in the order in which they are asked. */
class Noting extends SimulatedDraws {
  readonly asked: number[] = [];

  override comesTo(...asked: Parameters<SimulatedDraws["comesTo"]>): boolean {
    this.asked.push(asked[1]);
    return super.comesTo(...asked);
  }
}

test("nothing spills where no task fills a collection, and nothing is evicted where no RDD is cached", () => {
  const cached = cacheOf({ rdds: 1, partitions: 2, blockBytes: 4 * MIB, reads: [0] });
  expect(possibleIn(cached)("spilled_tasks")).toBe(false);
  expect(possibleIn(cached)("oom_tasks")).toBe(false);
  expect(possibleIn(cached)("failed_puts")).toBe(true);
  expect(possibleIn({ ...cached, rdds: [] })("evicted_blocks")).toBe(false);
});

// 512m with the parallel collector: of less than 506m Spark does not start, and says so.
test.each([
  [506, 506],
  [1, 128],
  [512, 512],
])("no size is tried with which Spark does not start: %d MiB", (least, from) => {
  const ofSize = (mib: number): void => {
    if (mib < least) throw new AskedWrongly("Spark does not start");
  };
  expect(leastStarting(ofSize, 128, 512)).toBe(from);
});
