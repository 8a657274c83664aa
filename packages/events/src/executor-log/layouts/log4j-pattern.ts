/** A layout from a pattern in log4j's own syntax, 1 or 2: `%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n`. */
import type { LogLevel } from "../log-template.ts";
import { type LogTime, logTime } from "../log-time.ts";
import type { Layout, RecordHead } from "./record-head.ts";

type Element =
  | { readonly kind: "literal"; readonly bytes: Uint8Array }
  | { readonly kind: "date"; readonly time: LogTime }
  | { readonly kind: "level"; readonly pad: number }
  | {
      readonly kind: "thread" | "logger" | "taskName" | "ignored";
      readonly pad: number;
    }
  | { readonly kind: "message" };

const SPACE = 32;
const DOT = 46;

const LEVELS: readonly { readonly level: LogLevel; readonly bytes: Uint8Array }[] = (
  ["INFO", "DEBUG", "WARN", "ERROR", "TRACE", "FATAL"] as const
).map((level) => ({ level, bytes: Buffer.from(level) }));

export class Log4jPattern implements Layout {
  readonly name: string;
  private readonly elements: readonly Element[];

  /** Throws `RangeError` for a pattern without `%m`, without a date, or with a date that has no day. */
  constructor(pattern: string) {
    this.name = pattern;
    this.elements = elementsOf(pattern);
  }

  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    const elements = this.elements;
    let at = start;
    head.buffer = buffer;
    head.localMicros = undefined;
    head.level = undefined;
    head.trace = undefined;
    head.loggerStart = head.loggerEnd = 0;
    head.threadStart = head.threadEnd = 0;
    head.taskNameStart = head.taskNameEnd = 0;
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i];
      if (element === undefined) return false;
      switch (element.kind) {
        case "literal": {
          const bytes = element.bytes;
          const length = bytes.length;
          for (let k = 0; k < length; k++) {
            if (at + k >= end) {
              // A line whose message is empty may have lost its last blank.
              if (k > 0 && elements[i + 1]?.kind === "message" && bytes[k] === SPACE) break;
              return false;
            }
            if (buffer[at + k] !== bytes[k]) return false;
          }
          at = Math.min(at + length, end);
          break;
        }
        case "date": {
          const time = element.time;
          if (!time.read(buffer, at, end)) return false;
          head.localMicros = time.micros;
          head.resolutionMicros = time.resolutionMicros;
          head.zoned = time.zoned;
          at = time.end;
          break;
        }
        case "level": {
          while (element.pad < 0 && buffer[at] === SPACE) at++;
          const level = levelAt(buffer, at, end);
          if (level === undefined) return false;
          head.level = level.level;
          at += Math.max(level.bytes.length, element.pad);
          if (at > end) return false;
          break;
        }
        case "message": {
          head.messageStart = at;
          head.messageEnd = end;
          return true;
        }
        case "logger": {
          while (element.pad < 0 && buffer[at] === SPACE) at++;
          const from = at;
          const stop = this.endOf(i, buffer, at, end);
          if (stop < 0) return false;
          let segment = from;
          let last = stop;
          while (last > from && buffer[last - 1] === SPACE) last--;
          for (let k = from; k < last; k++) {
            const byte = buffer[k];
            if (byte === SPACE) return false;
            if (byte === DOT) segment = k + 1;
          }
          head.loggerStart = segment;
          head.loggerEnd = last;
          at = stop;
          break;
        }
        default: {
          while (element.pad < 0 && buffer[at] === SPACE) at++;
          const stop = this.endOf(i, buffer, at, end);
          if (stop < 0) return false;
          let last = stop;
          while (element.pad !== 0 && last > at && buffer[last - 1] === SPACE) last--;
          if (element.kind === "thread") {
            head.threadStart = at;
            head.threadEnd = last;
          } else if (element.kind === "taskName") {
            head.taskNameStart = at;
            head.taskNameEnd = last;
          }
          at = stop;
        }
      }
    }
    return false;
  }

  /** Where the element before the literal at i + 1 ends: at that literal, and at a level word where one follows it. */
  private endOf(i: number, buffer: Buffer, from: number, end: number): number {
    const next = this.elements[i + 1];
    if (next === undefined) return end;
    if (next.kind === "level") {
      for (let at = from; at < end; at++) if (levelAt(buffer, at, end)) return at;
      return -1;
    }
    if (next.kind !== "literal") return next.kind === "message" ? from : -1;
    const literal = next.bytes;
    const after = this.elements[i + 2];
    const beforeMessage = after?.kind === "message";
    const first = literal[0];
    for (let at = from; at < end; at++) {
      if (buffer[at] !== first) continue;
      let k = 1;
      while (k < literal.length && buffer[at + k] === literal[k]) k++;
      const whole = k === literal.length;
      if (!whole && !(beforeMessage && at + k >= end)) continue;
      if (after?.kind === "level") {
        let level = at + literal.length;
        while (after.pad < 0 && buffer[level] === SPACE) level++;
        if (levelAt(buffer, level, end) === undefined) continue;
      }
      return at;
    }
    return -1;
  }
}

