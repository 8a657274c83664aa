/// <reference types="node" />
/**
 * Writes the section "Field cases" of docs/compatibility.md: every input of `data/field-cases`,
 * held against what its `case.md` says is right.
 *
 *   node --conditions=@respark/source --import tsx test/compatibility/field-cases.ts [field cases] [page]
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { main, processHost } from "@respark/cli";
import { EXPECTATIONS, type Expectation } from "./field-expectations.ts";

const root = join(import.meta.dirname, "../..");
const [
  cases = join(root, "../shared/data/field-cases"),
  page = join(root, "docs/compatibility.md"),
] = process.argv.slice(2);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One for all: it listens to the process's streams. */
const host = processHost();

/** The command itself, in this process: an input costs half a second and not four. */
async function respark(...args: readonly string[]): Promise<Ran> {
  let [out, err] = ["", ""];
  const into = (write: (text: string) => void) => ({
    isTerminal: false,
    columns: 100,
    write: (text: string | Uint8Array) => {
      write(Buffer.from(text).toString());
      return Promise.resolve();
    },
  });
  const stdout = into((text) => {
    out += text;
  });
  const stderr = into((text) => {
    err += text;
  });
  const code = await main({ ...host, args, stdout, stderr });
  return { code, out, err };
}

/** Folders that hold nothing but files are an input each; beside folders, so is each file. */
async function inputsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !isEventLog(entry.name));
  if (folders.length === 0) return [folder];
  const inner = await Promise.all(folders.map(({ name }) => inputsIn(join(folder, name))));
  const files = entries.filter((entry) => !folders.includes(entry));
  return [...inner.flat(), ...files.map(({ name }) => join(folder, name))].sort();
}

function isEventLog(name: string): boolean {
  return name.startsWith("eventlog_v2_");
}

interface Outcome {
  readonly input: string;
  readonly right: string;
  readonly met: string;
}

async function held(
  input: string,
  wanted: readonly Expectation[],
  folder: string,
): Promise<Outcome[]> {
  const database = join(folder, "run.duckdb");
  const replay = await respark("replay", input, "-o", database, "--overwrite");
  const explain = replay.code === 0 ? await respark("explain", database) : undefined;
  const asked = wanted.filter(({ sql }) => sql !== undefined);
  const select = asked.map(({ sql }, i) => `(${sql}) as c${i}`).join(", ");
  const answer =
    replay.code === 0 && asked.length > 0
      ? await respark("query", database, `select ${select}`, "--format", "json")
      : undefined;
  const [row = {}]: readonly Readonly<Record<string, unknown>>[] =
    answer?.code === 0 ? JSON.parse(answer.out) : [{}];
  return wanted.map(({ right, sql, says, saysNot, refuses }) => {
    const told = `${replay.out}\n${replay.err}\n${explain?.out ?? ""}`;
    const isMet =
      (refuses === undefined ? replay.code === 0 : replay.code !== 0 && refuses.test(told)) &&
      (sql === undefined || row[`c${asked.findIndex((one) => one.right === right)}`] === true) &&
      (says === undefined || says.test(told)) &&
      (saysNot === undefined || !saysNot.test(told));
    const trouble =
      answer !== undefined && answer.code !== 0 ? `: ${answer.err.split("\n")[0]}` : "";
    return { input, right, met: isMet ? "met" : `**not met**${trouble}` };
  });
}

const folder = await mkdtemp(join(tmpdir(), "respark-field-cases-"));
const rows: Outcome[] = [];
try {
  for (const name of (await readdir(cases)).sort()) {
    const wanted = EXPECTATIONS.filter((one) => name.startsWith(one.of));
    if (wanted.length === 0) continue;
    for (const input of await inputsIn(join(cases, name, "in"))) {
      const short = relative(cases, input).replace("/in", "");
      const own = wanted.filter(({ only }) => only === undefined || only.test(short));
      if (own.length === 0) continue;
      process.stderr.write(`${short}\n`);
      const outcomes = await held(input, own, folder);
      rows.push(...outcomes.map((outcome) => ({ ...outcome, input: short })));
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const met = rows.filter(({ met }) => met === "met").length;
const HEADING = "## Field cases";
const section = `${HEADING}

Logs rebuilt from public bug reports (\`../shared/data/field-cases\`), each with what is right of it. \`node --conditions=@respark/source
--import tsx test/compatibility/field-cases.ts\` writes this table. ${met} of ${rows.length} are met.

| input | what is right | |
| --- | --- | --- |
${rows.map(({ input, right, met }) => `| ${input} | ${right} | ${met} |`).join("\n")}
`;
const before = await readFile(page, "utf8");
const at = before.indexOf(HEADING);
const start = at < 0 ? `${before.trimEnd()}\n\n` : before.slice(0, at);
const next = at < 0 ? -1 : before.indexOf("\n## ", at + HEADING.length);
await writeFile(page, start + section + (next < 0 ? "" : before.slice(next)));
process.stderr.write(`${met} of ${rows.length} met\n`);
process.exit(0);
