/// <reference types="node" />
/**
 * CPU and memory of whole commands on generated logs, as ratios of what else reads them.
 *
 *   node --conditions=@respark/source --import tsx bench/replay/replay.ts [event log] [MB …]
 *
 * Needs `pnpm build` before (the built command is measured) and GNU time. Of two sizes it also says
 * how memory grows.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const [source = "fixtures/runs/s35-g-base-dbg/app-20261121023728-0000", ...sizes] =
  process.argv.slice(2);
const typescript = ["--conditions=@respark/source", "--import", "tsx"];

interface Measured {
  /** user and system, of the whole process */
  readonly cpu: number;
  readonly wall: number;
  readonly peakMB: number;
  readonly said: string;
}

function measure(args: readonly string[]): Measured {
  const ran = spawnSync("/usr/bin/time", ["-f", "\n%U %S %e %M", process.execPath, ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (ran.status !== 0)
    throw new Error(`${args.join(" ")} ended with ${ran.status}: ${ran.stderr}`);
  const [user = 0, system = 0, wall = 0, kilobytes = 0] = (
    ran.stderr.trim().split("\n").at(-1) ?? ""
  )
    .split(" ")
    .map(Number);
  return { cpu: user + system, wall, peakMB: kilobytes / 1024, said: ran.stdout };
}

function ownCpu({ said }: Measured): number {
  const { cpu }: { cpu: number } = JSON.parse(said);
  return cpu;
}

const command = join(root, "packages/cli/dist/bin.js");
if (!existsSync(command)) throw new Error(`no ${command}: run pnpm build first`);
const folder = mkdtempSync(join(tmpdir(), "respark-bench-"));
const peaks: number[] = [];
try {
  for (const size of sizes.length > 0 ? sizes : ["200"]) {
    const log = join(folder, "grown");
    execFileSync(process.execPath, [...typescript, "bench/generate-log.ts", source, log, size], {
      cwd: root,
      stdio: "ignore",
    });
    const database = join(folder, "out.duckdb");
    const replay = measure([command, "replay", log, "-o", database, "--overwrite", "--quiet"]);
    peaks.push(replay.peakMB);
    const parse = ownCpu(measure([...typescript, "bench/replay/json-parse.ts", log]));
    const ndjson = measure([
      ...typescript,
      "bench/replay/read-ndjson.ts",
      log,
      `${database}.tasks`,
    ]);
    const duck = ownCpu(ndjson);
    const copied = measure([
      ...typescript,
      "bench/replay/copy-tables.ts",
      database,
      `${database}.copy`,
    ]);
    const { values }: { values: number } = JSON.parse(copied.said);
    const copy = ownCpu(copied);
    const megabytes = statSync(log).size / 1e6;
    process.stdout.write(
      `${[
        `${megabytes.toFixed(0)} MB of ${source}`,
        `  respark replay  ${replay.cpu.toFixed(2)} CPU s, ${replay.wall.toFixed(2)} s, peak ${replay.peakMB.toFixed(0)} MB, ${(megabytes / replay.cpu).toFixed(0)} MB a CPU s`,
        `  JSON.parse      ${parse.toFixed(2)} CPU s: replay is ${(replay.cpu / parse).toFixed(2)} of it (bar: 3)`,
        `  read_ndjson     ${duck.toFixed(2)} CPU s, peak ${ndjson.peakMB.toFixed(0)} MB: replay is ${(replay.cpu / duck).toFixed(2)} of it (bar: 1.5, on 1 GB)`,
        `  the same ${(values / 1e6).toFixed(1)} million values from one DuckDB file into another ${copy.toFixed(2)} CPU s: ${(copy / duck).toFixed(2)} of read_ndjson, ${(copy / parse).toFixed(2)} of JSON.parse`,
        `  database ${(statSync(database).size / 1e6).toFixed(0)} MB, of the task columns alone ${(statSync(`${database}.tasks`).size / 1e6).toFixed(0)} MB`,
      ].join("\n")}\n`,
    );
    rmSync(log);
    rmSync(database);
  }
  const [first = 0, last = 0] = [peaks[0], peaks.at(-1)];
  if (peaks.length > 1)
    process.stdout.write(`peak memory of the last is ${(last / first).toFixed(2)} of the first\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
