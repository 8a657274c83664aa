/** Databases of recorded runs of `fixtures`, each replayed once by a worker: read, never written. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { replayed } from "./run-respark.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const bundle = process.env["RESPARK_TESTED_BUNDLE"];
// What stands beside the bundle goes with it at the end of all tests.
const folder = mkdtempSync(join(bundle === undefined ? tmpdir() : dirname(bundle), "recorded-"));
const databases = new Map<string, Promise<string>>();

/** The path of a run's database. */
export function recordedRun(run: string): Promise<string> {
  const known = databases.get(run);
  if (known !== undefined) return known;
  const path = join(folder, `${run}.duckdb`);
  const made = replayed([join(runs, run), "-o", path, "--quiet"]).then(() => path);
  databases.set(run, made);
  return made;
}
