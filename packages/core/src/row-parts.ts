/** What rows of several tables have: where a value comes from, amounts with bounds, grades. */

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

/** One part of an executor's memory: bytes, and whether it was logged, derived or assumed. */
export interface LayoutValue {
  readonly bytes: number | undefined;
  readonly origin: Origin | undefined;
}

/** Counts of `replay_checks`, of an executor or of all. */
export interface ReplayAccuracy {
  /** memory statements of the logs */
  statements: number;
  /** of these, predicted ones */
  statementsMet: number;
  /** of these, ones that were not predicted and that a rule of inference accounts for */
  statementsExplained: number;
  /** decisions of memory managers that the logs show */
  decisions: number;
  /** of these, ones that the managers had foreseen */
  decisionsForeseen: number;
}
