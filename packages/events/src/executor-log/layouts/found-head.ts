/**
 * The general path: a record's head found by a search for date, level and logger, in whatever order
 * a pattern put them.
 */
import { viewOf } from "../line-bytes.ts";
import type { LogLevel } from "../log-template.ts";
import { IsoTime, logTime } from "../log-time.ts";
import type { Layout, RecordHead } from "./record-head.ts";

/**
 * Year first; two digits or four; `/` or `-`; zone allowed (spec/log-templates.md 1). Searched near
 * the line's start only.
 */
const DATE =
  /(\d{4}|\d{2})([/-])\d{2}\2\d{2}[ T]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?/;
const LEVEL = /(?:^|[\s[(|])(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)(?=$|[\s\])|:])/;
const LOGGER = /(?:^|[\s[(|])([A-Za-z_][\w$]*(?:\.[\w$]+)*\$?)[\])]?\s?(?:: | - |:$)/;
/** A thread in brackets. */
const THREAD = /\[([^\]]{1,200})\]/;
const HEAD_BYTES = 512;
/** Of a clock of twelve hours, which stands behind the date. */
const HALF = /^[AP]M$/i;
const MICROS_PER_HOUR = 3_600_000_000;

function hoursMore(date: string, half: string): number {
  const hour = Number(/[ T](\d{2}):/.exec(date)?.[1]);
  if (hour > 12) return 0;
  return (half.toUpperCase() === "PM" ? 12 : 0) - (hour === 12 ? 12 : 0);
}

export class FoundHead implements Layout {
  readonly name = "found";
  readonly beginsBlank = false;
  readonly isLoose = true;
  private readonly iso = new IsoTime();
  private readonly short = logTime("yy-MM-dd HH:mm:ss", undefined);
  private scratch: Buffer = Buffer.alloc(64);

  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean {
    const text = buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES));
    const date = DATE.exec(text);
    if (date === null || date.index > 160) return false;
    const level = LEVEL.exec(text);
    if (level === null) return false;
    const levelAt = level.index + level[0].indexOf(level[1] ?? "");
    const levelEnd = levelAt + (level[1] ?? "").length;
    const dateEnd = date.index + date[0].length;
    const from = Math.max(levelEnd, dateEnd);
    const logger = LOGGER.exec(text.slice(from));
    if (logger === null) return false;
    const name = logger[1] ?? "";
    const loggerStart = start + from + logger.index + logger[0].indexOf(name);
    head.buffer = buffer;
    head.loggerNumber = -1;
    head.trace = undefined;
    head.taskNameStart = head.taskNameEnd = 0;
    head.level = levelOf(level[1]);
    head.loggerStart = loggerStart + name.lastIndexOf(".") + 1;
    head.loggerEnd = loggerStart + name.length;
    head.messageStart = Math.min(end, start + from + logger.index + logger[0].length);
    head.messageEnd = end;
    const before = start + from + logger.index;
    this.setThread(text, { dateEnd, levelAt, levelEnd, stop: before - start }, start, head);
    this.setTime(date[0], head);
    const half = HALF.exec(text.slice(dateEnd, dateEnd + 4).trim());
    if (half !== null) head.localMicros += hoursMore(date[0], half[0]) * MICROS_PER_HOUR;
    return true;
  }

  /** A thread stands in brackets, or bare between date and level. */
  private setThread(
    text: string,
    at: { dateEnd: number; levelAt: number; levelEnd: number; stop: number },
    start: number,
    head: RecordHead,
  ): void {
    head.threadStart = head.threadEnd = 0;
    const bracketed = THREAD.exec(text.slice(0, at.stop + 1));
    if (bracketed !== null) {
      head.threadStart = start + bracketed.index + 1;
      head.threadEnd = head.threadStart + (bracketed[1] ?? "").length;
    } else if (at.levelAt > at.dateEnd + 1) {
      const between = text.slice(at.dateEnd, at.levelAt);
      const bare = between.trim();
      if (bare === "" || HALF.test(bare) || /^[|:()-]+$/.test(bare)) return;
      head.threadStart = start + at.dateEnd + between.indexOf(bare);
      head.threadEnd = head.threadStart + bare.length;
    }
  }

  private setTime(date: string, head: RecordHead): void {
    const plain = date.replaceAll("/", "-");
    const length = this.scratch.write(plain, 0, "latin1");
    head.localMicros = Number.NaN;
    head.resolutionMicros = 1_000_000;
    head.zoned = false;
    if (/^\d{4}-/.test(plain)) {
      if (!this.iso.read(viewOf(this.scratch), 0, length)) return;
      head.localMicros = this.iso.micros;
      head.resolutionMicros = this.iso.resolutionMicros;
      head.zoned = this.iso.zoned;
      return;
    }
    if (this.short?.read(viewOf(this.scratch), 0, length) !== true) return;
    const [, digits = ""] = /^.{17}[.,](\d+)/.exec(plain) ?? [];
    const micros = digits === "" ? 0 : Number(digits.padEnd(6, "0").slice(0, 6));
    head.localMicros = this.short.micros + micros;
    head.resolutionMicros = 1_000_000 / 10 ** Math.min(digits.length, 6);
  }
}

function levelOf(word: string | undefined): LogLevel | undefined {
  switch (word) {
    case "TRACE":
    case "DEBUG":
    case "INFO":
    case "WARN":
    case "ERROR":
    case "FATAL":
      return word;
    default:
      return undefined;
  }
}
