/** The main job: logs in, one database out, whole or not at all. */
import { Replay } from "@respark/core";
import {
  readApplication,
  type Survey,
  type SurveyedApplication,
  survey as surveyPaths,
} from "@respark/events";
import { DuckDbSink } from "@respark/report";
import type { Host } from "../host.ts";
import { type Input, noApplication } from "../input.ts";
import { type Progress, progressOn } from "../terminal/progress.ts";
import { Interrupted } from "../user-error.ts";
import { redaction } from "./redaction.ts";

export interface ReplayRequest {
  readonly input: Input;
  readonly mode: "create" | "overwrite" | "append";
  /** Chosen once the applications are known. */
  readonly databasePath: (applications: readonly SurveyedApplication[]) => Promise<string>;
  readonly timeZone: string | undefined;
  readonly logPattern: string | undefined;
  readonly showSecrets: boolean;
  readonly quiet: boolean;
}

export interface Replayed {
  readonly databasePath: string;
  readonly applications: readonly SurveyedApplication[];
  readonly survey: Survey;
}

export async function replayLogs(host: Host, request: ReplayRequest): Promise<Replayed> {
  const progress = progressOn(host, { quiet: request.quiet });
  const interrupted = { yet: false };
  const stopListening = host.onInterrupt(() => {
    interrupted.yet = true;
  });
  const carryOn = (): void => {
    if (interrupted.yet) throw new Interrupted();
  };
  try {
    return await replayUnlessInterrupted(host, request, progress, carryOn);
  } finally {
    progress.clear();
    stopListening();
  }
}

async function replayUnlessInterrupted(
  host: Host,
  request: ReplayRequest,
  progress: Progress,
  carryOn: () => void,
): Promise<Replayed> {
  const { input } = request;
  const found: Diagnostic[] = [];
  const survey = await surveyPaths(input.paths, {
    ...(request.timeZone === undefined ? {} : { timeZone: request.timeZone }),
    ...(request.logPattern === undefined ? {} : { logPattern: request.logPattern }),
    report: (diagnostic) => void found.push(diagnostic),
    onProgress: ({ path, done, total }) => {
      carryOn();
      progress.show(`looking at ${path}`, done, total);
    },
  });
  if (survey.applications.length === 0) throw await noApplication(host, input, survey.files);
  const databasePath = await request.databasePath(survey.applications);
  const sink = await DuckDbSink.open({ path: databasePath, mode: request.mode });
  try {
    for (const application of survey.applications) {
      // all of one application
    }
    await sink.finish();
  } catch (error) {
    await sink.abort();
    throw error;
  }
  return { databasePath, applications: survey.applications, survey };
}
