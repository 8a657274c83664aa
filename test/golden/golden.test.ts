/** One recorded run as a page to read, held as it was last read. `UPDATE_GOLDEN=1 pnpm vitest run test/golden` writes it anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { replayedRun } from "./replayed-run.ts";
import { runText } from "./run-text.ts";
import { fixtureRuns } from "./runs.ts";

test.for(["s24-i-legacy-dbg", "s30-f-base-dbg"])("%s reads as it did", async (name) => {
  const [application] = await replayedRun([join(fixtureRuns, name)]);
  expect(application).toBeDefined();
  if (application === undefined) return;
  const text = runText(application);
  const golden = join(import.meta.dirname, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, "utf8"));
});
