/// <reference types="node" />
/**
 * Walks one INFO line `stored as values` from bytes to rows, and says which functions it passes:
 * `pnpm walk [run] [executor] [nth]`; `--json` for the counts alone. V8 counts the calls; what the
 * way to an observation takes is the reading of a log with the line, less that without it.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readApplication, type SurveyedApplication } from "@respark/events";
import { Lookahead } from "../../packages/core/src/replay/links/lookahead.ts";
import { replayOf, surveyed } from "../golden/replayed-run.ts";

type Calls = Map<string, number>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
const root = join(import.meta.dirname, "../..");
const [run = join(root, "fixtures/runs/s35-o-base-info"), executor = "1", nth = "2"] = positionals;

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });

/** Calls of our functions since the last time it was asked. */
function calls(): Calls {
  const counted: Calls = new Map();
  session.post("Profiler.takePreciseCoverage", (_failed, { result }) => {
    for (const { url, functions } of result) {
      const source = /\/packages\/(.*\/src\/.*)$/.exec(url)?.[1];
      if (source === undefined) continue;
      for (const { functionName, ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || whole.count === 0) continue;
        const isModule = functionName === "" && whole.startOffset === 0;
        const key = `${source} ${functionName || "(arrow)"} at ${whole.startOffset}`;
        if (!isModule) counted.set(key, (counted.get(key) ?? 0) + whole.count);
      }
    }
  });
  return counted;
}

const copy = mkdtempSync(join(tmpdir(), "respark-walk-"));
cpSync(run, copy, { recursive: true });
const log = readdirSync(copy).find((file) => file === `executor-${executor}.log`) ?? "";
const lines = readFileSync(join(copy, log), "utf8").split("\n");
const stored = /Block (rdd_\d+_\d+) stored as values/;
const at = [...lines.keys()].filter((n) => stored.test(lines[n] ?? ""))[Number(nth)] ?? -1;
const blockId = stored.exec(lines[at] ?? "")?.[1];
if (blockId === undefined) throw new Error(`no such line in ${join(run, log)}`);

const nothing = { observe() {}, report() {}, onProgress() {}, fileDone() {} };

async function applicationOf(): Promise<SurveyedApplication> {
  const [application] = await surveyed([copy]);
  if (application === undefined) throw new Error(`no application in ${run}`);
  return application;
}

async function reading(): Promise<Calls> {
  const application = await applicationOf();
  calls();
  await readApplication(application, nothing);
  return calls();
}

await reading(); // what runs once is not counted
const withLine = await reading();
writeFileSync(join(copy, log), lines.toSpliced(at, 1).join("\n"));
const withoutLine = await reading();
writeFileSync(join(copy, log), lines.join("\n"));
const read: Calls = new Map(
  [...withLine]
    .map(([key, count]) => [key, count - (withoutLine.get(key) ?? 0)] as const)
    .filter(([, count]) => count > 0),
);

// The line's observation enters, waits, and is replayed when its turn comes.
const entered: Calls = new Map();
const replayed: Calls = new Map();
let into: Calls | undefined;
const change = (next: Calls | undefined): void => {
  const counted = calls();
  if (into !== undefined)
    for (const [key, count] of counted) into.set(key, (into.get(key) ?? 0) + count);
  into = next;
};
for (const name of ["take", "takeUntil"] as const) {
  const take: (this: Lookahead, until: never) => ReturnType<Lookahead["take"]> =
    Lookahead.prototype[name];
  Lookahead.prototype[name] = function takeCounted(until: unknown) {
    if (into !== undefined) change(undefined);
    const next = take.call(this, until as never);
    const isIt = next?.fact.kind === "block_stored" && next.fact.blockId === blockId;
    if (isIt && next.line === at + 1) change(replayed);
    return next;
  };
}
const application = await applicationOf();
const rows: string[] = [];
const replay = replayOf(application, (table) => {
  if (into === replayed) rows.push(table);
});
await readApplication(application, {
  ...nothing,
  observe(observation) {
    const { fact, line, executorId } = observation;
    const isIt = fact.kind === "block_stored" && fact.blockId === blockId && line === at + 1;
    if (isIt && executorId === executor) change(entered);
    replay.step(observation);
    if (into !== undefined) change(undefined);
  },
});
replay.finish();
rmSync(copy, { recursive: true, force: true });

const all = new Set([...read.keys(), ...entered.keys(), ...replayed.keys()]);
const fileOf = (key: string): string => key.slice(0, key.indexOf(" "));
const files = new Set([...all].map(fileOf));
if (values.json) {
  const names = [...all].map((key) => key.replace(/ at \d+$/, ""));
  process.stdout.write(JSON.stringify({ functions: all.size, files: files.size, names, rows }));
} else {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`line ${at + 1}: ${lines[at]}`);
  for (const [title, part] of [
    ["read: bytes to an observation", read],
    ["enter: to the steps that wait", entered],
    ["replay: to rows", replayed],
  ] as const) {
    say(
      `\n${title}: ${part.size} functions in ${new Set([...part.keys()].map(fileOf)).size} files`,
    );
    for (const key of [...part.keys()].sort()) say(`${String(part.get(key)).padStart(6)} ${key}`);
  }
  say(`\nrows: ${rows.join(", ")}`);
  say(`${all.size} functions in ${files.size} files`);
}
