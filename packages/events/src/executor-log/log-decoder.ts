/** From lines of an executor or driver log to records with facts: the door of this folder. */

import type { LineSlice } from "../lines/lines.ts";
import { DockerJsonLine } from "./envelopes/docker-json.ts";
import { type Envelope, Unwrapped } from "./envelopes/envelope.ts";
import { PodPrefix } from "./envelopes/pod-prefix.ts";
import { CriLine, TimestampedLine } from "./envelopes/runtime-lines.ts";
import { YarnSections } from "./envelopes/yarn-sections.ts";
import type { LogRecord } from "./log-record.ts";
import { type LogCounts, type LogOddity, RecordReader } from "./record-reader.ts";
import { TemplateSet } from "./template-set.ts";

export interface LogDecoderOptions {
  /** Called for lost statements and torn records; there may be many. */
  readonly report: (oddity: LogOddity) => void;
  /** `--log-pattern`, in log4j's syntax; known layouts stand behind it. Throws `RangeError` when it cannot be read. */
  readonly pattern?: string | undefined;
  /** Also hand out records that carry no fact (identity, `inspect --full`). Default false. */
  readonly everyRecord?: boolean;
}

const templates = new TemplateSet();
/** Streams of one file that are read at the same time (pods of one `stern`). */
const READERS_KEPT = 256;
const PARTIAL_BYTES = 1 << 20;

/** One file's decoder. Lines go in, in order; records come out as soon as they are complete. */
export class LogDecoder {
  /** Of each stream: a file of several containers has several. */
  private readonly counted = new Map<string | undefined, LogCounts>();
  private readonly options: LogDecoderOptions;
  private readonly readers = new Map<string | undefined, RecordReader>();
  private readonly unwrapped = new Unwrapped();
  private readonly sections = new YarnSections();
  /** Beginnings of lines that runtimes cut (CRI `P`), by stream. */
  private readonly partials = new Map<string | undefined, Buffer>();
  /** What can be wrapped around this file's lines; emptied by the first record without wrapping. */
  private envelopes: readonly Envelope[] = [
    new CriLine(),
    new DockerJsonLine(),
    new PodPrefix(),
    new TimestampedLine(),
  ];
  private wrapped = false;
  private reader: RecordReader;

  constructor(options: LogDecoderOptions) {
    this.options = options;
    this.reader = this.readerOf(undefined);
  }

  /** Of all streams together. */
  get counts(): LogCounts {
    return [...this.counted.values()].reduce(sumOf, noCounts());
  }

  /** Of one container's lines, or of all where `container` is undefined. */
  countsOf(container: string | undefined): LogCounts {
    if (container === undefined) return this.counts;
    return this.counted.get(container) ?? noCounts();
  }

  /** log4j pattern or name of the layout that most lines have; undefined before the first record. */
  get layoutName(): string | undefined {
    return this.reader.layoutName;
  }

  /** The record is valid only during `emit`. */
  decode(line: LineSlice, emit: (record: LogRecord) => void): void {
    if (this.sections.isHeader(line.buffer, line.start, line.end)) {
      this.turnTo(this.sections.container, emit);
    } else if (this.envelopes.length > 0) {
      this.unwrap(line, emit);
    } else this.reader.read(line, line.buffer, line.start, line.end, Number.NaN, emit);
  }

  /** After the last line: records that waited for lines below them. */
  flush(emit: (record: LogRecord) => void): void {
    for (const reader of this.readers.values()) reader.flush(emit);
  }

  private unwrap(line: LineSlice, emit: (record: LogRecord) => void): void {
    const inner = this.unwrapped;
    inner.take(line.buffer, line.start, line.end);
    let opened = false;
    // Prefix and time may both stand before a line, in either order.
    for (let i = 0; i < 2; i++) opened = this.envelopes.some((each) => each.open(inner)) || opened;
    if (opened) {
      this.wrapped = true;
      if (inner.container !== undefined) this.reader = this.readerOf(inner.container);
    }
    if (inner.partial) {
      this.keepPartial(inner);
      return;
    }
    this.joinPartial(inner);
    const { counts } = this.reader;
    const before = counts.records;
    this.reader.read(line, inner.buffer, inner.start, inner.end, inner.utcMicros, emit);
    if (!opened && !this.wrapped && counts.records > before) this.envelopes = [];
  }

  private keepPartial(inner: Unwrapped): void {
    const before = this.partials.get(inner.container);
    const piece = inner.buffer.subarray(inner.start, inner.end);
    const joined = before === undefined ? Buffer.from(piece) : Buffer.concat([before, piece]);
    if (joined.length <= PARTIAL_BYTES) this.partials.set(inner.container, joined);
  }

  private joinPartial(inner: Unwrapped): void {
    const before = this.partials.get(inner.container);
    if (before === undefined) return;
    this.partials.delete(inner.container);
    const whole = Buffer.concat([before, inner.buffer.subarray(inner.start, inner.end)]);
    inner.buffer = whole;
    inner.start = 0;
    inner.end = whole.length;
  }

  /** Another container's section begins: the one before is complete. */
  private turnTo(container: string | undefined, emit: (record: LogRecord) => void): void {
    this.reader.flush(emit);
    if (this.reader.container === container) return;
    this.readers.clear();
    this.reader = this.readerOf(container);
  }

  private readerOf(container: string | undefined): RecordReader {
    const known = this.readers.get(container);
    if (known !== undefined) return known;
    const { pattern, everyRecord = false, report } = this.options;
    const counts = this.counted.get(container) ?? noCounts();
    this.counted.set(container, counts);
    const reader = new RecordReader(templates, { pattern, everyRecord, report }, counts);
    reader.container = container;
    if (this.readers.size < READERS_KEPT) this.readers.set(container, reader);
    return reader;
  }
}

function noCounts(): LogCounts {
  return { lines: 0, records: 0, relevant: 0, matched: 0, facts: 0, unreadStatements: 0 };
}

function sumOf(a: LogCounts, b: LogCounts): LogCounts {
  return {
    lines: a.lines + b.lines,
    records: a.records + b.records,
    relevant: a.relevant + b.relevant,
    matched: a.matched + b.matched,
    facts: a.facts + b.facts,
    unreadStatements: a.unreadStatements + b.unreadStatements,
  };
}
