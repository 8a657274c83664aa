/**
 * Times of log lines, read from bytes: local wall-clock microseconds, or UTC where the text itself
 * says the zone.
 */

import { Literal } from "./line-bytes.ts";

const ZERO = 48;
const MICROS_PER_SECOND = 1_000_000;
const LATEST_YEAR = 2200;
const LATEST_MICROS = Date.UTC(LATEST_YEAR) * 1000;

type TimePart =
  | { readonly kind: "literal"; readonly byte: number }
  | {
      readonly kind: "year" | "month" | "day" | "hour" | "minute" | "second";
      readonly width: number;
    }
  | { readonly kind: "monthName" }
  /** letters that say nothing more: a weekday, a zone's name */
  | { readonly kind: "letters" }
  /** `AM`, `PM` */
  | { readonly kind: "half" }
  | { readonly kind: "fraction"; readonly width: number }
  | { readonly kind: "offset" }
  | { readonly kind: "epoch"; readonly unit: "s" | "ms" };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const FIELDS: Readonly<Record<string, "year" | "month" | "day" | "hour" | "minute" | "second">> = {
  y: "year",
  u: "year",
  M: "month",
  d: "day",
  H: "hour",
  k: "hour",
  h: "hour",
  K: "hour",
  m: "minute",
  s: "second",
};

/**
 * log4j's names for formats; log4j 1 prints ISO8601 with a blank where log4j 2 prints `T`, so both
 * are read.
 */
const NAMED: Readonly<Record<string, string>> = {
  ISO8601: "yyyy-MM-dd'T'HH:mm:ss,SSS",
  ISO8601_BASIC: "yyyyMMdd'T'HHmmss,SSS",
  ISO8601_OFFSET_DATE_TIME_HH: "yyyy-MM-dd'T'HH:mm:ss,SSSX",
  ISO8601_OFFSET_DATE_TIME_HHMM: "yyyy-MM-dd'T'HH:mm:ss,SSSXX",
  ISO8601_OFFSET_DATE_TIME_HHCMM: "yyyy-MM-dd'T'HH:mm:ss,SSSXXX",
  ISO8601_PERIOD: "yyyy-MM-dd'T'HH:mm:ss.SSS",
  ISO8601_PERIOD_MICROS: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
  DEFAULT: "yyyy-MM-dd HH:mm:ss,SSS",
  DEFAULT_MICROS: "yyyy-MM-dd HH:mm:ss,SSSSSS",
  DEFAULT_NANOS: "yyyy-MM-dd HH:mm:ss,nnnnnnnnn",
  DEFAULT_PERIOD: "yyyy-MM-dd HH:mm:ss.SSS",
  COMPACT: "yyyyMMddHHmmssSSS",
  DATE: "dd MMM yyyy HH:mm:ss,SSS",
  DATE_PERIOD: "dd MMM yyyy HH:mm:ss.SSS",
  UNIX: "UNIX",
  UNIX_MILLIS: "UNIX_MILLIS",
};

type Field = Extract<TimePart, { width: number }>["kind"];

/**
 * One date format of log4j, compiled. Reads the same second again without computing it again, and
 * another one of the same day by its clock alone.
 */
export class LogTime {
  /** Of the time read last; UTC when `zoned`, else as if the wall clock were UTC. */
  micros = 0;
  /** 1 µs … 1 s: the true time is in [micros, micros + resolution). */
  readonly resolutionMicros: number;
  /** The text says its zone, or the pattern does (`{UTC}`). */
  readonly zoned: boolean;
  /** One past the last byte read. */
  end = 0;
  /** Fields down to the second, then what changes within a second. */
  private readonly head: readonly TimePart[];
  private readonly rest: readonly TimePart[];
  /** The bytes of the head read last (without its clock, if it ends in one), and what they say. */
  private cached: Literal | undefined = undefined;
  private cachedMicros = 0;
  private readonly cacheable: boolean;
  /** The head ends in `HH:mm:ss`: its eight bytes are kept beside the day's. */
  private readonly clocked: boolean;
  private dayMicros = 0;
  private clockFirst = 0;
  private clockLast = 0;

