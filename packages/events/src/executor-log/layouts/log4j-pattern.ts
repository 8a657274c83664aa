/**
 * A layout from a pattern in log4j's own syntax, 1 or 2: `%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n`.
 */
import { Literal, viewOf } from "../line-bytes.ts";
import type { LogLevel } from "../log-template.ts";
import { type LogTime, logTime } from "../log-time.ts";
import { LoggerIndex } from "../logger-index.ts";
import { LOGGER_NAMES } from "../templates/index.ts";
import { LearnedHeads } from "./learned-heads.ts";
import type { Layout, RecordHead } from "./record-head.ts";

const LITERAL = 0;
const DATE = 1;
const LEVEL = 2;
const THREAD = 3;
const LOGGER = 4;
const TASK_NAME = 5;
const IGNORED = 6;
const MESSAGE = 7;
/** A logger without padding, with its following literal in the same step. */
const PLAIN_LOGGER = 8;

/** One step of a pattern. All steps have one shape, so that the loop over them stays fast. */
interface Element {
  readonly kind: number;
  readonly literal: Literal;
  readonly time: LogTime | undefined;
  readonly loggers: LoggerIndex | undefined;
  /** Positive: blanks follow up to this width; negative: blanks may stand before. */
  readonly pad: number;
}

const SPACE = 32;
const DOT = 46;
const NO_LITERAL = new Literal("");

export class Log4jPattern implements Layout {
  readonly name: string;
  readonly beginsBlank: boolean;
  readonly isLoose = false;
  private readonly elements: readonly Element[];
  /** Where only level, logger and plain text are left before the message; -1: not so. */
  private readonly tail: number;
  private readonly learned = new LearnedHeads();
  /** The time that the line begins with and only the tail follows; undefined: another layout. */
  private readonly leadingTime: LogTime | undefined;

