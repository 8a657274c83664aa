/// <reference types="node" />
/**
 * Ends commands at many moments: `pnpm signals [--moments 40] [--only a command's name]`. After
 * SIGINT, SIGTERM and SIGHUP a command ends within a second and leaves nothing; after SIGKILL its
 * output is whole or the old one, and the next run is fine. The bundle is what is run.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { changedFiles, leftOver, renewed } from "../faults/commands.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: {
    moments: { type: "string", default: "40" },
    only: { type: "string", default: "" },
    logs: { type: "string", default: join(root, "../shared/data/runs/s35-f-base-info/logs") },
  },
});
const logs = resolve(values.logs);
const folder = mkdtempSync(join(tmpdir(), "respark-signals-"));
const SIGNALS = ["SIGTERM", "SIGKILL", "SIGINT", "SIGHUP"] as const;
const MOST_MILLIS = 1_000;

interface Ended {
  /** false: it had ended before */
  readonly wasSent: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** from the signal on, or of the whole run where none was sent */
  readonly millis: number;
  /** of its own CPU since then: what a machine that others use does not lengthen */
  readonly cpuMillis: number;
  readonly said: string;
}

function run(
  args: readonly string[],
  at?: { readonly millis: number; readonly signal: NodeJS.Signals },
): Promise<Ended> {
  const child = spawn(process.execPath, [join(folder, "npm/dist/respark.mjs"), ...args], {
    env: { ...process.env, TMPDIR: join(folder, "tmp") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  let from = performance.now();
  let cpuFrom = 0;
  let wasSent = false;
  let cpu = 0;
  const look = setInterval(() => (cpu = cpuOf(child.pid) ?? cpu), 10);
  const timer =
    at === undefined
      ? undefined
      : setTimeout(() => {
          from = performance.now();
          cpuFrom = cpuOf(child.pid) ?? cpu;
          wasSent = child.kill(at.signal);
        }, at.millis);
  return new Promise((done) => {
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      clearInterval(look);
      const millis = performance.now() - from;
      done({ wasSent, code, signal, millis, cpuMillis: Math.max(0, cpu - cpuFrom), said });
    });
  });
}

/** Of all its threads, in ms; undefined: it is gone, or this is no Linux. */
function cpuOf(pid: number | undefined): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

const now = join(folder, "now");
const database = join(now, "old.duckdb");
const many = join(folder, "many");
const trials: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: "replay", args: ["replay", logs, "-o", join(now, "new.duckdb"), "--quiet"] },
  { name: "replay --overwrite", args: ["replay", logs, "-o", database, "--overwrite", "--quiet"] },
  { name: "replay --append", args: ["replay", logs, "-o", database, "--append", "--quiet"] },
  { name: "inspect --full", args: ["inspect", logs, "--full"] },
  {
    name: "replay --workers",
    args: ["replay", many, "-o", join(now, "new.duckdb"), "--workers", "2"],
  },
  {
    name: "replay --format parquet",
    args: ["replay", logs, "-o", join(now, "out"), "--format", "parquet"],
  },
  { name: "explain", args: ["explain", logs, "--quiet"] },
  { name: "explain a database", args: ["explain", database] },
  { name: "query", args: ["query", database, "select count(*) from tasks a, tasks b, range(200)"] },
  { name: "whatif", args: ["whatif", logs, "--set", "spark.executor.memory=2g", "--quiet"] },
  { name: "export", args: ["export", database, "--format", "csv", "-o", join(now, "out")] },
  { name: "report", args: ["report", database, "-o", join(now, "page.html"), "--overwrite"] },
  { name: "check", args: ["check", logs, "--baseline", join(now, "good.json"), "--quiet"] },
];

