/**
 * A story as data: what happened to memory, why, what it cost, how certain that is, and where the
 * logs say so.
 */
import type { QueryValue } from "../sql/query.ts";

/** A line of a log that the story rests on. */
export interface LogPlace {
  /** what the line says */
  readonly says: string;
  /** file as it was given to the replay */
  readonly path: string;
  readonly line: number;
}

/** One sentence of a story and what it is about: `state`, `request`, `rule`, `cost` … */
export interface StoryLine {
  readonly about: string;
  readonly text: string;
}

/** Something else worth asking. */
export interface NextQuestion {
  readonly why: string;
  /** arguments of `respark` after the database: `--eviction 3` with command explain */
  readonly command: "explain" | "query";
  readonly argument: string;
}

export type StoryKind = "eviction" | "spill" | "oom" | "task" | "block" | "executor";

/** How one eviction, spill, failure or task came about, as sentences with their log lines. */
export interface Story {
  readonly kind: StoryKind;
  readonly appId: string;
  readonly attemptId: string;
  readonly title: string;
  readonly lines: readonly StoryLine[];
  readonly places: readonly LogPlace[];
  readonly next: readonly NextQuestion[];
  /** the rows behind the sentences: bytes and milliseconds as numbers, NULL where unknown */
  readonly facts: Readonly<Record<string, QueryValue>>;
}

/**
 * How bad: `dead` (work was lost), `slow` (time was lost), `risk` (it went well so far), `waste`
 * (memory without use), `fine`.
 */
export type Severity = "dead" | "slow" | "risk" | "waste" | "fine";

/** A row of the table findings. */
export interface Finding {
  readonly id: string;
  /** place in the verdict, from 1 */
  readonly rank: number;
  readonly kind: string;
  readonly severity: Severity;
  /**
   * what it cost beside the others: task time, ms; where no best estimate is known, the middle of
   * the bounds
   */
  readonly weight: number;
  /** task time that it cost; undefined: unknown */
  readonly costMillis: {
    readonly best: number | undefined;
    readonly min: number | undefined;
    readonly max: number | undefined;
  };
  readonly title: string;
  /** what was seen, with numbers */
  readonly evidence: readonly string[];
  /**
   * `56 ms of 9 s of task time`: so little that no change is worth its while; undefined: it is
   * worth one
   */
  readonly tooCheap: string | undefined;
  /** the one setting or change of code that it points to */
  readonly change: string | undefined;
  readonly changeKey: string | undefined;
  readonly changeValue: string | undefined;
  /** what a simulation says that the change does */
  readonly effect: string | undefined;
  /** how sure the cause is, in words, with its origin */
  readonly certainty: string;
  readonly places: readonly LogPlace[];
  readonly next: readonly NextQuestion[];
  /** the row behind the sentences: bytes and milliseconds as numbers, NULL where unknown */
  readonly facts: Readonly<Record<string, QueryValue>>;
}

export interface Trust {
  /** memory statements of the logs; count */
  readonly statements: number;
  /** predicted ones */
  readonly statementsMet: number;
  readonly statementsExplained: number;
  readonly decisions: number;
  readonly decisionsForeseen: number;
  readonly evidenceLevel: string;
  readonly sentences: readonly string[];
}

/** What kinds of logs there were. */
export interface LogsSeen {
  readonly eventLog: boolean;
  readonly blockUpdates: boolean;
  /** executor logs at INFO or better */
  readonly info: boolean;
  readonly debug: boolean;
  readonly stageMetrics: boolean;
  /** every executor log prints milliseconds and the thread */
  readonly millisAndThread: boolean;
  readonly sparkVersion: string | undefined;
}

/**
 * A verdict as data: what went wrong worst first, what to change, and what was looked for and not
 * found.
 */
export interface RunVerdict {
  readonly kind: "verdict";
  readonly appId: string;
  readonly attemptId: string;
  readonly title: string;
  readonly findings: readonly Finding[];
  /** looked for, and not there */
  readonly absent: readonly string[];
  /** what the logs at hand would not tell */
  readonly unknowable: readonly string[];
  readonly trust: Trust;
  readonly logs: LogsSeen;
}
