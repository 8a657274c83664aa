/** The pools' laws in the rows of recorded runs. */
import { expect, test } from "vitest";
import { brokenLaws, overrunEstimates } from "../../packages/core/test/replay/pool-laws.ts";
import { replayedRun } from "./replayed-run.ts";
import { allRecordedRuns, runsOfTheRepository } from "./runs.ts";

test.for(runsOfTheRepository())("the pools' laws hold in every row of $name", async ({ path }) => {
  const applications = await replayedRun([path]);
  expect(applications).toHaveLength(1);
  for (const { rows } of applications) {
    expect(rows.memory_timeline.length).toBeGreaterThan(50);
    expect(brokenLaws(rows)).toEqual([]);
  }
});

// Best estimates may overrun their pool for a moment while their bounds do not. How often is counted, so that it can only fall.
test("best estimates overrun their pools in few rows", async () => {
  let rowsSeen = 0;
  let overrun = 0;
  for (const { path } of runsOfTheRepository()) {
    for (const { rows } of await replayedRun([path])) {
      rowsSeen += rows.memory_timeline.length;
      overrun += overrunEstimates(rows).length;
    }
  }
  expect(rowsSeen).toBeGreaterThan(1000);
  expect(overrun / rowsSeen).toBeLessThan(0.05);
});

const others = allRecordedRuns();

test.runIf(others.length > 0)(
  `the pools' laws hold in every recorded run at hand (${others.length}; 0: none is)`,
  { timeout: 300_000 },
  async () => {
    for (const { name, path } of others) {
      for (const { rows } of await replayedRun([path])) {
        expect({ name, broken: brokenLaws(rows) }).toEqual({ name, broken: [] });
      }
    }
  },
);
