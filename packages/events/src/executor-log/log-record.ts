/** One record of an executor or driver log: where, when, who said what, and the fact in it. */
import type { LogFact } from "@respark/core";
import { RecordHead } from "./layouts/record-head.ts";
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
  /** False for a line without layout: its time is that of the record before it. */
  timed = true;
  /** Last segment of the logger, Scala's `$` stripped; empty where the line has none. */
  logger = "";
  /** YARN container or pod, where one file holds several; undefined in a plain file. */
  container: string | undefined = undefined;
  /**
   * The template that matched; a template without a fact is known and says nothing about memory.
   */
  template: LogTemplate | undefined = undefined;
  fact: LogFact | undefined = undefined;
  /** First lines below the record (stack trace, reasons), where its template waits for them. */
  trace: readonly string[] = [];

  private head = new RecordHead();

  /**
   * Local wall clock as if it were UTC, in microseconds; true UTC when `zoned`. The true time is in
   * [localMicros, localMicros + resolutionMicros). Undefined where no line so far has a time.
   */
  get localMicros(): number | undefined {
    const micros = this.head.localMicros;
    return Number.isNaN(micros) ? undefined : micros;
  }

  get resolutionMicros(): number {
    return this.head.resolutionMicros;
  }

  get zoned(): boolean {
    return this.head.zoned;
  }

  /** Undefined for a line without layout. */
  get level(): LogLevel | undefined {
    return this.head.level;
  }

  /** The message's first line, capped; a string is made on every call. */
  get message(): string {
    const { buffer, messageStart, messageEnd } = this.head;
    return textOf(buffer, messageStart, messageEnd);
  }

  /** Thread name, where the layout prints it. */
  get thread(): string | undefined {
    const { buffer, threadStart, threadEnd } = this.head;
    return threadEnd > threadStart ? textOf(buffer, threadStart, threadEnd) : undefined;
  }

  /** MDC task name (`task 3.0 in stage 0.0 (TID 3)`), where layout or JSON has it. */
  get taskName(): string | undefined {
    const { buffer, taskNameStart, taskNameEnd } = this.head;
    return taskNameEnd > taskNameStart ? textOf(buffer, taskNameStart, taskNameEnd) : undefined;
  }

  /**
   * Takes what a layout found, by reference: the head is not read again before the record is handed
   * out.
   */
  takeHead(head: RecordHead): void {
    this.head = head;
    this.timed = !Number.isNaN(head.localMicros);
    this.trace = head.trace ?? NO_TRACE;
  }

  /** Takes a line without layout; the head says its bytes and the time of the record before. */
  takeBareLine(head: RecordHead): void {
    this.head = head;
    this.timed = false;
    this.logger = "";
    this.trace = NO_TRACE;
  }

  /** Copies head and texts, whose buffer is about to be used again. */
  keep(): void {
    this.head = this.head.copy(KEPT_BYTES);
  }
}

const NO_TRACE: readonly string[] = [];
