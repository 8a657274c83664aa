/**
 * Reads and replays one hurt input, and says what a reader must not do: crash, lose a line in
 * silence, write impossible rows.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, processHost } from "@respark/cli";
import { type EmitRow, Replay } from "@respark/core";
import { type Diagnostic, readApplication, type SurveyedFile, survey } from "@respark/events";
import { beginsRecord } from "../../packages/events/src/survey/line-feed.ts";
import { type FuzzCase, writeCase } from "./fuzz-case.ts";
import { linesThatCount, restsOfStatements, wholeEvents } from "./oracle.ts";

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
    // A file cut between two members of its packing is whole to its codec; the replay says what it
    // lacks.
    for (const [id, { missing, endsEarly }] of replay.finish().completeness)
      if ((missing ?? 0) > 0 || endsEarly === true) note(diagnosed, id, 0);
  }
  // Several applications or executors of one file are as many sources: what one leaves another
  // reads.
  const firstOf = new Map<string, SurveyedFile>();
  const startsOf = new Map<number, PartStart[]>();
  for (const file of files) {
    const { container } = file;
    const path = container === undefined ? file.path : file.path.replace(`!${container}`, "");
    const first = firstOf.get(path) ?? file;
    firstOf.set(path, first);
    for (const line of told.get(file.sourceFileId) ?? []) note(told, first.sourceFileId, line);
    for (const line of diagnosed.get(file.sourceFileId) ?? []) {
      note(diagnosed, first.sourceFileId, line);
    }
    const starts = startsOf.get(first.sourceFileId) ?? [];
    startsOf.set(first.sourceFileId, starts);
    const isSaidUnread = file.unread !== undefined && diagnosed.has(file.sourceFileId);
    starts.push({ line: firstLineOf(file), isSaidUnread });
  }
  for (const file of firstOf.values()) {
    const starts = startsOf.get(file.sourceFileId) ?? [];
    const lost = lostInSilence({ file, starts, hurt, told, diagnosed });
    if (lost !== undefined) failures.push(`${file.path}: ${lost}`);
  }
  failures.push(...missingFiles(files, hurt, diagnosed.get(undefined) !== undefined));
  return applications.length;
}

type LinesOf = ReadonlyMap<number | undefined, ReadonlySet<number>>;

/** What was lost of a file without a diagnostic, if anything. */
function lostInSilence({
  file,
  starts,
  hurt,
  told,
  diagnosed,
}: {
  readonly file: SurveyedFile;
  readonly starts: readonly PartStart[];
  readonly hurt: FuzzCase;
  readonly told: LinesOf;
  readonly diagnosed: LinesOf;
}): string | undefined {
  if (file.container !== undefined) return undefined;
  const id = file.sourceFileId;
  const text = textOf(file, hurt);
  if (file.unread !== undefined || file.duplicateOf !== undefined) {
    if (!diagnosed.has(id)) return `not read (${file.unread}), and nobody says so`;
    const events = text === undefined || file.duplicateOf !== undefined ? 0 : wholeEvents(text);
    return events > 0 ? `not read (${file.unread}), with ${events} whole events in it` : undefined;
  }
  const kind = file.kind === "event_log" ? "event_log" : "log";
  if (text === undefined) {
    const whole = wholeOf(file, hurt);
    // Of an archive's damage discovery speaks, which knows of no files yet.
    const isSaid = diagnosed.has(id) || (file.path.includes("!") && diagnosed.has(undefined));
    if (whole === undefined || isSaid) return undefined;
    const missing = linesThatCount(whole, kind).length - (told.get(id)?.size ?? 0);
    return missing > 0 ? `${missing} lines lost with its packing, in silence` : undefined;
  }
  const rests = restsOfStatements(text, kind);
  const isSaid = (line: number): boolean =>
    told.get(id)?.has(line) === true || diagnosed.get(id)?.has(line) === true;
  const silent = linesThatCount(text, kind).filter(
    (line) => !isSaid(line) && !isSaid(rests.get(line) ?? -1),
  );
  const unsaid = silent.filter((line) => !isInUnread(line, starts));
  if (unsaid.length === 0) return undefined;
  return `${unsaid.length} lines lost in silence: ${unsaid.slice(0, 5).join(", ")}`;
}