  /**
   * Throws `RangeError` for a pattern without `%m`, with nothing before it, or with a date that has
   * no day.
   */
  constructor(pattern: string) {
    this.name = pattern;
    this.elements = elementsOf(pattern).map((element, i, all) => {
      const next = all[i + 1];
      return element.kind === LOGGER && element.pad === 0 && next?.kind === LITERAL
        ? {
            ...element,
            kind: PLAIN_LOGGER,
            literal: next.literal,
            loggers: loggersBefore(next.literal.text),
          }
        : element;
    });
    this.tail = tailOf(this.elements);
    const first = this.elements[0];
    this.leadingTime = this.tail === 1 && first?.pad === 0 ? first.time : undefined;
    this.beginsBlank = first !== undefined && (first.pad < 0 || /^\s/.test(first.literal.text));
  }

  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    const view = viewOf(buffer);
    const time = this.leadingTime;
    if (
      time?.read(view, start, end) === true &&
      this.learned.read(view, time.end, end, head) === true
    ) {
      head.buffer = buffer;
      head.localMicros = time.micros;
      head.resolutionMicros = time.resolutionMicros;
      head.zoned = time.zoned;
      head.trace = undefined;
      head.threadStart = head.threadEnd = 0;
      head.taskNameStart = head.taskNameEnd = 0;
      return true;
    }
    return this.readElements(buffer, start, end, head);
  }

  /** Whatever the layout, and whatever was learned. */
  private readElements(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    const elements = this.elements;
    const view = viewOf(buffer);
    const tail = this.tail;
    let at = start;
    let tailStart = start;
    head.buffer = buffer;
    head.loggerNumber = -1;
    head.localMicros = Number.NaN;
    head.level = undefined;
    head.trace = undefined;
    head.loggerStart = head.loggerEnd = 0;
    head.threadStart = head.threadEnd = 0;
    head.taskNameStart = head.taskNameEnd = 0;
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i];
      if (element === undefined) return false;
      if (i === tail) {
        if (this.learned.read(view, at, end, head)) return true;
        tailStart = at;
      }
      if (element.pad < 0) while (at < end && view.getUint8(at) === SPACE) at++;
      switch (element.kind) {
        case LITERAL: {
          const literal = element.literal;
          if (!literal.standsAt(view, at, end)) {
            // A line whose message is empty may have lost its last blank.
            return this.endsEarly(i, buffer, at, end, head);
          }
          at += literal.length;
          break;
        }
        case DATE: {
          const time = element.time;
          if (time === undefined || !time.read(view, at, end)) return false;
          head.localMicros = time.micros;
          head.resolutionMicros = time.resolutionMicros;
          head.zoned = time.zoned;
          at = time.end;
          break;
        }
        case LEVEL: {
          const level = levelAt(view, at, end);
          if (level === undefined) return false;
          head.level = level;
          at += Math.max(level.length, element.pad);
          if (at > end) return false;
          break;
        }
        case MESSAGE: {
          head.messageStart = at;
          head.messageEnd = end;
          if (tail >= 0) this.learned.learn(view, tailStart, head);
          return true;
        }
        case PLAIN_LOGGER: {
          // The usual one, in one pass: no padding, a literal behind it.
          const literal = element.literal;
          const known = element.loggers?.find(view, at, end);
          if (known !== undefined) {
            head.loggerNumber = known.number;
            head.loggerStart = at;
            head.loggerEnd = at + known.length;
            at = head.loggerEnd;
            break;
          }
          const first = literal.first;
          let segment = at;
          let stop = at;
          for (; stop < end; stop++) {
            const byte = view.getUint8(stop);
            if (byte === first && literal.standsAt(view, stop, end)) break;
            if (byte === DOT) segment = stop + 1;
            else if (byte === SPACE) return false;
          }
          if (stop === end) {
            // An empty message whose line lost its last blank.
            stop = this.endOf(i, buffer, at, end);
            if (stop < 0) return false;
          }
          head.loggerStart = segment;
          head.loggerEnd = nameEnd(view, segment, stop);
          at = stop;
          break;
        }
        default: {
          const named = element.kind === TASK_NAME ? taskNameEnd(view, at, end) : -1;
          const stop = named >= 0 ? named : this.endOf(i, buffer, at, end);
          if (stop < 0) return false;
          let last = stop;
          if (element.pad !== 0) while (last > at && view.getUint8(last - 1) === SPACE) last--;
          if (element.kind === LOGGER) {
            const segment = lastSegment(view, at, last);
            if (segment < 0) return false;
            head.loggerStart = segment;
            head.loggerEnd = nameEnd(view, segment, last);
          } else if (element.kind === THREAD) {
            head.threadStart = at;
            head.threadEnd = last;
          } else if (element.kind === TASK_NAME) {
            head.taskNameStart = at;
            head.taskNameEnd = last;
          }
          at = stop;
        }
      }
    }
    return false;
  }

  /** True when the line ends inside the literal before the message. */
  private endsEarly(i: number, buffer: Buffer, at: number, end: number, head: RecordHead): boolean {
    const literal = this.elements[i]?.literal;
    if (literal === undefined || this.elements[i + 1]?.kind !== MESSAGE) return false;
    const there = end - at;
    if (there < 1 || there >= literal.length) return false;
    if (buffer.toString("latin1", at, end) !== literal.text.slice(0, there)) return false;
    head.messageStart = head.messageEnd = end;
    return true;
  }

  /**
   * Where the element before the literal at i + 1 ends: at that literal, and at a level word where
   * one follows it.
   */
  private endOf(i: number, buffer: Buffer, from: number, end: number): number {
    const view = viewOf(buffer);
    const next = this.elements[i + 1];
    if (next === undefined) return end;
    if (next.kind === LEVEL) {
      for (let at = from; at < end; at++) if (levelAt(view, at, end) !== undefined) return at;
      return -1;
    }
    if (next.kind === MESSAGE) return from;
    if (next.kind !== LITERAL) return -1;
    const after = this.elements[i + 2];
    if (after?.kind === LEVEL) return this.endBeforeLevel(next.literal, after, buffer, from, end);
    const found = next.literal.find(view, from, end, false);
    if (found >= 0 || after?.kind !== MESSAGE) return found;
    // An empty message whose line lost its last blank.
    const rest = next.literal.text.trimEnd();
    const trimmed = end - rest.length;
    return trimmed > from && buffer.toString("latin1", trimmed, end) === rest ? trimmed : -1;
  }

  private endBeforeLevel(
    literal: Literal,
    level: Element,
    buffer: Buffer,
    from: number,
    end: number,
  ): number {
    const view = viewOf(buffer);
    let at = literal.find(view, from, end, false);
    while (at >= 0) {
      let word = at + literal.length;
      if (level.pad < 0) while (word < end && view.getUint8(word) === SPACE) word++;
      if (levelAt(view, word, end) !== undefined) return at;
      at = literal.find(view, at + 1, end, false);
    }
    return -1;
  }
}

