/**
 * What a listener event's decoder is: its name in the log, what it needs of the JSON, and the fact
 * it makes.
 */
import type { EventFact } from "@respark/core";
import type { JsonObject } from "./json.ts";

/**
 * The part of an event that its decoder reads, by key: `true` keeps a whole value; arrays are
 * looked through. A line too long to hold is read down to exactly this (huge-line.ts).
 */
export interface Picks {
  readonly [key: string]: true | Picks;
}

/** Bytes of one line; the same shape that `lines` gives. */
export interface LineBytes {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The fast path of a hot event: reads fields where a line of the same shape had them. */
export interface LineReader {
  /** The fact, or undefined when the line has another shape than those learned. */
  read(line: LineBytes): EventFact | undefined;
  /** Called with a line that `read` declined and that `JSON.parse` accepted. */
  learn(line: LineBytes): void;
}

/**
 * A long array that the decoder does not need, left out before JSON.parse. `begins` and `ends` hold
 * an unescaped quoted key, which no string value can, so they are real keys wherever they are
 * found.
 */
export interface Cut {
  /** Up to the opening bracket: `"Accumulables":[`. */
  readonly begins: Buffer;
  /**
   * From the closing bracket on, as versions differ: `],"Resource Profile Id":`; the first that is
   * found counts.
   */
  readonly ends: readonly Buffer[];
}

export interface EventDecoder {
  /** As in `"Event"`: simple names for core events, full class names for the rest. */
  readonly event: string;
  readonly picks: Picks;
  readonly lineReader?: LineReader;
  readonly cut?: Cut;
  /**
   * undefined: nothing to say (the same exclusion under its old name).
   * @throws MissingField when what every version writes is not there.
   */
  decode(event: JsonObject): EventFact | undefined;
}

/**
 * The driver is `driver` here, whatever it was called: `<driver>` until 1.3, `localhost` in local
 * mode until 1.3.
 */
export function executorIdOf(logged: string): string {
  return logged === "<driver>" || logged === "localhost" ? "driver" : logged;
}

/** How every event begins, in all versions. */
export const eventPrefix: Buffer = Buffer.from('{"Event":"');

/** Whether these bytes begin at `at`, and end before `end`. */
export function standsAt(wanted: Buffer, { buffer, end }: LineBytes, at: number): boolean {
  if (at + wanted.length > end) return false;
  for (let k = 0; k < wanted.length; k++) if (buffer[at + k] !== wanted[k]) return false;
  return true;
}

/** Its rare first letter makes it quicker to look for; inside text its quotes would be escaped. */
const eventKey = Buffer.from('Event":"');

/**
 * Whether another event begins in these bytes: a line that lost its end runs into the next one, and
 * what is skipped unread must not join the head of the first to the tail of the second.
 */
export function holdsEvent(buffer: Buffer, from: number, to: number): boolean {
  if (to - from < eventPrefix.length) return false;
  // Without an end: the next line's event stops it, and a bound would cost a new view of the
  // buffer.
  const found = buffer.indexOf(eventKey, from);
  return found >= 0 && found < to;
}
