/**
 * What a reading of an event log tells besides its facts: what was odd, and how much there was of
 * what.
 */

/** What each code means. */
export const eventLogTroubleCodes = {
  truncated_line: "the last line has no end and is cut: the application still runs or was killed",
  malformed_json:
    "a line that is no JSON; an event behind a cut one in the same line is still read",
  not_an_event: "a JSON object that names no event",
  second_application_start:
    "the log begins anew with another application start: logs were put together, ids may repeat",
  events_out_of_order:
    "a job starts again, or before one that was told: parts are out of order or there twice, and rows may be, too",
  event_behind_prefix:
    "a tool wrote something before each event (a time, a name); the events are read",
  incomplete_event: "an event without what every Spark version writes",
  huge_line_shortened: "texts or lists of a line too long to hold were cut",
  unknown_event: "an event that no decoder knows, counted by name",
} as const;

/** Codes of what can be wrong with a line of an event log. */
export type EventLogTroubleCode = keyof typeof eventLogTroubleCodes;

/**
 * An oddity of an event log, in the form of a Diagnostic. Its message never quotes the line: that
 * may hold secrets.
 */
export interface EventLogTrouble {
  readonly code: EventLogTroubleCode;
  readonly severity: "info" | "warning";
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  readonly byteOffset: number;
  /** How many times, for those reported once at the end; 1 otherwise. */
  readonly count: number;
}

/** What became of an event log's lines; counts. */
export interface EventLogCounts {
  readonly lines: number;
  readonly blankLines: number;
  /** Lines that gave nothing because they are damaged; each was reported. */
  readonly lostLines: number;
  /** Facts read by a learned shape. */
  readonly fastFacts: number;
  readonly facts: number;
  /** Decoded events by name; ignored and unknown ones by name. */
  readonly decoded: ReadonlyMap<string, number>;
  readonly ignored: ReadonlyMap<string, number>;
  readonly unknown: ReadonlyMap<string, number>;
}
