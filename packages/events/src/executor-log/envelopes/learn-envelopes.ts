/**
 * Which wrappings a file has, found on its first lines: layer by layer, until Spark's own lines are
 * left.
 */
import { isObject, type JsonLeaf, type JsonObject, leavesOf } from "../json-paths.ts";
import { headShape, levelsIn, type SeenHead } from "../layouts/head-shape.ts";
import { LearnedCut } from "../layouts/learned-cut.ts";
import { timeIn } from "../layouts/time-forms.ts";
import { type SparkWords, sparkWordsIn } from "../spark-wording.ts";
import { AnsiColours } from "./ansi-colours.ts";
import { Indentation, indentationOf, Suffix, suffixOf } from "./around.ts";
import { CsvRows } from "./csv-rows.ts";
import { CsvTable, cellsOf } from "./csv-table.ts";
import { areDoubled, DoubledLines } from "./doubled-lines.ts";
import { EnvelopeLayer, type Layer, type Unwrapped } from "./envelope.ts";
import { FieldsBefore } from "./fields-before.ts";
import { GrepPaths } from "./grep-paths.ts";
import { areJoined, JoinedRecords } from "./joined-records.ts";
import { areJournalFields, JournalFields } from "./journal-fields.ts";
import { JsonDocument } from "./json-document.ts";
import { JsonLists, keepsLists, namedValues } from "./json-lists.ts";
import { JsonStreams } from "./json-streams.ts";
import { areJsonStrings, JsonStrings } from "./json-strings.ts";
import { isStreamField, isTelling, LearnedPrefix, streamName } from "./learned-prefix.ts";
import { haveNumbers, LineNumbers } from "./line-numbers.ts";
import { areLogfmt, Logfmt } from "./logfmt.ts";
import { PodPrefix } from "./pod-prefix.ts";
import { RubyHash } from "./ruby-hash.ts";
import { CriLine, TimestampedLine } from "./runtime-lines.ts";
import { ShippedJson } from "./shipped-json.ts";
import { holdsWords, MOST_STREAMS, shippedIn, streamsIn } from "./shipped-keys.ts";
import { headsAbove, TabbedBelow } from "./tabbed-below.ts";
import { TwoLineHeads, twoLineHeadsOf } from "./two-line-heads.ts";
import { WrappedLines, wrappedAt } from "./wrapped-lines.ts";
import { areXmlEvents, XmlEvents } from "./xml-events.ts";
import { areYamlDocuments, YamlDocuments } from "./yaml-documents.ts";

/** Makes a layer anew: one is tried on the sample, another reads the file. */
type MakeLayer = (newestFirst: boolean) => Layer;

const MOST_LAYERS = 6;
/** Lists around lists of records. */
const MOST_LISTS = 3;
/** Of the lines that are not blank, a wrapping is around so many at least. */
const LEAST_SHARE = 0.6;

/**
 * The layers of these lines, from the outside in. `newestFirst`: lists are given from their end.
 */
export function learnEnvelopes(sample: readonly Unwrapped[], newestFirst: boolean): Layer[] {
  const layers: Layer[] = [];
  let lines = sample.filter(({ start, end }) => end > start);
  for (let i = 0; i < MOST_LAYERS && lines.length > 0; i++) {
    const make = nextLayer(lines, layers);
    if (make === undefined) break;
    layers.push(make(newestFirst));
    const trial = make(false);
    const inside: Unwrapped[] = [];
    for (const line of lines) {
      trial.take(line.copy(), (inner) => {
        if (inner.end > inner.start) inside.push(inner.copy());
      });
    }
    lines = inside;
  }
  return layers;
}

