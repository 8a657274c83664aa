/** From lines of an executor or driver log to records with facts: the door of this folder. */

import type { LineSlice } from "../lines/lines.ts";
import { Unwrapped } from "./envelopes/envelope.ts";
import { YarnSections } from "./envelopes/yarn-sections.ts";
import { RecordHead } from "./layouts/record-head.ts";
import { Lives } from "./lives.ts";
import type { LogCounts, LogOddity } from "./log-counts.ts";
import { LogRecord } from "./log-record.ts";
import { AGE_UNIT, POD_BEGINS, type PodEnd, PodStates } from "./pod-states.ts";
import { RecordReader } from "./record-reader.ts";
import { TemplateSet } from "./template-set.ts";
import { Unwrapping } from "./unwrapping.ts";

/** How lines of an executor or driver are cut, and who hears of oddities. */
export interface LogDecoderOptions {
  /** Called for lost statements and torn records; there may be many. */
  readonly report: (oddity: LogOddity) => void;
  /**
   * `--log-pattern`, in log4j's syntax; known layouts stand behind it. Throws `RangeError` when it
   * cannot be read.
   */
  readonly pattern?: string | undefined;
  /** Also hand out records that carry no fact (identity, `inspect --full`). Default false. */
  readonly everyRecord?: boolean;
  /**
   * Lists in JSON documents were written newest first, and are read from their end. Default false.
   */
  readonly newestFirst?: boolean;
}

let templates: TemplateSet | undefined;
/** Streams of one file that are read at the same time (pods of one `stern`). */
const STREAMS_KEPT = 256;

/**
 * Lines of one container, pod or plain file, and the executors that wrote them one after the other.
 */
interface Stream {
  readonly name: string | undefined;
  readonly reader: RecordReader;
  readonly lives: Lives;
}

/**
 * One file's decoder. Lines go in, in order; records come out once their layout is known and they
 * are complete.
 */
export class LogDecoder {
  /** Of each stream: a file of several containers has several. */
  private readonly counted = new Map<string | undefined, LogCounts>();
  private readonly options: LogDecoderOptions;
  private readonly streams = new Map<string | undefined, Stream>();
  /** Streams in which lines of several executors stand mixed. */
  private readonly mixedIn = new Set<string | undefined>();
  private readonly sections = new YarnSections();
  private readonly pods = new PodStates();
  private readonly unwrapping: Unwrapping;
  private stream: Stream;
  private emit: (record: LogRecord) => void = () => {};
  private readonly hand = (record: LogRecord): void => this.give(record);

  constructor(options: LogDecoderOptions) {
    this.options = options;
    const newestFirst = options.newestFirst ?? false;
    this.unwrapping = new Unwrapping(newestFirst, (line) => this.read(line));
    this.stream = this.streamOf(undefined);
  }

  /** Of all streams together. */
  get counts(): LogCounts {
    return [...this.counted.values()].reduce(sumOf, noCounts());
  }

  /** Of one container's lines, or of all where `container` is undefined. */
  countsOf(container: string | undefined): LogCounts {
    if (container === undefined) return this.counts;
    return this.counted.get(streamOfPart(container)) ?? noCounts();
  }

  /** Lines of several executors stand mixed in a container's, and nothing tells them apart. */
  isMixed(container: string | undefined): boolean {
    return this.mixedIn.has(streamOfPart(container));
  }

  /**
   * log4j pattern or name of the layout that most lines have; undefined before the first record.
   */
  get layoutName(): string | undefined {
    return this.stream.reader.layoutName;
  }

  /**
   * The layout prints no day (or no year): only the order and the distances of its times are known.
   */
  get isDateless(): boolean {
    return this.stream.reader.isDateless;
  }

