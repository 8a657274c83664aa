/// <reference types="node" />
/**
 * `pnpm calibrate [directories of runs]`: what core/src/calibration rests on, measured anew, into
 * golden/calibration.json. Read its diff, then change the constants that no longer hold.
 */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { POLLS_TO_TRUST } from "../../packages/core/src/calibration/polls.ts";
import { EvictionCertainty } from "./eviction-certainty.ts";
import { withGivenLogs } from "./given-logs.ts";
import { managerStarts, summaryOfStarts } from "./manager-starts.ts";
import { polledShares, summaryOfShares } from "./polled-lives.ts";
import { classesOf, recordedRuns } from "./recorded-runs.ts";
import { replayedTables } from "./replayed-tables.ts";
import { summaryOfTold, toldPeaks } from "./told-peaks.ts";
import { truthsIn } from "./truth.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const given = process.argv.slice(2);
const directories = given.length > 0 ? given : [join(data, "runs"), join(data, "runs2")];
const evictions = new EvictionCertainty();
const shares: number[] = [];
const told: Awaited<ReturnType<typeof toldPeaks>> = [];
const starts: number[] = [];
let runs = 0;
for (const directory of directories) {
  for (const run of await recordedRuns(resolve(directory))) {
    const truths = await truthsIn(run.truth);
    // Recorded runs that poll at all do it every 50 ms.
    const often = { everyMicros: 50_000, polls: POLLS_TO_TRUST };
    if (run.pollsOften) shares.push(...(await polledShares(run.logs, truths, often)));
    starts.push(...(await managerStarts(run.logs, truths)));
    if (/^[4-9]/.test(run.sparkVersion)) told.push(...(await toldPeaks(run.logs, truths)));
    for (const logClass of classesOf(run)) {
      if (!["dbg", "info", "old", "info-like"].includes(logClass)) continue;
      const replayed = await withGivenLogs(run, logClass, replayedTables);
      for (const truth of truths) evictions.add(truth, replayed);
    }
    runs++;
  }
}
const measured = {
  runs,
  evictionCertainty: evictions.table(),
  polledLives: summaryOfShares(shares),
  toldPeaks: summaryOfTold(told),
  managerStarts: summaryOfStarts(starts),
};
await writeFile(
  join(import.meta.dirname, "golden/calibration.json"),
  `${JSON.stringify(measured, null, 1)}\n`,
);
process.stdout.write(`${JSON.stringify(measured, null, 1)}\n`);
