/** One record of an executor or driver log: where, when, who said what, and the fact in it. */
import type { LogFact } from "@respark/core";
import type { RecordHead } from "./layouts/record-head.ts";
import { textOf } from "./line-bytes.ts";
import type { LogLevel, LogTemplate, RecordAround } from "./log-template.ts";

/** Longest bytes of a first line that a record keeps when it must wait for the lines below it. */
const KEPT_BYTES = 65_536;

/**
 * Reused: valid only while it is handed out. `fact` and its parts are made new and may be kept.
 */
export class LogRecord implements RecordAround {
  /** 1-based line of the record's first line, and its byte in the file. */
  line = 0;
  byteOffset = 0;
  /**
   * Local wall clock as if it were UTC, in microseconds; true UTC when `zoned`. The true time is in
   * [localMicros, localMicros + resolutionMicros). Undefined where no line so far told a time.
   */
  get localMicros(): number | undefined {
    return Number.isNaN(this.micros) ? undefined : this.micros;
  }
  resolutionMicros = 0;
  zoned = false;
  /** False for a line without layout: its time is that of the record before it. */
  timed = true;
  level: LogLevel | undefined = undefined;
  /** Last segment of the logger, Scala's `$` stripped; empty where the line has none. */
  logger = "";
  /** YARN container or pod, where one file holds several; undefined in a plain file. */
  container: string | undefined = undefined;
  /** The template that matched; a template without a fact is known and says nothing about memory. */
  template: LogTemplate | undefined = undefined;
  fact: LogFact | undefined = undefined;
  /** First lines below the record (stack trace, reasons), where its template waits for them. */
  trace: readonly string[] = [];

  private micros: number = Number.NaN;
  private buffer: Buffer = Buffer.alloc(0);
  private messageStart = 0;
  private messageEnd = 0;
  private threadStart = 0;
  private threadEnd = 0;
  private taskNameStart = 0;
  private taskNameEnd = 0;

  /** The message's first line, capped; a string is made on every call. */
  get message(): string {
    return textOf(this.buffer, this.messageStart, this.messageEnd);
  }

  /** Thread name, where the layout prints it. */
  get thread(): string | undefined {
    return this.threadEnd > this.threadStart
      ? textOf(this.buffer, this.threadStart, this.threadEnd)
      : undefined;
  }

  /** MDC task name (`task 3.0 in stage 0.0 (TID 3)`), where layout or JSON has it. */
  get taskName(): string | undefined {
    return this.taskNameEnd > this.taskNameStart
      ? textOf(this.buffer, this.taskNameStart, this.taskNameEnd)
      : undefined;
  }

  /** Takes what a layout found. */
  takeHead(head: RecordHead): void {
    this.micros = head.localMicros;
    this.resolutionMicros = head.resolutionMicros;
    this.zoned = head.zoned;
    this.timed = !Number.isNaN(head.localMicros);
    this.level = head.level;
    this.buffer = head.buffer;
    this.messageStart = head.messageStart;
    this.messageEnd = head.messageEnd;
    this.threadStart = head.threadStart;
    this.threadEnd = head.threadEnd;
    this.taskNameStart = head.taskNameStart;
    this.taskNameEnd = head.taskNameEnd;
    this.trace = head.trace ?? NO_TRACE;
  }

  /** Takes a line without layout, at the time of the record before it. */
  takeBareLine(buffer: Buffer, { start, end, micros, resolutionMicros, zoned }: BareLine): void {
    this.micros = micros;
    this.resolutionMicros = resolutionMicros;
    this.zoned = zoned;
    this.timed = false;
    this.level = undefined;
    this.logger = "";
    this.buffer = buffer;
    this.messageStart = start;
    this.messageEnd = end;
    this.threadStart = this.threadEnd = 0;
    this.taskNameStart = this.taskNameEnd = 0;
    this.trace = NO_TRACE;
  }

  /** Copies its texts out of the line's buffer, which is about to be used again. */
  keep(): void {
    const message = Math.min(this.messageEnd - this.messageStart, KEPT_BYTES);
    const thread = this.threadEnd - this.threadStart;
    const taskName = this.taskNameEnd - this.taskNameStart;
    const kept = Buffer.alloc(message + thread + taskName);
    this.buffer.copy(kept, 0, this.messageStart, this.messageStart + message);
    this.buffer.copy(kept, message, this.threadStart, this.threadEnd);
    this.buffer.copy(kept, message + thread, this.taskNameStart, this.taskNameEnd);
    this.buffer = kept;
    this.messageStart = 0;
    this.messageEnd = this.threadStart = message;
    this.threadEnd = this.taskNameStart = message + thread;
    this.taskNameEnd = message + thread + taskName;
  }
}

interface BareLine {
  readonly start: number;
  readonly end: number;
  /** NaN: unknown */
  readonly micros: number;
  readonly resolutionMicros: number;
  readonly zoned: boolean;
}

const NO_TRACE: readonly string[] = [];
