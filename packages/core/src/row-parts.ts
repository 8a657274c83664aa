/** What rows of many tables have: where a value comes from, and an amount with its bounds. */

/** Where a derived row comes from. */
export type Origin = "logged" | "derived" | "assumed";
/** What kind of log an executor has, best first. */
export type EvidenceLevel = "debug" | "info" | "event_log_blocks" | "event_log";

/** The line a row rests on. */
export interface Provenance {
  origin: Origin;
  sourceFileId: number | undefined;
  sourceLine: number | undefined;
}

/** Best estimate with bounds; all undefined = unknown. Reused records. */
export interface Triple {
  bytes: number | undefined;
  atLeast: number | undefined;
  atMost: number | undefined;
}