/** The level word at `at`, which must end there. */
function levelAt(
  buffer: Buffer,
  at: number,
  end: number,
): { readonly level: LogLevel; readonly bytes: Uint8Array } | undefined {
  for (let i = 0; i < LEVELS.length; i++) {
    const word = LEVELS[i];
    if (word === undefined) continue;
    const bytes = word.bytes;
    if (buffer[at] !== bytes[0] || at + bytes.length > end) continue;
    let k = 1;
    while (k < bytes.length && buffer[at + k] === bytes[k]) k++;
    const following = buffer[at + k] ?? SPACE;
    if (k === bytes.length && !(at + k < end && following >= 65 && following <= 90)) return word;
  }
  return undefined;
}

const CONVERSION = /%(-?)(\d*)(?:\.-?\d+)?([a-zA-Z]+)((?:\{[^}]*\})*)/g;
const THREADS = new Set(["t", "tn", "thread", "threadName"]);
const LOGGERS = new Set(["c", "logger"]);
const MESSAGES = new Set(["m", "msg", "message"]);
/** Printed after the message, on lines of their own. */
const TRAILING = new Set([
  "n",
  "ex",
  "exception",
  "throwable",
  "xEx",
  "xException",
  "xThrowable",
  "rEx",
  "rException",
  "rThrowable",
]);
const KNOWN = new Set([
  ...THREADS,
  ...LOGGERS,
  ...MESSAGES,
  ...TRAILING,
  "d",
  "date",
  "p",
  "level",
  "X",
  "mdc",
  "MDC",
  "x",
  "NDC",
  "L",
  "line",
  "M",
  "method",
  "F",
  "file",
  "C",
  "class",
  "l",
  "location",
  "r",
  "relative",
  "pid",
  "processId",
  "sn",
  "T",
  "tid",
  "threadId",
  "tp",
  "threadPriority",
  "marker",
  "K",
  "map",
  "MAP",
  "u",
  "uuid",
  "N",
  "nano",
]);

function elementsOf(pattern: string): Element[] {
  const elements: Element[] = [];
  let message = false;
  let dated = false;
  let from = 0;
  const literal = (text: string): void => {
    const plain = text.replaceAll("%%", "%");
    if (plain === "") return;
    elements.push({ kind: "literal", bytes: Buffer.from(plain) });
  };
  for (const found of pattern.matchAll(CONVERSION)) {
    if (message) break;
    literal(pattern.slice(from, found.index));
    const [whole, left = "", width = "", word = "", options = ""] = found;
    const name = longestName(word);
    const rest = word.slice(name.length);
    const first = /^\{([^}]*)\}/.exec(options)?.[1];
    const second = /^\{[^}]*\}\{([^}]*)\}/.exec(options)?.[1];
    // Positive: blanks follow up to this width; negative: blanks may stand before.
    const pad = width === "" ? 0 : left === "-" ? Number(width) : -Number(width);
    from = found.index + whole.length;
    if (name === "d" || name === "date") {
      const time = logTime(first ?? "ISO8601", second);
      if (time === undefined)
        throw new RangeError(`log pattern ${pattern}: no day in %d{${first}}`);
      elements.push({ kind: "date", time });
      dated = true;
    } else if (name === "p" || name === "level") elements.push({ kind: "level", pad });
    else if (THREADS.has(name)) elements.push({ kind: "thread", pad });
    else if (LOGGERS.has(name)) elements.push({ kind: "logger", pad });
    else if (MESSAGES.has(name)) {
      elements.push({ kind: "message" });
      message = true;
    } else if (TRAILING.has(name)) continue;
    else if (/^(?:X|mdc|MDC)$/.test(name) && /task_?name$/i.test(first ?? "")) {
      elements.push({ kind: "taskName", pad });
    } else elements.push({ kind: "ignored", pad });
    if (rest !== "" && !message) literal(rest + options);
  }
  if (!message) throw new RangeError(`log pattern ${pattern}: no %m, where the message stands`);
  if (!dated) throw new RangeError(`log pattern ${pattern}: no %d, when a line was printed`);
  return merged(elements);
}

/** `%pfoo` is `%p` and `foo`: the longest known name that the letters begin with. */
function longestName(word: string): string {
  for (let length = word.length; length > 0; length--) {
    const name = word.slice(0, length);
    if (KNOWN.has(name)) return name;
  }
  return word;
}

/** Neighbouring literals become one. */
function merged(elements: readonly Element[]): Element[] {
  const all: Element[] = [];
  for (const element of elements) {
    const last = all.at(-1);
    if (element.kind === "literal" && last?.kind === "literal") {
      all[all.length - 1] = { kind: "literal", bytes: Buffer.concat([last.bytes, element.bytes]) };
    } else all.push(element);
  }
  return all;
}
