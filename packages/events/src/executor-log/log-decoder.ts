/** From lines of an executor or driver log to records with facts: the door of this folder. */

import type { LineSlice } from "../lines/lines.ts";
import type { Unwrapped } from "./envelopes/envelope.ts";
import { YarnSections } from "./envelopes/yarn-sections.ts";
import type { LogRecord } from "./log-record.ts";
import { type LogCounts, type LogOddity, RecordReader } from "./record-reader.ts";
import { TemplateSet } from "./template-set.ts";
import { Unwrapping } from "./unwrapping.ts";

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

/** One file's decoder. Lines go in, in order; records come out once their layout is known and they are complete. */
export class LogDecoder {
  /** Of each stream: a file of several containers has several. */
  private readonly counted = new Map<string | undefined, LogCounts>();
  private readonly options: LogDecoderOptions;
  private readonly readers = new Map<string | undefined, RecordReader>();
  private readonly sections = new YarnSections();
  private readonly unwrapping = new Unwrapping((line) => this.read(line));
  private reader: RecordReader;
  private emit: (record: LogRecord) => void = () => {};

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

  /** What is wrapped around this file's lines, from the outside in. */
  get envelopeNames(): readonly string[] {
    return this.unwrapping.names;
  }

  /** The record is valid only during `emit`. */
  decode(line: LineSlice, emit: (record: LogRecord) => void): void {
    this.emit = emit;
    this.unwrapping.take(line);
  }

  private read(line: Unwrapped): void {
    const { buffer, start, end } = line;
    if (this.sections.isHeader(buffer, start, end)) {
      this.turnTo(this.sections.container, this.emit);
      return;
    }
    if (line.container !== undefined) this.reader = this.readerOf(line.container);
    this.reader.read(line, this.emit);
  }

  /** After the last line: records that waited for lines below them. */
  flush(emit: (record: LogRecord) => void): void {
    this.emit = emit;
    this.unwrapping.flush();
    for (const reader of this.readers.values()) reader.flush(emit);
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
