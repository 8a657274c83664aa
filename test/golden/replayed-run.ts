/** Replays files as users do, survey first, and keeps the rows. */
import { type EmitRow, type EvidenceLevel, Replay, type ReplaySummary } from "@respark/core";
import { readApplication, type SurveyedApplication, survey } from "@respark/events";
import { CollectedRows, type TableRows } from "../../packages/core/test/replay/collected-rows.ts";

export interface ReplayedApplication {
  readonly application: SurveyedApplication;
  readonly summary: ReplaySummary;
  readonly rows: TableRows;
}

export async function replayedRun(paths: readonly string[]): Promise<ReplayedApplication[]> {
  const replayed: ReplayedApplication[] = [];
  for (const application of await surveyed(paths)) {
    const collected = new CollectedRows();
    const summary = await replayInto(application, collected.emit);
    replayed.push({ application, summary, rows: collected.tables });
  }
  return replayed;
}

export async function surveyed(paths: readonly string[]): Promise<readonly SurveyedApplication[]> {
  const { applications } = await survey([...paths], { report: () => undefined });
  return applications;
}

/** A replay that waits for the observations of an application. */
export function replayOf(application: SurveyedApplication, emit: EmitRow): Replay {
  const { appId, attemptId, sparkVersion, sparkVersionBounds, name } = application;
  const executorLogs = new Map<string, EvidenceLevel>();
  for (const { executorId, hasLog, evidenceLevel } of application.executors) {
    if (hasLog && evidenceLevel !== undefined) executorLogs.set(executorId, evidenceLevel);
  }
  return new Replay({
    appId,
    attemptId,
    emit,
    sparkVersion,
    sparkVersionBounds,
    name,
    executorLogs,
  });
}

export async function replayInto(
  application: SurveyedApplication,
  emit: EmitRow,
): Promise<ReplaySummary> {
  const replay = replayOf(application, emit);
  await readApplication(application, {
    observe: (observation) => replay.step(observation),
    report: () => undefined,
    onProgress: () => undefined,
    fileDone: () => undefined,
  });
  return replay.finish();
}
