/**
 * Bytes become lines: slices of somebody else's buffer, one reused record, nothing copied but what
 * a chunk's edge cuts.
 */
import type { ReportDiagnostic } from "../diagnostic.ts";
import { TextEncoding } from "./text-encoding.ts";

/**
 * A line; the record is reused and the buffer is somebody else's: both are valid only during the
 * call.
 */
export interface LineSlice {
  readonly buffer: Buffer;
  /** First byte of the line in `buffer`. */
  readonly start: number;
  /** One past the last byte; neither LF nor the CRs before it belong to a line. */
  readonly end: number;
  /** 1-based. */
  readonly number: number;
  /** Of the line's first byte in its decoded file; in a UTF-16 file, of the text as UTF-8. */
  readonly byteOffset: number;
  /** False for a last line without a line end. */
  readonly terminated: boolean;
}

/** Takes a line that is too long to hold, in pieces: `begin`, any number of `piece`, `end`. */
export interface HugeLine {
  /** A line longer than the limit begins here. */
  begin(at: { readonly number: number; readonly byteOffset: number }): void;
  /** Valid only during the call. */
  piece(buffer: Buffer, start: number, end: number): void;
  /** The line is over. */
  end(how: { readonly terminated: boolean }): void;
}

/** Who takes the lines, and how long one may be, in bytes. */
export interface LineReaderOptions {
  /** Takes a line; its slice is valid only during the call. */
  readonly onLine: (line: LineSlice) => void;
  /** Without it, lines longer than the limit are left out (and reported). */
  readonly hugeLine?: HugeLine;
  /** Longer lines are not held; 64 MiB if absent. */
  readonly maxLineBytes?: number;
  readonly report?: ReportDiagnostic;
  readonly sourceFileId?: number;
}

const usualMaxLineBytes = 64 * 1024 * 1024;
/** Hundreds of logs are open at once, and nearly all lines are short. */
const leastCarryBytes = 4096;
const lineFeed = 10;
const carriageReturn = 13;
const carriageReturnPiece = Buffer.from("\r");

