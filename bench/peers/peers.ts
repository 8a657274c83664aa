/// <reference types="node" />
/**
 * One event log read by respark and by others, in one run, as ratios of `JSON.parse` on its lines:
 * the figures of docs/performance.md.
 *
 *   pnpm build && node scripts/bundle.mjs
 *   node --conditions=@respark/source --import tsx bench/peers/peers.ts <event log> [--write]
 *
 * Needs GNU time. A history server takes part where SPARK_JARS names a folder of Spark's jars (of
 * PyPI's pyspark, `…/site-packages/pyspark/jars`), and zstd where it is installed. `--write` puts
 * the table into docs/performance.md.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { historyServer } from "./history-server.ts";

const ROUNDS = 3;
const root = join(import.meta.dirname, "../..");
const [log = "", ...options] = process.argv.slice(2);
const respark = join(root, "out/npm/dist/respark.mjs");
if (!existsSync(log)) throw new Error("peers.ts <event log> [--write]");
if (!existsSync(respark)) throw new Error(`no ${respark}: node scripts/bundle.mjs`);
const folder = mkdtempSync(join(tmpdir(), "respark-peers-"));
const database = join(folder, "out.duckdb");

interface Cost {
  /** user and system */
  readonly cpu: number;
  readonly peakMB: number;
}

function cost(command: string, ...args: readonly string[]): Cost & { readonly said: string } {
  const { status, stdout, stderr } = spawnSync(
    "/usr/bin/time",
    ["-f", "\n%U %S %M", command, ...args],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    },
  );
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
  const [user = 0, system = 0, kB = 0] = (stderr.trim().split("\n").at(-1) ?? "")
    .split(" ")
    .map(Number);
  return { cpu: user + system, peakMB: kB / 1024, said: stdout };
}

/** Of a script that prints its own CPU seconds: without the start of Node and tsx. */
function node(script: string, ...args: readonly string[]): Cost {
  const typescript = ["--conditions=@respark/source", "--import", "tsx", script, ...args];
  const { said, peakMB } = cost(process.execPath, ...typescript);
  const { cpu }: { cpu: number } = JSON.parse(said);
  return { cpu, peakMB };
}

function replay(path: string): Cost {
  rmSync(database, { force: true });
  return cost(process.execPath, respark, "replay", path, "-o", database, "--quiet");
}

const path = resolve(log);
const runners: [string, () => Cost][] = [
  ["`JSON.parse` of all lines", () => node("bench/replay/json-parse.ts", path)],
  ["`wc -l`", () => cost("wc", "-l", path)],
  [
    "DuckDB `read_ndjson`, task columns",
    () => node("bench/replay/read-ndjson.ts", path, `${database}.tasks`),
  ],
  ["**respark**, everything written", () => replay(path)],
  [
    "DuckDB alone, the same rows copied",
    () => node("bench/replay/copy-tables.ts", database, `${database}.copy`),
  ],
];
const packed = join(folder, "log.zst");
if (spawnSync("zstd", ["-q", "-3", path, "-o", packed]).status === 0)
  runners.splice(4, 0, ["respark, from .zst", () => replay(packed)]);

const costs = new Map<string, Cost>();
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of runners) {
      const now = run();
      const before = costs.get(name);
      if (before === undefined || now.cpu < before.cpu) costs.set(name, now);
      rmSync(`${database}.tasks`, { force: true });
      rmSync(`${database}.copy`, { force: true });
    }
  }
  const jars = process.env["SPARK_JARS"];
  if (jars !== undefined) costs.set("Spark's history server", await historyServer(jars, path));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const [[, least] = ["", { cpu: 1, peakMB: 0 }]] = costs;
const table = [
  `Of an event log of ${(statSync(log).size / 1e6).toFixed(0)} MB (${new Date().toISOString().slice(0, 10)}, least of ${ROUNDS}):`,
  "",
  "| reader | CPU s | of `JSON.parse` | peak |",
  "| --- | --- | --- | --- |",
  ...[...costs].map(([name, { cpu, peakMB }]) => {
    return `| ${name} | ${cpu.toFixed(2)} | ${(cpu / least.cpu).toFixed(2)} | ${peakMB.toFixed(0)} MB |`;
  }),
].join("\n");
process.stdout.write(`${table}\n`);

if (options.includes("--write")) {
  const page = join(root, "docs/performance.md");
  const [from, to] = ["<!-- peers -->", "<!-- /peers -->"];
  const text = readFileSync(page, "utf8");
  const [before, rest] = [text.indexOf(from), text.indexOf(to)];
  if (before < 0 || rest < before) throw new Error(`${page} has no ${from} … ${to}`);
  writeFileSync(page, `${text.slice(0, before)}${from}\n\n${table}\n\n${text.slice(rest)}`);
}
