/**
 * Turns one stream of lines (one container's, one pod's, one file's) into records: matches
 * templates, gathers traces.
 */

import type { LogFact } from "@respark/core";
import { CAUSED_BY } from "../user-frame.ts";
import type { Unwrapped } from "./envelopes/envelope.ts";
import { ErrorBelow } from "./error-below.ts";
import { HeadSample, type KeptLine } from "./head-sample.ts";
import { LastTime } from "./last-time.ts";
import { endsWrapper, lastWordsIn } from "./last-words.ts";
import { RecordHead } from "./layouts/record-head.ts";
import { Literal, textOf, viewOf } from "./line-bytes.ts";
import type { LogCounts, LogOddity } from "./log-counts.ts";
import { LogRecord } from "./log-record.ts";
import type { LogTemplate } from "./log-template.ts";
import { type LinePlace, LostStatements } from "./lost-statements.ts";
import { OVERLAP_BYTES } from "./memory-statement.ts";
import {
  blankBytes,
  isDriversFrame,
  isFrame,
  loggerOf,
  wordsFrom,
  wordsTo,
} from "./record-text.ts";
import { SeenLoggers } from "./seen-loggers.ts";
import { isSparks } from "./spark-classes.ts";
import { StreamLayout } from "./stream-layout.ts";
import type { LoggerTemplates, TemplateSet } from "./template-set.ts";
import { QUOTED_TEMPLATES } from "./templates/index.ts";
import { SPARK_ERROR } from "./templates/spark-error.ts";
import { WrappedRecord } from "./wrapped-record.ts";
import { ZoneAnchor } from "./zone-anchor.ts";

type ReadLine = Pick<KeptLine, "buffer" | "start" | "end" | "utcMicros" | "isExact" | "isUntimed">;

export interface ReaderOptions {
  /** log4j pattern that goes before all known layouts. */
  readonly pattern: string | undefined;
  /** Hand out records without a fact too. */
  readonly everyRecord: boolean;
  readonly report: (oddity: LogOddity) => void;
}

const TRACE_LINES = 64;
/** Lines that name a cause, wherever they stand in a trace: all together are no more than that. */
const TRACE_LINES_WITH_CAUSES = 128;
const CAUSE = new Literal(CAUSED_BY);
const FRAME = new Literal("at ");
const TRACE_LINE_BYTES = 4096;
/** A longer first line is matched by its beginning. */
const LINE_BYTES = 1 << 20;
const TAB = 9;
const SPACE = 32;

export class RecordReader {
  readonly counts: LogCounts;
  container: string | undefined = undefined;
  private readonly options: ReaderOptions;
  private readonly templates: TemplateSet;
  private readonly layout: StreamLayout;
  private readonly lost: LostStatements;
  /** Lines that wait until they show the layout; undefined once they have. */
  private sample: HeadSample | undefined = new HeadSample();
  private head = new RecordHead();
  private readonly record = new LogRecord();
  /** A record whose lines below are still coming. */
  private readonly held = new LogRecord();
  private heldValues: readonly unknown[] | undefined = undefined;
  private heldTrace: string[] = [];
  private readonly lastTime = new LastTime();
  /** The record before was a warning or an error and nothing stood below it yet. */
  private traceMayFollow = false;
  private readonly anchor = new ZoneAnchor();
  private readonly errorBelow = new ErrorBelow();
  private readonly wrapped = new WrappedRecord();
  private readonly foreignLoggers = new SeenLoggers();
  private readonly skipFirstBytes: Uint8Array = blankBytes();

  constructor(templates: TemplateSet, options: ReaderOptions, counts: LogCounts) {
    this.templates = templates;
    this.options = options;
    this.counts = counts;
    this.layout = new StreamLayout(options.pattern);
    this.lost = new LostStatements(counts, options.report);
  }

  /** The layout of most lines so far. */
  get layoutName(): string | undefined {
    return this.layout.name;
  }

  get isDateless(): boolean {
    return this.layout.isDateless;
  }

  get isDateDoubtful(): boolean {
    return this.layout.isDateDoubtful;
  }

  /**
   * Reads one line; complete records go to `emit`, those of the first lines once these show the
   * layout.
   */
  read(line: Unwrapped, emit: (record: LogRecord) => void): void {
    const { sample } = this;
    if (sample === undefined) {
      this.readLine(line, line, emit);
      return;
    }
    sample.add(line, line, line);
    if (sample.isEnough) this.learn(sample, emit);
  }

  private learn({ mended: lines }: HeadSample, emit: (record: LogRecord) => void): void {
    this.sample = undefined;
    this.layout.learn(lines, this.templates);
    for (const kept of lines) this.readLine(kept, kept, emit);
  }

