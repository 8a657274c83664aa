/** The row of an input file: what it is, and how much of what it should hold is there. */

export interface SourceFileRow {
  sourceFileId: number;
  path: string;
  kind: "event_log" | "executor_log" | "driver_log" | "other";
  codec: string;
  /** decoded bytes read */
  bytes: number;
  lines: number;
  truncated: boolean;
  executorId: string | undefined;
  /** how executor and application were found */
  identityEvidence: string | undefined;
  layout: string | undefined;
}