function nextLayer(lines: readonly Unwrapped[], layers: readonly Layer[]): MakeLayer | undefined {
  const has = (name: string): boolean => layers.some((layer) => layer.name === name);
  if (!has("ansi") && lines.some(isColoured)) {
    return () => new EnvelopeLayer(new AnsiColours());
  }
  for (const make of RUNTIMES) {
    const envelope = make();
    if (has(envelope.name)) continue;
    const opened = lines.filter((line) => envelope.open(line.copy())).length;
    if (opened >= lines.length * LEAST_SHARE) return () => new EnvelopeLayer(make());
  }
  if (!has("doubled") && areDoubled(lines)) return () => new DoubledLines();
  const width = layers.length === 0 ? wrappedAt(lines) : undefined;
  if (width !== undefined) return () => new WrappedLines(width);
  const isHead = has("two-line-heads") ? undefined : twoLineHeadsOf(lines);
  if (isHead !== undefined) return () => new TwoLineHeads(isHead);
  if (!has("line-numbers") && haveNumbers(lines)) {
    return () => new EnvelopeLayer(new LineNumbers());
  }
  const blanks = indentationOf(lines);
  if (blanks > 0) return () => new EnvelopeLayer(new Indentation(blanks));
  const whole = layers.length === 0 ? wholeFile(lines.map(textOf)) : undefined;
  if (whole !== undefined) return whole;
  if (!has("joined") && areJoined(lines)) return () => new JoinedRecords();
  if (!has("logfmt") && areLogfmt(lines)) return () => new EnvelopeLayer(new Logfmt());
  const document = has("json-document") ? undefined : documentIn(lines);
  if (document !== undefined) {
    const within = document === "list" ? listsAround(lines) : 0;
    return (newestFirst) => new JsonDocument(document === "list", newestFirst, within);
  }
  const objects = objectsIn(lines);
  if (!has("json-lists") && objects !== undefined && keepsLists(objects)) {
    return () => new JsonLists();
  }
  const json = objects && shippedIn(objects);
  if (json !== undefined) return (newestFirst) => new ShippedJson(json, newestFirst);
  const streams = objects && !has("json-streams") ? streamsIn(objects) : undefined;
  if (streams !== undefined) return () => new JsonStreams(streams);
  const above = has("tabbed-below") ? undefined : headsAbove(lines);
  const head = above && learnedPrefix(above);
  if (head !== undefined) return () => new EnvelopeLayer(new TabbedBelow(head()));
  const csv = has("csv") ? undefined : tableIn(lines);
  const prefix = csv ?? prefixIn(lines);
  if (prefix !== undefined || has("suffix")) return prefix;
  const suffix = suffixOf(lines);
  return suffix && (() => new EnvelopeLayer(new Suffix(suffix)));
}

/** Forms of a file in which no line is a record. */
function wholeFile(texts: readonly string[]): MakeLayer | undefined {
  if (areYamlDocuments(texts)) return (newestFirst) => new YamlDocuments(newestFirst);
  if (areXmlEvents(texts)) return () => new XmlEvents();
  if (areJournalFields(texts)) return () => new JournalFields();
  return areJsonStrings(texts) ? () => new JsonStrings() : undefined;
}

/** Colours stand around the fields of a head; behind them they are text of the message. */
function isColoured(line: Unwrapped): boolean {
  const first = line.buffer.indexOf(ESCAPE, line.start) - line.start;
  if (first < 0 || first >= line.end - line.start) return false;
  const plain = line.copy();
  new AnsiColours().open(plain);
  const words = sparkWordsIn(plain.buffer, plain.start, plain.end);
  return words !== undefined && first <= words.at - plain.start;
}

const ESCAPE = 27;

const RUNTIMES = [
  () => new CriLine(),
  () => new PodPrefix(),
  () => new TimestampedLine(),
  () => new GrepPaths(),
  () => new RubyHash(),
  () => new FieldsBefore(),
] as const;

/** A line is judged by its beginning; an object only whole. */
const JUDGED_BYTES = 4096;
const OBJECT_BYTES = 1024 * 1024;

function textOf({ buffer, start, end }: Unwrapped): string {
  return buffer.toString("utf8", start, Math.min(end, start + OBJECT_BYTES));
}

