/**
 * Logs cut into files by a clock or a size: Databricks' dated event logs, rotated executor and
 * driver logs.
 */
import type { ByteSource } from "./byte-source.ts";
import { bareName } from "./codecs/index.ts";
import { cutOff } from "./cut-off.ts";
import type { DiscoveredSource, Grouping } from "./discovered-source.ts";
import type { Grouped } from "./rolling-log.ts";
import type { FoundFile } from "./walk.ts";

/** Where a file stands among the parts of its log. */
interface Cut {
  /** The log's name without what a rotation added. */
  readonly base: string;
  /** `2024-01-31-13`; undefined: not cut by date. */
  readonly date: string | undefined;
  /** undefined: not numbered. */
  readonly number: number | undefined;
}

const datedEventLog = /^eventlog(?:-(\d{4}-\d{2}-\d{2}--\d{2}-\d{2}))?$/;
/** What may be rotated: event logs carry dates and numbers in their own names. */
const textLog = /(?:^|[._-])(?:stderr|stdout|syslog)\b|\.(?:log|out|err|txt)$|log4j/i;
const dateCut =
  /(?:\.|--|-|_)(\d{4}-?\d{2}-?\d{2}(?:(?:--|[-_.T ])\d{1,2}(?:[-_:]?\d{2}){0,2}(?:--?\d{1,4})?)?)$/;
const numberCut = /\.(\d{1,6})$/;
/** In so much of a part its first time stands: the year first, so that texts are in its order. */
const HEAD_BYTES = 64 * 1024;
const TIME = /(?:\d{4}|\d{2})([/-])\d{2}\1\d{2}[ T]\d{2}:\d{2}:\d{2}(?:[.,]\d{3})?/;
const numberBehindDate = /^[.-](\d{1,6})$/;

/** Databricks: `eventlog` is the part being written, the dated ones came before. */
export function datedEventLogs(files: readonly FoundFile[]): Grouped {
  const dated = files.filter(({ name }) => datedEventLog.test(bareName(name)));
  if (dated.length < 2) return { sources: [], rest: files };
  const dateOf = ({ name }: FoundFile): string => datedEventLog.exec(bareName(name))?.[1] ?? "now";
  const parts = [...dated].sort((a, b) => compare(dateOf(a), dateOf(b)));
  return {
    sources: [
      oneLog(
        "dated",
        parts.map(({ source }) => source),
      ),
    ],
    rest: files.filter((file) => !dated.includes(file)),
  };
}

/** Text logs of one name in one directory. */
export async function rotatedLogs(files: readonly FoundFile[]): Promise<Grouped> {
  const logs = new Map<string, { readonly file: FoundFile; readonly cut: Cut }[]>();
  const rest: FoundFile[] = [];
  for (const file of files) {
    const cut = cutOf(file.name);
    if (!textLog.test(cut.base)) {
      rest.push(file);
      continue;
    }
    const parts = logs.get(cut.base);
    if (parts === undefined) logs.set(cut.base, [{ file, cut }]);
    else parts.push({ file, cut });
  }
  const sources: DiscoveredSource[] = [];
  for (const parts of logs.values()) {
    const isRotated = parts.some(({ cut }) => cut.date !== undefined || cut.number !== undefined);
    if (parts.length < 2 || !isRotated) {
      rest.push(...parts.map(({ file }) => file));
      continue;
    }
    const newestFirst = !(await countsUp(parts));
    parts.sort((a, b) => order(a.cut, b.cut, newestFirst) || compare(a.file.name, b.file.name));
    sources.push(
      oneLog(
        "rotated",
        // Spark's size-based rolling and logrotate's copytruncate cut between bytes, not between
        // lines (RollingFileAppender.appendToFile rolls over before each buffer, 1.1+).
        parts.map(({ file: { source } }, at) => (at === 0 ? source : cutOff(source, "where_cut"))),
      ),
    );
  }
  return { sources, rest };
}

function oneLog(grouping: Grouping, parts: readonly ByteSource[]): DiscoveredSource {
  return {
    path: parts.at(-1)?.path ?? "",
    grouping,
    parts,
    compacted: false,
    beginsLate: false,
    inProgress: false,
    sparkVersion: undefined,
  };
}

