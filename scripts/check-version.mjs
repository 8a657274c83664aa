/**
 * Holds all places that name the version equal: node scripts/check-version.mjs [the tag's version].
 * Exit 1 names those that differ.
 */
import { readFileSync } from "node:fs";

const read = (file) => readFileSync(file, "utf8");
const places = {
  "packages/core/package.json": JSON.parse(read("packages/core/package.json")).version,
  "packages/events/package.json": JSON.parse(read("packages/events/package.json")).version,
  "packages/report/package.json": JSON.parse(read("packages/report/package.json")).version,
  "packages/cli/package.json": JSON.parse(read("packages/cli/package.json")).version,
  "packages/cli/src/version.ts": /version = "(.+)"/.exec(read("packages/cli/src/version.ts"))?.[1],
  "python/src/respark_cli/__init__.py": /__version__ = "(.+)"/.exec(
    read("python/src/respark_cli/__init__.py"),
  )?.[1],
};
const wanted = process.argv[2] ?? places["packages/cli/package.json"];
const wrong = Object.entries(places).filter(([, version]) => version !== wanted);
for (const [place, version] of wrong)
  process.stderr.write(`${place} says ${version}, not ${wanted}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
