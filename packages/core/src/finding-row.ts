/**
 * The row of a finding: what went wrong, what it cost, and the one change that would have helped.
 */

/**
 * `dead` (work was lost), `slow` (time was lost), `risk` (it went well so far), `waste` (memory
 * without use), `fine` (too cheap to mend).
 */
export type FindingSeverity = "dead" | "slow" | "risk" | "waste" | "fine";

/**
 * A row of `findings`: one sentence of the verdict, what it cost in ms of task time, and the change
 * that would have helped.
 */
export interface FindingRow {
  /** unique in its application, the same in every replay of it: `spills_stage_4` */
  findingId: string;
  /** place in the verdict, from 1 */
  rank: number;
  kind: string;
  severity: FindingSeverity;
  costMillis: number | undefined;
  costMillisMin: number | undefined;
  costMillisMax: number | undefined;
  executorId: string | undefined;
  stageId: number | undefined;
  rddId: number | undefined;
  title: string;
  /** sentences, one a line */
  evidence: string;
  change: string | undefined;
  /** the setting to change, or `storage_level`, `partitions`, `unpersist`, `code` */
  changeKey: string | undefined;
  changeValue: string | undefined;
  /**
   * what a simulation says that the change does; filled by the what-if, which finds its setting in
   * changeKey
   */
  effect: string | undefined;
  certainty: string;
  /** arguments of `respark` after the database, `explain --oom 1`, and why to ask */
  more: string | undefined;
  moreWhy: string | undefined;
  /** the row behind the sentences, as JSON */
  facts: string;
  /** what the line says */
  sourceSays: string | undefined;
  sourceFileId: number | undefined;
  sourceLine: number | undefined;
}
