/** The recorded runs that tests may replay: those of the repository, and all others where they are at hand. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
export const fixtureRuns = join(root, "fixtures/runs");
/** Every run that was ever recorded; not part of the repository. */
const recordedRuns = join(root, "../shared/data/runs");

export interface RecordedRun {
  readonly name: string;
  readonly path: string;
}

export function runsOfTheRepository(): RecordedRun[] {
  return readdirSync(fixtureRuns).map((name) => ({ name, path: join(fixtureRuns, name) }));
}

/** Empty where they are not at hand. */
export function allRecordedRuns(): RecordedRun[] {
  if (!existsSync(recordedRuns)) return [];
  return readdirSync(recordedRuns)
    .map((name) => ({ name, path: join(recordedRuns, name, "logs") }))
    .filter(({ path }) => existsSync(path));
}
