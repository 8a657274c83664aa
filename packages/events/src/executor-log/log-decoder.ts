/** From lines of an executor or driver log to records with facts: the door of this folder. */
import type { LineSlice } from "./line-slice.ts";
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

/** One file's decoder. Lines go in, in order; records come out as soon as they are complete. */
export class LogDecoder {
  readonly counts: LogCounts = {
    lines: 0,
    records: 0,
    relevant: 0,
    matched: 0,
    facts: 0,
    unreadStatements: 0,
  };
  private readonly reader: RecordReader;

  constructor(options: LogDecoderOptions) {
    this.reader = new RecordReader(
      templates,
      {
        pattern: options.pattern,
        everyRecord: options.everyRecord ?? false,
        report: options.report,
      },
      this.counts,
    );
  }

  /** log4j pattern or name of the layout that most lines have; undefined before the first record. */
  get layoutName(): string | undefined {
    return this.reader.layoutName;
  }

  /** The record is valid only during `emit`. */
  decode(line: LineSlice, emit: (record: LogRecord) => void): void {
    this.counts.lines++;
    this.reader.read(line, line.buffer, line.start, line.end, emit);
  }

  /** After the last line: records that waited for lines below them. */
  flush(emit: (record: LogRecord) => void): void {
    this.reader.flush(emit);
  }
}