  /** Which of its dates' numbers is the month, nothing tells. */
  get isDateDoubtful(): boolean {
    return this.stream.reader.isDateDoubtful;
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

  /** After the last line: records that waited for lines below them. */
  flush(emit: (record: LogRecord) => void): void {
    this.emit = emit;
    this.unwrapping.flush();
    const podEnd = this.pods.finish();
    if (podEnd !== undefined) this.givePodEnd(podEnd, new Unwrapped());
    for (const stream of this.streams.values()) {
      this.stream = stream;
      stream.reader.flush(this.hand);
    }
  }

  private read(line: Unwrapped): void {
    const { buffer, start, end } = line;
    if (this.sections.isHeader(buffer, start, end)) {
      this.turnTo(this.sections.container);
      return;
    }
    if (line.container !== undefined) this.stream = this.streamOf(line.container);
    const mayBegin =
      POD_BEGINS[buffer[start] ?? 0] === 1 ||
      AGE_UNIT[buffer[start + 1] ?? 0] === 1 ||
      AGE_UNIT[buffer[start + 2] ?? 0] === 1;
    if (this.pods.isOpen || mayBegin) {
      const podEnd = this.pods.take(line);
      if (podEnd !== undefined) this.givePodEnd(podEnd, line);
    }
    this.stream.reader.read(line, this.hand);
  }

  private givePodEnd({ fact, utcMicros, at }: PodEnd, line: Unwrapped): void {
    const head = new RecordHead();
    if (utcMicros !== undefined) {
      head.localMicros = utcMicros;
      head.resolutionMicros = 1_000_000;
      head.zoned = true;
    }
    const record = new LogRecord();
    record.takeHead(head);
    record.line = at?.number ?? line.number;
    record.byteOffset = at?.byteOffset ?? line.byteOffset;
    record.container = this.stream.reader.container;
    record.fact = fact;
    this.give(record);
  }

  /** A record on its way out: with it another executor may start. */
  private give(record: LogRecord): void {
    const { fact } = record;
    if (fact !== undefined) {
      const { lives, reader, name } = this.stream;
      if (lives.see(fact)) reader.container = record.container = partOf(name, record.line);
      if (lives.mixed && !this.mixedIn.has(name)) this.sayMixed(name, record);
    }
    this.emit(record);
  }

  private sayMixed(name: string | undefined, record: LogRecord): void {
    this.mixedIn.add(name);
    this.options.report({
      code: "mixed_executors",
      severity: "warning",
      line: record.line,
      byteOffset: record.byteOffset,
      message: "lines of several executors stand mixed, and most do not name theirs",
    });
  }

  /** Another container's section begins: the one before is complete. */
  private turnTo(container: string | undefined): void {
    this.stream.reader.flush(this.hand);
    if (this.stream.name === container) return;
    this.streams.clear();
    this.stream = this.streamOf(container);
  }

  private streamOf(name: string | undefined): Stream {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const { pattern, everyRecord = false, report } = this.options;
    const counts = this.counted.get(name) ?? noCounts();
    this.counted.set(name, counts);
    // Made for the first log: whoever reads none does not pay for it.
    templates ??= new TemplateSet();
    const reader = new RecordReader(templates, { pattern, everyRecord, report }, counts);
    reader.container = name;
    const stream = { name, reader, lives: new Lives() };
    if (this.streams.size < STREAMS_KEPT) this.streams.set(name, stream);
    return stream;
  }
}

const PART = " from line ";

/**
 * What is called the container of the executor that starts at a line, where it is not the stream's
 * first.
 */
function partOf(stream: string | undefined, line: number): string {
  return `${stream ?? ""}${PART}${line}`.trimStart();
}

function streamOfPart(container: string | undefined): string | undefined {
  const at = container === undefined ? -1 : ` ${container}`.indexOf(PART);
  if (at < 0) return container;
  return at === 0 ? undefined : container?.slice(0, at - 1);
}

function noCounts(): LogCounts {
  return {
    lines: 0,
    records: 0,
    relevant: 0,
    matched: 0,
    facts: 0,
    unreadStatements: 0,
    driversFrames: 0,
  };
}

function sumOf(a: LogCounts, b: LogCounts): LogCounts {
  return {
    lines: a.lines + b.lines,
    records: a.records + b.records,
    relevant: a.relevant + b.relevant,
    matched: a.matched + b.matched,
    facts: a.facts + b.facts,
    unreadStatements: a.unreadStatements + b.unreadStatements,
    driversFrames: a.driversFrames + b.driversFrames,
  };
}
