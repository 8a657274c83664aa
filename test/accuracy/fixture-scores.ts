/** Scores the runs of the repository, each with the logs of several classes. */
import { join } from "node:path";
import type { LogClass } from "./log-classes.ts";
import type { Measures } from "./measures.ts";
import { classesOf, fixtureRuns, type RecordedRun } from "./recorded-runs.ts";
import { scoreRun } from "./score-run.ts";
import { truthsIn } from "./truth.ts";

export const repositoryRuns = (): Promise<RecordedRun[]> =>
  fixtureRuns(join(import.meta.dirname, "../../fixtures"));

/** Measures of every run that has logs of this class, by name of the run. */
export async function fixtureScores(logClass: LogClass): Promise<ReadonlyMap<string, Measures>> {
  const scores = new Map<string, Measures>();
  for (const run of await repositoryRuns()) {
    if (!classesOf(run).includes(logClass)) continue;
    const { measures } = await scoreRun(run, logClass, await truthsIn(run.truth));
    if (measures !== undefined) scores.set(run.name, measures);
  }
  return scores;
}
