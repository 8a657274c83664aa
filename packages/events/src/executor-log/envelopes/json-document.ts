/**
 * A JSON document instead of lines: the elements of its list become a line each, wherever its line
 * ends stand.
 */
import { type Layer, Unwrapped } from "./envelope.ts";
import { namedValues } from "./json-lists.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
/** An element that is longer is let go. */
const ELEMENT_BYTES = 64 * 1024 * 1024;

export class JsonDocument implements Layer {
  readonly name = "json-document";
  private depth = 0;
  private inString = false;
  private escaped = false;
  /**
   * Depth at which elements begin: that of the first list, and 0 for objects one behind the other.
   */
  private listDepth: number;
  private readonly isList: boolean;
  private readonly within: number;
  /** Depths of the lists that are open around the next element. */
  private readonly lists: number[] = [];
  private pieces: Buffer[] = [];
  private bytes = 0;
  private inside = false;
  private isText = false;
  private readonly element = new Unwrapped();

  /** Elements that wait for the last one, which was first in time. */
  private readonly waiting: Unwrapped[] | undefined;

  /**
   * `isList`: its elements are those of its first lists; else they are whole objects.
   * `newestFirst`: they are held and given from the last to the first.
   * `within`: in how many other lists their lists stand.
   */
  constructor(isList: boolean, newestFirst: boolean, within = 0) {
    this.isList = isList;
    this.within = within;
    this.waiting = newestFirst ? [] : undefined;
    this.listDepth = isList ? -1 : 0;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end } = line;
    let from = this.inside ? start : -1;
    for (let at = start; at < end; at++) {
      const byte = buffer[at];
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) {
          this.inString = false;
          if (this.inside && this.depth === this.listDepth && this.isText) {
            this.keep(buffer, from, at + 1);
            from = -1;
            this.give(next);
          }
        }
        continue;
      }
      switch (byte) {
        case QUOTE:
          this.inString = true;
          if (!this.inside && this.depth === this.listDepth) {
            from = this.begin(line, at, true);
          }
          break;
        case OPEN:
        case OPEN_LIST: {
          const isElement = !this.inside && this.depth === this.listDepth;
          if (isElement) from = this.begin(line, at, false);
          this.depth++;
          if (byte === OPEN_LIST && this.listDepth < 0) {
            this.lists.push(this.depth);
            if (this.lists.length > this.within) this.listDepth = this.depth;
          }
          break;
        }
        case CLOSE:
        case CLOSE_LIST:
          this.depth--;
          if (!this.inside && this.depth < (this.lists.at(-1) ?? 0)) this.lists.pop();
          if (this.inside && this.depth === this.listDepth) {
            this.keep(buffer, from, at + 1);
            from = -1;
            this.give(next);
          } else if (this.isList && !this.inside && this.depth < this.listDepth) {
            this.listDepth = -1;
          }
          break;
        default:
          break;
      }
    }
    if (this.inside) this.keep(buffer, from, end);
  }

  flush(next: (line: Unwrapped) => void): void {
    for (const element of (this.waiting ?? []).splice(0).reverse()) next(element);
  }

  private begin({ number, byteOffset }: Unwrapped, at: number, isText: boolean): number {
    this.inside = true;
    this.isText = isText;
    this.pieces = [];
    this.bytes = 0;
    this.element.number = number;
    this.element.byteOffset = byteOffset;
    return at;
  }

  private keep(buffer: Buffer, from: number, end: number): void {
    if (from < 0 || from >= end || this.bytes > ELEMENT_BYTES) return;
    this.bytes += end - from;
    this.pieces.push(Buffer.from(buffer.subarray(from, end)));
  }

  private give(next: (line: Unwrapped) => void): void {
    this.inside = false;
    const { element } = this;
    const whole = Buffer.concat(this.pieces);
    this.pieces = [];
    const text = this.isText ? textIn(whole) : whole[0] === OPEN_LIST ? namedIn(whole) : whole;
    if (this.bytes > ELEMENT_BYTES) return;
    element.take(text, 0, text.length);
    if (this.waiting === undefined) next(element);
    else this.waiting.push(element.copy());
  }
}

/** What a JSON string says. */
function textIn(quoted: Buffer): Buffer {
  try {
    const said: unknown = JSON.parse(quoted.toString("utf8"));
    return Buffer.from(typeof said === "string" ? said.replace(/\n$/, "") : "");
  } catch {
    return quoted;
  }
}

/** A list of names and values (CloudWatch Insights) as the object it stands for. */
function namedIn(list: Buffer): Buffer {
  try {
    const named = namedValues(JSON.parse(list.toString("utf8")));
    return named === undefined ? list : Buffer.from(JSON.stringify(named));
  } catch {
    return list;
  }
}
