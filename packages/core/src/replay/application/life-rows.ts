/** The rows about the application and its executors as wholes, written when all is known. */
import type { EmitRow, EvidenceLevel, ReplayAccuracy } from "../../rows.ts";
import type { ReplaySummary } from "../replay-summary.ts";
import type { ApplicationConf } from "./application-conf.ts";
import { classifyRemoval } from "./death-classes.ts";
import type { ExecutorKnowledge, ExecutorRoster } from "./executor-roster.ts";

export function writeExecutors(
  emit: EmitRow,
  roster: ExecutorRoster,
  conf: ApplicationConf,
  summary: ReplaySummary,
): void {
  const replays = new Map(summary.executors.map((replayed) => [replayed.executorId, replayed]));
  for (const known of roster.all.values()) {
    const replayed = replays.get(known.executorId);
    const layout = conf.knownLayout(known);
    const removedClass = classifyRemoval(known);
    emit("executors", {
      executorId: known.executorId,
      host: known.host,
      cores: known.cores,
      addedAt: known.addedAt,
      removedAt: known.removedAt,
      removedReason: known.removedReason,
      removedClass,
      evidenceLevel: replayed?.evidenceLevel ?? unreplayed(summary),
      ...layout,
      resourceProfileId: known.resourceProfileId,
      ...accuracyOf(replayed),
      sourceFileId: known.sourceFileId,
      sourceLine: known.sourceLine,
    });
    if (removedClass === "container_physical" || removedClass === "container_virtual")
      writeContainerKill(emit, known);
  }
}

/** Of an executor that no log of its own and no event describes, another one's log says nothing. */
function unreplayed({ evidenceLevel }: ReplaySummary): EvidenceLevel {
  return evidenceLevel === "event_log_blocks" ? evidenceLevel : "event_log";
}

/**
 * A container over its limit has no error of its own: the JVM was killed before it could say a
 * word.
 */
function writeContainerKill(emit: EmitRow, known: ExecutorKnowledge): void {
  if (known.removedAt === undefined) return;
  emit("oom_events", {
    executorId: known.executorId,
    ts: known.removedAt,
    class: "container",
    taskId: undefined,
    stageId: undefined,
    runningTasks: undefined,
    requestedBytes: undefined,
    grantedBytes: undefined,
    timelineSeq: undefined,
    message: (known.removedReason ?? "").slice(0, 2000),
    origin: "logged",
    sourceFileId: known.removedSaid?.sourceFileId,
    sourceLine: known.removedSaid?.line,
  });
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
    sparkUser: life.user,
    evidenceLevel: summary.evidenceLevel,
    modelEvidence: conf.modelEvidence,
    ...accuracyOf(summary),
  });
}

function accuracyOf(of: ReplayAccuracy | undefined): ReplayAccuracy {
  return {
    statements: of?.statements ?? 0,
    statementsMet: of?.statementsMet ?? 0,
    statementsExplained: of?.statementsExplained ?? 0,
    decisions: of?.decisions ?? 0,
    decisionsForeseen: of?.decisionsForeseen ?? 0,
  };
}