  private readLine(
    line: LinePlace,
    { buffer, start, end, utcMicros, isExact, isUntimed }: ReadLine,
    emit: (record: LogRecord) => void,
  ): void {
    this.counts.lines++;
    const limit = end - start > LINE_BYTES ? start + LINE_BYTES : end;
    const head = this.head;
    // What stands behind the limit is not read, but may end in a record that lost its own line.
    if (end > limit) this.lost.findInside(line, buffer, limit - OVERLAP_BYTES, end);
    if (!this.layout.read(buffer, start, limit, head)) {
      if (isExact && !Number.isNaN(utcMicros)) this.lastTime.set(utcMicros, 1000, true);
      this.below(line, buffer, start, limit, emit);
      return;
    }
    this.counts.records++;
    if (!this.layout.isSure && head.buffer === buffer) {
      this.lost.findInside(line, buffer, start, head.messageStart);
    }
    if (isUntimed === true) head.localMicros = Number.NaN;
    if (!Number.isNaN(utcMicros)) this.anchor.place(head, utcMicros, isExact);
    if (this.wrapped.known !== undefined) this.settle(emit);
    if (this.heldValues !== undefined) this.release(emit);
    if (!Number.isNaN(head.localMicros)) {
      this.lastTime.set(head.localMicros, head.resolutionMicros, head.zoned);
    }
    this.traceMayFollow = head.level === "ERROR" || head.level === "WARN" || head.level === "FATAL";
    if (this.traceMayFollow) this.errorBelow.begin(head);
    else this.errorBelow.close();
    const known =
      head.loggerNumber >= 0
        ? this.templates.ofNumber(head.loggerNumber)
        : head.loggerEnd > head.loggerStart
          ? this.templates.ofLogger(head.buffer, head.loggerStart, head.loggerEnd)
          : this.templates.withoutLogger;
    if (known === undefined) this.foreign(line, emit);
    else {
      this.counts.relevant++;
      if (
        !this.relevant(line, known, emit) &&
        !this.wrapped.begin(head, line, known, limit - start)
      )
        this.unknown(line, known.logger, emit);
    }
    if (head.trace !== undefined) this.errorInside(line, head.trace, emit);
  }

  private errorInside(
    line: LinePlace,
    trace: readonly string[],
    emit: (record: LogRecord) => void,
  ): void {
    const error = this.errorBelow.findIn(trace);
    if (error !== undefined) this.errorLogged(line, error, this.head, emit);
    const quoted = this.templates.quotedIn(trace, loggerOf(this.head));
    if (quoted !== undefined) this.errorLogged(line, quoted, this.head, emit);
  }

  /** Ends the stream: a held record is complete now. */
  flush(emit: (record: LogRecord) => void): void {
    if (this.sample !== undefined) this.learn(this.sample, emit);
    if (this.wrapped.known !== undefined) this.settle(emit);
    if (this.heldValues !== undefined) this.release(emit);
  }

  /**
   * The lines below a record of no template are known: with some of them it has one, or it has
   * none.
   */
  private settle(emit: (record: LogRecord) => void): void {
    const { head, line, known } = this.wrapped;
    this.wrapped.close();
    if (known === undefined) return;
    const next = this.head;
    this.head = head;
    if (!this.relevant(line, known, emit)) this.unknown(line, known.logger, emit);
    this.head = next;
  }

  /** Of a logger that has templates; false: in words of none. */
  private relevant(
    line: LinePlace,
    known: LoggerTemplates,
    emit: (record: LogRecord) => void,
  ): boolean {
    const head = this.head;
    const template =
      known.find(head.buffer, head.messageStart, head.messageEnd) ?? this.saidByAny(head);
    if (template === undefined) return false;
    this.counts.matched++;
    if (template.awaitsTrace) {
      // Its fact has the error.
      this.errorBelow.close();
      if (head.trace === undefined) {
        this.held.takeHead(head);
        this.hold(line, template, known.logger, template.wording.values(head.buffer));
        return true;
      }
    }
    if (template.hasFact || this.options.everyRecord) {
      const record = this.record;
      record.takeHead(head);
      this.place(record, line, known.logger);
      record.template = template;
      record.fact = template.factOfMatch(head.buffer, record);
      this.hand(record, emit);
    }
    if (template.wording.openEnded) {
      this.lost.findInside(line, head.buffer, head.messageStart, head.messageEnd);
    }
    return true;
  }