let wrong = 0;
let tried = 0;
try {
  for (const name of ["before", "now", "tmp"]) mkdirSync(join(folder, name), { recursive: true });
  execFileSync(process.execPath, [join(root, "scripts/bundle.mjs"), join(folder, "npm")], {
    cwd: root,
  });
  symlinkSync(join(root, "packages/report/node_modules"), join(folder, "npm/node_modules"));
  for (const run of ["s24-i-legacy-dbg", "s35-o-base-info"])
    cpSync(join(root, "fixtures/runs", run), join(many, run), { recursive: true });
  for (const args of [
    ["replay", logs, "-o", join(folder, "before/old.duckdb"), "--quiet"],
    ["baseline", join(folder, "before/old.duckdb"), "-o", join(folder, "before/good.json")],
    ["report", join(folder, "before/old.duckdb"), "-o", join(folder, "before/page.html")],
  ]) {
    const { code, said } = await run(args);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${said}`);
  }
  for (const { name, args } of trials) {
    if (!new RegExp(values.only).test(name)) continue;
    renewed(folder);
    const whole = await run(args);
    if (whole.code !== 0) throw new Error(`${name} ended with ${whole.code}: ${whole.said}`);
    const isSuch = (file: string): boolean => existsSync(join(folder, "whole", file));
    rmSync(join(folder, "whole"), { recursive: true, force: true });
    cpSync(now, join(folder, "whole"), { recursive: true });
    let lasts = whole.millis;
    let slowest = 0;
    let dearest = 0;
    let late = 0;
    let wrongHere = 0;
    const moments = Number(values.moments);
    for (let nth = 0; nth < moments; nth++) {
      const signal = SIGNALS[nth % SIGNALS.length] ?? "SIGTERM";
      let ended: Ended;
      do {
        renewed(folder);
        ended = await run(args, { millis: ((nth + 0.5) / moments) * lasts, signal });
        // It was faster this time: the moment is tried again by that.
        if (!ended.wasSent) lasts = ended.millis;
      } while (!ended.wasSent);
      tried++;
      const faults = await faultsOf(args, signal, ended, isSuch);
      if (signal !== "SIGKILL") {
        const { millis, cpuMillis } = ended;
        // Late by the clock alone is a machine that others use.
        if (millis > MOST_MILLIS) late++;
        const own = Math.min(millis, cpuMillis);
        if (own > MOST_MILLIS) faults.push(`${Math.round(own)} ms to the end`);
        slowest = Math.max(slowest, millis);
        dearest = Math.max(dearest, own);
      }
      if (faults.length === 0) continue;
      wrongHere++;
      process.stdout.write(`${name}: ${signal} at moment ${nth}: ${faults.join("; ")}\n`);
    }
    wrong += wrongHere;
    process.stdout.write(
      `${name}: ${moments} moments of ${(whole.millis / 1000).toFixed(1)} s, ${wrongHere} wrong, ` +
        `from a signal to the end ${seconds(slowest)} s at most, ${seconds(dearest)} of its own CPU` +
        `${late === 0 ? "" : `; ${late} later than a second by the clock`}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${tried} ended, ${wrong} wrong\n`);
process.exitCode = wrong === 0 && tried > 0 ? 0 : 1;

function seconds(millis: number): string {
  return (millis / 1000).toFixed(2);
}

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
    if (!isDone && ended.signal !== signal) {
      faults.push(`exit ${ended.code}: ${ended.said.slice(0, 200)}`);
    }
    if (left.length > 0) faults.push(`left: ${left.join(", ")}`);
  }
  const strangers = readdirSync(now).filter(
    (file) => !isWhole(file) && !left.includes(file) && !/\.partial/.test(file),
  );
  if (strangers.length > 0) faults.push(`there is ${strangers.join(", ")}`);
  // An old file is as it was, or wholly new: then it can be read.
  const made = join(now, "new.duckdb");
  for (const file of [...changedFiles(folder), ...(existsSync(made) ? ["new.duckdb"] : [])]) {
    if (!file.endsWith(".duckdb")) continue;
    const { code, said } = await run(["query", join(now, file), "select count(*) from tasks"]);
    if (code !== 0) faults.push(`${file} cannot be read: ${said.slice(0, 200)}`);
  }
  // Where nothing is left a next run meets nothing new.
  if (signal !== "SIGKILL") return faults;
  if (existsSync(made)) rmSync(made);
  const next = await run(args);
  if (next.code !== 0)
    faults.push(`the next run ended with ${next.code}: ${next.said.slice(0, 200)}`);
  return faults;
}
