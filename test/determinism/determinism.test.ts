/** Same bytes in, same rows out: however often, and in whatever order the files are named. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ReplayedApplication, replayedRun } from "../golden/replayed-run.ts";
import { runsOfTheRepository } from "../golden/runs.ts";

const runs = runsOfTheRepository();

test.for(runs)("$name replayed twice gives the same rows", async ({ path }) => {
  const first = await replayedRun([path]);
  const again = await replayedRun([path]);
  expect(again.map(named)).toEqual(first.map(named));
});

test.for(runs)("the order in which the files of $name are named is no matter", async ({ path }) => {
  const files = readdirSync(path).map((file) => join(path, file));
  const forwards = await replayedRun(files);
  const backwards = await replayedRun(files.toReversed());
  expect(forwards.length).toBeGreaterThan(0);
  expect(backwards.map(named)).toEqual(forwards.map(named));
});

/**
 * Rows with the numbers of files, which follow the command line, replaced by what the files are.
 */
function named({ application, summary, rows }: ReplayedApplication): unknown {
  const paths = new Map(application.files.map((file) => [file.sourceFileId, file.path]));
  const text = JSON.stringify(rows, (key, value: unknown) =>
    key === "sourceFileId" && typeof value === "number" ? paths.get(value) : value,
  );
  return { summary, rows: JSON.parse(text) };
}
