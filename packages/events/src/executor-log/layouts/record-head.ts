/**
 * What a layout finds in the first line of a record: ranges of bytes, nothing copied. Reused for
 * every line.
 */
import type { LogLevel } from "../log-template.ts";

export class RecordHead {
  /**
   * NaN where the line has no readable date (a plain number costs no allocation). UTC when `zoned`.
   */
  localMicros: number = Number.NaN;
  resolutionMicros = 0;
  zoned = false;
  level: LogLevel | undefined = undefined;
  /** The bytes all ranges are in: the line's own, or a layout's unescaped copy. */
  buffer: Buffer = Buffer.alloc(0);
  /** Last segment of the logger; empty where the layout prints none. */
  loggerStart = 0;
  loggerEnd = 0;
  /** Place in `LOGGER_NAMES` where the layout recognised it on the way; -1: not looked for. */
  loggerNumber = -1;
  /** Empty where the layout prints none. */
  threadStart = 0;
  threadEnd = 0;
  /** MDC task name: `task 3.0 in stage 0.0 (TID 3)`. */
  taskNameStart = 0;
  taskNameEnd = 0;
  messageStart = 0;
  messageEnd = 0;
  /** Of a structured record: its exception, as the first lines of a trace. */
  trace: readonly string[] | undefined = undefined;

  /**
   * One of its own, whose texts are copied; the message up to `messageBytes`. Its logger's bytes
   * are not.
   */
  copy(messageBytes: number): RecordHead {
    const copy = new RecordHead();
    const message = Math.min(this.messageEnd - this.messageStart, messageBytes);
    const thread = this.threadEnd - this.threadStart;
    const taskName = this.taskNameEnd - this.taskNameStart;
    const bytes = Buffer.alloc(message + thread + taskName);
    this.buffer.copy(bytes, 0, this.messageStart, this.messageStart + message);
    this.buffer.copy(bytes, message, this.threadStart, this.threadEnd);
    this.buffer.copy(bytes, message + thread, this.taskNameStart, this.taskNameEnd);
    copy.localMicros = this.localMicros;
    copy.resolutionMicros = this.resolutionMicros;
    copy.zoned = this.zoned;
    copy.level = this.level;
    copy.buffer = bytes;
    copy.messageEnd = copy.threadStart = message;
    copy.threadEnd = copy.taskNameStart = message + thread;
    copy.taskNameEnd = message + thread + taskName;
    copy.trace = this.trace;
    return copy;
  }
}

/** One way of writing a record's first line. */
export interface Layout {
  /** For people and `source_files`: a log4j pattern, or a word. */
  readonly name: string;
  /** Heads may begin with a blank; else a line that does belongs to the record before. */
  readonly beginsBlank: boolean;
  /**
   * It takes text between its fields for part of the head, which may be a record that lost its end.
   */
  readonly isLoose: boolean;
  /** Its times have no day, or no year. */
  readonly isDateless?: boolean;
  /** Days and months of its dates may be the other way round. */
  readonly isDateDoubtful?: boolean;
  /** True when a record begins here; `head` is then filled whole. */
  read(buffer: Buffer, start: number, end: number, head: RecordHead): boolean;
}

/** One of a file's first lines. */
export interface SampleLine {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}
