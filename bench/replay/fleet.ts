/// <reference types="node" />
/**
 * A directory of many applications: time and memory of the first run, of one with nothing new, of
 * one with one new application, and whether a replay killed at any moment ends with the same rows.
 *
 *   node --conditions=@respark/source --import tsx bench/replay/fleet.ts <respark.mjs> \
 *     [--small 1000] [--large 5] [--megabytes 40] [--kills 10]
 *
 * Needs GNU time.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../seeded-random.ts";
import { connectOneThread } from "./one-thread-duckdb.ts";

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    small: { type: "string", default: "1000" },
    large: { type: "string", default: "5" },
    megabytes: { type: "string", default: "40" },
    kills: { type: "string", default: "10" },
  },
});
const [command] = positionals;
if (command === undefined) throw new Error("fleet.ts <respark.mjs> [options]");
const smallLog = readFileSync(join(root, "fixtures/event-logs/spark-3.2.4.jsonl"), "utf8");
const [smallId = ""] = /(?<="App ID":")[^"]+/.exec(smallLog) ?? [];
const grown = "app-20261121023728-0000";
const folder = mkdtempSync(join(tmpdir(), "respark-fleet-"));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const logs = join(folder, "logs");
  const fleet = join(folder, "fleet.duckdb");
  const few = makeLogs(join(folder, "few"), Number(values.small) / 10, 0);
  say(`${few} small`, measured(join(folder, "few"), join(folder, "few.duckdb")));
  makeLogs(logs, Number(values.small), 0);
  say(`${values.small} small`, measured(logs, join(folder, "small.duckdb")));
  addLarge(logs, Number(values.large));
  const bytes = readdirSync(logs).reduce((sum, name) => sum + statSync(join(logs, name)).size, 0);
  const title = `${values.small} small and ${values.large} large, ${(bytes / 1e6).toFixed(0)} MB`;
  say(title, measured(logs, fleet));
  say("again, nothing new", measured(logs, fleet));
  addSmall(logs, 9999);
  say("one application new", measured(logs, fleet));
  await killed(logs);
}

/** At moments drawn evenly over an undisturbed run; one that has ended by then is drawn again. */
async function killed(logs: string): Promise<void> {
  const whole = join(folder, "whole.duckdb");
  const { wall } = measured(logs, whole);
  const expected = await contents(whole);
  const random = seededRandom(22);
  const moments: number[] = [];
  let same = 0;
  for (let tries = 0; moments.length < Number(values.kills) && tries < 100; tries += 1) {
    const database = join(folder, "killed.duckdb");
    const child = spawn(process.execPath, argumentsOf(logs, database), { stdio: "ignore" });
    const ended = new Promise((resolve) => {
      child.once("exit", (_, signal) => {
        resolve(signal);
      });
    });
    const seconds = random() * wall;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    child.kill("SIGKILL");
    if ((await ended) === "SIGKILL") {
      moments.push(seconds);
      measured(logs, database);
      if ((await contents(database)) === expected) same += 1;
      else process.stdout.write(`  killed after ${seconds.toFixed(1)} s: other rows\n`);
    }
    for (const name of readdirSync(folder)) {
      if (name.startsWith("killed.duckdb")) rmSync(join(folder, name), { recursive: true });
    }
  }
  const when = moments.map((seconds) => seconds.toFixed(1)).join(", ");
  process.stdout.write(
    `killed after ${when} s of ${wall.toFixed(1)}, then resumed: ${same} with equal rows\n`,
  );
  if (same < Number(values.kills)) process.exitCode = 1;
}

function makeLogs(to: string, small: number, large: number): number {
  mkdirSync(to, { recursive: true });
  for (let nth = 0; nth < small; nth += 1) addSmall(to, nth);
  addLarge(to, large);
  return small;
}

function addSmall(to: string, nth: number): void {
  const id = `app-20260101000000-${String(nth).padStart(4, "0")}`;
  writeFileSync(join(to, id), smallLog.replaceAll(smallId, id));
}

/** Copies of one that is grown once, each under an id of its own of the same length. */
function addLarge(to: string, count: number): void {
  if (count === 0) return;
  const source = join(folder, "grown");
  if (!readdirSync(folder).includes("grown")) {
    execFileSync(
      process.execPath,
      [
        "--conditions=@respark/source",
        "--import",
        "tsx",
        "bench/generate-log.ts",
        `fixtures/runs/s35-g-base-dbg/${grown}`,
        source,
        values.megabytes,
      ],
      { cwd: root, stdio: "ignore" },
    );
  }
  for (let nth = 0; nth < count; nth += 1) {
    const id = `app-20260102000000-${String(nth).padStart(4, "0")}`;
    copyFileSync(source, join(to, id));
    execFileSync("sed", ["-i", `s/${grown}/${id}/g`, join(to, id)]);
  }
}

interface Measured {
  readonly cpu: number;
  readonly wall: number;
  readonly peakMB: number;
}

function argumentsOf(logs: string, database: string): string[] {
  return [command ?? "", "replay", logs, "--resume", "-o", database, "--quiet"];
}

function measured(logs: string, database: string): Measured {
  const ran = spawnSync(
    "/usr/bin/time",
    ["-f", "\n%U %S %e %M", process.execPath, ...argumentsOf(logs, database)],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  if (ran.status !== 0) throw new Error(`ended with ${ran.status}: ${ran.stderr}`);
  const figures = ran.stderr.trim().split("\n").at(-1) ?? "";
  const [user = 0, system = 0, wall = 0, kilobytes = 0] = figures.split(" ").map(Number);
  return { cpu: user + system, wall, peakMB: kilobytes / 1024 };
}

function say(what: string, { cpu, wall, peakMB }: Measured): void {
  process.stdout.write(
    `${what}: ${wall.toFixed(1)} s, ${cpu.toFixed(1)} CPU s, peak ${peakMB.toFixed(0)} MB\n`,
  );
}

/** A sum over all rows of all tables. Numbers of files are a survey's own. */
async function contents(database: string): Promise<string> {
  const connection = await connectOneThread(join(folder, "asking.duckdb"));
  await connection.run(`attach '${database}' as held (read_only); use held`);
  const rows = async (sql: string): Promise<readonly unknown[][]> =>
    (await connection.runAndReadAll(sql)).getRows();
  const sums: string[] = [];
  const names = await rows(
    "select table_name from duckdb_tables() where database_name = 'held' and table_name not like 'respark%' order by 1",
  );
  for (const [name] of names) {
    // Files are numbered anew by each survey; evidence of findings names them, too.
    const own = `select columns(c -> c <> 'source_file_id') from "${String(name)}"`;
    const said = `regexp_replace(t::varchar, 'source_file_id\\W+\\d+', '', 'g')`;
    const [row] = await rows(`select count(*), sum(hash(${said})) from (${own}) t`);
    sums.push(`${String(name)} ${String(row)}`);
  }
  return sums.join("\n");
}
