/**
 * What a replayed database says about one application, in the numbers a summary needs. Read back
 * from the file: what is shown is what can be queried.
 */
import type { EvictionCause, EvidenceLevel, OomEventRow, RemovedClass } from "@respark/core";

export interface RunSummary {
  readonly appId: string;
  readonly attemptId: string;
  readonly name: string | undefined;
  readonly sparkVersion: string | undefined;
  readonly memoryManager: string | undefined;
  readonly modelEvidence: "vectors" | "source" | undefined;
  readonly evidenceLevel: EvidenceLevel;
  /** logs of which something is missing, and one of them; undefined: none is known to be */
  readonly incompleteLogs: { readonly logs: number; readonly example: string } | undefined;
  /** epoch microseconds */
  readonly startedAt: number | undefined;
  readonly durationMillis: number | undefined;
  /**
   * what was running where an event log just stops; undefined: it tells the application's end, or
   * there is none
   */
  /** false: of executors without a log of their own a driver's log tells, at most */
  readonly hasEventLog: boolean;
  /** a log of an executor, or of a driver that ran the tasks itself (local mode) */
  readonly hasExecutorLog: boolean;
  readonly leftRunning: { readonly jobs: number; readonly tasks: number } | undefined;
  readonly statements: number;
  /** of these, predicted ones */
  readonly statementsMet: number;
  /** of these, ones that a rule of inference accounts for */
  readonly statementsExplained: number;
  /** decisions of memory managers that logs show, and how many the replay had foreseen */
  readonly decisions: number;
  readonly decisionsForeseen: number;
  readonly executors: readonly ExecutorSummary[];
  readonly jobs: number;
  readonly jobsFailed: number;
  /** what the first failed job said */
  readonly jobError: string | undefined;
  /** out-of-memory errors by class, worst first; each task counts once */
  readonly outOfMemory: readonly {
    readonly class: OomEventRow["class"];
    readonly tasks: number;
    readonly executors: number;
    /** one of the executors */
    readonly example: string;
  }[];
  /**
   * executors that went before the application ended, by why; those that idled away are not among
   * them
   */
  readonly executorsLost: readonly {
    readonly class: RemovedClass;
    readonly executors: number;
    readonly example: string;
  }[];
  /** evictions by what they were for; without a cause: the logs do not tell */
  readonly evictionCauses: readonly {
    readonly cause: EvictionCause | undefined;
    readonly evictions: number;
    /** those of broadcasts, which a verdict about RDDs does not count */
    readonly ofBroadcasts: number;
  }[];
  /**
   * reads that found a block gone which had been evicted, had found no room, or had gone with its
   * executor
   */
  readonly missedAfterEviction: number;
  readonly missedAfterNoRoom: number;
  readonly missedAfterLoss: number;
  /** what the unexplained statements were about, most first */
  readonly missed: readonly {
    readonly quantity: string;
    readonly statements: number;
    /** in whose logs they stand, and one of them */
    readonly executors: number;
    readonly example: string;
  }[];
  readonly diagnostics: readonly DiagnosticSummary[];
}

/** One executor (or the driver), one memory mode. */
export interface ExecutorSummary {
  readonly executorId: string;
  readonly mode: "on_heap" | "off_heap";
  readonly evidenceLevel: EvidenceLevel;
  readonly removedReason: string | undefined;
  /** storage and execution together */
  readonly memoryBytes: number | undefined;
  readonly storagePeakBytes: number | undefined;
  readonly executionPeakBytes: number | undefined;
  /** bounds of both; undefined: none known */
  readonly storagePeakBytesMin: number | undefined;
  readonly storagePeakBytesMax: number | undefined;
  readonly executionPeakBytesMin: number | undefined;
  readonly executionPeakBytesMax: number | undefined;
  /** most that storage held beyond its own region */
  readonly borrowedPeakBytes: number | undefined;
  /** undefined, here and below: no log tells of such things */
  readonly evictions: number | undefined;
  /** of those whose size is known */
  readonly evictedBytes: number | undefined;
  /** evictions among `evictions` whose size nothing tells */
  readonly evictionsOfUnknownSize: number;
  readonly failedPuts: number | undefined;
  /** those with a line in a log */
  readonly spills: number | undefined;
  /** memory freed by those of known size */
  readonly spilledBytes: number | undefined;
  /** what the tasks' totals count beside those; 0 where there are no totals */
  readonly unloggedSpilledBytes: number;
  readonly spillsOfUnknownSize: number;
  /** whether the totals of all tasks there are known: no spill in any of them is none */
  readonly spillTotalsLogged: boolean;
  readonly waits: number | undefined;
  readonly statements: number;
  readonly statementsMet: number;
  /**
   * storage and execution use over the application's time, in equal steps; undefined: nothing known
   * then
   */
  readonly storageCurve: readonly (number | undefined)[];
  readonly executionCurve: readonly (number | undefined)[];
}

export interface DiagnosticSummary {
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly count: number;
  /** one of its messages */
  readonly example: string;
}
