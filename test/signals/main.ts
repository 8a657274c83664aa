/// <reference types="node" />
/**
 * Ends commands at many moments: `pnpm signals [--moments 40] [--only a command's name]`. After
 * SIGINT, SIGTERM and SIGHUP a command ends within a second and leaves nothing; after SIGKILL its
 * output is whole or the old one, and the next run is fine.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { changedFiles, leftOver, renewed } from "../faults/commands.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: {
    moments: { type: "string", default: "40" },
    only: { type: "string", default: "" },
    logs: { type: "string", default: join(root, "../shared/data/runs/s35-n-base-info/logs") },
  },
});
const logs = resolve(values.logs);
const folder = mkdtempSync(join(tmpdir(), "respark-signals-"));
const SIGNALS = ["SIGTERM", "SIGKILL", "SIGINT", "SIGHUP"] as const;
/** The second, and what a busy machine needs to notice. */
const MOST_MILLIS = 1_500;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** from the signal on, or of the whole run where none was sent */
  readonly millis: number;
  readonly said: string;
}

function run(
  args: readonly string[],
  at?: { readonly millis: number; readonly signal: NodeJS.Signals },
): Promise<Ended> {
  const bin = join(root, "packages/cli/src/bin.ts");
  const child = spawn(
    process.execPath,
    ["--conditions=@respark/source", "--import", import.meta.resolve("tsx"), bin, ...args],
    {
      env: { ...process.env, TMPDIR: join(folder, "tmp"), TSX_DISABLE_CACHE: "1" },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  let from = performance.now();
  const timer =
    at === undefined
      ? undefined
      : setTimeout(() => {
          from = performance.now();
          child.kill(at.signal);
        }, at.millis);
  return new Promise((done) => {
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, millis: performance.now() - from, said });
    });
  });
}

const now = join(folder, "now");
const database = join(now, "old.duckdb");
const trials: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: "replay", args: ["replay", logs, "-o", join(now, "new.duckdb"), "--quiet"] },
  { name: "replay --overwrite", args: ["replay", logs, "-o", database, "--overwrite", "--quiet"] },
  { name: "replay --append", args: ["replay", logs, "-o", database, "--append", "--quiet"] },
  { name: "inspect --full", args: ["inspect", logs, "--full"] },
  { name: "explain", args: ["explain", logs, "--quiet"] },
  { name: "export", args: ["export", database, "--format", "csv", "-o", join(now, "out")] },
  { name: "report", args: ["report", database, "-o", join(now, "page.html"), "--overwrite"] },
  { name: "check", args: ["check", logs, "--baseline", join(now, "good.json"), "--quiet"] },
];

let wrong = 0;
let tried = 0;
try {
  for (const name of ["before", "now", "tmp"]) mkdirSync(join(folder, name), { recursive: true });
  for (const args of [
    ["replay", logs, "-o", join(folder, "before/old.duckdb"), "--quiet"],
    ["baseline", join(folder, "before/old.duckdb"), "-o", join(folder, "before/good.json")],
    ["report", join(folder, "before/old.duckdb"), "-o", join(folder, "before/page.html")],
  ]) {
    const { code, said } = await run(args);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${said}`);
  }
  for (const { name, args } of trials) {
    if (!name.includes(values.only)) continue;
    renewed(folder);
    const whole = await run(args);
    if (whole.code !== 0) throw new Error(`${name} ended with ${whole.code}: ${whole.said}`);
    const isSuch = (file: string): boolean => existsSync(join(folder, "whole", file));
    rmSync(join(folder, "whole"), { recursive: true, force: true });
    cpSync(now, join(folder, "whole"), { recursive: true });
    let slowest = 0;
    let wrongHere = 0;
    const moments = Number(values.moments);
    for (let nth = 0; nth < moments; nth++) {
      const signal = SIGNALS[nth % SIGNALS.length] ?? "SIGTERM";
      renewed(folder);
      const ended = await run(args, { millis: ((nth + 0.5) / moments) * whole.millis, signal });
      tried++;
      const faults = await faultsOf(args, signal, ended, isSuch);
      if (signal !== "SIGKILL") slowest = Math.max(slowest, ended.millis);
      if (faults.length === 0) continue;
      wrongHere++;
      process.stdout.write(`${name}: ${signal} at moment ${nth}: ${faults.join("; ")}\n`);
    }
    wrong += wrongHere;
    process.stdout.write(
      `${name}: ${moments} moments of ${(whole.millis / 1000).toFixed(1)} s, ${wrongHere} wrong, ` +
        `${(slowest / 1000).toFixed(2)} s from a signal to the end at most\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${tried} ended, ${wrong} wrong\n`);
process.exitCode = wrong === 0 && tried > 0 ? 0 : 1;

async function faultsOf(
  args: readonly string[],
  signal: NodeJS.Signals,
  ended: Ended,
  isWhole: (file: string) => boolean,
): Promise<string[]> {
  const faults: string[] = [];
  const left = leftOver(folder);
  const isDone = ended.code === 0;
  if (signal !== "SIGKILL") {
    // Before the program has begun to listen, the system ends it.
    if (!isDone && ended.code !== 130 && ended.signal !== signal) {
      faults.push(`exit ${ended.code}: ${ended.said.slice(0, 200)}`);
    }
    if (ended.millis > MOST_MILLIS) faults.push(`${Math.round(ended.millis)} ms to the end`);
    if (left.length > 0) faults.push(`left: ${left.join(", ")}`);
  }
  const strangers = readdirSync(now).filter(
    (file) => !isWhole(file) && !left.includes(file) && !/\.partial/.test(file),
  );
  if (strangers.length > 0) faults.push(`there is ${strangers.join(", ")}`);
  // An old file is as it was, or wholly new: then it can be read.
  for (const file of changedFiles(folder)) {
    if (!file.endsWith(".duckdb")) continue;
    const { code, said } = await run(["query", join(now, file), "select count(*) from tasks"]);
    if (code !== 0) faults.push(`${file} cannot be read: ${said.slice(0, 200)}`);
  }
  const again = args.includes("--overwrite") ? args : [...args];
  const made = join(now, "new.duckdb");
  if (existsSync(made)) rmSync(made);
  const next = await run(again);
  if (next.code !== 0)
    faults.push(`the next run ended with ${next.code}: ${next.said.slice(0, 200)}`);
  return faults;
}
