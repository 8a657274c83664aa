/** The rows about the application and its executors as wholes, written when all is known. */
import type { EmitRow } from "../rows.ts";
import type { ApplicationConf } from "./application-conf.ts";
import { classifyRemoval } from "./death-classes.ts";
import type { ExecutorRoster } from "./executor-roster.ts";
import type { ReplaySummary } from "./replay.ts";

export function writeExecutors(
  emit: EmitRow,
  roster: ExecutorRoster,
  conf: ApplicationConf,
  summary: ReplaySummary,
): void {
  for (const known of roster.all.values()) {
    const replayed = summary.executors.find((e) => e.executorId === known.executorId);
    const layout = conf.layout(known);
    emit("executors", {
      executorId: known.executorId,
      host: known.host,
      cores: known.cores,
      addedAt: known.addedAt,
      removedAt: known.removedAt,
      removedReason: known.removedReason,
      removedClass: classifyRemoval(known),
      evidenceLevel: replayed?.evidenceLevel ?? summary.evidenceLevel,
      memoryManager: layout.memoryManager,
      resourceProfileId: known.resourceProfileId,
      layout,
      statements: replayed?.statements ?? 0,
      statementsMet: replayed?.statementsMet ?? 0,
      sourceFileId: known.sourceFileId,
      sourceLine: known.sourceLine,
    });
  }
}

export function writeApplication(
  emit: EmitRow,
  summary: ReplaySummary,
  conf: ApplicationConf,
  life: {
    readonly startedAt: number | undefined;
    readonly endedAt: number | undefined;
    readonly user: string | undefined;
  },
): void {
  emit("applications", {
    name: summary.name,
    sparkVersion: summary.sparkVersion,
    memoryManager: summary.sparkVersion === undefined ? undefined : conf.managerKind,
    startedAt: life.startedAt,
    endedAt: life.endedAt,
    user: life.user,
    evidenceLevel: summary.evidenceLevel,
    modelEvidence: conf.modelEvidence,
    statements: summary.statements,
    statementsMet: summary.statementsMet,
  });
}
