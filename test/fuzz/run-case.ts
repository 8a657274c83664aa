/** Reads and replays one hurt input, and says what a reader must not do: crash, lose a line in silence, write impossible rows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, processHost } from "@respark/cli";
import { type EmitRow, Replay } from "@respark/core";
import { type Diagnostic, readApplication, type SurveyedFile, survey } from "@respark/events";
import { type FuzzCase, writeCase } from "./fuzz-case.ts";
import { linesThatCount } from "./oracle.ts";

export interface CaseResult {
  readonly story: string;
  /** sentences; none: all is well */
  readonly failures: readonly string[];
}

const host = processHost();

/** Keeps the folder where something failed and `keep` is set. */
export async function runCase(seed: number, number: number, keep = false): Promise<CaseResult> {
  const folder = await mkdtemp(join(tmpdir(), `respark-fuzz-${seed}-${number}-`));
  const failures: string[] = [];
  let story = "";
  try {
    const hurt = await writeCase(seed, number, join(folder, "input"));
    story = hurt.story;
    const applications = await readAll(join(folder, "input"), hurt, failures);
    // The whole command is dearer: its part of the cases is enough for what it adds.
    if (number % 4 === 0) await command(folder, applications > 0, failures);
  } catch (error) {
    failures.push(`crash: ${error instanceof Error ? error.stack : String(error)}`);
  }
  if (failures.length === 0 || !keep) await rm(folder, { recursive: true, force: true });
  else failures.push(`kept in ${folder}`);
  return { story, failures };
}

async function readAll(path: string, hurt: FuzzCase, failures: string[]): Promise<number> {
  const diagnosed = new Map<number | undefined, Set<number>>();
  const told = new Map<number, Set<number>>();
  const report = ({ sourceFileId, line }: Diagnostic): void => {
    note(diagnosed, sourceFileId, line ?? 0);
  };
  const { files, applications } = await survey([path], { report });
  for (const application of applications) {
    const replay = new Replay({
      appId: application.appId,
      attemptId: application.attemptId,
      emit: rowCheck(failures),
      sparkVersion: application.sparkVersion,
      name: application.name,
      executorLogs: new Map(
        application.executors.flatMap(({ executorId, hasLog, evidenceLevel }) =>
          hasLog && evidenceLevel !== undefined ? [[executorId, evidenceLevel]] : [],
        ),
      ),
    });
    await readApplication(application, {
      observe: (observation) => {
        note(told, observation.sourceFileId, observation.line);
        replay.step(observation);
      },
      report,
    });
    replay.finish();
  }
  for (const file of files) {
    const text = textOf(file, hurt);
    if (text === undefined || file.unread !== undefined || file.duplicateOf !== undefined) continue;
    if (file.kind === "other" || file.container !== undefined) continue;
    const id = file.sourceFileId;
    const kind = file.kind === "event_log" ? "event_log" : "log";
    const silent = linesThatCount(text, kind).filter(
      (line) => !told.get(id)?.has(line) && !diagnosed.get(id)?.has(line),
    );
    if (silent.length > 0) {
      failures.push(
        `${file.path}: ${silent.length} lines lost in silence: ${silent.slice(0, 5).join(", ")}`,
      );
    }
  }
  return applications.length;
}

/** Text whose line numbers are the log's own. */
function textOf({ source, path }: SurveyedFile, hurt: FuzzCase): Buffer | undefined {
  const [part, ...others] = source.parts;
  if (part === undefined || others.length > 0) return undefined;
  const text = hurt.files.find((file) => file.path === part.path || file.path === path)?.text;
  // A byte order mark of UTF-16 changes what a line is.
  return text !== undefined && (text[0] ?? 0) >= 0xfe ? undefined : text;
}

function note<K>(lines: Map<K, Set<number>>, of: K, line: number): void {
  const known = lines.get(of);
  if (known === undefined) lines.set(of, new Set([line]));
  else known.add(line);
}

/** Numbers that a table could not hold, or bounds the wrong way round. */
function rowCheck(failures: string[]): EmitRow {
  const said = new Set<string>();
  // Once for each column.
  const say = (column: string, what: string): void => {
    if (!said.has(column)) failures.push(`${column} is ${what}`);
    said.add(column);
  };
  return (table, row) => {
    for (const [name, value] of Object.entries(row)) {
      const column = `${table}.${name}`;
      if (typeof value === "number" && !Number.isFinite(value)) say(column, String(value));
      if (
        typeof value === "number" &&
        /(?:Bytes|Min|Max|At|ts)$/.test(name) &&
        !Number.isSafeInteger(value)
      ) {
        say(column, `${value}, no integer`);
      }
      if (isTriple(value)) {
        const { bytes, atLeast, atMost } = value;
        if ((atLeast ?? 0) > (bytes ?? atMost ?? Infinity) || (bytes ?? 0) > (atMost ?? Infinity)) {
          say(column, `${bytes} in ${atLeast} to ${atMost}`);
        }
      }
    }
  };
}

interface Bounds {
  readonly bytes: number | undefined;
  readonly atLeast: number | undefined;
  readonly atMost: number | undefined;
}

function isTriple(value: unknown): value is Bounds {
  return typeof value === "object" && value !== null && "atLeast" in value;
}

async function command(folder: string, anything: boolean, failures: string[]): Promise<void> {
  let said = "";
  const output = {
    isTerminal: false,
    columns: 100,
    write: (text: string | Uint8Array) => {
      said += Buffer.from(text).toString();
      return Promise.resolve();
    },
  };
  const args = ["replay", join(folder, "input"), "-o", join(folder, "replayed.duckdb")];
  const code = await main({ ...host, args, stdout: output, stderr: output });
  const expected = anything ? 0 : 3;
  if (code !== expected)
    failures.push(`exit ${code} where ${expected} was expected: ${said.trim()}`);
  if (/[^\n\P{Cc}]/u.test(said)) failures.push("control characters printed");
}
