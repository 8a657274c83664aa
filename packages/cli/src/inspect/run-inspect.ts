/** The inspect command's own part: survey, perhaps a full reading, and what is said about them. */
import { safeJson } from "@respark/core";
import { DiagnosticLog, hideSecretShapes, type Survey } from "@respark/events";
import type { Host } from "../host.ts";
import { noApplication, openInput } from "../input.ts";
import { lookAround, type Watch } from "../look-around.ts";
import type { EverywhereOptions } from "../options.ts";
import { progressOn } from "../terminal/progress.ts";
import { styleOf } from "../terminal/style.ts";
import { type FullReading, readFully } from "./full-reading.ts";
import { fullReadingText } from "./full-reading-text.ts";
import { writeProperties } from "./properties-files.ts";
import { surveyText } from "./survey-text.ts";

export interface InspectOptions extends EverywhereOptions {
  readonly full?: true;
  readonly timeZone?: string;
  readonly logPattern?: string;
  readonly properties?: string;
}

export async function runInspect(
  host: Host,
  paths: readonly string[],
  options: InspectOptions,
): Promise<void> {
  const input = await openInput(host, paths);
  const progress = progressOn(host, { quiet: options.quiet === true });
  const diagnostics = new DiagnosticLog();
  try {
    const watch: Watch = { report: diagnostics.report, progress };
    const found = await lookAround(input, options, watch);
    const read = options.full === true ? await readFully(found, watch) : undefined;
    const survey = withoutSecrets(found);
    const reading = read && readWithoutSecrets(read);
    progress.clear();
    await host.stdout.write(
      options.json === true
        ? asJson(survey, reading, diagnostics)
        : asText(host, survey, reading, options),
    );
    if (options.properties !== undefined && survey.applications.length > 0) {
      await host.stderr.write(await writeProperties(host, survey, options.properties));
    }
    if (survey.applications.length === 0) {
      throw await noApplication(host, input, survey.files, diagnostics.rows());
    }
  } finally {
    progress.clear();
  }
}

/** What is printed of logs hides secrets as a database does. */
function withoutSecrets(survey: Survey): Survey {
  const applications = survey.applications.map((application) =>
    application.name === undefined
      ? application
      : { ...application, name: hideSecretShapes(application.name) },
  );
  return { ...survey, applications };
}

function readWithoutSecrets(reading: FullReading): FullReading {
  const shown = <Said extends { readonly example: string }>(said: Said): Said => ({
    ...said,
    example: hideSecretShapes(said.example),
  });
  return {
    ...reading,
    unknownLines: reading.unknownLines.map(shown),
    oddities: reading.oddities.map(shown),
  };
}

function asText(
  host: Host,
  survey: Survey,
  reading: FullReading | undefined,
  options: InspectOptions,
): string {
  const place = { columns: Math.min(host.stdout.columns, 120), style: styleOf(host) };
  const text = surveyText(survey, { ...place, full: options.full === true });
  return reading === undefined ? text : `${text}\n${fullReadingText(reading, place)}`;
}

/** Times in ISO, files without what only a replay needs. */
function asJson(
  survey: Survey,
  reading: FullReading | undefined,
  diagnostics: DiagnosticLog,
): string {
  const { files, applications } = survey;
  return `${safeJson(
    {
      applications: applications.map(({ files: own, startedAt, endedAt, ...application }) => ({
        ...application,
        startedAt: isoTime(startedAt),
        endedAt: isoTime(endedAt),
        sourceFileIds: own.map(({ sourceFileId }) => sourceFileId),
      })),
      files: files.map(({ clock, firstTime, lastTime, ...file }) => ({
        ...file,
        firstTime: isoTime(firstTime),
        lastTime: isoTime(lastTime),
        clock: {
          offsetMs: clock.offsetMs,
          zone: clock.zone,
          evidence: clock.evidence,
          confidence: clock.confidence,
        },
      })),
      diagnostics: diagnostics
        .rows()
        .map((row) => ({ ...row, message: hideSecretShapes(row.message) })),
      ...(reading === undefined ? {} : { reading }),
    },
    2,
  )}\n`;
}

function isoTime(micros: number | undefined): string | undefined {
  return micros === undefined ? undefined : new Date(micros / 1000).toISOString();
}
