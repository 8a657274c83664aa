/** A worker's side: surveys the paths it gets, then replays the applications it gets. */
import { DiagnosticLog, type Survey, type SurveyedApplication } from "@respark/events";
import { DuckDbSink, findingsOf } from "@respark/report";
import type { Host } from "../host.ts";
import { lettingGo } from "../let-go.ts";
import { lookAround, type Watch } from "../look-around.ts";
import { progressOn } from "../terminal/progress.ts";
import { linesAsked } from "./lines-asked.ts";
import type { PartAnswer, PartRequest, PartSurvey } from "./part.ts";
import { idsOf, replayEach } from "./replay-each.ts";

export async function runPart(host: Host): Promise<void> {
  const diagnostics = new DiagnosticLog();
  const progress = progressOn(host, { quiet: true });
  const watch: Watch = { report: diagnostics.report, progress };
  let surveyed: Surveyed | undefined;
  for await (const line of linesAsked(host.stdin())) {
    let answer: unknown = {};
    if (surveyed === undefined) {
      // Lines come from the process that started this one.
      const asked = JSON.parse(line) as PartSurvey;
      const input = { paths: asked.paths, named: "", standardInput: undefined };
      surveyed = placedOf(asked, await lookAround(input, asked, watch));
    } else {
      answer = await replayPart(JSON.parse(line) as PartRequest, surveyed, diagnostics, watch);
    }
    await host.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

interface Surveyed {
  readonly asked: PartSurvey;
  readonly survey: Survey;
  /** as `asked.applications`; undefined: it is not there any more */
  readonly placed: readonly (SurveyedApplication | undefined)[];
}

function placedOf(asked: PartSurvey, survey: Survey): Surveyed {
  const placed = asked.applications.map(({ appId, attemptId, surveyedAttemptId }) => {
    const found = survey.applications.find(
      (one) => one.appId === appId && one.attemptId === surveyedAttemptId,
    );
    return found === undefined ? undefined : { ...found, attemptId };
  });
  return { asked, survey, placed };
}

async function replayPart(
  { places, database }: PartRequest,
  { asked, survey, placed }: Surveyed,
  diagnostics: DiagnosticLog,
  watch: Watch,
): Promise<PartAnswer> {
  const placeOf = new Map<SurveyedApplication, number>();
  for (const place of places) {
    const application = placed[place];
    if (application !== undefined) placeOf.set(application, place);
  }
  const owned = new Set(placed.flatMap((one) => (one === undefined ? [] : idsOf(one))));
  const strays = survey.files.filter(({ sourceFileId }) => !owned.has(sourceFileId));
  const sink = await DuckDbSink.open({ path: database, mode: "create" });
  try {
    const { showSecrets } = asked;
    const [leader] = placed;
    const work = { showSecrets, sink, strays, diagnostics, inputs: undefined, leader };
    const failed = await replayEach([...placeOf.keys()], work, watch);
    await sink.finish((ask, written) => findingsOf(lettingGo(ask), written));
    const gone = places.filter((place) => placed[place] === undefined);
    return {
      failed: [
        ...failed.map(({ application, reason }) => {
          return { place: placeOf.get(application) ?? 0, reason };
        }),
        ...gone.map((place) => ({ place, reason: "its logs changed while they were read" })),
      ],
    };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
