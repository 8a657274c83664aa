/** Shows that worthless answers fail the bars. */
import { bars, shortfall } from "./bars.ts";
import { repositoryRuns } from "./fixture-scores.ts";
import { classesOf } from "./recorded-runs.ts";
import { scoreRun } from "./score-run.ts";
import { spoilings } from "./spoilt.ts";
import { truthsIn } from "./truth.ts";

const chosen = ["s35-f-base-dbg", "s40-a2-base-dbg", "s41-a2-base-dbg"];

/** @returns whether each spoilt replay of each run missed a bar of its class by more than 0.1. */
export async function selfTest(say: (line: string) => void): Promise<boolean> {
  let allFailed = true;
  for (const run of await repositoryRuns()) {
    if (!chosen.includes(run.name)) continue;
    const [logClass = "dbg"] = classesOf(run);
    const truths = await truthsIn(run.truth);
    for (const [way, spoil] of Object.entries(spoilings)) {
      const { measures = {} } = await scoreRun(run, logClass, truths, spoil);
      const missed = bars[logClass].filter((bar) => (shortfall(bar, measures) ?? 0) > 0.1);
      allFailed &&= missed.length > 0;
      const named = missed.map(({ quantity }) => `${quantity} ${measures[quantity]?.toFixed(2)}`);
      say(`${run.name} ${way}: ${missed.length > 0 ? `fails ${named.join(", ")}` : "PASSES"}`);
    }
  }
  return allFailed;
}
