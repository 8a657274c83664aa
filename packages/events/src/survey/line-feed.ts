/**
 * Lines of one logical log, pulled one by one from what was read; more is read only when asked for.
 */

import type { ByteSource, ChunkOptions } from "../bytes/byte-source.ts";
import { timeIn } from "../executor-log/layouts/time-forms.ts";
import { LineReader, type LineSlice } from "../lines/lines.ts";
import { turn } from "../turn.ts";

/**
 * A line, or a part of one too long to hold. A reused record, valid until the next call of `read`.
 */
export interface FedLine extends LineSlice {
  buffer: Buffer;
  start: number;
  end: number;
  /** 1-based, counted through all parts of the log */
  number: number;
  /** counted through all parts of the log */
  byteOffset: number;
  terminated: boolean;
  what: "line" | "huge_begin" | "huge_piece" | "huge_end";
}

/** A file of a log that has several, and where its lines begin in those of the whole. */
export interface LogPart {
  readonly path: string;
  /** 1-based, counted through all parts */
  readonly firstLine: number;
}

/** Lines of one log, pulled one by one, in whatever order they are read. */
export interface Lines {
  /** begun so far */
  readonly lines: number;
  /** decoded bytes read so far */
  readonly bytes: number;
  /** the last line has no line end */
  readonly cut: boolean;
  /** NULs read so far: a file that lost blocks has runs of them */
  readonly nulBytes: number;
  /** files begun so far, in the order of their lines */
  readonly parts: readonly LogPart[];
  /** Reads on, perhaps without completing a line; false when nothing is left. */
  read(): Promise<boolean>;
  /** The next line of what was read; undefined when more must be read. */
  next(): FedLine | undefined;
  close(): Promise<void>;
}

export interface FeedOptions extends ChunkOptions {
  /**
   * Split at most this many bytes at a time, so that many open logs hold few lines each; undefined:
   * a chunk at a time.
   */
  readonly sliceBytes?: number;
  /**
   * A longer line comes in pieces; 16 MiB if absent: held, parsed and decoded it takes ten times
   * its bytes.
   */
  readonly maxLineBytes?: number;
  /** decoded bytes of each chunk */
  readonly onRead?: (bytes: number) => void;
}

const usualLineBytes = 16 * 1024 * 1024;

export class LineFeed implements Lines {
  readonly #parts: readonly ByteSource[];
  readonly #options: FeedOptions;
  /** what the last chunk gave: `#lines[#next … #filled)`, pooled */
  readonly #lines: FedLine[] = [];
  #filled = 0;
  #next = 0;
  #part = 0;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #reader: LineReader | undefined;
  #chunk: Uint8Array = nothing;
  /** of `#chunk`: split so far */
  #split = 0;
  /** of the parts before */
  #linesBefore = 0;
  #bytesBefore = 0;
  #cut = false;
  #nulBytes = 0;
  #wide = false;
  readonly parts: LogPart[] = [];

  constructor(parts: readonly ByteSource[], options: FeedOptions = {}) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Lines begun so far. */
  get lines(): number {
    return this.#linesBefore + (this.#reader?.lines ?? 0);
  }

  /** Decoded bytes read so far. */
  get bytes(): number {
    return this.#bytesBefore + (this.#reader?.bytes ?? 0);
  }

  /** Bytes so far that are NUL. */
  get nulBytes(): number {
    return this.#nulBytes;
  }

  /** The last line so far has no line end. */
  get cut(): boolean {
    return this.#cut;
  }

  /** Reads on, perhaps without completing a line; false when nothing is left. */
  async read(): Promise<boolean> {
    this.#filled = 0;
    this.#next = 0;
    const reader = this.#reader ?? this.#open();
    if (!reader || !this.#chunks) return false;
    if (this.#split >= this.#chunk.length) {
      const result = await this.#chunks.next();
      // Files are read and unpacked in one go: here alone the process hears of a signal, or of a
      // reader that waits.
      await turn();
      if (result.done) {
        await this.#endPart(reader);
        return true;
      }
      this.#chunk = result.value;
      this.#split = 0;
      if (reader.bytes === 0) this.#wide = isUtf16(result.value);
      // Half of what UTF-16 writes is NUL.
      if (!this.#wide) this.#nulBytes += nulBytesIn(result.value);
    }
    const end = this.#split + (this.#options.sliceBytes ?? this.#chunk.length);
    const slice = this.#chunk.subarray(this.#split, end);
    this.#split += slice.length;
    reader.push(slice);
    this.#options.onRead?.(slice.length);
    return true;
  }

  /** The next line of what was read; undefined when more must be read. */
  next(): FedLine | undefined {
    return this.#next < this.#filled ? this.#lines[this.#next++] : undefined;
  }

  async close(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = undefined;
    this.#chunk = nothing;
    this.#split = 0;
    this.#part = this.#parts.length;
    await chunks?.return?.();
  }

  #open(): LineReader | undefined {
    if (!this.#beginPart(this.#linesBefore + 1)) return undefined;
    this.#reader = new LineReader({
      maxLineBytes: usualLineBytes,
      ...this.#options,
      onLine: (line) => {
        this.#cut = !line.terminated;
        this.#keep("line", line.buffer, line.start, line.end, line);
      },
      hugeLine: {
        begin: (at) => this.#keep("huge_begin", empty, 0, 0, { ...at, terminated: true }),
        piece: (buffer, start, end) => this.#keep("huge_piece", buffer, start, end, nowhere),
        end: ({ terminated }) => {
          this.#cut = !terminated;
          this.#keep("huge_end", empty, 0, 0, { ...nowhere, terminated });
        },
      },
    });
    return this.#reader;
  }

