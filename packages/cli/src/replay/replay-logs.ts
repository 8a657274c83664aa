/** The main job: logs in, one database out, whole or not at all. */
import { type EvidenceLevel, Replay } from "@respark/core";
import { DiagnosticLog, readApplication, type SurveyedApplication } from "@respark/events";
import { type ApplicationSink, DuckDbSink } from "@respark/report";
import type { Host } from "../host.ts";
import type { Input } from "../input.ts";
import { untilInterrupted } from "../interruption.ts";
import { lookAround, type Watch } from "../look-around.ts";
import { progressOn } from "../terminal/progress.ts";
import type { WriteMode } from "./output-path.ts";
import { redaction } from "./redaction.ts";

export interface ReplayRequest {
  readonly input: Input;
  readonly mode: WriteMode;
  /** Chosen once the applications are known. */
  databasePath(applications: readonly SurveyedApplication[]): Promise<string>;
  readonly timeZone: string | undefined;
  readonly logPattern: string | undefined;
  readonly showSecrets: boolean;
  readonly quiet: boolean;
}

export interface Replayed {
  readonly databasePath: string;
  readonly applications: readonly SurveyedApplication[];
}

export async function replayLogs(host: Host, request: ReplayRequest): Promise<Replayed> {
  const progress = progressOn(host, { quiet: request.quiet });
  try {
    return await untilInterrupted(host, async (carryOn) => {
      const diagnostics = new DiagnosticLog();
      const watch: Watch = { report: diagnostics.report, progress, carryOn };
      const { applications } = await lookAround(host, request.input, request, watch);
      const databasePath = await request.databasePath(applications);
      const sink = await DuckDbSink.open({ path: databasePath, mode: request.mode });
      try {
        for (const application of applications) {
          const { appId, attemptId } = application;
          await replayApplication(
            application,
            await sink.application({ appId, attemptId }),
            request,
            watch,
          );
        }
        carryOn();
        await sink.finish();
      } catch (error) {
        await sink.abort();
        throw error;
      }
      return { databasePath, applications };
    });
  } finally {
    progress.clear();
  }
}
