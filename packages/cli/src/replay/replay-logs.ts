/** The main job: logs in, one database out, whole or not at all. */
import type { Rows } from "@respark/core";
import { DiagnosticLog, type SurveyedApplication } from "@respark/events";
import { DuckDbSink, findingsOf } from "@respark/report";
import { sayingTrouble } from "../database/database-trouble.ts";
import type { Host } from "../host.ts";
import type { Input } from "../input.ts";
import { untilInterrupted } from "../interruption.ts";
import { findApplications, type Watch } from "../look-around.ts";
import { progressOn } from "../terminal/progress.ts";
import type { WriteMode } from "./output-path.ts";
import { placedBeside } from "./placed-beside.ts";
import { redactedRows } from "./redacted-rows.ts";
import { type Redaction, redaction } from "./redaction.ts";
import { emitDiagnostics, replayApplication } from "./replay-application.ts";

export interface ReplayRequest {
  readonly input: Input;
  /** Where to write, chosen once the applications are known. */
  target(
    applications: readonly SurveyedApplication[],
  ): Promise<{ readonly path: string; readonly mode: WriteMode }>;
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
    return await untilInterrupted(host, async ({ carryOn, leavesBehind }) => {
      const diagnostics = new DiagnosticLog();
      const watch: Watch = { report: diagnostics.report, progress, carryOn };
      const { files, applications } = await findApplications(host, request.input, request, watch);
      const target = await request.target(applications);
      const owned = new Set(applications.flatMap((application) => idsOf(application)));
      const strays = files.filter(({ sourceFileId }) => !owned.has(sourceFileId));
      const sink = await sayingTrouble(() => DuckDbSink.open(target));
      for (const path of sink.partialPaths) leavesBehind(path);
      let written = applications;
      try {
        const placed = placedBeside(sink.completed, applications);
        for (const [index, application] of placed.entries()) {
          const { appId, attemptId } = application;
          const writer = sink.application({ appId, attemptId });
          const secrets = request.showSecrets ? undefined : redaction();
          const emit =
            secrets === undefined
              ? writer.emit
              : redactedRows(writer.emit, (text) => secrets.text(text));
          await replayApplication(
            application,
            emit,
            { secrets, strays: index === 0 ? strays : [] },
            watch,
          );
          // What is odd about no file, or about a file of nobody, goes with the first application.
          const ours = new Set(idsOf(application));
          emitDiagnostics(emit, diagnostics, (id) =>
            id !== undefined && owned.has(id) ? ours.has(id) : index === 0,
          );
          if (secrets !== undefined && secrets.hidden > 0)
            emit("diagnostics", hiddenSecrets(secrets));
          const next = applications[index + 1];
          await writer.complete({
            anotherFollows: isSmall(application) && next !== undefined && isSmall(next),
          });
        }
        written = placed;
        carryOn();
        await sink.finish((ask, written) => findingsOf(ask, written));
      } catch (error) {
        await sink.abort();
        throw error;
      }
      return { databasePath: target.path, applications: written };
    });
  } finally {
    progress.clear();
  }
}

/** A log of this many bytes is replayed in less than a second, or two where it is compressed. */
const SMALL_BYTES = 4 << 20;

function isSmall({ files }: SurveyedApplication): boolean {
  let total = 0;
  for (const { bytes } of files) total += bytes ?? SMALL_BYTES;
  return total < SMALL_BYTES;
}

function hiddenSecrets({ hidden }: Redaction): Rows["diagnostics"] {
  return {
    sourceFileId: undefined,
    line: undefined,
    byteOffset: undefined,
    code: "secrets_hidden",
    severity: "info",
    message: "texts that look like secrets were hidden; --show-secrets writes them down",
    count: hidden,
  };
}

function idsOf({ files }: SurveyedApplication): number[] {
  return files.map(({ sourceFileId }) => sourceFileId);
}
