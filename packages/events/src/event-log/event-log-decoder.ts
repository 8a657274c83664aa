/** From a line of an event log to a fact: any Spark since 1.2, damage reported and read past. */
import type { EventFact } from "@respark/core";
import type { LineSlice } from "../lines/lines.ts";
import { ignoredEvents } from "./decoders/ignored.ts";
import { eventDecoders } from "./decoders/index.ts";
import {
  type Cut,
  type EventDecoder,
  eventPrefix,
  holdsEvent,
  type LineBytes,
  type LineReader,
} from "./event.ts";
import { type HugeEvent, HugeLineReader } from "./huge-line.ts";
import { InternedText } from "./interned-text.ts";
import { isObject, type JsonObject, MissingField } from "./json.ts";
import { JsonCheck } from "./json-check.ts";
import type { EventLogCounts, EventLogTrouble, EventLogTroubleCode } from "./trouble.ts";

export type { EventLogTrouble } from "./trouble.ts";

/** Where a line begins. */
export interface LinePlace {
  /** 1-based. */
  readonly number: number;
  /** In the decoded file. */
  readonly byteOffset: number;
}

/** What is known of one event name. */
interface NamedEvent {
  readonly name: string;
  readonly decoder: EventDecoder | undefined;
  readonly known: boolean;
  readonly firstLine: number;
  readonly firstByteOffset: number;
  count: number;
}

/** An event with a fast path, and how a line of it is recognised. */
interface HotEvent {
  readonly event: NamedEvent;
  readonly reader: LineReader;
  /** Where the quote behind the name stands in `{"Event":"…"`. */
  readonly nameEnd: number;
  readonly lastByte: number;
}

/** Names are data: a log of nothing but new names must not fill the memory. */
const maxNames = 1000;
/** A shorter array is not worth two strings. */
const minCutBytes = 200;
const maxNameChars = 200;
/** Broken lines that JSON.parse may be asked about: it knows where, and it is dear. */
const trustedBreaks = 50;
/** Anything else in the place of a name is damage, and JSON.parse says so. */
const className = /^[\w.$]+$/;
const otherNames = "(other events)";

type JobStart = Extract<EventFact, { kind: "job_start" }>;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Lines of an event log to facts. Damage is reported, never thrown. */
export class EventLogDecoder {
  readonly #report: (trouble: EventLogTrouble) => void;
  readonly #events = new Map<string, NamedEvent>();
  readonly #hotEvents: HotEvent[] = [];
  readonly #names = new InternedText();
  #lines = 0;
  #blankLines = 0;
  #lostLines = 0;
  #fastFacts = 0;
  #facts = 0;
  #starts = 0;
  #lastJob: { readonly jobId: number; readonly timeMs: number } | undefined;
  /** that JSON.parse refused */
  #brokenLines = 0;
  readonly #check = new JsonCheck();
  #huge: { readonly reader: HugeLineReader; readonly at: LinePlace } | undefined;

  constructor({ report }: { readonly report: (trouble: EventLogTrouble) => void }) {
    this.#report = report;
    for (const decoder of eventDecoders()) this.#know(decoder.event, decoder);
    for (const name of ignoredEvents) this.#know(name, undefined);
  }

  /**
   * The line's fact; undefined for blank, ignored, unknown and damaged lines (the last are
   * reported). Facts of hot kinds (task_end, task_start, block_updated, executor_metrics) are
   * reused records, valid until the next call.
   */
  decode(line: LineSlice): EventFact | undefined {
    this.#lines++;
    const hot = this.#hotEventOf(line);
    const fact = hot?.reader.read(line);
    if (hot !== undefined && fact !== undefined) {
      hot.event.count++;
      this.#fastFacts++;
      this.#facts++;
      return fact;
    }
    const event = this.#eventOf(line);
    if (event !== undefined && event.decoder === undefined && looksWhole(line)) {
      event.count++;
      return undefined;
    }
    const rest = event?.decoder?.cut && jsonWithout(event.decoder.cut, line);
    if (event !== undefined && rest !== undefined) return this.#factOf(event, rest, line);
    return this.#decodeSlowly(line);
  }

