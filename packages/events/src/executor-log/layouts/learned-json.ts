/**
 * Records as JSON objects whose keys are learned: what holds words of Spark, a level, a logger, a
 * thread, a time.
 */
import {
  isObject,
  type JsonLeaf,
  type JsonPath,
  keyOf,
  leavesOf,
  TIME_KEYS,
  valueAt,
} from "../json-paths.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import { levelsIn } from "./head-shape.ts";
import { levelOf } from "./level-words.ts";
import type { Layout, RecordHead, SampleLine } from "./record-head.ts";
import { taskNameOf, traceOf } from "./structured-json.ts";
import { TimeReader, timeIn } from "./time-forms.ts";

interface LearnedKeys {
  readonly message: JsonPath;
  readonly level: JsonPath | undefined;
  readonly logger: JsonPath | undefined;
  readonly thread: JsonPath | undefined;
  readonly time: JsonPath | undefined;
  readonly exception: JsonPath | undefined;
}

const OPEN = 123;
const CLOSE = 125;
const SAMPLE_OBJECTS = 200;

export class LearnedJson implements Layout {
  readonly name: string;
  readonly beginsBlank = false;
  readonly isLoose = false;
  private readonly keys: LearnedKeys;
  private time: TimeReader | undefined = undefined;

  constructor(keys: LearnedKeys) {
    this.keys = keys;
    this.name = `json: ${keys.message.join(".")}`;
  }

  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    if (buffer[start] !== OPEN || buffer[end - 1] !== CLOSE) return false;
    const object = parsed(buffer.toString("utf8", start, end));
    const said = valueAt(object, this.keys.message);
    if (typeof said !== "string") return false;
    const { level, logger, thread, time, exception } = this.keys;
    const [message = "", ...below] = said.replace(/\n$/, "").split("\n", 128);
    const parts = [
      message,
      lastSegment(textOf(valueAt(object, logger))),
      textOf(valueAt(object, thread)),
      isObject(object)
        ? taskNameOf(object["contextMap"] ?? object["mdc"] ?? object["context"])
        : "",
    ].map((part) => Buffer.from(part));
    head.buffer = Buffer.concat(parts);
    const ends = parts.map(() => 0);
    for (const [i, part] of parts.entries()) ends[i] = (ends[i - 1] ?? 0) + part.length;
    const [messageEnd = 0, loggerEnd = 0, threadEnd = 0, taskEnd = 0] = ends;
    head.messageStart = 0;
    head.messageEnd = head.loggerStart = messageEnd;
    head.loggerEnd = head.threadStart = loggerEnd;
    head.threadEnd = head.taskNameStart = threadEnd;
    head.taskNameEnd = taskEnd;
    head.loggerNumber = -1;
    head.level = levelOf(textOf(valueAt(object, level)));
    head.trace = below.length > 0 ? below : traceOf(valueAt(object, exception));
    // A file's first records seldom hold an error: where it has its trace shows later.
    const isBad = head.level === "ERROR" || head.level === "FATAL" || head.level === "WARN";
    if (isBad) head.trace ??= traceOf(leavesOf(object).find(isTrace)?.value);
    this.setTime(valueAt(object, time), head);
    return true;
  }

  private setTime(value: unknown, head: RecordHead): void {
    head.localMicros = Number.NaN;
    head.resolutionMicros = 1_000_000;
    head.zoned = false;
    if (isObject(value)) {
      const { epochSecond, nanoOfSecond } = value;
      if (typeof epochSecond !== "number") return;
      const nanos = typeof nanoOfSecond === "number" ? nanoOfSecond : 0;
      head.localMicros = epochSecond * 1_000_000 + Math.floor(nanos / 1000);
      head.resolutionMicros = nanos % 1_000_000 === 0 ? 1000 : 1;
      head.zoned = true;
      return;
    }
    const text = textOf(value);
    const found = timeIn(text);
    if (found === undefined) return;
    const said = text.slice(found.start, found.end);
    this.time ??= new TimeReader(found.form, [said]);
    if (!this.time.read(said)) return;
    head.localMicros = this.time.micros;
    head.resolutionMicros = this.time.resolutionMicros;
    head.zoned = this.time.zoned;
  }
}