function beginningOf({ buffer, start, end }: Unwrapped): string {
  return buffer.latin1Slice(start, Math.min(end, start + JUDGED_BYTES));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const QUOTATION = "Job aborted due to stage failure: ";

function tells({ buffer, start, end }: Unwrapped): boolean {
  return sparkWordsIn(buffer, start, end) !== undefined;
}

/** Lists, or objects over several lines, instead of an object a line. */
function documentIn(lines: readonly Unwrapped[]): "list" | "objects" | undefined {
  const texts = lines.map((line) => textOf(line).trim());
  const [first = ""] = texts;
  // An error's answer, which holds no log.
  const quoting = texts.map((text) => text.includes(QUOTATION));
  const isAnswer = quoting.includes(true) && !lines.some((line, i) => !quoting[i] && tells(line));
  if (isAnswer) return undefined;
  if (/^\[\s*(?:$|[{["])/.test(first)) return "list";
  if (!first.startsWith("{")) return undefined;
  const objects = texts.filter((text) => text.startsWith("{") && isObject(parsed(text)));
  if (objects.length * 2 >= texts.length) {
    const one = objects.length <= 2 ? parsed(objects[0] ?? "") : undefined;
    return holdsList(one) ? "list" : undefined;
  }
  if (!/^\{\s*(?:$|")/.test(first)) return undefined;
  return texts.slice(0, 40).some((text) => /(?:^|:\s*)\[\s*(?:$|\{)/.test(text))
    ? "list"
    : "objects";
}

/**
 * In how many other lists stand the first elements that are whole in the sample and tell of Spark.
 */
function listsAround(lines: readonly Unwrapped[]): number {
  for (let within = 0; within <= MOST_LISTS; within++) {
    const trial = new JsonDocument(true, false, within);
    let telling = 0;
    for (const line of lines) {
      trial.take(line.copy(), (element) => {
        const text = textOf(element);
        const value = parsed(text);
        // A pair of a time and a line is no record: its list is Loki's.
        const tells = isObject(value)
          ? holdsList([value]) || holdsList(value)
          : !Array.isArray(value) && holdsWords(text);
        if (tells) telling++;
      });
      if (telling > 0) return within;
    }
  }
  return 0;
}

/** Lines of Spark in a list, or times and lines as Loki lists them. */
function holdsList(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(
      (one) =>
        namedValues(one) !== undefined ||
        (isObject(one) && (Array.isArray(one["values"]) || leavesOf(one).some(isSparks))) ||
        (typeof one === "string" && holdsWords(one)),
    );
  }
  return isObject(value) && Object.values(value).some(holdsList);
}

function isSparks({ value }: JsonLeaf): boolean {
  return typeof value === "string" && holdsWords(value);
}

/** Undefined where most lines are no objects. */
function objectsIn(lines: readonly Unwrapped[]): JsonObject[] | undefined {
  const objects = lines.flatMap((line) => {
    const value = line.buffer[line.start] === 123 ? parsed(textOf(line)) : undefined;
    return isObject(value) ? [value] : [];
  });
  return objects.length < lines.length * LEAST_SHARE ? undefined : objects;
}

const SEPARATORS = [",", "\t", ";"] as const;

/** A header of several names, then rows of as many cells, one of which is Spark's. */
function tableIn(lines: readonly Unwrapped[]): MakeLayer | undefined {
  const [header, ...rows] = lines;
  if (header === undefined || sparkWordsIn(header.buffer, header.start, header.end))
    return undefined;
  for (const separator of SEPARATORS) {
    const names = cellsOf(beginningOf(header), separator, false);
    if (names.open || names.cells.length < 2 || names.cells.some((name) => !isName(name))) continue;
    const told = names.cells.map(() => 0);
    let fitting = 0;
    let telling = 0;
    for (const row of rows) {
      const { cells, open } = cellsOf(beginningOf(row), separator, false);
      if (sparkWordsIn(row.buffer, row.start, row.end) !== undefined || open) {
        telling++;
        if (open || cells.length === names.cells.length) fitting++;
      }
      for (const [i, cell] of cells.entries()) {
        const bytes = Buffer.from(cell, "latin1");
        if (sparkWordsIn(bytes, 0, bytes.length) !== undefined) told[i] = (told[i] ?? 0) + 1;
      }
    }
    const most = Math.max(...told);
    if (most === 0 || fitting < telling * LEAST_SHARE) continue;
    const columnOf = (name: RegExp): number | undefined => {
      const at = names.cells.findIndex((cell) => name.test(cell));
      return at < 0 ? undefined : at;
    };
    const line = told.indexOf(most);
    if (rows.some((row) => hasFields(cellsOf(beginningOf(row), separator, false).cells, line))) {
      return () => new CsvRows(separator);
    }
    const time = columnOf(/^@?_?(?:time|date|timestamp|ts)$/i) ?? columnOf(/time|date/i);
    const host = columnOf(/^(?:host|instance|node|computer|machine|source$)/i);
    const hosts = new Set(
      rows.map((row) => cellsOf(beginningOf(row), separator, false).cells[host ?? 0]),
    );
    const container =
      columnOf(/pod|container|log.?stream/i) ??
      (hosts.size > 1 && hosts.size < MOST_STREAMS ? host : undefined);
    return () => new CsvTable({ separator, line, time, container });
  }
  return undefined;
}

/** Spark's words with nothing before them, and a cell that is a level or a time. */
function hasFields(cells: readonly string[], line: number): boolean {
  const bytes = Buffer.from(cells[line] ?? "", "latin1");
  if (sparkWordsIn(bytes, 0, bytes.length)?.at !== 0) return false;
  return cells.some((cell, i) => {
    if (i === line || cell === "") return false;
    const time = cell.length < 64 ? timeIn(cell) : undefined;
    return levelsIn(cell)[0]?.end === cell.length || time?.start === 0;
  });
}

function isName(cell: string): boolean {
  return (
    /^[\w@./:-]+(?: [[(]?[\w@./:-]+[\])]?){0,2}$/.test(cell) &&
    cell.length <= 40 &&
    !/^\d/.test(cell)
  );
}

interface Headed {
  readonly line: Unwrapped;
  readonly words: SparkWords;
  /** What the wrapper printed, before the record itself. */
  readonly prefix: string;
}

/** A frame of a trace with something before it: the wrapper's head alone. */
const FRAME = /^(\S.{0,400}?) ?(?:\t| {2,})at [\w.$<>/]{3,400}\([^()]{0,200}\)\s*$/;

function prefixIn(lines: readonly Unwrapped[]): MakeLayer | undefined {
  const make = learnedPrefix(lines);
  return make && (() => new EnvelopeLayer(make()));
}

function learnedPrefix(lines: readonly Unwrapped[]): (() => LearnedPrefix) | undefined {
  const headed: Headed[] = [];
  let telling = 0;
  for (const line of lines) {
    const words = sparkWordsIn(line.buffer, line.start, line.end);
    if (words === undefined) continue;
    telling++;
    const text = line.buffer.latin1Slice(line.start, words.at);
    const inner = innerStart(text, words.loggers);
    if (inner > 0) headed.push({ line, words, prefix: text.slice(0, inner) });
  }
  if (headed.length >= Math.max(1, telling * LEAST_SHARE)) {
    const made = prefixOf(headed.map(({ prefix }) => ({ text: prefix, loggers: [] })));
    if (made !== undefined) return withNames(made, headed);
  }
  const frames = lines.flatMap((line) => {
    const prefix = FRAME.exec(beginningOf(line))?.[1];
    return prefix === undefined ? [] : [{ text: `${prefix} `, loggers: [] }];
  });
  const made = frames.length === 0 ? undefined : prefixOf(frames);
  if (made === undefined) return undefined;
  const fits = lines.filter((line) => new LearnedPrefix(made, []).open(line.copy())).length;
  return fits >= lines.length * LEAST_SHARE ? withNames(made, []) : undefined;
}

/** Where in a head the record's own begins; 0: it has no wrapper that shows. */
function innerStart(head: string, loggers: readonly string[]): number {
  const times: { readonly start: number; readonly end: number }[] = [];
  for (let from = 0; ; ) {
    const time = timeIn(head, from);
    if (time === undefined) break;
    times.push(time);
    from = time.end;
  }
  const json = head.indexOf('{"');
  if (json >= 0) return json;
  const levels = levelsIn(head);
  const last = times.at(-1);
  if (last !== undefined && times.length > 1) {
    const before = levels.filter(({ end }) => end <= last.start);
    const behind = levels.some(({ start }) => start >= last.end);
    const own = before.at(-1);
    // The record's level may stand before its time.
    if (!behind && before.length > 1 && own !== undefined) return opened(head, own.start);
    return opened(head, last.start);
  }
  if (levels.length > 1) {
    // The record's time may stand between the wrapper's level and its own.
    const behind = last !== undefined && levels.filter(({ start }) => start >= last.end).length;
    const isOwn = behind === 1 && levels.length === 2;
    return opened(head, isOwn ? (last?.start ?? 0) : (levels.at(-1)?.start ?? 0));
  }
  if (last === undefined || levels.some(({ end }) => end <= last.start)) return 0;
  const start = opened(head, last.start);
  const before = head.slice(0, start);
  const isOwn = /^(?:main|Executor task|[\w-]*thread|dispatcher|pool|task-)/i.test(before);
  const named = loggers.some((logger) => before.includes(logger));
  return isOwn || named || !/\w/.test(before) ? 0 : start;
}

/** A bracket right before a field is the field's. */
function opened(head: string, start: number): number {
  let at = start;
  while (at > 0 && /[[({<"']/.test(head[at - 1] ?? "")) at--;
  return at;
}

function prefixOf(heads: readonly SeenHead[]): LearnedCut | undefined {
  const shape = headShape(heads, "prefix");
  return shape === undefined || shape.fields.length === 0 ? undefined : new LearnedCut(shape);
}

/**
 * Fields that tell streams apart: names of pods and containers, and others where each has an
 * executor of its own.
 */
function withNames(cut: LearnedCut, headed: readonly Headed[]): () => LearnedPrefix {
  const names = cut.fields.flatMap((field, i) => {
    if (field.kind !== "text") return [];
    const values = new Set(field.seen.map(streamName));
    // A number that names a process has an executor's start for each of its values.
    const apart = values.size > 1 && values.size < MOST_STREAMS && tellsApart(field.seen, headed);
    return apart || (isStreamField(field) && isTelling(field)) ? [i] : [];
  });
  return () => new LearnedPrefix(cut, names);
}

const STARTS = /^Starting executor ID/;

/** Each name has the start of an executor of its own. */
function tellsApart(seen: readonly string[], headed: readonly Headed[]): boolean {
  const started = new Set<string>();
  for (const [i, { words }] of headed.entries()) {
    if (STARTS.test(words.template.says)) started.add(streamName(seen[i] ?? ""));
  }
  return started.size > 1;
}
