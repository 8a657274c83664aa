/** What the gate speaks about: metrics, what a run measured of them, and the verdict on each. */

import type { MemoryCurves } from "../picture/memory-curves.ts";

export type Unit = "bytes" | "count" | "share" | "ms";
export type Better = "lower" | "higher";
export type Scope = "application" | "executor" | "stage" | "rdd";
/** What a limit that is broken does: nothing, a warning, or exit code 1. */
export type Level = "off" | "warn" | "fail";

/** How far beyond the baseline's worst run a value may lie: the larger of both allowances. */
export interface Allowance {
  /** Share of the baseline's value: 0.5 is half as much again. */
  readonly relative: number;
  /** In the metric's unit: below it no difference counts, whatever its share. */
  readonly absolute: number;
}

/**
 * A number that is held against its baseline. Declared once: all else follows from the declaration.
 */
export interface Metric {
  /** snake_case, with its unit in its name; never renamed: baselines and configurations use it. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly better: Better;
  readonly scope: Scope;
  readonly level: Level;
  readonly allowance: Allowance;
  /** Grows with the input: `--normalise-by input` scales its limit. */
  readonly extensive: boolean;
  /** Says something only beside the memory there was: compared only between runs with as much. */
  readonly withinMemory?: boolean;
  /**
   * What a value cannot exceed, among what the executors had: a limit beyond it would never be
   * broken.
   */
  readonly within?:
    | "executor max_memory_bytes"
    | "executor off_heap_bytes"
    | "spark.executor.memory";
  /**
   * Follows from what is in logs and from what is not: of incomplete logs it is no reason to fail.
   */
  readonly needsWholeLogs?: true;
  /** The outcome of a simulation that says the same: `check --under-baseline-conf` takes it. */
  readonly foretoldAs?: string;
  /** The same whatever the settings of memory. */
  readonly whateverMemory?: true;
  /**
   * Rows of `subject` (NULL but for stages and RDDs), `value`, `value_min`, `value_max` and `by`:
   * which evidence measured it. A NULL value is not measured. Of an executor's metric, which has
   * `executor_id` too, the worst executor is taken.
   */
  readonly sql: string;
  /** Rows of `sentence`: who did it in this run, worst first. */
  readonly causes?: string;
  /** SQL for people: where to look when it fails. */
  readonly lookFurther: string;
}

/** One value of a run. Equal ends: exact. */
export interface Measure {
  readonly metric: string;
  /** Key of the stage or RDD; undefined: the application. */
  readonly subject: string | undefined;
  /** undefined: not measured. */
  readonly value: Interval | undefined;
  /** Which evidence measured it: only equal evidence is compared. */
  readonly by: string;
  /** Executor that was the worst, where the metric is of executors. */
  readonly executor: string | undefined;
}

export interface Interval {
  readonly best: number;
  readonly min: number;
  readonly max: number;
}

/** A stage or an RDD by what it is, not by its id. */
export interface Subject {
  readonly kind: "stage" | "rdd";
  /** Name with its call site, the same in each run of the same program. */
  readonly key: string;
  /** What stays when a program is edited around it: operators and partitions. */
  readonly shape: string;
}

/** What a run measured of every metric, and by which evidence. */
export interface MeasuredRun {
  readonly application: {
    readonly appId: string;
    readonly attemptId: string;
    readonly name: string | undefined;
    /** UTC, as the database prints it: ids of standalone clusters repeat. */
    readonly startedAt: string | undefined;
    readonly sparkVersion: string | undefined;
    readonly memoryManager: string | undefined;
    /** The least of the executors that ran tasks. */
    readonly evidenceLevel: string | undefined;
  };
  /** Settings that decide about memory, as set; and what the executors had. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly input: InputSize;
  readonly trust: Trust;
  readonly subjects: readonly Subject[];
  readonly measures: readonly Measure[];
  /** What it would have been under other settings: what is not simulated is not measured. */
  readonly isForetold?: true;
  /** By metric: who did it, in sentences, worst first. */
  readonly causes: ReadonlyMap<string, readonly string[]>;
  /** what all executors held along the run; undefined: not asked for */
  readonly curves?: readonly MemoryCurves[] | undefined;
}

/** How much the run had to do. undefined: not measured. */
export interface InputSize {
  /** Read by stages that read no cached RDD: reads of the cache count as input in Spark. */
  readonly input_bytes: number | undefined;
  readonly input_records: number | undefined;
  readonly shuffle_write_records: number | undefined;
  readonly planned_tasks: number | undefined;
}

export interface Trust {
  readonly statements: number;
  /** predicted ones */
  readonly statementsMet: number;
  readonly statementsExplained: number;
  /**
   * Why the logs do not tell the whole run, a sentence a file; empty: nothing shows that they do
   * not.
   */
  readonly incomplete: readonly string[];
  /** Lines are there more than once, so that what is counted by lines is too much. */
  readonly repeated: boolean;
  /**
   * Kinds of lines (start, tasks, blocks, spills, times, end) that every executor's log has; `event
   * log` where there is one.
   */
  readonly lineKinds: readonly string[];
}

/** What came of one metric. */
export type VerdictStatus =
  | "fail"
  | "warn"
  /** the interval straddles the limit */
  | "inconclusive"
  | "pass"
  | "improved"
  | "not_measured"
  | "not_compared"
  | "ignored";

/** One metric held against its limit. */
export interface Verdict {
  readonly check: string;
  readonly title: string;
  readonly unit: Unit | "rows";
  readonly better: Better;
  readonly subject: string | undefined;
  readonly status: VerdictStatus;
  /** In words: the numbers, the limit and why. */
  readonly sentence: string;
  readonly value: Interval | undefined;
  readonly executor: string | undefined;
  readonly baseline: BaselineValue | undefined;
  readonly limit: number | undefined;
  /** Who did it; empty: nothing more is known, or nothing is wrong. */
  readonly causes: readonly string[];
  /** SQL on one line. */
  readonly lookFurther: string | undefined;
  /** File that holds the check, where it is the user's own. */
  readonly file: string | undefined;
}

/**
 * A metric's values over the runs of a baseline. `low` and `high` are the worse ends of intervals.
 */
export interface BaselineValue {
  readonly runs: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Median of the distances from the median. */
  readonly mad: number;
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
}

/** How a check ended: exit codes 0, 1, 4 and 5. */
export type Outcome = "passed" | "regressed" | "too_little_evidence" | "not_comparable";

/** What `check` found: its outcome, and a verdict on each metric. */
export interface GateResult {
  readonly outcome: Outcome;
  readonly run: MeasuredRun;
  /** undefined: only budgets and own checks were asked about. */
  readonly baseline:
    | {
        readonly runs: number;
        readonly sparkVersion: string | undefined;
        readonly name: string | undefined;
      }
    | undefined;
  /** What differs between run and baseline: said always, whether allowed or not. */
  readonly differences: readonly Difference[];
  /** Why the evidence does not carry a verdict; empty: it does. */
  readonly evidence: readonly string[];
  readonly remarks: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly subjects: readonly SubjectMatch[];
}

export interface Difference {
  readonly kind: "application" | "configuration" | "version" | "input";
  readonly name: string;
  readonly baseline: string | undefined;
  readonly run: string | undefined;
  readonly allowed: boolean;
}

/** What became of a stage or RDD of the baseline. */
export interface SubjectMatch {
  readonly kind: Subject["kind"];
  readonly was: string | undefined;
  readonly is: string | undefined;
  readonly how: "same" | "renamed" | "added" | "removed";
}