  constructor(parts: readonly TimePart[], zone: string | undefined) {
    const within = parts.findIndex(({ kind }) => WITHIN_SECOND.has(kind));
    const split = within < 0 ? parts.length : within;
    this.head = parts.slice(0, split);
    this.rest = parts.slice(split);
    this.cacheable =
      split > 0 && this.rest.every(({ kind }) => kind === "literal" || WITHIN_SECOND.has(kind));
    this.clocked = this.cacheable && endsInClock(this.head);
    const digits = parts.find((part) => part.kind === "fraction")?.width ?? 0;
    const epoch = parts.find((part) => part.kind === "epoch");
    this.resolutionMicros =
      epoch?.unit === "ms" ? 1000 : MICROS_PER_SECOND / 10 ** Math.min(digits, 6);
    this.zoned =
      epoch !== undefined ||
      parts.some(({ kind }) => kind === "offset") ||
      /^(?:UTC|GMT|Z|Etc\/UTC|GMT[+-]0+(?::?00)?)$/i.test(zone ?? "");
  }

  /** True when a time stands at `start`. */
  read(view: DataView, start: number, limit: number): boolean {
    const cached = this.cached;
    if (cached?.standsAt(view, start, limit) === true) {
      this.end = start + cached.length;
      if (this.clocked && !this.readClock(view, limit)) return this.readAll(view, start, limit);
      this.micros = this.cachedMicros;
      return this.rest.length === 0 || this.readRest(view, limit);
    }
    return this.readAll(view, start, limit);
  }

  /** The clock behind a day that is known; false when it is none. */
  private readClock(view: DataView, limit: number): boolean {
    const at = this.end;
    if (at + CLOCK_BYTES > limit) return false;
    const first = view.getInt32(at, true);
    const last = view.getInt32(at + 4, true);
    if (first !== this.clockFirst || last !== this.clockLast) {
      const seconds = clockSeconds(view, at, limit);
      if (seconds < 0) return false;
      this.cachedMicros = this.dayMicros + seconds * MICROS_PER_SECOND;
      this.clockFirst = first;
      this.clockLast = last;
    }
    this.end = at + CLOCK_BYTES;
    return true;
  }

  private readAll(view: DataView, start: number, limit: number): boolean {
    const day = new DayAndTime();
    this.end = start;
    for (const part of this.head) if (!this.readPart(part, day, view, limit)) return false;
    if (!this.cacheable) {
      for (const part of this.rest) if (!this.readPart(part, day, view, limit)) return false;
      const micros = day.micros();
      if (micros === undefined) return false;
      this.micros = micros;
      return true;
    }
    const micros = day.micros();
    if (micros === undefined) return false;
    this.micros = this.cachedMicros = micros;
    const clock = this.end - CLOCK_BYTES;
    const seconds = this.clocked ? clockSeconds(view, clock, limit) : -1;
    if (!this.clocked) this.cached = new Literal(lettersAt(view, start, this.end));
    else if (seconds >= 0) {
      this.cached = new Literal(lettersAt(view, start, clock));
      this.dayMicros = micros - seconds * MICROS_PER_SECOND;
      this.clockFirst = view.getInt32(clock, true);
      this.clockLast = view.getInt32(clock + 4, true);
    }
    return this.readRest(view, limit);
  }

  /** Fraction and offset, behind a head whose micros are known. */
  private readRest(view: DataView, limit: number): boolean {
    const rest = this.rest;
    for (let i = 0; i < rest.length; i++) {
      const part = rest[i];
      if (part === undefined) return false;
      if (part.kind === "fraction") {
        const digits = digitsAt(view, this.end, part.width, limit);
        if (digits < 0) return false;
        this.micros += Math.floor((digits * MICROS_PER_SECOND) / 10 ** part.width);
        this.end += part.width;
      } else if (part.kind === "offset") {
        const said = offsetAt(view, this.end, limit);
        if (said === undefined) return false;
        this.micros -= said.micros;
        this.end = said.end;
      } else if (part.kind === "literal") {
        if (this.end >= limit || !sameMark(view.getUint8(this.end), part.byte)) return false;
        this.end++;
      }
    }
    return true;
  }