/**
 * `stderr.1`, `stderr.2.gz`, `stderr--2024-01-31--13`, `executor.log.2024-01-31`,
 * `executor-2024-01-31-1.log.gz`. Follows log4j's rolling appenders, logrotate, and RollingPolicy
 * of Spark 1.1+.
 */
export function cutOf(fileName: string): Cut {
  const name = bareName(fileName);
  const ending = /\.(?:log|out|err|txt)$/i.exec(name)?.[0] ?? "";
  const inner = cutInside(name.slice(0, name.length - ending.length));
  if (ending !== "" && inner.date !== undefined)
    return { ...inner, base: `${inner.base}${ending}` };
  return ending === "" ? inner : { base: name, date: undefined, number: undefined };
}

function cutInside(name: string): Cut {
  const date = dateCut.exec(name);
  if (date !== null)
    return { base: name.slice(0, date.index), date: digitsOf(date[1] ?? ""), number: undefined };
  const number = numberCut.exec(name) ?? /-(\d{1,6})$/.exec(name);
  if (number === null) return { base: name, date: undefined, number: undefined };
  const before = name.slice(0, number.index);
  const dated = dateCut.exec(before);
  if (dated !== null && numberBehindDate.test(number[0])) {
    return {
      base: before.slice(0, dated.index),
      date: digitsOf(dated[1] ?? ""),
      number: Number(number[1]),
    };
  }
  if (!number[0].startsWith(".")) return { base: name, date: undefined, number: undefined };
  return { base: before, date: undefined, number: Number(number[1]) };
}

function digitsOf(date: string): string {
  return date.replace(/\D/g, "");
}

/** Oldest first: by date, then by number; the file without either is being written. */
function order(a: Cut, b: Cut, newestFirst: boolean): number {
  if (a.date !== b.date) return compare(a.date ?? "now", b.date ?? "now");
  if (a.number === b.number) return 0;
  if (a.number === undefined) return 1;
  if (b.number === undefined) return -1;
  // Under one date numbers count up; alone, 1 is the newest, unless the files' times say otherwise.
  const up = a.date !== undefined || !newestFirst;
  return up ? a.number - b.number : b.number - a.number;
}

/**
 * log4j 2 may number upwards (`fileIndex="max"`): then each part begins later than the one with the
 * next lower number. Where no part shows a time, each file is clearly younger than that one.
 */
async function countsUp(
  parts: readonly { readonly file: FoundFile; readonly cut: Cut }[],
): Promise<boolean> {
  const numbered = parts
    .filter(({ cut }) => cut.number !== undefined && cut.date === undefined)
    .sort((a, b) => (a.cut.number ?? 0) - (b.cut.number ?? 0))
    .map(({ file }) => file.source);
  if (numbered.length < 2) return false;
  return (await timesRise(numbered)) ?? agesFall(numbered);
}

/** Undefined: their times are none, of several forms, or rise and fall. */
async function timesRise(parts: readonly ByteSource[]): Promise<boolean | undefined> {
  let [rises, falls, before] = [false, false, ""];
  for (const part of parts) {
    const time = await firstTime(part);
    if (time === undefined || (before !== "" && before.length !== time.length)) return undefined;
    rises ||= before !== "" && time > before;
    falls ||= before !== "" && time < before;
    before = time;
  }
  return rises === falls ? undefined : rises;
}

async function firstTime(source: ByteSource): Promise<string | undefined> {
  let head = "";
  const how = { limitBytes: HEAD_BYTES, report: () => undefined };
  for await (const chunk of source.chunks(how)) head += Buffer.from(chunk).toString("latin1");
  return TIME.exec(head)?.[0];
}

function agesFall(parts: readonly ByteSource[]): boolean {
  return parts.every(({ modifiedMs }, at) => {
    const before = parts[at - 1]?.modifiedMs;
    if (at === 0) return true;
    return before !== undefined && modifiedMs !== undefined && modifiedMs >= before + 1000;
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
