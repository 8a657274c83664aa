/** What a listener event's decoder is: its name in the log, what it needs of the JSON, and the fact it makes. */
import type { EventFact } from "@respark/core";
import type { JsonObject } from "./json.ts";

/**
 * The part of an event that its decoder reads, by key: `true` keeps a whole value; arrays are looked through.
 * A line too long to hold is read down to exactly this (huge-line.ts).
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

export interface EventDecoder {
  /** As in `"Event"`: simple names for core events, full class names for the rest. */
  readonly event: string;
  readonly picks: Picks;
  readonly lineReader?: LineReader;
  /**
   * undefined: nothing to say (the same exclusion under its old name).
   * @throws MissingField when what every version writes is not there.
   */
  decode(event: JsonObject): EventFact | undefined;
}

/** The driver is `driver` here, whatever it was called: `<driver>` until 1.3, `localhost` in local mode until 1.3. */
export function executorIdOf(logged: string): string {
  return logged === "<driver>" || logged === "localhost" ? "driver" : logged;
}