/** Undefined where the lines are no objects, or say nothing of Spark. */
export function learnJson(lines: readonly SampleLine[]): LearnedJson | undefined {
  const objects: Readonly<Record<string, unknown>>[] = [];
  for (const { buffer, start, end } of lines) {
    if (buffer[start] !== OPEN || objects.length >= SAMPLE_OBJECTS) continue;
    const object = parsed(buffer.toString("utf8", start, end));
    if (isObject(object)) objects.push(object);
  }
  if (objects.length === 0) return undefined;
  const told = objects.map(leavesOf);
  // Of two that hold the same words, the one with the lines below them.
  const message =
    mostCommon(told, ({ value }) => isBare(value) && String(value).includes("\n")) ??
    mostCommon(told, ({ value }) => isBare(value));
  if (message === undefined) return undefined;
  const others = told.map((leaves) => leaves.filter(({ path }) => keyOf(path) !== keyOf(message)));
  return new LearnedJson({
    message,
    level: mostCommon(others, ({ value }) => isLevel(value)),
    logger: mostCommon(others, isLogger),
    thread: mostCommon(others, isThread),
    time: timePath(objects, others),
    exception:
      EXCEPTIONS.find((path) =>
        objects.some((object) => traceOf(valueAt(object, path)) !== undefined),
      ) ?? mostCommon(others, isTrace),
  });
}

const EXCEPTIONS: readonly JsonPath[] = [
  ["exception"],
  ["thrown"],
  ["stack_trace"],
  ["stackTrace"],
  ["stacktrace"],
  ["throwable"],
  ["error.stack_trace"],
  ["error", "stack_trace"],
  ["exception", "stackTrace"],
  ["error"],
  ["err"],
];

function timePath(
  objects: readonly Readonly<Record<string, unknown>>[],
  told: readonly (readonly JsonLeaf[])[],
): JsonPath | undefined {
  if (objects.some((object) => isObject(object["instant"]))) return ["instant"];
  const isTime = ({ value }: JsonLeaf): boolean => {
    const text = String(value);
    return text.length < 64 && timeIn(text)?.start === 0;
  };
  for (const key of TIME_KEYS) {
    const named = mostCommon(told, (leaf) => key.test(leaf.path.at(-1) ?? "") && isTime(leaf));
    if (named !== undefined) return named;
  }
  return mostCommon(told, isTime);
}

/** The path at which the most objects hold such a value, of equal ones the first. */
function mostCommon(
  told: readonly (readonly JsonLeaf[])[],
  isSuch: (leaf: JsonLeaf) => boolean,
): JsonPath | undefined {
  const counts = new Map<string, { readonly path: JsonPath; count: number }>();
  for (const leaves of told) {
    for (const leaf of leaves) {
      if (!isSuch(leaf)) continue;
      const key = keyOf(leaf.path);
      const seen = counts.get(key) ?? { path: leaf.path, count: 0 };
      seen.count++;
      counts.set(key, seen);
    }
  }
  let best: { readonly path: JsonPath; readonly count: number } | undefined;
  for (const one of counts.values()) if (one.count > (best?.count ?? 0)) best = one;
  return best?.path;
}

/** Words of Spark with nothing before them. */
function isBare(value: string | number): boolean {
  if (typeof value !== "string") return false;
  const bytes = Buffer.from(value.split("\n", 1)[0] ?? "");
  return sparkWordsIn(bytes, 0, bytes.length)?.at === 0;
}

function isLevel(value: string | number): boolean {
  if (typeof value !== "string") return false;
  const [level] = levelsIn(value);
  return level !== undefined && level.start === 0 && level.end === value.length;
}

function isLogger({ path, value }: JsonLeaf): boolean {
  if (typeof value !== "string" || /fqcn/i.test(path.at(-1) ?? "")) return false;
  return /^(?:[a-z]\w*\.)+[A-Z][\w$]*$/.test(value) || /logger|^class$/i.test(path.at(-1) ?? "");
}

/** A throwable, with frames below it. */
function isTrace({ value }: JsonLeaf): boolean {
  return typeof value === "string" && /^[\w.$]+(?:Error|Exception)\b[^\n]*\n\s+at /.test(value);
}

function isThread({ path, value }: JsonLeaf): boolean {
  if (typeof value !== "string") return false;
  return value.startsWith("Executor task launch") || /thread(?:[._]?name)?$/i.test(keyOf(path));
}

function textOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : "";
}

function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
