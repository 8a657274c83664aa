/** Times of log lines, read from bytes: local wall-clock microseconds, or UTC where the text itself says the zone. */

const ZERO = 48;
const MICROS_PER_SECOND = 1_000_000;

type TimePart =
  | { readonly kind: "literal"; readonly byte: number }
  | {
      readonly kind: "year" | "month" | "day" | "hour" | "minute" | "second";
      readonly width: number;
    }
  | { readonly kind: "monthName" }
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
  m: "minute",
  s: "second",
};

/** log4j's names for formats; log4j 1 prints ISO8601 with a blank where log4j 2 prints `T`, so both are read. */
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

/** One date format of log4j, compiled. Reads the same second again without computing it again. */
export class LogTime {
  /** Of the time read last; UTC when `zoned`, else as if the wall clock were UTC. */
  micros = 0;
  /** 1 µs … 1 s: the true time is in [micros, micros + resolution). */
  readonly resolutionMicros: number;
  /** The text says its zone, or the pattern does (`{UTC}`). */
  readonly zoned: boolean;
  /** One past the last byte read. */
  end = 0;
  private readonly parts: readonly TimePart[];
  /** Bytes of the second read last, when all up to it has a fixed width. */
  private readonly cached: Uint8Array;
  private cachedMicros = Number.NaN;
  private readonly fixed: boolean;
  private readonly fractionDigits: number;

  /** `zone`: the second option of `%d{…}{zone}`. Formats without a date are refused: `undefined` from `logTime`. */
  constructor(format: string, zone: string | undefined) {
    this.parts = partsOf(NAMED[format] ?? format);
    let width = 0;
    let digits = 0;
    let fixed = true;
    let offset = false;
    for (const part of this.parts) {
      if (part.kind === "fraction") digits = part.width;
      else if (part.kind === "offset") offset = true;
      else if (part.kind === "monthName" || part.kind === "epoch") fixed = false;
      else if (digits === 0) width += part.kind === "literal" ? 1 : part.width;
    }
    const millisOfEpoch = this.parts.some((part) => part.kind === "epoch" && part.unit === "ms");
    this.resolutionMicros = millisOfEpoch ? 1000 : MICROS_PER_SECOND / 10 ** Math.min(digits, 6);
    this.fixed = fixed;
    // The last literal before the fraction belongs to the cached head, an offset does not.
    this.cached = new Uint8Array(fixed ? width : 0);
    this.fractionDigits = digits;
    this.zoned =
      offset ||
      this.parts.some((part) => part.kind === "epoch") ||
      /^(?:UTC|GMT|Z|Etc\/UTC|GMT[+-]0+(?::?00)?)$/i.test(zone ?? "");
  }

  /** True when a time stands at `start`. */
  read(buffer: Buffer, start: number, limit: number): boolean {
    const cached = this.cached;
    if (!this.fixed || start + cached.length > limit) return this.readParts(buffer, start, limit);
    for (let i = cached.length - 1; i >= 0; i--) {
      if (buffer[start + i] !== cached[i]) return this.readParts(buffer, start, limit);
    }
    if (Number.isNaN(this.cachedMicros)) return this.readParts(buffer, start, limit);
    if (this.fractionDigits === 0) {
      this.micros = this.cachedMicros;
      this.end = start + cached.length;
      return true;
    }
    return this.readParts(buffer, start, limit, this.cachedMicros);
  }