/** Cuts bytes into lines without copying them; the last line needs no line feed. */
export class LineReader {
  readonly #options: LineReaderOptions;
  readonly #maxLineBytes: number;
  readonly #encoding: TextEncoding;
  readonly #line: { -readonly [Field in keyof LineSlice]: LineSlice[Field] } = {
    buffer: Buffer.alloc(0),
    start: 0,
    end: 0,
    number: 0,
    byteOffset: 0,
    terminated: true,
  };
  /** The beginning of a line that earlier chunks brought. */
  #carry: Buffer = Buffer.alloc(0);
  #carried = 0;
  #inHugeLine = false;
  #heldReturn = false;
  /** Of the line that is being read. */
  #lineOffset = 0;
  #number = 1;
  #bytes = 0;

  constructor(options: LineReaderOptions) {
    this.#options = options;
    this.#maxLineBytes = options.maxLineBytes ?? usualMaxLineBytes;
    this.#encoding = new TextEncoding(options);
  }

  /** Lines that have begun, an unterminated last one among them. */
  get lines(): number {
    return this.isWithinLine ? this.#number : this.#number - 1;
  }

  /** The last bytes taken ended no line. */
  get isWithinLine(): boolean {
    return this.#bytes > this.#lineOffset || this.#encoding.isHolding;
  }

  /** Bytes taken, line ends and byte order mark among them. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The next bytes, of any length; calls back for each line that they complete. Keeps nothing of
   * `chunk`.
   */
  push(chunk: Uint8Array): void {
    const text = this.#encoding.push(chunk);
    this.#skipMark();
    if (text.length > 0) this.#split(text);
  }

  /** The bytes are over: a line without an end is handed out now. */
  end(): void {
    const text = this.#encoding.end();
    this.#skipMark();
    if (text.length > 0) this.#split(text);
    if (!this.#inHugeLine && this.#carried > this.#maxLineBytes) this.#beginHugeLine();
    if (this.#inHugeLine) this.#endHugeLine(false);
    else if (this.#carried > 0) this.#hand(this.#carry, 0, this.#carried, false);
    this.#carried = 0;
  }

  #skipMark(): void {
    const bytes = this.#encoding.takeMarkBytes();
    this.#bytes += bytes;
    if (bytes > 0) this.#lineOffset = this.#bytes;
  }

  #split(text: Buffer): void {
    const base = this.#bytes;
    this.#bytes = base + text.length;
    let start = 0;
    if (this.#inHugeLine || this.#carried > 0) {
      const end = text.indexOf(lineFeed);
      if (end === -1) {
        this.#hold(text, 0, text.length);
        return;
      }
      this.#complete(text, end);
      start = end + 1;
      this.#number++;
    }
    const line = this.#line;
    const { onLine } = this.#options;
    const max = this.#maxLineBytes;
    line.buffer = text;
    line.terminated = true;
    let number = this.#number;
    for (;;) {
      const found = text.indexOf(lineFeed, start);
      if (found === -1) break;
      const end = endBeforeReturns(text, start, found);
      if (end - start > max) {
        this.#number = number;
        this.#lineOffset = base + start;
        this.#beginHugeLine();
        this.#pass(text, start, end);
        this.#endHugeLine(true);
      } else {
        line.start = start;
        line.end = end;
        line.number = number;
        line.byteOffset = base + start;
        onLine(line);
      }
      number++;
      start = found + 1;
    }
    this.#number = number;
    this.#lineOffset = base + start;
    if (start < text.length) this.#hold(text, start, text.length);
  }

  /** The line that earlier chunks began ends at `end` of this one. */
  #complete(text: Buffer, end: number): void {
    if (end > 0) this.#hold(text, 0, end);
    if (this.#inHugeLine) {
      this.#endHugeLine(true);
      return;
    }
    const stripped = endBeforeReturns(this.#carry, 0, this.#carried);
    if (stripped > this.#maxLineBytes) {
      this.#beginHugeLine();
      this.#endHugeLine(true);
      return;
    }
    this.#hand(this.#carry, 0, stripped, true);
    this.#carried = 0;
  }

  #hand(buffer: Buffer, start: number, end: number, terminated: boolean): void {
    const line = this.#line;
    line.buffer = buffer;
    line.start = start;
    line.end = end;
    line.number = this.#number;
    line.byteOffset = this.#lineOffset;
    line.terminated = terminated;
    this.#options.onLine(line);
  }

  /** Keeps a part of an unfinished line, or passes it on when the line is too long to keep. */
  #hold(text: Buffer, start: number, end: number): void {
    const length = this.#carried + end - start;
    // One more than the limit: the last byte may turn out to belong to a CRLF.
    if (!this.#inHugeLine && length > this.#maxLineBytes + 1) this.#beginHugeLine();
    if (this.#inHugeLine) {
      this.#pass(text, start, end);
      return;
    }
    if (length > this.#carry.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.min(Math.max(2 * length, leastCarryBytes), this.#maxLineBytes + 1),
      );
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    text.copy(this.#carry, this.#carried, start, end);
    this.#carried = length;
  }

  #beginHugeLine(): void {
    const { hugeLine, report, sourceFileId } = this.#options;
    this.#inHugeLine = true;
    this.#heldReturn = false;
    report?.({
      sourceFileId,
      line: this.#number,
      byteOffset: this.#lineOffset,
      code: "line_too_long",
      severity: hugeLine === undefined ? "warning" : "info",
      message: `a line is longer than ${this.#maxLineBytes} bytes and is ${hugeLine === undefined ? "left out" : "read in pieces"}`,
    });
    hugeLine?.begin({ number: this.#number, byteOffset: this.#lineOffset });
    if (this.#carried > 0) this.#pass(this.#carry, 0, this.#carried);
    this.#carried = 0;
    this.#carry = Buffer.alloc(0);
  }

  /** A CR at the end of a piece is held back: it may be half of a line end. */
  #pass(text: Buffer, start: number, end: number): void {
    const { hugeLine } = this.#options;
    if (hugeLine === undefined || start === end) return;
    if (this.#heldReturn) hugeLine.piece(carriageReturnPiece, 0, 1);
    this.#heldReturn = text[end - 1] === carriageReturn;
    const last = this.#heldReturn ? end - 1 : end;
    if (last > start) hugeLine.piece(text, start, last);
  }

  #endHugeLine(terminated: boolean): void {
    const { hugeLine } = this.#options;
    if (!terminated && this.#heldReturn) hugeLine?.piece(carriageReturnPiece, 0, 1);
    hugeLine?.end({ terminated });
    this.#inHugeLine = false;
    this.#heldReturn = false;
  }
}

/** Windows' line end, and what becomes of it in a text that is made Windows' twice: `\r\r\n`. */
function endBeforeReturns(text: Buffer, start: number, lineFeedAt: number): number {
  let end = lineFeedAt;
  while (end > start && text[end - 1] === carriageReturn) end--;
  return end;
}