  private readPart(part: TimePart, day: DayAndTime, view: DataView, limit: number): boolean {
    switch (part.kind) {
      case "literal":
        if (this.end >= limit || !sameMark(view.getUint8(this.end), part.byte)) return false;
        this.end++;
        return true;
      case "monthName":
        day.month =
          MONTHS.indexOf(lettersAt(view, this.end, Math.min(this.end + 3, limit)).toLowerCase()) +
          1;
        this.end += 3;
        return day.month > 0;
      case "letters": {
        const from = this.end;
        while (this.end < limit && isLetter(view.getUint8(this.end))) this.end++;
        return this.end > from;
      }
      case "half": {
        const half = lettersAt(view, this.end, Math.min(this.end + 2, limit)).toUpperCase();
        day.half = half;
        this.end += 2;
        return half === "AM" || half === "PM";
      }
      case "offset": {
        const said = offsetAt(view, this.end, limit);
        day.offsetMicros = said?.micros ?? 0;
        this.end = said?.end ?? this.end;
        return said !== undefined;
      }
      case "epoch": {
        let digits = 0;
        while (this.end + digits < limit && isDigit(view.getUint8(this.end + digits))) digits++;
        if (digits < 9 || digits > 14) return false;
        day.epochMicros =
          digitsAt(view, this.end, digits, limit) * (part.unit === "s" ? MICROS_PER_SECOND : 1000);
        this.end += digits;
        return true;
      }
      default: {
        const value = digitsAt(view, this.end, part.width, limit);
        if (value < 0) return false;
        this.end += part.width;
        day.set(part.kind, value, part.width);
        return true;
      }
    }
  }
}

const CLOCK = ["hour", "literal", "minute", "literal", "second"];
const CLOCK_BYTES = 8;

/** `HH:mm:ss`, with anything before. */
function endsInClock(parts: readonly TimePart[]): boolean {
  const clock = parts.slice(-CLOCK.length);
  return clock.every(
    (part, i) =>
      part.kind === CLOCK[i] &&
      (part.kind === "literal" ? part.byte === COLON : "width" in part && part.width === 2),
  );
}

/** Seconds since midnight of the `HH:mm:ss` at `at`; -1 when no clock shows it. */
function clockSeconds(view: DataView, at: number, limit: number): number {
  if (at + CLOCK_BYTES > limit) return -1;
  const hour = digitsAt(view, at, 2, limit);
  const minute = digitsAt(view, at + 3, 2, limit);
  const second = digitsAt(view, at + 6, 2, limit);
  if (hour < 0 || minute < 0 || second < 0 || hour > 24 || minute > 59 || second > 60) return -1;
  if (view.getUint8(at + 2) !== COLON || view.getUint8(at + 5) !== COLON) return -1;
  return (hour * 60 + minute) * 60 + second;
}

const WITHIN_SECOND: ReadonlySet<string> = new Set(["fraction", "offset", "epoch"]);

/** The fields of one time while it is read. */
class DayAndTime {
  month = 1;
  /** `AM` or `PM` of a clock of twelve hours */
  half = "";
  offsetMicros = 0;
  epochMicros: number | undefined = undefined;
  private year = 1970;
  private day = 1;
  private hour = 0;
  private minute = 0;
  private second = 0;
  private fractionMicros = 0;

  set(field: Field, value: number, width: number): void {
    if (field === "year") this.year = width === 2 ? 2000 + value : value;
    else if (field === "month") this.month = value;
    else if (field === "day") this.day = value;
    else if (field === "hour") this.hour = value;
    else if (field === "minute") this.minute = value;
    else if (field === "second") this.second = value;
    else this.fractionMicros = Math.floor((value * MICROS_PER_SECOND) / 10 ** width);
  }

