/**
 * Events of a log in any form that tools leave it in: one a line, a list, pretty-printed, behind a
 * prefix, in an envelope.
 */
import type { EventFact } from "@respark/core";
import type { LineSlice } from "../lines/lines.ts";
import { type LineBytes, standsAt } from "./event.ts";
import { EventLogDecoder, type LinePlace } from "./event-log-decoder.ts";
import { isObject, type JsonObject } from "./json.ts";
import { JsonObjects, type LostObject, type WholeObject } from "./json-objects.ts";
import type { EventLogCounts, EventLogTrouble } from "./trouble.ts";

/** How a log's text holds its events, as its first line shows. */
type Form =
  /** Spark's own: one object a line, perhaps behind a prefix. */
  | { readonly kind: "lines" }
  /** A list, or objects over many lines. */
  | { readonly kind: "objects" }
  /** One list of events inside an object that says more. */
  | { readonly kind: "list_within" }
  /** One JSON value a line, in which the event stands: it, or its text. */
  | { readonly kind: "envelope"; readonly path: JsonPath };

const lines: Form = { kind: "lines" };
const objects: Form = { kind: "objects" };
const listWithin: Form = { kind: "list_within" };

/** An event's class, as far as Spark and its vendors name them. */
const eventName =
  /"Event\\?"\s*:\s*\\?"(?:SparkListener\w*|DBCEventLoggingListenerMetadata|(?:org\.apache\.spark|com|io)\.[\w.$]+)\\?"/;
const eventKey = Buffer.from('Event"');
const escapedEventKey = Buffer.from('Event\\"');
const eventStart = Buffer.from('{"Event":');
/** A list of events may be one line; the first of them is enough. */
const lookedAtBytes = 64 * 1024;
const brace = 0x7b;
const openList = 0x5b;

type JsonPath = readonly string[];

export class EventReader {
  readonly #report: (trouble: EventLogTrouble) => void;
  readonly #decoder: EventLogDecoder;
  readonly #objects: JsonObjects;
  #form: Form | undefined;
  #line = 0;
  /** events of a list within an object that was read whole */
  #listed: WholeObject[] = [];
  /** of `list_within`: its list has begun */
  #inList = false;
  #hugeAt: LinePlace | undefined;
  #prefixed = { count: 0, number: 0, byteOffset: 0 };

  constructor({ report }: { readonly report: (trouble: EventLogTrouble) => void }) {
    this.#report = report;
    this.#decoder = new EventLogDecoder({ report });
    this.#objects = new JsonObjects((lost) => this.#lost(lost));
  }

  /** 1-based: where the fact that was read last begins. */
  get line(): number {
    return this.#line;
  }

