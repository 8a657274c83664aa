/** What a log must hold, and how much of it is not there. */

/** Kinds of lines of an executor's log; each comes from other loggers of Spark. */
export type LineKind = "start" | "tasks" | "blocks" | "spills" | "times" | "end";

/** Of one sort of thing that must be logged: how many, and how many are not. */
export interface Expectation {
  readonly what: string;
  readonly expected: number;
  readonly missing: number;
}