const COLON = 58;
const ZERO = 48;
const NINE = 57;

/** Where `%c:%L` is printed and the pattern has `%c`: a line's number is no part of a name. */
function nameEnd(view: DataView, start: number, end: number): number {
  let at = end;
  while (at > start && view.getUint8(at - 1) >= ZERO && view.getUint8(at - 1) <= NINE) at--;
  return at < end && at - 1 > start && view.getUint8(at - 1) === COLON ? at - 1 : end;
}

/** One index for each separator, shared by all patterns. */
const indexes = new Map<string, LoggerIndex>();
const INDEXES_KEPT = 64;

function loggersBefore(separator: string): LoggerIndex {
  const known = indexes.get(separator) ?? new LoggerIndex(LOGGER_NAMES, separator);
  if (indexes.size < INDEXES_KEPT) indexes.set(separator, known);
  return known;
}

const TAIL_KINDS: ReadonlySet<number> = new Set([LITERAL, LEVEL, LOGGER, PLAIN_LOGGER, MESSAGE]);

function tailOf(elements: readonly Element[]): number {
  const tail = elements.findLastIndex(({ kind }) => !TAIL_KINDS.has(kind)) + 1;
  return elements.slice(tail).some(({ kind }) => kind === LEVEL) ? tail : -1;
}

/** Where the last segment of a dotted name begins; -1 for a name with blanks. */
function lastSegment(view: DataView, from: number, end: number): number {
  let segment = from;
  for (let at = from; at < end; at++) {
    const byte = view.getUint8(at);
    if (byte === DOT) segment = at + 1;
    else if (byte === SPACE) return -1;
  }
  return segment;
}

const TASK = new Literal("task ");
const CLOSE = 41;

/** Where `task 3.0 in stage 0.0 (TID 3)` ends, blanks and all; -1 when none begins at `at`. */
function taskNameEnd(view: DataView, at: number, end: number): number {
  if (!TASK.standsAt(view, at, end)) return -1;
  for (let stop = at; stop < end; stop++) if (view.getUint8(stop) === CLOSE) return stop + 1;
  return -1;
}

/** First four letters of each level, as `getInt32` reads them, little end first. */
const INFO = 0x4f_46_4e_49;
const WARN = 0x4e_52_41_57;
const DEBU = 0x55_42_45_44;
const ERRO = 0x4f_52_52_45;
const TRAC = 0x43_41_52_54;
const FATA = 0x41_54_41_46;
const G = 71;
const R = 82;
const E = 69;
const L = 76;

/** The level word at `at`; no further capital follows it. */
function levelAt(view: DataView, at: number, end: number): LogLevel | undefined {
  if (at + 4 > end) return undefined;
  const letters = view.getInt32(at, true);
  if (letters === INFO) return isWordEnd(view, at + 4, end) ? "INFO" : undefined;
  if (letters === WARN) return isWordEnd(view, at + 4, end) ? "WARN" : undefined;
  if (at + 5 > end || !isWordEnd(view, at + 5, end)) return undefined;
  const last = view.getUint8(at + 4);
  if (letters === DEBU) return last === G ? "DEBUG" : undefined;
  if (letters === ERRO) return last === R ? "ERROR" : undefined;
  if (letters === TRAC) return last === E ? "TRACE" : undefined;
  if (letters === FATA) return last === L ? "FATAL" : undefined;
  return undefined;
}

