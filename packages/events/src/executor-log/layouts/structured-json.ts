/**
 * One JSON object a line: Spark 4's structured logging (spec/log-templates.md 3), and the JSON
 * layouts of others.
 */
import { CAUSED_BY } from "../../user-frame.ts";
import { viewOf } from "../line-bytes.ts";
import type { LogLevel } from "../log-template.ts";
import { IsoTime } from "../log-time.ts";
import type { Layout, RecordHead } from "./record-head.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const COMMA = 44;
const COLON = 58;
const SPACE = 32;
const DOT = 46;

type Role =
  | "time"
  | "epochMillis"
  | "level"
  | "message"
  | "logger"
  | "thread"
  | "context"
  | "exception";

/** Names that Spark 4, log4j's JsonLayout, ECS and logstash give to the same things. */
const ROLES: Readonly<Record<string, Role>> = {
  ts: "time",
  "@timestamp": "time",
  timestamp: "time",
  time: "time",
  timeMillis: "epochMillis",
  level: "level",
  "log.level": "level",
  severity: "level",
  msg: "message",
  message: "message",
  logger: "logger",
  loggerName: "logger",
  logger_name: "logger",
  "log.logger": "logger",
  thread: "thread",
  thread_name: "thread",
  "process.thread.name": "thread",
  context: "context",
  contextMap: "context",
  mdc: "context",
  exception: "exception",
  thrown: "exception",
  stack_trace: "exception",
  "error.stack_trace": "exception",
};
const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ["TRACE", "TRACE"],
  ["DEBUG", "DEBUG"],
  ["INFO", "INFO"],
  ["WARN", "WARN"],
  ["WARNING", "WARN"],
  ["ERROR", "ERROR"],
  ["FATAL", "FATAL"],
]);
const ROLE_BYTES: readonly { readonly bytes: Uint8Array; readonly role: Role }[] = Object.entries(
  ROLES,
).map(([key, role]) => ({ bytes: Buffer.from(key), role }));
const TASK_NAMES = ["task_name", "mdc.taskName"] as const;

export class StructuredJson implements Layout {
  readonly name = "json";
  readonly beginsBlank = false;
  readonly isLoose = false;
  private readonly time = new IsoTime();
  private scratch: Buffer = Buffer.alloc(4096);
  private filled = 0;

  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    if (buffer[start] !== OPEN || buffer[end - 1] !== CLOSE) return false;
    head.buffer = buffer;
    head.loggerNumber = -1;
    head.localMicros = Number.NaN;
    head.level = undefined;
    head.trace = undefined;
    head.loggerStart = head.loggerEnd = 0;
    head.threadStart = head.threadEnd = 0;
    head.taskNameStart = head.taskNameEnd = 0;
    head.messageStart = head.messageEnd = 0;
    let message = false;
    let at = start + 1;
    while (at < end) {
      at = blanks(buffer, at, end);
      if (buffer[at] === CLOSE) return message && blanks(buffer, at + 1, end) === end;
      if (buffer[at] !== QUOTE) return false;
      const keyStart = at + 1;
      const keyEnd = stringEnd(buffer, keyStart, end);
      if (keyEnd < 0 || wasEscaped()) return this.readWhole(buffer, start, end, head);
      at = blanks(buffer, keyEnd + 1, end);
      if (buffer[at] !== COLON) return false;
      at = blanks(buffer, at + 1, end);
      const role = roleOf(buffer, keyStart, keyEnd);
      const first = buffer[at];
      if (first === QUOTE) {
        const valueStart = at + 1;
        const valueEnd = stringEnd(buffer, valueStart, end);
        if (valueEnd < 0) return false;
        if (wasEscaped() && role !== undefined) return this.readWhole(buffer, start, end, head);
        switch (role) {
          case "time":
            this.setTime(buffer, valueStart, valueEnd, head);
            break;
          case "level":
            head.level = LEVELS.get(
              buffer.latin1Slice(valueStart, Math.min(valueEnd, valueStart + 8)),
            );
            break;
          case "message":
            head.messageStart = valueStart;
            head.messageEnd = valueEnd;
            message = true;
            break;
          case "logger":
            setLogger(buffer, valueStart, valueEnd, head);
            break;
          case "thread":
            head.threadStart = valueStart;
            head.threadEnd = valueEnd;
            break;
          case "exception":
            return this.readWhole(buffer, start, end, head);
          default:
        }
        at = valueEnd + 1;
      } else {
        const valueEnd = skipValue(buffer, at, end);
        if (valueEnd < 0) return false;
        if (role === "exception" || role === "epochMillis") {
          return this.readWhole(buffer, start, end, head);
        }
        if (role === "context" && !setTaskName(buffer, at, valueEnd, head)) {
          return this.readWhole(buffer, start, end, head);
        }
        at = valueEnd;
      }
      at = blanks(buffer, at, end);
      if (buffer[at] === COMMA) at++;
    }
    return false;
  }

  private setTime(buffer: Buffer, start: number, end: number, head: RecordHead): void {
    if (!this.time.read(viewOf(buffer), start, end)) return;
    head.localMicros = this.time.micros;
    head.resolutionMicros = this.time.resolutionMicros;
    head.zoned = this.time.zoned;
  }

  /** Escapes and exceptions: the whole object parsed, its texts written to a scratch buffer. */
  private readWhole(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    let parsed: unknown;
    try {
      parsed = JSON.parse(buffer.toString("utf8", start, end));
    } catch {
      return false;
    }
    if (!isObject(parsed)) return false;
    const texts = new Map<Role, unknown>();
    for (const [key, value] of Object.entries(parsed)) {
      const role = Object.hasOwn(ROLES, key) ? ROLES[key] : undefined;
      if (role !== undefined) texts.set(role, value);
    }
    const text = (role: Role): string => {
      const value = texts.get(role);
      return typeof value === "string" ? value : "";
    };
    if (typeof texts.get("message") !== "string") return false;
    this.filled = 0;
    const message = this.write(text("message"));
    const logger = this.write(text("logger"));
    const thread = this.write(text("thread"));
    const taskName = this.write(taskNameOf(texts.get("context")));
    const time = this.write(text("time"));
    head.messageStart = message;
    head.messageEnd = logger;
    setLogger(this.scratch, logger, thread, head);
    head.threadStart = thread;
    head.threadEnd = taskName;
    head.taskNameStart = taskName;
    head.taskNameEnd = time;
    head.buffer = this.scratch;
    head.level = LEVELS.get(text("level"));
    head.localMicros = Number.NaN;
    this.setTime(this.scratch, time, this.filled, head);
    const millis = texts.get("epochMillis");
    if (typeof millis === "number") {
      head.localMicros = millis * 1000;
      head.resolutionMicros = 1000;
      head.zoned = true;
    }
    head.trace = traceOf(texts.get("exception"));
    return true;
  }

  /** Appends a text to the scratch buffer; returns where it begins. */
  private write(text: string): number {
    const start = this.filled;
    const needed = start + Buffer.byteLength(text);
    if (needed > this.scratch.length) {
      const larger = Buffer.alloc(needed * 2);
      this.scratch.copy(larger, 0, 0, start);
      this.scratch = larger;
    }
    this.filled = start + this.scratch.write(text, start);
    return start;
  }
}

