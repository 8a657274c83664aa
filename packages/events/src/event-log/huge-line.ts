/**
 * A line too long to hold (a job start or a plan may be 500 MB), read in pieces by stream-json:
 * only what the event's decoder picks is kept, text is cut, and the whole stays within a budget.
 */
import { jsonParser } from "stream-json/core/parser.js";
import type { Picks } from "./event.ts";
import type { JsonObject } from "./json.ts";

/** Fed to the parser at a time. */
const pieceBytes = 64 * 1024;
const maxKeyChars = 1024;
const maxDepth = 512;

export interface HugeLineLimits {
  /** Characters kept of one text. */
  readonly textChars: number;
  /** Characters kept of the whole line, each value counted 16 more. */
  readonly keptChars: number;
}

const usualLimits: HugeLineLimits = { textChars: 64 * 1024, keptChars: 32 * 1024 * 1024 };

export interface HugeEvent {
  /** undefined where the line's first key is not `Event`. */
  readonly event: string | undefined;
  readonly json: JsonObject;
  /** What is wrong with the line, if anything. */
  readonly problem: "cut short" | "malformed" | "not an event" | undefined;
  /** Values that the limits cut or dropped. */
  readonly shortened: number;
}

/**
 * `everything` keeps all: with no limits, this is the reference that fast decoders are held
 * against.
 */
export type PicksOf = (event: string) => Picks | "everything" | undefined;

interface Frame {
  /** undefined: skipped. */
  readonly object: Record<string, unknown> | undefined;
  readonly list: unknown[] | undefined;
  readonly picks: Picks | true | undefined;
  key: string;
}

type Token = Parameters<HugeLineReader["token"]>[0];

export class HugeLineReader {
  readonly #picksOf: PicksOf;
  readonly #limits: HugeLineLimits;
  readonly #parser = jsonParser({ packValues: false });
  readonly #utf8 = new TextDecoder();
  readonly #frames: Frame[] = [];
  #root: Record<string, unknown> | undefined;
  #closed = false;
  #malformed = false;
  #event: string | undefined;
  #picks: Picks | true | undefined;
  #text = "";
  #textLimit = 0;
  #textCut = false;
  #kept = 0;
  #shortened = 0;

  constructor(picksOf: PicksOf, limits: HugeLineLimits = usualLimits) {
    this.#picksOf = picksOf;
    this.#limits = limits;
  }

  /** The next bytes of the line. */
  write(buffer: Buffer, start: number, end: number): void {
    for (let at = start; at < end && !this.#isDone(); at += pieceBytes) {
      this.#feed(
        this.#utf8.decode(buffer.subarray(at, Math.min(at + pieceBytes, end)), { stream: true }),
      );
    }
  }

  end(): HugeEvent {
    if (!this.#isDone()) this.#feed(`${this.#utf8.decode()}\n`);
    return {
      event: this.#event,
      json: this.#root ?? {},
      problem: this.#malformed
        ? "malformed"
        : this.#root === undefined
          ? "not an event"
          : this.#closed || this.#isDone()
            ? undefined
            : "cut short",
      shortened: this.#shortened,
    };
  }

  /** Nothing more to learn: broken, or an event without a decoder. */
  #isDone(): boolean {
    return this.#malformed || (this.#event !== undefined && this.#picks === undefined);
  }

  #feed(text: string): void {
    try {
      const made = this.#parser(text);
      if (typeof made === "symbol") return;
      for (const token of made.values) this.token(token);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#malformed = true;
    }
  }

  /** One token of stream-json. */
  token(token: { readonly name: string; readonly value?: unknown }): void {
    switch (token.name) {
      case "startObject":
      case "startArray":
        this.#open(token.name === "startObject");
        break;
      case "endObject":
      case "endArray":
        this.#frames.pop();
        if (this.#frames.length === 0) this.#closed = true;
        break;
      case "startKey":
        this.#startText(maxKeyChars);
        break;
      case "startString":
        this.#startText(this.#wanted() === undefined ? 0 : this.#limits.textChars);
        break;
      case "startNumber":
        this.#startText(this.#wanted() === undefined ? 0 : 64);
        break;
      case "stringChunk":
      case "numberChunk":
        this.#more(token);
        break;
      case "endKey": {
        const frame = this.#frames.at(-1);
        if (frame !== undefined) frame.key = this.#textCut ? "" : this.#text;
        break;
      }
      case "endString":
        this.#endString();
        break;
      case "endNumber":
        this.#put(Number(this.#text), this.#text.length);
        break;
      case "nullValue":
      case "trueValue":
      case "falseValue":
        this.#put(token.value, 0);
        break;
      default:
        break;
    }
  }

  #startText(limit: number): void {
    this.#text = "";
    this.#textLimit = limit;
    this.#textCut = false;
  }

  #more(token: Token): void {
    const room = this.#textLimit - this.#text.length;
    if (typeof token.value !== "string") return;
    if (token.value.length > room) this.#textCut = true;
    if (room > 0) this.#text += token.value.slice(0, room);
  }

  #endString(): void {
    if (this.#textCut && this.#wanted() !== undefined) this.#shortened++;
    this.#put(this.#text, this.#text.length);
    const frame = this.#frames[0];
    if (this.#frames.length !== 1 || frame?.key !== "Event" || this.#event !== undefined) return;
    this.#event = this.#text;
    const picks = this.#picksOf(this.#text);
    this.#picks = picks === "everything" ? true : picks;
    this.#frames[0] = { ...frame, picks: this.#picks };
  }

  /** What is wanted of the value that comes next; undefined: nothing. */
  #wanted(): Picks | true | undefined {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return undefined;
    if (frame.list !== undefined) return frame.picks;
    if (frame.object === undefined) return undefined;
    if (this.#frames.length === 1 && frame.key === "Event") return true;
    if (frame.picks === undefined || frame.picks === true) return frame.picks;
    return Object.hasOwn(frame.picks, frame.key) ? frame.picks[frame.key] : undefined;
  }

  #open(isObject: boolean): void {
    if (this.#frames.length === 0) {
      const root: Record<string, unknown> = Object.create(null);
      if (isObject) this.#root = root;
      this.#frames.push({
        object: isObject ? root : undefined,
        list: undefined,
        picks: undefined,
        key: "",
      });
      return;
    }
    if (this.#frames.length >= maxDepth) throw new Error("nested too deep");
    const picks = this.#wanted();
    const object: Record<string, unknown> | undefined =
      picks !== undefined && isObject ? Object.create(null) : undefined;
    const items: unknown[] | undefined = picks !== undefined && !isObject ? [] : undefined;
    const kept = picks !== undefined && this.#put(object ?? items, 0);
    this.#frames.push({
      object: kept ? object : undefined,
      list: kept ? items : undefined,
      picks: kept ? picks : undefined,
      key: "",
    });
  }

  /** Puts a value where the cursor stands; false when it is not wanted or the budget is spent. */
  #put(value: unknown, chars: number): boolean {
    if (this.#wanted() === undefined) return false;
    const frame = this.#frames.at(-1);
    if (frame === undefined) return false;
    this.#kept += chars + 16;
    if (this.#kept > this.#limits.keptChars) {
      this.#shortened++;
      return false;
    }
    if (frame.list !== undefined) frame.list.push(value);
    else if (frame.object !== undefined) frame.object[frame.key] = value;
    return true;
  }
}