  /**
   * Undefined when no calendar has it, or no log can: epoch µs must stay exact, and Spark is
   * younger than 1970.
   */
  micros(): number | undefined {
    if (this.epochMicros !== undefined) {
      return this.epochMicros < LATEST_MICROS ? this.epochMicros : undefined;
    }
    const { year, month, day, minute, second } = this;
    const hour = this.half === "" ? this.hour : (this.hour % 12) + (this.half === "PM" ? 12 : 0);
    if (year < 1970 || year >= LATEST_YEAR) return undefined;
    if (month > 12 || month < 1 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) {
      return undefined;
    }
    // 27/02/29 is damage, not the first of March.
    if (day > 28 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined;
    const millis = Date.UTC(year, month - 1, day, hour, minute, second);
    return millis * 1000 + this.fractionMicros - this.offsetMicros;
  }
}

/** A compiled format, or undefined when it tells no day (`HH:mm:ss`) or is not known. */
export function logTime(format: string, zone: string | undefined): LogTime | undefined {
  const plain = NAMED[format] ?? format;
  const parts = partsOf(plain);
  const has = (kind: TimePart["kind"]): boolean => parts.some((part) => part.kind === kind);
  const dated = has("year") && (has("month") || has("monthName")) && has("day") && has("second");
  return dated || has("epoch") ? new LogTime(parts, zone) : undefined;
}

function partsOf(format: string): TimePart[] {
  if (format === "UNIX") return [{ kind: "epoch", unit: "s" }];
  if (format === "UNIX_MILLIS") return [{ kind: "epoch", unit: "ms" }];
  const parts: TimePart[] = [];
  for (const piece of format.match(/'[^']*'|([a-zA-Z])\1*|[\s\S]/g) ?? []) {
    const letter = piece[0] ?? "";
    const field = FIELDS[letter];
    if (letter === "'") {
      for (const byte of Buffer.from(piece === "''" ? "'" : piece.slice(1, -1))) {
        parts.push({ kind: "literal", byte });
      }
    } else if (letter === "M" && piece.length === 3) parts.push({ kind: "monthName" });
    else if (field !== undefined) parts.push({ kind: field, width: Math.max(piece.length, 2) });
    else if (letter === "S" || letter === "n")
      parts.push({ kind: "fraction", width: piece.length });
    else if (letter === "a") parts.push({ kind: "half" });
    else if (letter === "E" || letter === "z") parts.push({ kind: "letters" });
    else if (letter === "X" || letter === "Z" || letter === "x") parts.push({ kind: "offset" });
    else for (const byte of Buffer.from(piece)) parts.push({ kind: "literal", byte });
  }
  return parts;
}

const BLANK = 32;
const T = 84;
const COMMA = 44;
const DOT = 46;
const COLON = 58;

/** log4j 1 and 2 differ in `T` and blank, `,` and `.`. */
function sameMark(byte: number, expected: number): boolean {
  if (byte === expected) return true;
  if (expected === T || expected === BLANK) return byte === T || byte === BLANK;
  if (expected === COMMA || expected === DOT) return byte === COMMA || byte === DOT;
  return false;
}

/** A few ASCII bytes as text. */
function lettersAt(view: DataView, from: number, end: number): string {
  let text = "";
  for (let at = from; at < end; at++) text += String.fromCharCode(view.getUint8(at));
  return text;
}

function isLetter(byte: number): boolean {
  const lower = byte | 32;
  return lower >= 97 && lower <= 122;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

/** The number of `width` digits at `at`; -1 when they are not digits. */
function digitsAt(view: DataView, at: number, width: number, limit: number): number {
  if (at + width > limit) return -1;
  let value = 0;
  for (let i = 0; i < width; i++) {
    const digit = view.getUint8(at + i) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** `Z`, `+01`, `+0100`, `+01:00`. */
function offsetAt(
  view: DataView,
  at: number,
  limit: number,
): { readonly micros: number; readonly end: number } | undefined {
  const text = lettersAt(view, at, Math.min(at + 6, limit));
  const [all, sign, hours, minutes = "0"] = /^(?:Z|([+-])(\d\d)(?::?(\d\d))?)/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const seconds = sign === undefined ? 0 : Number(hours) * 3600 + Number(minutes) * 60;
  return { micros: (sign === "-" ? -seconds : seconds) * MICROS_PER_SECOND, end: at + all.length };
}

/**
 * ISO 8601 with any number of decimals and an optional zone, as JSON lines and container runtimes
 * print it.
 */
export class IsoTime {
  micros = 0;
  resolutionMicros = 1000;
  zoned = false;
  end = 0;
  private readonly second = new LogTime(partsOf("yyyy-MM-dd'T'HH:mm:ss"), undefined);

  read(view: DataView, start: number, limit: number): boolean {
    if (!this.second.read(view, start, limit)) return false;
    let at = this.second.end;
    let fraction = 0;
    let scale = MICROS_PER_SECOND;
    const mark = at < limit ? view.getUint8(at) : 0;
    if (mark === DOT || mark === COMMA) {
      at++;
      while (at < limit && isDigit(view.getUint8(at))) {
        if (scale > 1) {
          scale /= 10;
          fraction += (view.getUint8(at) - ZERO) * scale;
        }
        at++;
      }
    }
    const zone = at < limit ? offsetAt(view, at, limit) : undefined;
    this.zoned = zone !== undefined;
    this.micros = this.second.micros + fraction - (zone?.micros ?? 0);
    this.resolutionMicros = scale;
    this.end = zone?.end ?? at;
    return true;
  }
}
