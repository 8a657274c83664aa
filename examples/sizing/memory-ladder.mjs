#!/usr/bin/env node
// What to try next after an attempt that failed: a step up the ladder only where memory killed it.
//
// node memory-ladder.mjs logs-of-attempt-1/ spark.executor.memory=2g,3g,4g,6g
// spark.executor.memoryOverhead=512m,1g,2g
//
// Prints the setting of the next attempt and exits 0; exits 1 where more memory is no answer (the
// code failed, the ladder ends), so that a scheduler stops instead of paying for hopeless retries.
import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";

const DEATHS = `
  select change_key, change_value, title from findings
  where severity = 'dead' and kind in ('oom', 'lost_executors') order by rank`;

/** `respark(args)` results in standard output; a ladder is `key=least,…,most`. */
export async function nextRung(respark, run, ladders) {
  const json = await respark(["query", run, DEATHS, "--format", "json"]);
  const deaths = JSON.parse(json);
  if (deaths.length === 0) return { why: "memory killed nothing in this attempt" };
  const [{ change_key: key, change_value: wanted, title }] = deaths;
  const ladder = ladders.find((text) => text.startsWith(`${key}=`));
  if (ladder === undefined) return { why: `${title}: no ladder of ${key ?? "such a change"}` };
  const rungs = ladder.slice(key.length + 1).split(",");
  const rung = rungs.find((value) => mebibytes(value) >= mebibytes(wanted));
  return rung === undefined
    ? { why: `${title}: ${key} would have to be ${wanted}, and the ladder ends at ${rungs.at(-1)}` }
    : { why: title, setting: `${key}=${rung}` };
}

function mebibytes(size) {
  const [, number, unit = "m"] = /^([\d.]+)([kmgt]?)b?$/i.exec(size ?? "") ?? [];
  return Number(number) * { k: 1 / 1024, m: 1, g: 1024, t: 1_048_576 }[unit.toLowerCase() || "m"];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , run, ...ladders] = process.argv;
  const respark = (args) => execFileSync("respark", args, { encoding: "utf8" });
  const database = run.endsWith(".duckdb") ? run : "attempt.duckdb";
  if (database !== run) respark(["replay", run, "-o", database, "--overwrite", "--quiet"]);
  const { why, setting } = await nextRung(respark, database, ladders);
  process.stderr.write(`${why}\n`);
  if (setting !== undefined) process.stdout.write(`${setting}\n`);
  process.exitCode = setting === undefined ? 1 : 0;
}
