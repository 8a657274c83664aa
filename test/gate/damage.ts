/// <reference types="node" />
/**
 * What the gate says of damaged logs: `pnpm gate:damage [directory of runs]` damages a good and a
 * regressed run of three scenarios in every way that damages.ts knows. No damage passes, what is
 * whole passes, and no regression does. `--only words` takes the damages whose name holds them,
 * `--scenario words` and `--run words` the runs, `--from more`, `--from subtle`, `--from handling` or
 * `--from masking` those of the file of that name alone.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { discover } from "../../packages/events/src/index.ts";
import { respark } from "../cli/run-respark.ts";
import { allDamages } from "./all-damages.ts";
import type { Damage, RunFiles } from "./damages.ts";

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    scenario: { type: "string" },
    from: { type: "string" },
    run: { type: "string" },
  },
});
const directory = resolve(positionals[0] ?? join(root, "../shared/data/runs"));

/**
 * Repeats of one configuration, one of them good by the others; and a configuration that is worse.
 */
const SCENARIOS = [
  {
    baseline: ["s35-a2-rep2-info", "s35-a2-rep3-info"],
    again: "s35-a2-rep3-info",
    good: "s35-a2-base-info",
    worse: "s35-a2-frac04-info",
  },
  {
    baseline: ["s35-f-rep2-info", "s35-f-rep3-info"],
    again: "s35-f-rep3-info",
    good: "s35-f-base-info",
    worse: "s35-f-sf09-info",
  },
  {
    baseline: ["s24-f-rep2-info", "s24-f-rep3-info"],
    again: "s24-f-rep3-info",
    good: "s24-f-base-info",
    worse: "s24-f-sf09-info",
  },
];

const scratch = await mkdtemp(join(tmpdir(), "respark-damage-"));
let wrong = 0;
let tried = 0;
try {
  const scenarios = SCENARIOS.filter(({ good }) => good.includes(values.scenario ?? ""));
  for (const { baseline, again, good, worse } of scenarios) {
    const kinds = allDamages({ other: await filesOf(worse), again: await filesOf(again) });
    const all = Object.entries(kinds)
      .flatMap(([name, some]) => (name.includes(values.from ?? "") ? some : []))
      .filter(({ what }) => what.includes(values.only ?? ""));
    const file = join(scratch, `${good}.json`);
    const made = await respark([
      "baseline",
      ...baseline.map((run) => join(directory, run, "logs")),
      "-o",
      file,
      "--quiet",
    ]);
    if (made.code !== 0) throw new Error(`no baseline of ${good}: ${made.stderr}`);
    for (const run of [good, worse].filter((name) => name.includes(values.run ?? ""))) {
      for (const damage of all) await tryOut(run, run === worse, damage, file);
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
process.stdout.write(`${tried} damaged runs judged, ${wrong} wrongly\n`);
process.exitCode = wrong > 0 ? 1 : 0;

async function tryOut(run: string, isWorse: boolean, damage: Damage, file: string): Promise<void> {
  const files = await filesOf(run);
  const before = textOf(files);
  damage.change(files);
  // What a log does not hold cannot be taken from it.
  if (damage.harmless !== true && files.packed.size === 0 && textOf(files) === before) return;
  const logs = join(scratch, "logs");
  await rm(logs, { recursive: true, force: true });
  await write(files, logs);
  const { code, stderr } = await respark([
    "check",
    logs,
    "--baseline",
    file,
    "--allow-config-change",
    "--quiet",
  ]);
  const isRight =
    damage.harmless === true
      ? code === (isWorse ? 1 : 0)
      : isWorse
        ? code !== 0 && code !== 70
        : [3, 4, 5].includes(code) || (damage.either === true && code === 0);
  tried++;
  if (!isRight) wrong++;
  const said = stderr.split("\n").at(-2) ?? "";
  process.stdout.write(
    `${isRight ? "right" : "WRONG"}  ${code}  ${run}  ${damage.what}  ${said.slice(0, 160)}\n`,
  );
}

function textOf({ events, executors, others }: RunFiles): string {
  return JSON.stringify([events, [...executors], [...others]]);
}

async function filesOf(run: string): Promise<RunFiles> {
  const logs = join(directory, run, "logs");
  const executors = new Map<string, string[]>();
  let [eventLog, events]: [string, string[]] = ["", []];
  for (const name of await readdir(logs)) {
    const [, id] = /^executor-(\d+)\.log/.exec(name) ?? [];
    if (id === undefined && !name.startsWith("app-")) continue;
    const lines = (await unpacked(join(logs, name))).split("\n");
    if (lines.at(-1) === "") lines.pop();
    if (id === undefined) [eventLog, events] = [name, lines];
    else executors.set(id, lines);
  }
  return { eventLog, events, executors, packed: new Map(), endings: new Map(), others: new Map() };
}

async function unpacked(path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  const [source] = await discover([path], { report: () => undefined });
  for (const part of source?.parts ?? [])
    for await (const chunk of part.chunks()) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

async function write(
  { eventLog, events, executors, packed, endings, others }: RunFiles,
  logs: string,
): Promise<void> {
  await mkdir(logs, { recursive: true });
  const put = async (name: string, key: string, lines: readonly string[]): Promise<void> => {
    const text = lines.length === 0 ? "" : `${lines.join("\n")}\n`;
    const path = join(logs, `${name}${endings.get(key) ?? ""}`);
    await writeFile(path, packed.get(key)?.(text) ?? text);
  };
  await put(eventLog, "events", events);
  for (const [id, lines] of executors) await put(`executor-${id}.log`, id, lines);
  for (const [name, lines] of others) await put(name, name, lines);
}