let backslashSeen = false;

/** The string that `stringEnd` passed last holds a backslash. */
function wasEscaped(): boolean {
  return backslashSeen;
}

/** Position of the closing quote of a string that begins at `at`; -1 without one. */
function stringEnd(buffer: Buffer, from: number, end: number): number {
  backslashSeen = false;
  let at = from;
  while (at < end) {
    const byte = buffer[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) {
      backslashSeen = true;
      at++;
    }
    at++;
  }
  return -1;
}

/** One past a value that is no string; -1 when the line ends inside. */
function skipValue(buffer: Buffer, from: number, end: number): number {
  let depth = 0;
  let at = from;
  while (at < end) {
    const byte = buffer[at];
    if (byte === QUOTE) {
      at = stringEnd(buffer, at + 1, end);
      if (at < 0) return -1;
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (byte === COMMA && depth === 0) return at;
    at++;
  }
  return -1;
}

function blanks(buffer: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && buffer[at] === SPACE) at++;
  return at;
}

function roleOf(buffer: Buffer, start: number, end: number): Role | undefined {
  for (let i = 0; i < ROLE_BYTES.length; i++) {
    const known = ROLE_BYTES[i];
    if (known === undefined || known.bytes.length !== end - start) continue;
    let k = 0;
    while (k < known.bytes.length && buffer[start + k] === known.bytes[k]) k++;
    if (k === known.bytes.length) return known.role;
  }
  return undefined;
}

function setLogger(buffer: Buffer, start: number, end: number, head: RecordHead): void {
  let segment = start;
  for (let k = start; k < end; k++) if (buffer[k] === DOT) segment = k + 1;
  head.loggerStart = segment;
  head.loggerEnd = end;
}

/** Finds the task name in a context object; false when it needs unescaping. */
function setTaskName(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
  for (const name of TASK_NAMES) {
    const key = `"${name}":"`;
    const at = buffer.subarray(start, end).indexOf(key);
    if (at < 0) continue;
    const from = start + at + key.length;
    const stop = stringEnd(buffer, from, end);
    if (stop < 0 || wasEscaped()) return false;
    head.taskNameStart = from;
    head.taskNameEnd = stop;
    return true;
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function taskNameOf(context: unknown): string {
  if (!isObject(context)) return "";
  for (const name of TASK_NAMES) {
    const value = context[name];
    if (typeof value === "string") return value;
  }
  return "";
}

const TRACE_LINES = 64;
/** Its first lines, and those that name causes. */
function shortened(trace: string): readonly string[] {
  return trace
    .split("\n", 4096)
    .filter((line, i) => i < TRACE_LINES || line.startsWith(CAUSED_BY))
    .slice(0, 2 * TRACE_LINES);
}

/** `{class, msg, stacktrace}` (Spark 4), `{name, message}` (log4j 2), or a printed trace. */
export function traceOf(exception: unknown): readonly string[] | undefined {
  if (typeof exception === "string") return shortened(exception);
  if (!isObject(exception)) return undefined;
  const printed = exception["stacktrace"];
  if (typeof printed === "string" && printed !== "") return shortened(printed);
  const named = exception["class"] ?? exception["name"];
  const said = exception["msg"] ?? exception["message"];
  if (typeof named !== "string") return undefined;
  const first = typeof said === "string" && said !== "" ? `${named}: ${said}` : named;
  return first.split("\n", 64);
}
