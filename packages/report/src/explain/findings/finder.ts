/**
 * A finder: reads the rows of one view, and says of each what went wrong, what it cost and what
 * would have helped.
 */
import type { FindingSeverity } from "@respark/core";
import type { Of, Row } from "../../sql/row.ts";
import type { LINE } from "../investigation.ts";
import type { Application } from "./application.ts";

/** Task time; best undefined: no estimate. */
export interface Cost {
  readonly best: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export const COST_UNKNOWN: Cost = { best: undefined, min: undefined, max: undefined };

/**
 * One change. `value` of a setting is the same in all findings of a verdict: the text is made once
 * it is settled.
 */
export interface Change {
  readonly key: string;
  readonly value?: Value | undefined;
  readonly text: (value: string) => string;
}

/** Of one key, the larger of two values serves both; of `smaller` ones the smaller. */
export interface Value {
  readonly amount: number;
  readonly written: string;
  readonly smaller?: boolean;
}

export interface Draft {
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: FindingSeverity;
  /** It ended the application: it comes first whatever it cost. */
  readonly ended?: boolean;
  readonly cost: Cost;
  /** what it is ranked by, where that is not its cost; ms */
  readonly weight?: number;
  readonly executorId?: string | undefined;
  readonly stageId?: number | undefined;
  readonly rddId?: number | undefined;
  readonly title: string;
  readonly evidence: readonly string[];
  readonly change?: Change | undefined;
  readonly certainty: string;
  readonly more?: { readonly why: string; readonly ask: string } | undefined;
  readonly place?: { readonly row: Of<typeof LINE> | undefined; readonly says: string } | undefined;
  readonly facts: Row;
}

export type FindingKind =
  | "setting"
  | "oom"
  | "lost_executors"
  | "failure"
  | "errors"
  | "evictions"
  | "no_room"
  | "spills"
  | "waits"
  | "garbage"
  | "overhead"
  | "leaks"
  | "unread"
  | "no_end"
  | "not_looked_for";

/** What there may be rows of: a question is asked only where there are. */
export type Present =
  | "ooms"
  | "losses"
  | "failures"
  | "failed_jobs"
  | "blocks_gone"
  | "blocks"
  | "spills"
  | "waits"
  | "leaks"
  | "process_sizes";

export interface Finder {
  /** undefined: always asked */
  readonly where?: Present;
  /**
   * The question over all applications at hand; `here` keeps to them. undefined: what is known of
   * the application is enough.
   */
  readonly sql?: (here: string) => string;
  /** Column of the stages that its sentences name. */
  readonly stages?: string;
  readonly find: (rows: readonly Row[], application: Application) => readonly Draft[];
}
