/** What a replay needs to know before its first observation. */
import type { EvidenceLevel, TakeRow } from "../rows.ts";
import type { SparkVersionBounds } from "./application/application-conf.ts";

/** What is known of an application before its replay, and who takes its rows. */
export interface ReplayOptions {
  readonly appId: string;
  readonly attemptId: string;
  readonly emit: TakeRow;
  /**
   * Version found by the survey, for applications whose event log does not say it (or that have
   * none).
   */
  readonly sparkVersion?: string | undefined;
  /** Where nothing names the version: the lines it is between. */
  readonly sparkVersionBounds?: SparkVersionBounds | undefined;
  readonly name?: string | undefined;
  /** What each executor's own log tells; executors without a log of their own are absent. */
  readonly executorLogs?: ReadonlyMap<string, EvidenceLevel>;
  /** It has no event log: block events are kept even where the capacity is unknown. */
  readonly hasNoEventLog?: boolean;
  /** Turns a setting's value into what may be shown; the default shows it. */
  readonly redact?: (key: string, value: string) => string;
}
