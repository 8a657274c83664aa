/** What a replay says of itself at its end. */
import type { EvidenceLevel, ReplayAccuracy } from "../rows.ts";
import type { SourceCompleteness } from "./application/completeness.ts";
import type { ExecutorTotals } from "./executor-state.ts";

/** One executor in a few numbers, for a summary. Bytes. */
export interface ExecutorSummary extends ExecutorTotals {
  readonly executorId: string;
  readonly evidenceLevel: EvidenceLevel;
  readonly maxMemoryBytes: number | undefined;
  readonly removedReason: string | undefined;
}

/**
 * What a replay came to, once all is read: counts of checks, executors, and what the logs could
 * tell.
 */
export interface ReplaySummary extends Readonly<ReplayAccuracy> {
  readonly appId: string;
  readonly attemptId: string;
  readonly name: string | undefined;
  readonly sparkVersion: string | undefined;
  readonly evidenceLevel: EvidenceLevel;
  readonly executors: readonly ExecutorSummary[];
  /**
   * by source file: how much of what it must hold is there; files that nothing is known to be
   * missing from may be absent
   */
  readonly completeness: ReadonlyMap<number, SourceCompleteness>;
}

/** The same over all executors. */
export function accuracyOf(executors: readonly ExecutorSummary[]): ReplayAccuracy {
  const sumOf = (key: keyof ReplayAccuracy) => executors.reduce((sum, e) => sum + e[key], 0);
  return {
    statements: sumOf("statements"),
    statementsMet: sumOf("statementsMet"),
    statementsExplained: sumOf("statementsExplained"),
    decisions: sumOf("decisions"),
    decisionsForeseen: sumOf("decisionsForeseen"),
  };
}

const LEVELS: readonly EvidenceLevel[] = ["debug", "info", "event_log_blocks", "event_log"];

/** The level that tells most. */
export function bestOf(levels: readonly EvidenceLevel[]): EvidenceLevel | undefined {
  return LEVELS.find((level) => levels.includes(level));
}
