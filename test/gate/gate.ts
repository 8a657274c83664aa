/// <reference types="node" />
/**
 * How the gate judges the recorded runs: `pnpm gate [directory of runs]` holds every run against
 * every other one of its scenario and writes the tables into docs/gate.md; `--databases directory`
 * keeps the replayed databases there (and takes those that are there), `--only a-name` takes the
 * runs whose name holds it, and then writes nothing.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pageWith, tablesText } from "./gate-page.ts";
import { otherPairs, repeatPairs, variantPairs } from "./pairs.ts";
import { recordedRuns } from "./recorded-runs.ts";
import { truthOf } from "./truth.ts";

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, databases: { type: "string" } },
});
const directory = resolve(positionals[0] ?? join(root, "../shared/data/runs"));
const scratch = await mkdtemp(join(tmpdir(), "respark-gate-"));
try {
  const measured = await recordedRuns(directory, resolve(values.databases ?? scratch));
  const runs = measured.filter(({ name }) => name.includes(values.only ?? ""));
  const truths = await truthOf(directory);
  const repeats = repeatPairs(runs);
  const variants = variantPairs(runs, truths);
  const tables = tablesText({ runs, repeats, variants, others: otherPairs(runs, truths) });
  process.stdout.write(tables);
  if (values.only === undefined) {
    const page = join(root, "docs/gate.md");
    await writeFile(page, pageWith(await readFile(page, "utf8"), tables));
  }
  const wrong =
    repeats.some(({ failed }) => failed.length > 0) ||
    variants.some(({ truth, namesThem }) => truth !== undefined && !namesThem);
  process.exitCode = wrong ? 1 : 0;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
