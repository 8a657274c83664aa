/**
 * What stands below a warning or an error, looked through for an OutOfMemoryError: of some deaths
 * no other line tells.
 */
import type { LogFact } from "@respark/core";
import { CAUSED_BY } from "../user-frame.ts";
import { outOfMemoryCause, outOfMemoryOf, quotesAnother } from "./error-line.ts";
import { RecordHead } from "./layouts/record-head.ts";
import { Literal, textOf, viewOf } from "./line-bytes.ts";

/** Loggers of a driver whose throwables are those of its executors. */
const TELL_OF_OTHERS: ReadonlySet<string> = new Set([
  "TaskSetManager",
  "TaskResultGetter",
  "TaskSchedulerImpl",
  "DAGScheduler",
  "YarnAllocator",
  "BlockManagerMaster",
  "BlockManagerMasterEndpoint",
]);
const CAUSE = new Literal(CAUSED_BY);
const MESSAGE = new Literal("java.lang.OutOfMemoryError");
const DISK_FULL = /No space left on device|Disk quota exceeded/;
const WHO_BYTES = 1024;
const LINE_BYTES = 4096;

export class ErrorBelow {
  /** The last record was a warning or an error, and no OutOfMemoryError was found below it. */
  private open = false;
  /** Time, logger, thread and task of that record, in a buffer of its own. */
  private readonly who = new RecordHead();

  constructor() {
    this.who.buffer = Buffer.alloc(WHO_BYTES);
  }

  /** A record of WARN or above began. */
  begin(head: RecordHead): void {
    const { who } = this;
    const { buffer } = who;
    this.open = true;
    who.localMicros = head.localMicros;
    who.resolutionMicros = head.resolutionMicros;
    who.zoned = head.zoned;
    who.level = head.level;
    who.loggerEnd = copied(head.buffer, head.loggerStart, head.loggerEnd, buffer, 0);
    who.threadStart = who.loggerEnd;
    who.threadEnd = copied(head.buffer, head.threadStart, head.threadEnd, buffer, who.threadStart);
    who.taskNameStart = who.threadEnd;
    const { taskNameStart, taskNameEnd } = head;
    who.taskNameEnd = copied(head.buffer, taskNameStart, taskNameEnd, buffer, who.taskNameStart);
  }

  /** Another record began, or the one before tells of its error itself. */
  close(): void {
    this.open = false;
  }

  get logger(): string {
    const { buffer, loggerEnd } = this.who;
    return textOf(buffer, 0, loggerEnd).replace(/\$$/, "");
  }

  /**
   * A line below that begins with no blank: a fact when it names the record's first
   * OutOfMemoryError. `isFirst`: right below the record.
   */
  find(buffer: Buffer, start: number, end: number, isFirst: boolean): LogFact | undefined {
    if (!this.open) return undefined;
    if (!isFirst && !CAUSE.standsAt(viewOf(buffer), start, end)) return undefined;
    const line = textOf(buffer, start, Math.min(end, start + LINE_BYTES));
    const error = outOfMemoryOf(line);
    if (error === undefined) {
      if (DISK_FULL.test(line)) return this.disk(line);
      if (quotesAnother(line)) this.open = false;
      return undefined;
    }
    return this.found(error, line.startsWith(CAUSED_BY));
  }

  /** The same of a record that says nothing but an OutOfMemoryError. */
  findInMessage({ buffer, messageStart, messageEnd }: RecordHead): LogFact | undefined {
    if (!this.open || !MESSAGE.standsAt(viewOf(buffer), messageStart, messageEnd)) return undefined;
    const line = textOf(buffer, messageStart, Math.min(messageEnd, messageStart + LINE_BYTES));
    const error = outOfMemoryOf(line);
    return error === undefined ? undefined : this.found(error, false);
  }

  /** The same of a trace that stands in the record itself. */
  findIn(trace: readonly string[]): LogFact | undefined {
    if (!this.open) return undefined;
    const error = outOfMemoryOf(trace[0] ?? "");
    if (error !== undefined) return this.found(error, false);
    const cause = outOfMemoryCause(trace);
    return cause === undefined ? undefined : this.found(cause, true);
  }

  private found(
    error: { readonly errorClass: string; readonly message: string },
    isCause: boolean,
  ): LogFact | undefined {
    this.open = false;
    if (TELL_OF_OTHERS.has(this.logger)) return undefined;
    return { kind: "error_logged", ...error, isCause };
  }

  private disk(line: string): LogFact | undefined {
    this.open = false;
    if (TELL_OF_OTHERS.has(this.logger)) return undefined;
    return { kind: "trouble_logged", what: "process", message: line.replace(CAUSED_BY, "") };
  }

  /** The record's head, with these bytes as its message. */
  headWith(buffer: Buffer, start: number, end: number): RecordHead {
    const { who } = this;
    const message = buffer.subarray(start, Math.min(end, start + LINE_BYTES));
    const head = who.copy(0);
    head.buffer = Buffer.concat([head.buffer, message]);
    head.messageStart = head.buffer.length - message.length;
    head.messageEnd = head.buffer.length;
    return head;
  }
}

/** Copies a few bytes, as far as there is room; returns where they end. */
function copied(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  const last = Math.min(end, start + WHO_BYTES - at);
  for (let i = start; i < last; i++) to[at + i - start] = from[i] ?? 0;
  return at + Math.max(0, last - start);
}