  /**
   * The line's first fact; `more` has those behind it. Valid, as those of `EventLogDecoder.decode`,
   * until the next call.
   */
  read(line: LineSlice): EventFact | undefined {
    this.#line = line.number;
    if (this.#form === lines && line.buffer[line.start] === brace)
      return this.#decoder.decode(line);
    this.#form ??= formOf(line);
    switch (this.#form?.kind) {
      case "objects":
        this.#objects.push(line.buffer, line.start, line.end, line);
        return this.more();
      case "envelope":
        return this.#decoder.decode(unwrapped(line, this.#form.path));
      case "list_within": {
        const at = this.#inList ? line.start : line.buffer.indexOf(openList, line.start);
        if (at < 0 || at >= line.end) return undefined;
        this.#inList = true;
        this.#objects.push(line.buffer, at, line.end, line);
        return this.more();
      }
      default:
        return this.#decoder.decode(this.#behindPrefix(line));
    }
  }

  /** Another fact of what was read. */
  more(): EventFact | undefined {
    if (this.#form !== objects && this.#form !== listWithin) return undefined;
    for (;;) {
      const listed = this.#listed.shift();
      const each = listed ?? this.#objects.take();
      if (each === undefined) return undefined;
      this.#line = each.number;
      const whole = { ...each, start: 0, end: each.buffer.length, terminated: true };
      const within = listed === undefined ? eventsWithin(whole) : [];
      if (within.length > 0) this.#listed = within;
      else {
        const fact = this.#decoder.decode(oneLine(whole));
        if (fact !== undefined) return fact;
      }
    }
  }

  /** As `EventLogDecoder.hugeBegin`. */
  hugeBegin(at: LinePlace): void {
    this.#line = at.number;
    this.#hugeAt = at;
    if (this.#form === lines) this.#decoder.hugeBegin(at);
  }

  hugePiece(buffer: Buffer, start: number, end: number): void {
    if (this.#form === undefined && this.#hugeAt !== undefined) {
      this.#form = buffer[start] === openList ? objects : lines;
      if (this.#form === lines) this.#decoder.hugeBegin(this.#hugeAt);
    }
    if (this.#form !== objects) this.#decoder.hugePiece(buffer, start, end);
    else if (this.#hugeAt !== undefined) this.#objects.push(buffer, start, end, this.#hugeAt);
  }

  hugeEnd(how: { readonly terminated: boolean } = { terminated: true }): EventFact | undefined {
    this.#hugeAt = undefined;
    return this.#form === objects ? this.more() : this.#decoder.hugeEnd(how);
  }

  /** Reports what is reported once, at the end. */
  finish(): void {
    this.#objects.end();
    this.#decoder.finish();
    const { count, number, byteOffset } = this.#prefixed;
    if (count === 0) return;
    this.#report({
      code: "event_behind_prefix",
      severity: "info",
      message: "text before an event; the event is read",
      line: number,
      byteOffset,
      count,
    });
  }

  counts(): EventLogCounts {
    return this.#decoder.counts();
  }

  /**
   * A collector's prefix is plain text without quotes; anything else before an object is damage.
   */
  #behindPrefix(line: LineSlice): LineSlice {
    const { buffer, start, end, number, byteOffset } = line;
    if (buffer[start] === brace) return line;
    const at = buffer.indexOf('{"', start);
    if (at <= start || at >= end || !/^[\x20-\x21\x23-\x7a|~\t]*$/.test(textOf(line, at))) {
      return line;
    }
    if (textOf(line, at).trim() === "") return line;
    if (this.#prefixed.count++ === 0) Object.assign(this.#prefixed, { number, byteOffset });
    return { ...line, start: at, byteOffset: byteOffset + at - start };
  }

  #lost({ why, number, byteOffset }: LostObject): void {
    // What the object around a list says besides it.
    if (this.#form === listWithin && why === "no object") return;
    const cut = why === "no end";
    this.#report({
      code: cut ? "truncated_line" : "malformed_json",
      severity: cut ? "info" : "warning",
      message: cut ? "an object has no end" : why === "too long" ? "an object is too long" : why,
      line: number,
      byteOffset,
      count: 1,
    });
  }
}

/** Whether a line holds an event, wherever in it: a cheap look, then a regular expression. */
export function mayHoldEvent({ buffer, start, end }: LineBytes): boolean {
  let at = start;
  while (at < end && buffer[at] !== brace && at < start + 8) at++;
  if (standsAt(eventStart, { buffer, start, end }, at)) return true;
  const text = buffer.subarray(start, Math.min(end, start + lookedAtBytes));
  if (!text.includes(eventKey) && !text.includes(escapedEventKey)) return false;
  return eventName.test(text.toString("latin1"));
}

/** Whether a text may be events in a form of many lines: it begins as JSON does. */
export function beginsJson({ buffer, start, end }: LineBytes): boolean {
  const text = buffer.toString("utf8", start, Math.min(end, start + 64));
  const head = text.replace(/^[\s\u{feff}]+/u, "");
  return head.startsWith("{") || head.startsWith("[");
}

/** undefined: a blank line shows nothing. */
function formOf(line: LineSlice): Form | undefined {
  const text = line.buffer
    .toString("utf8", line.start, Math.min(line.end, line.start + 1e6))
    .trim();
  const first = text.replace(/^\u{feff}/u, "");
  if (first === "") return undefined;
  if (first.startsWith("[")) return objects;
  if (/^"\{\s*\\"/.test(first)) return { kind: "envelope", path: [] };
  if (!first.startsWith("{")) return lines;
  const head = /^\{[^[{]*\[\s*(?:$|\{\s*(?:$|"))/.exec(first);
  const whole = parsed(first);
  if (whole === undefined) {
    // What is left of an event that lost its beginning has lists, too, but no events in them.
    if (head !== null && (!head[0].endsWith('"') || eventName.test(first))) return listWithin;
    return /[,{[]$/.test(first) ? objects : lines;
  }
  if ("Event" in whole) return lines;
  if (Object.values(whole).some((value) => Array.isArray(value) && value.some(isEvent))) {
    return listWithin;
  }
  const path = pathToEvent(whole, 0);
  return path === undefined ? lines : { kind: "envelope", path };
}

const envelopeDepth = 3;

function pathToEvent(object: JsonObject, depth: number): JsonPath | undefined {
  for (const [key, value] of Object.entries(object)) {
    if (isEvent(value) || (typeof value === "string" && isEventText(value))) return [key];
    const below =
      isObject(value) && depth < envelopeDepth ? pathToEvent(value, depth + 1) : undefined;
    if (below !== undefined) return [key, ...below];
  }
  return undefined;
}

function isEvent(value: unknown): boolean {
  return isObject(value) && typeof value["Event"] === "string";
}

function isEventText(text: string): boolean {
  return text.trimStart().startsWith("{") && isEvent(parsed(text));
}

function parsed(text: string): JsonObject | undefined {
  const value = parsedValue(text);
  return isObject(value) ? value : undefined;
}

function parsedValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The event in its envelope; the line itself where it has none. */
function unwrapped(line: LineSlice, path: JsonPath): LineSlice {
  let inner: unknown = parsedValue(line.buffer.toString("utf8", line.start, line.end));
  for (const key of path) inner = isObject(inner) ? inner[key] : undefined;
  const text = isObject(inner) ? JSON.stringify(inner) : inner;
  if (typeof text !== "string") return line;
  const buffer = Buffer.from(text.trim());
  return { ...line, buffer, start: 0, end: buffer.length };
}

/** Of an object that is no event itself: those in its lists. */
function eventsWithin({ buffer, number, byteOffset }: WholeObject): WholeObject[] {
  if (/^\{\s*"Event"/.test(buffer.toString("latin1", 0, 64))) return [];
  const value = eventName.test(buffer.toString("latin1", 0, lookedAtBytes))
    ? parsed(buffer.toString("utf8"))
    : undefined;
  if (value === undefined || "Event" in value) return [];
  const lists = Object.values(value).filter((one) => Array.isArray(one));
  return lists
    .flat()
    .filter(isEvent)
    .map((one) => ({ buffer: Buffer.from(JSON.stringify(one)), number, byteOffset }));
}

/**
 * A pretty-printed object as Spark would have written it: the decoder's fast paths expect no
 * blanks.
 */
function oneLine(whole: LineSlice): LineSlice {
  const value = parsed(whole.buffer.toString("utf8"));
  if (value === undefined) return whole;
  const buffer = Buffer.from(JSON.stringify(value));
  return { ...whole, buffer, end: buffer.length };
}

function textOf({ buffer, start }: LineSlice, end: number): string {
  return buffer.toString("latin1", start, end);
}