  /** A record of a logger that no template knows. */
  private foreign(line: LinePlace, emit: (record: LogRecord) => void): void {
    const head = this.head;
    const found = this.saidByAny(head);
    const error = found === undefined ? this.errorBelow.findInMessage(head) : undefined;
    if (error !== undefined) {
      this.errorLogged(line, error, head.copy(0), emit);
      return;
    }
    if (found === undefined) {
      if (this.isError && isSparks(loggerOf(head))) {
        this.takeError(line, loggerOf(head), emit);
        return;
      }
      // A damaged logger is one that was never seen before.
      if (this.foreignLoggers.isNew(head))
        this.lost.findInPiece(line, head.buffer, head.messageStart, head.messageEnd);
      else this.lost.findInside(line, head.buffer, head.messageStart, head.messageEnd);
      if (!this.options.everyRecord) return;
    }
    if (found?.awaitsTrace === true && head.trace === undefined) {
      this.errorBelow.close();
      this.held.takeHead(head);
      this.hold(line, found, loggerOf(head), found.wording.values(head.buffer));
      return;
    }
    const record = this.record;
    record.takeHead(head);
    this.place(record, line, loggerOf(head));
    record.template = found;
    record.fact = found?.factOfMatch(head.buffer, record);
    this.hand(record, emit);
  }

  /** Of a known logger, with words of no template. */
  private unknown(line: LinePlace, logger: string, emit: (record: LogRecord) => void): void {
    const head = this.head;
    if (this.isError && isSparks(logger)) {
      this.takeError(line, logger, emit);
      return;
    }
    this.lost.findInMessage(line, head.buffer, head.messageStart, head.messageEnd);
    if (!this.options.everyRecord) return;
    const record = this.record;
    record.takeHead(head);
    this.place(record, line, logger);
    record.template = undefined;
    record.fact = undefined;
    emit(record);
  }

  /** What a record of any logger may say; a quotation stands in errors. */
  private saidByAny({ buffer, messageStart, messageEnd }: RecordHead): LogTemplate | undefined {
    const found = this.templates.ofAnyLogger.find(buffer, messageStart, messageEnd);
    if (found !== undefined || !this.traceMayFollow) return found;
    return this.templates.quoted.find(buffer, messageStart, messageEnd);
  }

  private get isError(): boolean {
    return this.head.level === "ERROR" || this.head.level === "FATAL";
  }

  /** An error of Spark's own in words of no template: it waits for what stands below it. */
  private takeError(line: LinePlace, logger: string, emit: (record: LogRecord) => void): void {
    const head = this.head;
    const { buffer, messageStart: start, messageEnd } = head;
    const end = Math.min(messageEnd, start + TRACE_LINE_BYTES);
    this.lost.findInside(line, buffer, start, messageEnd);
    if (head.trace === undefined) {
      this.held.takeHead(head);
      this.hold(line, SPARK_ERROR, logger, [textOf(buffer, start, end)]);
      return;
    }
    const record = this.record;
    record.takeHead(head);
    this.place(record, line, logger);
    record.template = SPARK_ERROR;
    record.fact = SPARK_ERROR.factOf([textOf(buffer, start, end)], record);
    this.hand(record, emit);
  }

  /** `held` has its head: it waits for the lines below. */
  private hold(
    line: LinePlace,
    template: LogTemplate,
    logger: string,
    values: readonly unknown[],
  ): void {
    const held = this.held;
    this.heldValues = values;
    this.heldTrace = [];
    held.template = template;
    held.keep();
    this.place(held, line, logger);
  }

  private release(emit: (record: LogRecord) => void): void {
    const held = this.held;
    const values = this.heldValues ?? [];
    this.heldValues = undefined;
    held.trace = this.heldTrace;
    held.fact = held.template?.factOf(values, held);
    this.hand(held, emit);
  }

  private place(record: LogRecord, line: LinePlace, logger: string): void {
    record.line = line.number;
    record.byteOffset = line.byteOffset;
    record.logger = logger;
    record.container = this.container;
  }

  private hand(record: LogRecord, emit: (record: LogRecord) => void): void {
    if (record.fact !== undefined) this.counts.facts++;
    else if (!this.options.everyRecord) return;
    emit(record);
  }

