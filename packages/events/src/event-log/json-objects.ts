/**
 * JSON objects of a text that does not keep one a line: a list of them, or each over many lines.
 */
import { eventPrefix, standsAt } from "./event.ts";
import type { LinePlace } from "./event-log-decoder.ts";

/** An object's bytes, and the line in which it begins. */
export interface WholeObject extends LinePlace {
  readonly buffer: Buffer;
}

/** What became of bytes that gave no object. */
export interface LostObject extends LinePlace {
  readonly why: "no end" | "too long" | "no object";
}

/** A longer object is not held. */
const mostBytes = 64 * 1024 * 1024;

const [quote, backslash, open, close] = [0x22, 0x5c, 0x7b, 0x7d];
/** Between objects: blanks, brackets of the list, commas, a byte order mark. */
const between = new Set([0x09, 0x0a, 0x0d, 0x20, 0x2c, 0x5b, 0x5d, 0xef, 0xbb, 0xbf]);

/** Cuts at the top level: depth 0 is between objects, whatever list they stand in. */
export class JsonObjects {
  readonly #lost: (lost: LostObject) => void;
  readonly #whole: WholeObject[] = [];
  #taken = 0;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #begun: LinePlace = { number: 0, byteOffset: 0 };

  constructor(lost: (lost: LostObject) => void) {
    this.#lost = lost;
  }

  /** The next whole object of what was pushed. */
  take(): WholeObject | undefined {
    const object = this.#whole[this.#taken++];
    if (object !== undefined) return object;
    this.#whole.length = 0;
    this.#taken = 0;
    return undefined;
  }

  /** A line, or a piece of one; between lines there may be blanks alone. */
  push(buffer: Buffer, start: number, end: number, at: LinePlace): void {
    // What was cut never closes: the next event at the head of a line begins anew.
    if (this.#depth > 0 && beginsEvent(buffer, start, end)) this.#lose("no end");
    let from = start;
    for (let k = start; k < end; k++) {
      const byte = buffer[k] ?? 0;
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inText = false;
        continue;
      }
      if (byte === open) {
        if (this.#depth++ > 0) continue;
        from = k;
        this.#begun = { number: at.number, byteOffset: at.byteOffset + k - start };
      } else if (byte === close && this.#depth > 0) {
        if (--this.#depth > 0) continue;
        this.#keep(buffer, from, k + 1);
        const whole = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
        if (whole !== undefined) this.#whole.push({ buffer: whole, ...this.#begun });
        this.#forget();
      } else if (this.#depth > 0) {
        this.#inText = byte === quote;
      } else if (!between.has(byte)) {
        const place = { number: at.number, byteOffset: at.byteOffset + k - start };
        this.#lost({ ...place, why: "no object" });
        // The rest of the line is as little an object as this.
        const next = buffer.indexOf(open, k);
        if (next < 0 || next >= end) return;
        k = next - 1;
      }
    }
    if (this.#depth === 0) return;
    this.#keep(buffer, from, end);
    if (this.#bytes > mostBytes) this.#lose("too long");
  }

  /** Nothing follows. */
  end(): void {
    if (this.#depth > 0) this.#lose("no end");
  }

  #keep(buffer: Buffer, from: number, to: number): void {
    this.#pieces.push(Buffer.from(buffer.subarray(from, to)));
    this.#bytes += to - from;
  }

  #lose(why: LostObject["why"]): void {
    this.#lost({ ...this.#begun, why });
    this.#forget();
  }

  #forget(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#depth = 0;
    this.#inText = false;
    this.#escaped = false;
  }
}

function beginsEvent(buffer: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && between.has(buffer[at] ?? 0)) at++;
  return standsAt(eventPrefix, { buffer, start, end }, at);
}