  /**
   * A line over the reader's cap begins; its bytes follow through `hugePiece`, its fact comes from
   * `hugeEnd`.
   */
  hugeBegin(at: LinePlace): void {
    const picksOf = (name: string): EventDecoder["picks"] | undefined =>
      this.#events.get(name)?.decoder?.picks;
    this.#huge = { reader: new HugeLineReader(picksOf), at };
  }

  /** A further piece of a line that is too long to hold. */
  hugePiece(buffer: Buffer, start: number, end: number): void {
    this.#huge?.reader.write(buffer, start, end);
  }

  /** `terminated` false: the file ends inside the line. */
  hugeEnd(how: { readonly terminated: boolean } = { terminated: true }): EventFact | undefined {
    const huge = this.#huge;
    if (huge === undefined) return undefined;
    this.#huge = undefined;
    this.#lines++;
    const read = huge.reader.end();
    if (read.problem !== undefined || read.event === undefined) {
      return this.#loseHuge(read, huge.at, how.terminated);
    }
    if (read.shortened > 0) {
      this.#tell(
        "huge_line_shortened",
        "info",
        huge.at,
        `${read.shortened} values of a huge line cut`,
      );
    }
    return this.#factOf(this.#named(read.event, huge.at), read.json, huge.at);
  }

  /** Reports, once each, the names of unknown events. */
  finish(): void {
    for (const event of this.#events.values()) {
      if (event.known || event.count === 0) continue;
      this.#report({
        code: "unknown_event",
        severity: "info",
        message: `no decoder for ${event.name}`,
        line: event.firstLine,
        byteOffset: event.firstByteOffset,
        count: event.count,
      });
    }
  }

  /** What became of the lines so far. */
  counts(): EventLogCounts {
    const decoded = new Map<string, number>();
    const ignored = new Map<string, number>();
    const unknown = new Map<string, number>();
    for (const { name, count, decoder, known } of this.#events.values()) {
      if (count > 0) (decoder ? decoded : known ? ignored : unknown).set(name, count);
    }
    return {
      lines: this.#lines,
      blankLines: this.#blankLines,
      lostLines: this.#lostLines,
      fastFacts: this.#fastFacts,
      facts: this.#facts,
      decoded,
      ignored,
      unknown,
    };
  }

  /** A guess by where the name would end; the event's line reader verifies all of it. */
  #hotEventOf({ buffer, start, end }: LineSlice): HotEvent | undefined {
    for (const hot of this.#hotEvents) {
      const quote = start + hot.nameEnd;
      if (quote < end && buffer[quote] === 0x22 && buffer[quote - 1] === hot.lastByte) return hot;
    }
    return undefined;
  }

  /** The event a line names in its first key; undefined when the line begins in any other way. */
  #eventOf(line: LineSlice): NamedEvent | undefined {
    const { buffer, start, end } = line;
    const from = start + eventPrefix.length;
    if (from >= end) return undefined;
    for (let k = 0; k < eventPrefix.length; k++) {
      if (buffer[start + k] !== eventPrefix[k]) return undefined;
    }
    let to = from;
    while (to < end && buffer[to] !== 0x22) to++;
    if (to === end || to - from > maxNameChars) return undefined;
    const name = this.#names.read(buffer, from, to);
    return this.#events.get(name) ?? (className.test(name) ? this.#named(name, line) : undefined);
  }

  #know(name: string, decoder: EventDecoder | undefined): void {
    const event = { name, decoder, known: true, firstLine: 0, firstByteOffset: 0, count: 0 };
    this.#events.set(name, event);
    const reader = decoder?.lineReader;
    if (reader === undefined) return;
    const nameEnd = eventPrefix.length + name.length;
    this.#hotEvents.push({ event, reader, nameEnd, lastByte: name.charCodeAt(name.length - 1) });
  }

  #named(name: string, at: LinePlace): NamedEvent {
    const known = this.#events.get(name);
    if (known !== undefined) return known;
    const kept = this.#events.size < maxNames ? name.slice(0, maxNameChars) : otherNames;
    let event = this.#events.get(kept);
    if (event === undefined) {
      event = {
        name: kept,
        decoder: undefined,
        known: false,
        firstLine: at.number,
        firstByteOffset: at.byteOffset,
        count: 0,
      };
      this.#events.set(kept, event);
    }
    return event;
  }

  /**
   * By JSON.parse. What does not parse may still hold a whole event behind a cut one, in the same
   * line.
   */
  #decodeSlowly(line: LineSlice): EventFact | undefined {
    const { buffer, end } = line;
    let start = line.start;
    if (line.number === 1 && buffer.subarray(start, end).indexOf(byteOrderMark) === 0) start += 3;
    while (start < end && isSpace(buffer[start])) start++;
    if (start === end) {
      this.#blankLines++;
      return undefined;
    }
    const whole = this.#tryParse(buffer, start, end);
    if (isObject(whole)) {
      return this.#parsed(whole, { ...lineAt(line, start), buffer, start, end });
    }
    return this.#lastOf(eventStarts(buffer, start, end), whole, line);
  }

  /**
   * The last whole event of a line that as a whole is none; what else begins in it is lost, and
   * counted.
   */
  #lastOf(starts: readonly number[], problem: string, line: LineSlice): EventFact | undefined {
    const { buffer, end, terminated } = line;
    let last = starts.length - 1;
    let found: JsonObject | undefined;
    for (; last >= 0 && found === undefined; last--) {
      const json = this.#tryParse(buffer, starts[last] ?? 0, starts[last + 1] ?? end);
      if (isObject(json)) found = json;
    }
    const at = found === undefined ? -1 : last + 1;
    const cut = !terminated && at !== starts.length - 1;
    if (cut) {
      const place = lineAt(line, starts.at(-1) ?? line.start);
      this.#tell("truncated_line", "info", place, "the last line is cut");
    }
    const lost = starts.length - (at < 0 ? 0 : 1) - (cut ? 1 : 0);
    if (lost > 0) {
      this.#tell("malformed_json", "warning", lineAt(line, starts[0] ?? line.start), problem, lost);
    }
    if (found === undefined) {
      this.#lostLines++;
      return undefined;
    }
    const start = starts[at] ?? line.start;
    const to = starts[at + 1] ?? end;
    return this.#parsed(found, { ...lineAt(line, start), buffer, start, end: to });
  }

  /** The line's object, or what is wrong with it. Never quotes the line: it may hold secrets. */
  #tryParse(buffer: Buffer, start: number, end: number): JsonObject | string {
    // A log with many broken lines has more of them.
    const isDoubtful = this.#brokenLines >= trustedBreaks;
    if (isDoubtful && !this.#check.mayBeJson(buffer, start, end)) return "not JSON";
    try {
      const parsed: unknown = JSON.parse(buffer.toString("utf8", start, end));
      return isObject(parsed) ? parsed : "a JSON value, but no object";
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#brokenLines++;
      const position = / at position (\d+)/.exec(error.message)?.[1];
      return position === undefined ? "not JSON" : `not JSON at character ${position}`;
    }
  }

  #parsed(json: JsonObject, line: LineBytes & LinePlace): EventFact | undefined {
    const name = json["Event"];
    if (typeof name !== "string") {
      this.#lostLines++;
      this.#tell("not_an_event", "warning", line, "a JSON object without an Event");
      return undefined;
    }
    const event = this.#named(name, line);
    const fact = this.#factOf(event, json, line);
    if (fact !== undefined) event.decoder?.lineReader?.learn(line);
    return fact;
  }

  /**
   * A log tells of one application; what follows a second start may be counted twice, and is read
   * all the same.
   */
  #started(at: LinePlace): void {
    if (this.#starts++ === 0) return;
    const what = "an application start where one was told before: what follows may count twice";
    this.#tell("second_application_start", "warning", at, what);
  }

  /**
   * The scheduler's loop numbers jobs before it starts them and takes the time as it does: only
   * parts put wrongly go back in both.
   */
  #jobStarted({ jobId, timeMs = 0 }: JobStart, at: LinePlace): void {
    const last = this.#lastJob;
    const again = jobId === last?.jobId;
    if (again || (last !== undefined && jobId < last.jobId && timeMs < last.timeMs)) {
      const what = again ? `job ${jobId} starts again` : `job ${jobId} starts after a later one`;
      this.#tell("events_out_of_order", "warning", at, what);
    } else this.#lastJob = { jobId, timeMs };
  }

  #factOf(event: NamedEvent, json: JsonObject, at: LinePlace): EventFact | undefined {
    event.count++;
    if (event.decoder === undefined) return undefined;
    try {
      const fact = event.decoder.decode(json);
      if (fact !== undefined) this.#facts++;
      if (fact?.kind === "application_start") this.#started(at);
      else if (fact?.kind === "job_start") this.#jobStarted(fact, at);
      return fact;
    } catch (error) {
      if (!(error instanceof MissingField)) throw error;
      this.#lostLines++;
      this.#tell("incomplete_event", "warning", at, `${event.name}: ${error.message}`);
      return undefined;
    }
  }

  #loseHuge(read: HugeEvent, at: LinePlace, terminated: boolean): undefined {
    this.#lostLines++;
    if (read.problem === "cut short" && !terminated) {
      this.#tell("truncated_line", "info", at, "a huge line is cut");
    } else if (read.problem === "cut short" || read.problem === "malformed") {
      this.#tell("malformed_json", "warning", at, "a huge line is not JSON");
    } else {
      this.#tell("not_an_event", "warning", at, "a huge line does not begin with its Event");
    }
    return undefined;
  }

  #tell(
    code: EventLogTroubleCode,
    severity: "info" | "warning",
    at: LinePlace,
    message: string,
    count = 1,
  ): void {
    this.#report({ code, severity, message, line: at.number, byteOffset: at.byteOffset, count });
  }
}