  /** A line that begins no record: it belongs to the one before, or the JVM printed it. */
  private below(
    line: LinePlace,
    buffer: Buffer,
    start: number,
    end: number,
    emit: (record: LogRecord) => void,
  ): void {
    if (start >= end) return; // Of a paste: blank lines end no trace.
    if (this.wrapped.known !== undefined) {
      if (this.wrapped.takes(buffer, start, end)) return;
      this.settle(emit);
    }
    const first = buffer[start] ?? 0;
    const isFirst = this.traceMayFollow;
    const ofTheRecordBefore = isFirst || this.heldValues !== undefined;
    this.traceMayFollow = false;
    if (endsWrapper(buffer, start, end) && this.ended(line, buffer, start, end, emit)) return;
    if (this.heldValues !== undefined) this.holdBelow(buffer, start, end);
    const quoted = this.quotedBelow(buffer, start, end);
    if (quoted !== undefined) {
      this.bareLine(line, quoted, buffer, start, end, emit);
      return;
    }
    if ((first === TAB || first === SPACE) && isDriversFrame(buffer, start, end)) {
      this.counts.driversFrames++;
    }
    if (first === TAB) {
      this.lost.findInside(line, buffer, start, end);
      return;
    }
    if (first === SPACE) {
      this.lost.findInPiece(line, buffer, start, end);
      return;
    }
    const error = this.errorBelow.find(buffer, start, end, isFirst);
    if (error !== undefined) {
      this.errorLogged(line, error, this.errorBelow.headWith(buffer, start, end), emit);
      return;
    }
    const found = this.templates.withoutLayout.find(buffer, start, end);
    if (found === undefined && !ofTheRecordBefore && this.bareWords(line, buffer, start, end, emit))
      return;
    const mayEnd = !isFirst && (this.heldValues === undefined || this.heldTrace.some(isFrame));
    if (found === undefined && mayEnd && this.ended(line, buffer, start, end, emit)) return;
    if (found === undefined || (ofTheRecordBefore && found.name === "X13")) {
      this.lost.findInPiece(line, buffer, start, end);
      return;
    }
    this.bareLine(line, found, buffer, start, end, emit);
  }

  /** Words of Spark whose head is lost, or stands nowhere in the file; true if they were some. */
  private bareWords(
    line: LinePlace,
    buffer: Buffer,
    start: number,
    end: number,
    emit: (record: LogRecord) => void,
  ): boolean {
    const from = wordsFrom(buffer, start, end);
    const to = from === start ? end : wordsTo(buffer, from, end);
    const among = this.layout.isUnknown ? this.templates.bareOfAll : this.templates.bareLosses;
    const found = among.find(buffer, from, to);
    if (found?.hasFact !== true) return false;
    this.bareLine(line, found, buffer, from, to, emit);
    return true;
  }

  /** What is quoted again below the first has its causes there; frames of traces quote nothing. */
  private quotedBelow(buffer: Buffer, start: number, end: number): LogTemplate | undefined {
    const { template } = this.held;
    if (this.heldValues !== undefined && QUOTED_TEMPLATES.some((one) => one === template)) {
      return undefined;
    }
    let at = start;
    while (at < end && this.skipFirstBytes[buffer[at] ?? 0] === 1) at++;
    const isFrame = at > start && FRAME.standsAt(viewOf(buffer), at, end);
    return isFrame ? undefined : this.templates.quoted.find(buffer, start, end);
  }

  private bareLine(
    line: LinePlace,
    found: LogTemplate,
    buffer: Buffer,
    start: number,
    end: number,
    emit: (record: LogRecord) => void,
  ): void {
    // Its values first: a record that is released may match nothing, but makes its own fact.
    const values = found.wording.values(buffer);
    if (this.heldValues !== undefined) this.release(emit);
    const record = found.awaitsTrace ? this.held : this.record;
    record.takeBareLine(this.lastTime.bareHead(buffer, start, end));
    if (found.awaitsTrace) {
      this.hold(line, found, "", values);
      return;
    }
    this.place(record, line, "");
    record.template = found;
    record.fact = found.factOf(values, record);
    this.hand(record, emit);
  }

  /** Whether the line tells what ended the process; then it is handed on. */
  private ended(
    line: LinePlace,
    buffer: Buffer,
    start: number,
    end: number,
    emit: (record: LogRecord) => void,
  ): boolean {
    const fact = lastWordsIn(textOf(buffer, start, Math.min(end, start + TRACE_LINE_BYTES)));
    if (fact === undefined) return false;
    if (this.heldValues !== undefined) this.release(emit);
    const record = this.record;
    record.takeBareLine(this.lastTime.bareHead(buffer, start, end));
    this.place(record, line, "");
    record.template = undefined;
    record.fact = fact;
    this.hand(record, emit);
    return true;
  }

  private holdBelow(buffer: Buffer, start: number, end: number): void {
    const held = this.heldTrace;
    const isCause = held.length >= TRACE_LINES && CAUSE.standsAt(viewOf(buffer), start, end);
    if (held.length >= (isCause ? TRACE_LINES_WITH_CAUSES : TRACE_LINES)) return;
    held.push(textOf(buffer, start, Math.min(end, start + TRACE_LINE_BYTES)));
  }

  /** An OutOfMemoryError below a warning or an error, or inside it, at the line that names it. */
  private errorLogged(
    line: LinePlace,
    fact: LogFact,
    head: RecordHead,
    emit: (record: LogRecord) => void,
  ): void {
    const record = this.record;
    record.takeHead(head);
    this.place(record, line, this.errorBelow.logger);
    record.template = undefined;
    record.fact = fact;
    this.hand(record, emit);
  }
}