function isWordEnd(view: DataView, at: number, end: number): boolean {
  if (at >= end) return true;
  const byte = view.getUint8(at);
  return byte < 65 || byte > 90;
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
  let from = 0;
  const plain = unwrapped(pattern);
  for (const found of plain.matchAll(CONVERSION)) {
    addLiteral(elements, plain.slice(from, found.index));
    const [whole, left = "", width = "", word = "", options = ""] = found;
    const name = longestName(word);
    const rest = word.slice(name.length);
    const pad = width === "" ? 0 : left === "-" ? Number(width) : -Number(width);
    from = found.index + whole.length;
    const first = /^\{([^}]*)\}/.exec(options)?.[1];
    if (name === "d" || name === "date") {
      const second = /^\{[^}]*\}\{([^}]*)\}/.exec(options)?.[1];
      const time = logTime(first ?? "ISO8601", second);
      if (time === undefined)
        throw new RangeError(
          `log pattern ${pattern}: no day in %d{${first}}; without --log-pattern such a layout is learned`,
        );
      elements.push({ kind: DATE, literal: NO_LITERAL, time, loggers: undefined, pad });
    } else if (!TRAILING.has(name)) {
      elements.push({
        kind: kindOf(name, first),
        literal: NO_LITERAL,
        time: undefined,
        loggers: undefined,
        pad,
      });
    }
    if (MESSAGES.has(name)) return checked(elements, pattern);
    addLiteral(elements, rest === "" ? "" : rest + options);
  }
  throw new RangeError(`log pattern ${pattern}: no %m, where the message stands`);
}

function checked(elements: Element[], pattern: string): Element[] {
  const tells = [DATE, LEVEL, LOGGER];
  if (elements.some(({ kind }) => tells.includes(kind))) return elements;
  throw new RangeError(
    `log pattern ${pattern}: no %d, %p or %c, which tell a record from other lines`,
  );
}

/** Appends plain text; neighbouring texts become one. */
function addLiteral(elements: Element[], text: string): void {
  const plain = text.replaceAll("%%", "%");
  if (plain === "") return;
  const before = elements.at(-1)?.kind === LITERAL ? (elements.pop()?.literal.text ?? "") : "";
  elements.push({
    kind: LITERAL,
    literal: new Literal(before + plain),
    time: undefined,
    loggers: undefined,
    pad: 0,
  });
}

/**
 * What log4j 2 wraps around parts of a pattern, and prints as its inside: colours, limits,
 * replacements.
 */
const WRAPPED =
  /%-?\d*(?:\.\d+)?(highlight|style|replace|maxLength|maxLen|encode|enc|notEmpty|varsNotEmpty|variablesNotEmpty)\{((?:[^{}]|\{[^{}]*\})*)\}((?:\{[^}]*\})*)/;

/** The pattern without its wrappings; what may be empty is text that says nothing. */
function unwrapped(pattern: string): string {
  let plain = pattern;
  for (let found = WRAPPED.exec(plain); found !== null; found = WRAPPED.exec(plain)) {
    const [whole, name = "", inside = ""] = found;
    const stays = /[nN]otEmpty$/.test(name) ? "%x" : inside;
    plain = plain.slice(0, found.index) + stays + plain.slice(found.index + whole.length);
  }
  return plain;
}

function kindOf(name: string, option: string | undefined): number {
  // `%p{length=1}`: another word than the level's, so text.
  if ((name === "p" || name === "level") && option !== undefined) return IGNORED;
  if (name === "p" || name === "level") return LEVEL;
  if (THREADS.has(name)) return THREAD;
  if (LOGGERS.has(name)) return LOGGER;
  if (MESSAGES.has(name)) return MESSAGE;
  return /^(?:X|mdc|MDC)$/.test(name) && /task_?name$/i.test(option ?? "") ? TASK_NAME : IGNORED;
}

/** `%pfoo` is `%p` and `foo`: the longest known name that the letters begin with. */
function longestName(word: string): string {
  for (let length = word.length; length > 0; length--) {
    const name = word.slice(0, length);
    if (KNOWN.has(name)) return name;
  }
  return word;
}
