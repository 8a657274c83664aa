/**
 * A text's first bytes tell its encoding: UTF-8 passes as it is, UTF-16 is converted, a byte order
 * mark is taken off, and carriage returns that stand for line ends become them.
 */
import type { ReportDiagnostic } from "../diagnostic.ts";

interface Told {
  readonly report?: ReportDiagnostic;
  readonly sourceFileId?: number;
}

const nothing = Buffer.alloc(0);
const lineFeed = 10;
const carriageReturn = 13;
/** Letters of two bytes, one of them NUL, that tell UTF-16 without a mark; in bytes. */
const utf16Bytes = 16;
/** A text whose first bytes, this many, hold returns but no line feed has no other line ends. */
const lineEndBytes = 4096;
/** Of a shorter text nothing is said. */
const leastLineEndBytes = 256;

export class TextEncoding {
  readonly #told: Told;
  #head: Buffer | undefined = nothing;
  #utf16: InstanceType<typeof TextDecoder> | undefined;
  #returnsEndLines = false;
  #markBytes = 0;

  constructor(told: Told) {
    this.#told = told;
  }

  /** The text of these bytes as UTF-8; it may be the same memory. */
  push(chunk: Uint8Array): Buffer {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#head === undefined) return this.#convert(bytes);
    const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (!tellsAll(head)) {
      this.#head = Buffer.from(head);
      return nothing;
    }
    return this.#begin(head);
  }

  /** What is left once the bytes are over. */
  end(): Buffer {
    const begun = this.#head === undefined ? nothing : this.#begin(this.#head);
    if (this.#utf16 === undefined) return begun;
    return Buffer.concat([begun, Buffer.from(this.#utf16.decode())]);
  }

  /** Bytes wait until more of them tell the encoding. */
  get isHolding(): boolean {
    return this.#head !== undefined && this.#head.length > 0;
  }

  /** Length of the mark, once. */
  takeMarkBytes(): number {
    const bytes = this.#markBytes;
    this.#markBytes = 0;
    return bytes;
  }

  #begin(head: Buffer): Buffer {
    this.#head = undefined;
    if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) {
      this.#mark(3, "text_byte_order_mark", "info", "begins with a UTF-8 byte order mark");
      return head.subarray(3);
    }
    const isMarkedLittle = head[0] === 0xff && head[1] === 0xfe;
    const isMarked = isMarkedLittle || (head[0] === 0xfe && head[1] === 0xff);
    const isLittle = isMarkedLittle || isWide(head, 0);
    if (isMarked || isLittle || isWide(head, 1)) {
      this.#utf16 = new TextDecoder(isLittle ? "utf-16le" : "utf-16be");
      this.#mark(
        isMarked ? 2 : 0,
        "text_utf16",
        "warning",
        `is UTF-16${isMarked ? "" : " without a byte order mark"}: converted, byte offsets are those of the UTF-8 text`,
      );
      return this.#convert(isMarked ? head.subarray(2) : head);
    }
    if (head.length >= leastLineEndBytes && hasOnlyReturns(head)) {
      this.#returnsEndLines = true;
      this.#mark(
        0,
        "text_return_line_ends",
        "info",
        "ends its lines with carriage returns alone: each is taken for a line end",
      );
    }
    return this.#convert(head);
  }

  #mark(bytes: number, code: string, severity: "info" | "warning", what: string): void {
    const { report, sourceFileId } = this.#told;
    this.#markBytes = bytes;
    report?.({ sourceFileId, line: 1, byteOffset: 0, code, severity, message: `the file ${what}` });
  }

  #convert(bytes: Buffer): Buffer {
    if (this.#returnsEndLines) return withLineFeeds(bytes);
    if (this.#utf16 === undefined) return bytes;
    return Buffer.from(this.#utf16.decode(bytes, { stream: true }));
  }
}

/** No more bytes are needed. */
function tellsAll(head: Buffer): boolean {
  if (head.length < utf16Bytes) return false;
  return (
    head.length >= lineEndBytes || head.includes(lineFeed) || isWide(head, 0) || isWide(head, 1)
  );
}

/**
 * The first bytes are ASCII letters, each with a NUL beside it; `letterAt` is the letter's place in
 * its pair.
 */
function isWide(head: Buffer, letterAt: 0 | 1): boolean {
  if (head.length < utf16Bytes) return false;
  for (let at = 0; at < utf16Bytes; at += 2) {
    const letter = head[at + letterAt] ?? 0;
    if (head[at + 1 - letterAt] !== 0 || letter < 9 || letter > 126) return false;
  }
  return true;
}

function hasOnlyReturns(head: Buffer): boolean {
  const first = head.subarray(0, lineEndBytes);
  const at = first.indexOf(carriageReturn);
  return at >= 0 && first.includes(carriageReturn, at + 1) && !first.includes(lineFeed);
}

function withLineFeeds(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(carriageReturn); at >= 0; at = copy.indexOf(carriageReturn, at + 1)) {
    copy[at] = lineFeed;
  }
  return copy;
}
