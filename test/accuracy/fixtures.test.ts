/**
 * The truth of the repository's runs lies in their replay, as near as when that was last accepted.
 * `UPDATE_GOLDEN=1 pnpm vitest run test/accuracy` accepts today's numbers: read what got worse
 * first.
 */
import { describe, expect, test } from "vitest";
import { accept, acceptedCount, worseThanAccepted } from "./fixture-bars.ts";
import { fixtureScores } from "./fixture-scores.ts";
import { type LogClass, logClasses } from "./log-classes.ts";
import { meanOf } from "./measures.ts";
import { selfTest } from "./self-test.ts";

/** No run of the repository has an event log without block updates; of lossy logs the worse ones. */
const present = logClasses.filter((name) => name !== "event-plain" && !name.startsWith("lossy-1"));

test.for(present)("%s: no number of a run is worse than accepted", async (logClass: LogClass) => {
  const scores = await fixtureScores(logClass);
  expect(scores.size).toBeGreaterThan(0);
  if (process.env["UPDATE_GOLDEN"] !== undefined) accept(logClass, scores);
  expect(worseThanAccepted(logClass, scores)).toEqual([]);
  expect(acceptedCount(logClass)).toBeGreaterThan(0);
});

describe("the accepted numbers are bars, not wishes", () => {
  test("what is worse is named, with both numbers", () => {
    const wide = new Map([["s35-f-base-dbg", { storage_inside: 0.5, storage_width: 0.9 }]]);
    const worse = worseThanAccepted("dbg", wide);
    expect(worse).toContainEqual({
      run: "s35-f-base-dbg",
      quantity: "storage_inside",
      accepted: 1,
      now: 0.5,
    });
    expect(worse.map(({ quantity }) => quantity)).toContain("storage_width");
    expect(worse.map(({ quantity }) => quantity)).toContain("peak_inside");
  });

  test("answers that are worth nothing miss the bars of their class", async () => {
    const lines: string[] = [];
    expect(await selfTest((line) => lines.push(line))).toBe(true);
    expect(lines).toHaveLength(9);
  });

  test("a mean leaves out the runs that had nothing to measure", () => {
    expect(meanOf([{ peak_inside: 1 }, {}, { peak_inside: 0.5 }], "peak_inside")).toBe(0.75);
    expect(meanOf([{}], "peak_inside")).toBeUndefined();
  });
});
