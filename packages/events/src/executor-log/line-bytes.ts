/**
 * Bytes of lines compared four at a time, and made into text as late and as cheaply as Node can.
 */

declare global {
  interface Buffer {
    /** Node's own, under `toString("latin1")`: without its detours. */
    latin1Slice(start?: number, end?: number): string;
  }
}

let viewed: Buffer | undefined;
let view: DataView = new DataView(new ArrayBuffer(0));

/** A view of a buffer; the last one is kept, as most lines of a file share theirs. */
export function viewOf(buffer: Buffer): DataView {
  if (buffer !== viewed) {
    view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    viewed = buffer;
  }
  return view;
}

/**
 * A text to be found in lines: words of four bytes as `DataView.getInt32` reads them, the last one
 * overlapping.
 */
export class Literal {
  readonly length: number;
  readonly text: string;
  /** First byte; 0 when empty. */
  readonly first: number;
  private readonly bytes: Uint8Array;
  /** Four bytes each, all but those of `lastWord`. */
  readonly words: Int32Array;
  /** The last four bytes; of a shorter one the last bits of a word, and `mask` says which. */
  readonly lastWord: number;
  readonly mask: number;

  constructor(text: string) {
    const bytes = Buffer.from(text);
    const whole = bytes.length >> 2;
    this.text = text;
    this.length = bytes.length;
    this.first = bytes[0] ?? 0;
    this.bytes = new Uint8Array(bytes);
    this.words = new Int32Array(whole);
    for (let i = 0; i < whole; i++) this.words[i] = bytes.readInt32LE(i * 4);
    this.mask = bytes.length < 4 ? ~((1 << (8 * (4 - bytes.length))) - 1) : -1;
    this.lastWord = Buffer.concat([Buffer.alloc(4), bytes]).readInt32LE(bytes.length);
  }

  byteAt(index: number): number {
    return this.bytes[index] ?? 0;
  }

  /** True when it stands at `at` and ends by `end`, which must be within the buffer. */
  standsAt(bytes: DataView, at: number, end: number): boolean {
    const length = this.length;
    if (at + length > end) return false;
    if (length < 4) {
      for (let i = 0; i < length; i++) if (bytes.getUint8(at + i) !== this.bytes[i]) return false;
      return true;
    }
    const last = at + length - 4;
    if (bytes.getInt32(last, true) !== this.lastWord) return false;
    const words = this.words;
    for (let i = 0, position = at; position < last; i++, position += 4) {
      if (bytes.getInt32(position, true) !== words[i]) return false;
    }
    return true;
  }

  /**
   * Where it stands first in [from, end); -1 nowhere; with `noBlank`, -1 as soon as a blank comes
   * first.
   */
  find(bytes: DataView, from: number, end: number, noBlank: boolean): number {
    const first = this.first;
    const last = end - this.length;
    for (let at = from; at <= last; at++) {
      const byte = bytes.getUint8(at);
      if (byte === first && this.standsAt(bytes, at, end)) return at;
      if (noBlank && byte === BLANK) return -1;
    }
    return -1;
  }
}

const BLANK = 32;
/** Longest text made of a line; messages can be megabytes. */
const TEXT_LIMIT = 65_536;

/** Text of bytes, capped: Latin-1 is cheaper and the same while all are ASCII. */
export function textOf(buffer: Buffer, start: number, end: number): string {
  const limit = Math.min(end, start + TEXT_LIMIT);
  for (let i = start; i < limit; i++) {
    if ((buffer[i] ?? 0) > 127) return buffer.toString("utf8", start, limit);
  }
  return buffer.latin1Slice(start, limit);
}
