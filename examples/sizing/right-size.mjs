#!/usr/bin/env node
// The least executor memory that would have done for a nightly job, from its last runs (ten, say).
//
//   node right-size.mjs runs/2026-11-2*/
//
// Each folder holds the logs of one run. Every run is simulated at other sizes; the answer is the
// largest of what they need, and there is none where one of them cannot be foretold. It says
// nothing of run times, nor of what the program's own objects take of the heap: step down by one
// size a night, and keep `respark check` behind it.
import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";

const KEEP = "as-before,no-spills,no-oom";

/** `respark(args)` results in standard output. */
export async function rightSize(respark, runs) {
  const needs = [];
  for (const run of runs) {
    const { promises, recommended, base } = JSON.parse(
      await respark(["size", run, "--keep", KEEP, "--json", "--quiet"]),
    );
    const unsure = promises.filter(({ grade }) => grade > "B").map(({ reason }) => reason);
    needs.push({ run, base, recommended, unsure });
  }
  const sizes = needs.map(({ recommended }) => Number.parseInt(recommended ?? "", 10));
  const known = needs.length > 0 && sizes.every((size) => size > 0);
  return { needs, setting: known ? `spark.executor.memory=${Math.max(...sizes)}m` : undefined };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  // Exit code 4 is an answer too: a promise that no size keeps, or that is not foretold.
  const respark = (args) => {
    try {
      return execFileSync("respark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      if (error.status === 4) return error.stdout;
      throw error;
    }
  };
  const { needs, setting } = await rightSize(respark, process.argv.slice(2));
  for (const { run, base, recommended, unsure } of needs)
    process.stdout.write(
      `${[run, `had ${base}`, `needs ${recommended ?? "?"}`, ...unsure].join(" · ")}\n`,
    );
  process.stdout.write(`${setting ?? "no size is foretold for all of these runs"}\n`);
  process.exitCode = setting === undefined ? 4 : 0;
}
