/**
 * One thing a log says, with where and when it was said: what parsers produce and the replay
 * consumes.
 */
import type { EventFact } from "./event-fact.ts";
import type { LogFact } from "./log-fact.ts";

/** What was said. Log facts come from executor and driver logs, event facts from event logs. */
export type Fact = LogFact | EventFact;

/** Which kind of log an observation comes from. */
export type ObservationSource = "executor_log" | "driver_log" | "event_log";

/**
 * The `ts` of rows whose log prints no times, µs: the epoch, when no Spark ran. Tables show NULL.
 */
export const UNKNOWN_TIME = 0;

/**
 * This record is reused, and an event's fact on hot kinds: valid only during `step()`; whoever
 * keeps one copies. A log line's fact is made new and may be kept. Times are epoch microseconds,
 * UTC, already aligned to the event log's clock.
 */
export interface Observation {
  fact: Fact;
  source: ObservationSource;
  /** The executor it is about (`driver` for the driver); undefined: about the whole application. */
  executorId: string | undefined;
  /**
   * Task attempt id (TID) of the thread that printed the line, when thread name or MDC says it. Not
   * the TID in the text.
   */
  taskId: number | undefined;
  /** Thread name, where the layout prints it. */
  thread: string | undefined;
  /**
   * Best estimate; undefined only where the log has no time at all (then: of its neighbour before).
   */
  ts: number | undefined;
  /**
   * Bounds of the true time; undefined where the zone is unknown. A whole-second line spans a
   * second.
   */
  tsMin: number | undefined;
  tsMax: number | undefined;
  sourceFileId: number;
  /** 1-based line in that file. */
  line: number;
}
