/**
 * A JSON document whose lists of texts hold the lines (the outputs of a notebook): each text is
 * one, wherever its list stands.
 */
import { type Layer, Unwrapped } from "./envelope.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;
const TEXT_BYTES = 16 * 1024 * 1024;
const MOST_DEPTH = 1000;

export class JsonStrings implements Layer {
  readonly name = "json-strings";
  /** What is open, from the outside in: a list or an object. */
  private readonly open: number[] = [];
  private inString = false;
  private escaped = false;
  /** The text of a list that is being read, over line ends too. */
  private pieces: Buffer[] | undefined = undefined;
  private bytes = 0;
  private readonly text = new Unwrapped();

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end } = line;
    let from = start;
    for (let at = start; at < end; at++) {
      const byte = buffer[at] ?? 0;
      if (!this.inString) {
        this.inString = byte === QUOTE;
        if (this.inString && this.open.at(-1) === OPEN_LIST) {
          this.begin(line);
          from = at;
        } else if ((byte === OPEN || byte === OPEN_LIST) && this.open.length < MOST_DEPTH) {
          this.open.push(byte);
        } else if (byte === CLOSE || byte === CLOSE_LIST) this.open.pop();
      } else if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) {
        this.inString = false;
        this.keep(buffer, from, at + 1);
        this.give(next);
      }
    }
    this.keep(buffer, from, end);
  }

  private begin({ number, byteOffset }: Unwrapped): void {
    this.pieces = [];
    this.bytes = 0;
    this.text.number = number;
    this.text.byteOffset = byteOffset;
  }

  private keep(buffer: Buffer, from: number, end: number): void {
    if (this.pieces === undefined || this.bytes > TEXT_BYTES) return;
    this.bytes += end - from;
    this.pieces.push(Buffer.from(buffer.subarray(from, end)));
  }

  private give(next: (line: Unwrapped) => void): void {
    const { pieces } = this;
    this.pieces = undefined;
    if (pieces === undefined || this.bytes > TEXT_BYTES) return;
    for (const said of linesOf(Buffer.concat(pieces).toString("utf8"))) {
      const bytes = Buffer.from(said);
      this.text.take(bytes, 0, bytes.length);
      next(this.text);
    }
  }
}

function linesOf(quoted: string): readonly string[] {
  try {
    const said: unknown = JSON.parse(quoted);
    return typeof said === "string" ? said.replace(/\r?\n$/, "").split(/\r?\n/) : [];
  } catch {
    return [];
  }
}

/**
 * The words of Spark stand in texts of their own, which end in a line end, and the file is JSON.
 */
export function areJsonStrings(texts: readonly string[]): boolean {
  if (!/^\s*\{\s*(?:$|")/.test(texts[0] ?? "")) return false;
  return texts.some((text) => /^\s*"cell_type":|"cells":\s*\[/.test(text));
}