/** The line without the inside of an array; undefined where it is short or the rest is no JSON. */
function jsonWithout(cut: Cut, { buffer, start, end }: LineBytes): JsonObject | undefined {
  const line = buffer.subarray(start, end);
  const found = line.indexOf(cut.begins);
  if (found < 0) return undefined;
  const from = found + cut.begins.length;
  for (const close of cut.ends) {
    const to = line.indexOf(close, from);
    if (to < 0) continue;
    if (to - from < minCutBytes || holdsEvent(line, from, to)) return undefined;
    return objectIn(line.toString("utf8", 0, from) + line.toString("utf8", to));
  }
  return undefined;
}

function objectIn(json: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return isObject(parsed) ? parsed : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A line that is not parsed: does it at least end as an object, and hold no other event? */
function looksWhole({ buffer, start, end, terminated }: LineSlice): boolean {
  return (
    terminated && buffer[end - 1] === 0x7d && !holdsEvent(buffer, start + eventPrefix.length, end)
  );
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

function lineAt(line: LineSlice, start: number): LinePlace {
  return { number: line.number, byteOffset: line.byteOffset + start - line.start };
}

/**
 * The line's beginning, and where other events begin in it: an unescaped `{"Event":"` cannot stand
 * inside a JSON string.
 */
function eventStarts(buffer: Buffer, start: number, end: number): readonly number[] {
  const starts = [start];
  const line = buffer.subarray(0, end);
  for (let at = line.indexOf(eventPrefix, start + 1); at >= 0; ) {
    starts.push(at);
    at = line.indexOf(eventPrefix, at + 1);
  }
  return starts;
}