  #beginPart(firstLine: number): boolean {
    const part = this.#parts[this.#part];
    if (!part) return false;
    this.#part++;
    this.parts.push({ path: part.path, firstLine });
    this.#chunks = part.chunks(this.#options)[Symbol.asyncIterator]();
    return true;
  }

  /** A part's last line runs on into the next part where that was cut off from it. */
  async #endPart(reader: LineReader): Promise<void> {
    this.#chunk = nothing;
    this.#split = 0;
    const next = this.#parts[this.#part];
    if (next !== undefined && (await this.#runsOn(reader, next))) {
      this.#beginPart(this.#linesBefore + reader.lines + (reader.isWithinLine ? 0 : 1));
      return;
    }
    reader.end();
    this.#linesBefore += reader.lines;
    this.#bytesBefore += reader.bytes;
    this.#reader = undefined;
    this.#chunks = undefined;
  }

  async #runsOn(reader: LineReader, next: ByteSource): Promise<boolean> {
    if (next.continues !== "where_cut") return next.continues === true;
    if (!reader.isWithinLine) return false;
    // Its damage is reported when it is read.
    for await (const chunk of next.chunks()) return !beginsRecord(chunk);
    return false;
  }

  #keep(
    what: FedLine["what"],
    buffer: Buffer,
    start: number,
    end: number,
    at: { readonly number: number; readonly byteOffset: number; readonly terminated: boolean },
  ): void {
    let line = this.#lines[this.#filled];
    if (!line) {
      line = { buffer, start, end, number: 0, byteOffset: 0, terminated: true, what };
      this.#lines.push(line);
    }
    this.#filled++;
    // Only the chunk itself stays as it is until the next one; a line put together from two is in a
    // buffer used again.
    const lasting = buffer.buffer === this.#chunk.buffer || buffer.length === 0;
    line.what = what;
    line.buffer = lasting ? buffer : Buffer.from(buffer.subarray(start, end));
    line.start = lasting ? start : 0;
    line.end = lasting ? end : end - start;
    line.number = this.#linesBefore + at.number;
    line.byteOffset = this.#bytesBefore + at.byteOffset;
    line.terminated = at.terminated;
  }
}

/** The lines of a log that was discovered. */
export function openLines(
  source: { readonly parts: readonly ByteSource[] },
  options: FeedOptions = {},
): LineFeed {
  return new LineFeed(source.parts, options);
}

/** Where a line too long to hold began, between the calls of `wholeLine`. */
export interface HugeStart {
  number: number;
  byteOffset: number;
  begun: boolean;
}

/**
 * The line, or the first piece of one too long to hold, which says all that a log template can
 * match; undefined: nothing to read.
 */
export function wholeLine(line: FedLine, huge: HugeStart): FedLine | undefined {
  if (line.what === "line") return line;
  if (line.what === "huge_begin") {
    huge.number = line.number;
    huge.byteOffset = line.byteOffset;
  }
  const first = line.what === "huge_piece" && huge.begun;
  huge.begun = line.what === "huge_begin";
  if (!first) return undefined;
  line.number = huge.number;
  line.byteOffset = huge.byteOffset;
  return line;
}

const LEVEL_AT_START = /^\W?(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b/;

/** A log's first bytes are the head of a record: a time, a level or an object of JSON. */
export function beginsRecord(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 64)).toString("latin1");
  const time = timeIn(head);
  return (
    head.startsWith("{") || LEVEL_AT_START.test(head) || (time !== undefined && time.start < 2)
  );
}

function nulBytesIn(chunk: Uint8Array): number {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  let count = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at)) {
    while (bytes[at] === 0) {
      count++;
      at++;
    }
  }
  return count;
}

/** By its mark, or by every other byte being NUL at its head. */
function isUtf16([a, b, c, d]: Uint8Array): boolean {
  const mark = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  const [first, second] = [a === 0 && c === 0, b === 0 && d === 0];
  return mark || first !== second;
}

const nothing = new Uint8Array(0);
const empty = Buffer.alloc(0);
const nowhere = { number: 0, byteOffset: 0, terminated: true };