/** Where one of the logs in a file begins. */
interface PartStart {
  readonly line: number;
  /**
   * a diagnostic says that it is not read: a copy of another, or of a layout that could not be
   * learned
   */
  readonly isSaidUnread: boolean;
}

function firstLineOf({ container, lines }: SurveyedFile): number {
  return lines?.from ?? Number(/from line (\d+)$/.exec(container ?? "")?.[1] ?? 1);
}

function isInUnread(line: number, starts: readonly PartStart[]): boolean {
  const before = starts.filter((start) => start.line <= line);
  return before.toSorted((a, b) => a.line - b.line).at(-1)?.isSaidUnread ?? false;
}

/** Files that the survey does not list at all, where nothing is said about any archive or path. */
function missingFiles(
  files: readonly SurveyedFile[],
  hurt: FuzzCase,
  isAnythingSaid: boolean,
): string[] {
  if (isAnythingSaid) return [];
  const listed = new Set(files.flatMap(({ source }) => source.parts.map((part) => part.path)));
  const known = new Set(hurt.files.map(({ path }) => path));
  // An entry whose name was hurt stands under the name that is left of it.
  const renaming = new Set([...listed].filter((path) => !known.has(path)).map(archiveOf));
  return (
    hurt.files
      .filter(({ path, whole }) => whole.length > 0 && !listed.has(path) && !isPassedOver(path))
      // Where the archive itself stands as a file, it was not known for one.
      .filter(({ path }) => !listed.has(archiveOf(path)) && !renaming.has(archiveOf(path)))
      .map(({ path }) => `${path} is not among the files that were found, and nobody says so`)
  );
}

/** The path of the archive that an entry is of; of a plain file, its own. */
function archiveOf(path: string): string {
  return path.replace(/!.*/, "");
}

/** Checksums, markers, hidden files. */
function isPassedOver(path: string): boolean {
  return /(?:^|[/!])(?:\.[^/]*|[^/]*\.crc|_SUCCESS|appstatus_[^/]*)$/.test(path);
}

/** Text whose line numbers are the log's own: parts one after another, joined as they are read. */
function textOf({ source }: SurveyedFile, hurt: FuzzCase): Buffer | undefined {
  const joined: Buffer[] = [];
  let isWithinLine = false;
  for (const part of source.parts) {
    const text = hurt.files.find((file) => file.path === part.path)?.text;
    if (text === undefined || hasOtherLines(text)) return undefined;
    const runsOn = part.continues === "where_cut" && !beginsRecord(text);
    if (isWithinLine && !runsOn) {
      joined.push(Buffer.from("\n"));
      isWithinLine = false;
    }
    joined.push(text);
    if (text.length > 0) isWithinLine = text.at(-1) !== 10;
  }
  return Buffer.concat(joined);
}

/**
 * UTF-16, with and without a mark, and a text without line feeds: what a line is there is another
 * question.
 */
function hasOtherLines(text: Buffer): boolean {
  const isWide = (text[0] ?? 0) >= 0xfe || (text[0] === 0) !== (text[1] === 0);
  const first = text.subarray(0, 4096);
  return isWide || (first.includes(13) && !first.includes(10));
}

function wholeOf({ source }: SurveyedFile, hurt: FuzzCase): Buffer | undefined {
  const [part, ...others] = source.parts;
  if (part === undefined || others.length > 0) return undefined;
  const found = hurt.files.find((file) => file.path === part.path);
  return found?.text === undefined && found?.whole[0] !== 0xff && found?.whole[0] !== 0xfe
    ? found?.whole
    : undefined;
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
