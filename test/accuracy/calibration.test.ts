/** The replay is no surer than it was right: calibrated numbers beside what was measured. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { causeCertainty } from "../../packages/core/src/calibration/eviction-causes.ts";
import { managerMayStandSince } from "../../packages/core/src/calibration/manager-starts.ts";
import { POLLS_TO_TRUST, SEEN_OF_PEAK } from "../../packages/core/src/calibration/polls.ts";
import { EXACT_WITHIN } from "../../packages/core/src/calibration/task-peaks.ts";
import { type Calibrated, EvictionCertainty } from "./eviction-certainty.ts";
import { repositoryRuns } from "./fixture-scores.ts";
import { withGivenLogs } from "./given-logs.ts";
import type { ManagerStarts } from "./manager-starts.ts";
import type { PolledShares } from "./polled-lives.ts";
import { classesOf } from "./recorded-runs.ts";
import { replayedTables } from "./replayed-tables.ts";
import type { ToldPeaks } from "./told-peaks.ts";
import { truthsIn } from "./truth.ts";

const measured = JSON.parse(
  readFileSync(join(import.meta.dirname, "golden/calibration.json"), "utf8"),
) as {
  readonly evictionCertainty: Readonly<Record<string, Calibrated>>;
  readonly polledLives: PolledShares;
  readonly toldPeaks: Readonly<Record<"unspilled" | "spilled", ToldPeaks>>;
  readonly managerStarts: ManagerStarts;
};

describe("how sure an eviction's cause is said to be", () => {
  // A failed put is seen in too few recorded runs to be measured.
  const { failedPut: _, ...others } = causeCertainty;
  test.each(Object.entries(others))("%s (%f) is no more than was right", (_name, certainty) => {
    const { n, right } = measured.evictionCertainty[String(certainty)] ?? { n: 0, right: 0 };
    expect(n).toBeGreaterThan(30);
    expect(right / n).toBeGreaterThanOrEqual(certainty);
  });

  test("holds for the runs of the repository, whatever certainty they come to", async () => {
    const evictions = new EvictionCertainty();
    for (const run of await repositoryRuns()) {
      const truths = await truthsIn(run.truth);
      for (const logClass of classesOf(run)) {
        if (logClass !== "info-like" && logClass !== "dbg") continue;
        const replayed = await withGivenLogs(run, logClass, replayedTables);
        for (const truth of truths) evictions.add(truth, replayed);
      }
    }
    const table = Object.entries(evictions.table());
    expect(table.length).toBeGreaterThan(2);
    for (const [certainty, { n, right }] of table.filter(([, { n }]) => n >= 10))
      expect(right / n).toBeGreaterThanOrEqual(Number(certainty) - 0.02);
  });
});

test("lives that were polled eight times were seen, and to seven tenths at least", () => {
  const { n, seenWhole, least } = measured.polledLives;
  expect(POLLS_TO_TRUST).toBe(8); // what was measured
  expect(n).toBeGreaterThan(100);
  expect(seenWhole).toBeGreaterThan(0.85);
  expect(least).toBeGreaterThanOrEqual(SEEN_OF_PEAK - 0.05);
});

test("tasks of 4.0 and later that did not spill tell their peak to two hundredths", () => {
  const { unspilled, spilled } = measured.toldPeaks;
  expect(unspilled.n).toBeGreaterThan(30);
  expect(unspilled.least).toBeGreaterThanOrEqual(1 - EXACT_WITHIN);
  expect(unspilled.most).toBeLessThanOrEqual(1 + EXACT_WITHIN);
  // Of the others the upper bound is their share: their account is no more than what they held.
  expect(spilled.n).toBeGreaterThan(10);
  expect(spilled.least).toBeGreaterThanOrEqual(1 - EXACT_WITHIN);
});

test("nine in ten managers began no earlier than is assumed, most of them within a second", () => {
  const { n, covered, medianEarly } = measured.managerStarts;
  expect(n).toBeGreaterThan(150);
  expect(covered).toBeGreaterThan(0.9);
  expect(medianEarly).toBeLessThan(1);
  // …as it was measured: 0.1 s between the registrations is a second, half of one is four.
  const started = (between: number): number | undefined =>
    managerMayStandSince({
      addedAt: 10_000_000,
      registeredAt: 10_000_000 + between,
      applicationStart: 7_000_000,
    });
  expect([100_000, 250_000, 500_000, 0].map(started)).toEqual([
    9_000_000,
    8_000_000,
    7_000_000,
    undefined,
  ]);
});