  private readParts(buffer: Buffer, start: number, limit: number, known?: number): boolean {
    let at = start;
    let year = 1970;
    let month = 1;
    let day = 1;
    let hour = 0;
    let minute = 0;
    let second = 0;
    let fraction = 0;
    let offset = 0;
    let epoch: number | undefined;
    let headEnd = -1;
    for (const part of this.parts) {
      switch (part.kind) {
        case "literal": {
          if (at >= limit || !sameMark(buffer[at] ?? 0, part.byte)) return false;
          at++;
          break;
        }
        case "monthName": {
          const name = buffer.toString("latin1", at, Math.min(at + 3, limit)).toLowerCase();
          month = MONTHS.indexOf(name) + 1;
          if (month === 0) return false;
          at += 3;
          break;
        }
        case "fraction": {
          headEnd = at;
          const digits = digitsAt(buffer, at, part.width, limit);
          if (digits < 0) return false;
          fraction = Math.floor((digits * MICROS_PER_SECOND) / 10 ** part.width);
          at += part.width;
          break;
        }
        case "offset": {
          const said = offsetAt(buffer, at, limit);
          if (said === undefined) return false;
          offset = said.micros;
          at = said.end;
          break;
        }
        case "epoch": {
          let digits = 0;
          while (at + digits < limit && isDigit(buffer[at + digits] ?? 0)) digits++;
          if (digits < 9 || digits > 14) return false;
          epoch = digitsAt(buffer, at, digits, limit) * (part.unit === "s" ? 1_000_000 : 1000);
          at += digits;
          break;
        }
        default: {
          const value = digitsAt(buffer, at, part.width, limit);
          if (value < 0) return false;
          at += part.width;
          if (known !== undefined) break;
          if (part.kind === "year") year = part.width === 2 ? 2000 + value : value;
          else if (part.kind === "month") month = value;
          else if (part.kind === "day") day = value;
          else if (part.kind === "hour") hour = value;
          else if (part.kind === "minute") minute = value;
          else second = value;
        }
      }
    }
    let seconds = known ?? epoch;
    if (seconds === undefined) {
      if (
        month < 1 ||
        month > 12 ||
        day < 1 ||
        day > 31 ||
        hour > 24 ||
        minute > 59 ||
        second > 60
      ) {
        return false;
      }
      seconds = Date.UTC(year, month - 1, day, hour, minute, second) * 1000;
      if (this.fixed) {
        const width =
          headEnd < 0 ? this.cached.length : Math.min(headEnd - start, this.cached.length);
        for (let i = 0; i < width; i++) this.cached[i] = buffer[start + i] ?? 0;
        this.cachedMicros = seconds;
      }
    }
    this.micros = seconds + fraction - offset;
    this.end = at;
    return true;
  }
}

/** A compiled format, or undefined when it tells no day (`HH:mm:ss`) or is not known. */
export function logTime(format: string, zone: string | undefined): LogTime | undefined {
  const plain = NAMED[format] ?? format;
  const parts = partsOf(plain);
  const has = (kind: TimePart["kind"]): boolean => parts.some((part) => part.kind === kind);
  const dated = has("year") && (has("month") || has("monthName")) && has("day") && has("second");
  return dated || has("epoch") ? new LogTime(format, zone) : undefined;
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
    else if (letter === "X" || letter === "Z" || letter === "x") parts.push({ kind: "offset" });
    else for (const byte of Buffer.from(piece)) parts.push({ kind: "literal", byte });
  }
  return parts;
}

const BLANK = 32;
const T = 84;
const COMMA = 44;
const DOT = 46;

/** log4j 1 and 2 differ in `T` and blank, `,` and `.`. */
function sameMark(byte: number, expected: number): boolean {
  if (byte === expected) return true;
  if (expected === T || expected === BLANK) return byte === T || byte === BLANK;
  if (expected === COMMA || expected === DOT) return byte === COMMA || byte === DOT;
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

/** The number of `width` digits at `at`; -1 when they are not digits. */
function digitsAt(buffer: Buffer, at: number, width: number, limit: number): number {
  if (at + width > limit) return -1;
  let value = 0;
  for (let i = 0; i < width; i++) {
    const digit = (buffer[at + i] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** `Z`, `+01`, `+0100`, `+01:00`. */
function offsetAt(
  buffer: Buffer,
  at: number,
  limit: number,
): { readonly micros: number; readonly end: number } | undefined {
  const text = buffer.toString("latin1", at, Math.min(at + 6, limit));
  const [all, sign, hours, minutes = "0"] = /^(?:Z|([+-])(\d\d)(?::?(\d\d))?)/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const seconds = sign === undefined ? 0 : Number(hours) * 3600 + Number(minutes) * 60;
  return { micros: (sign === "-" ? -seconds : seconds) * MICROS_PER_SECOND, end: at + all.length };
}

/** ISO 8601 with any number of decimals and an optional zone, as JSON lines and container runtimes print it. */
export class IsoTime {
  micros = 0;
  resolutionMicros = 1000;
  zoned = false;
  end = 0;
  private readonly second = new LogTime("yyyy-MM-dd'T'HH:mm:ss", undefined);

  read(buffer: Buffer, start: number, limit: number): boolean {
    if (!this.second.read(buffer, start, limit)) return false;
    let at = this.second.end;
    let fraction = 0;
    let scale = MICROS_PER_SECOND;
    const mark = buffer[at];
    if (at < limit && (mark === DOT || mark === COMMA)) {
      at++;
      while (at < limit && isDigit(buffer[at] ?? 0)) {
        if (scale > 1) {
          scale /= 10;
          fraction += ((buffer[at] ?? 0) - ZERO) * scale;
        }
        at++;
      }
    }
    const zone = at < limit ? offsetAt(buffer, at, limit) : undefined;
    this.zoned = zone !== undefined;
    this.micros = this.second.micros + fraction - (zone?.micros ?? 0);
    this.resolutionMicros = scale;
    this.end = zone?.end ?? at;
    return true;
  }
}
