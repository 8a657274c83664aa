/** One application as one HTML file: verdict in words, memory in pictures, all data inside. */
import { someOf } from "@respark/core";
import { front } from "#page";
import { type ApplicationName, explain, NotThereError, type RunVerdict } from "../explain/index.ts";
import { NAMES, namedStagesSql, nameInWords } from "../explain/stage-name.ts";
import type { Meta, Picture, SmallJson, StageFacts } from "../picture/facts.ts";
import { curvesOf } from "../picture/what-if.ts";
import type { Database } from "../sql/query.ts";
import { numberIn } from "../sql/row.ts";
import { known } from "../sql/typed-rows.ts";
import { Answer } from "./answer.ts";
import { type Chunk, chunk, dataChunks, MOST_BYTES } from "./chunks.ts";
import type { Compared } from "./compared.ts";
import { conditionOn } from "./condition.ts";
import { documentText } from "./document.ts";
import { smallDrawing } from "./drawing.ts";
import { eventsIn } from "./events.ts";
import { type Happened, pictureOf, type Seen, tasksNamed } from "./finding-pictures.ts";
import { type FleetRow, fleetRow } from "./fleet.ts";
import type { Html } from "./html.ts";
import { pageBody } from "./page.ts";
import { questions } from "./questions.ts";
import { type Run, runIn } from "./run-facts.ts";
import { storyChunks } from "./stories.ts";
import { type Advised, verdictHtml } from "./verdict.ts";
import { withoutHosts } from "./without-hosts.ts";

/** Which application becomes a page, and what commands on it should name. */
export interface ReportRequest {
  readonly application: ApplicationName;
  /** as commands to copy should name it; undefined: it is not kept */
  readonly databaseName: string | undefined;
  /** settings that would have told more, for what logs there were */
  readonly advice: (logs: RunVerdict["logs"]) => readonly Advised[];
  /** relative address of the page of all applications, where there is one */
  readonly fleet?: string | undefined;
  /** what a check said of the run, line by line */
  readonly judged?: string | undefined;
  /** what its executors held, and those of its baseline's runs; undefined: no baseline */
  readonly compared?: Compared | undefined;
  /** false: hosts are numbered, not named */
  readonly hosts?: boolean | undefined;
  /** size to stay below, as far as thinning reaches; bytes */
  readonly mostBytes?: number | undefined;
  /** ids of the executors that are shown; undefined: all */
  readonly executors?: readonly string[] | undefined;
}

/** One application as an HTML page, with its verdict and its line for a page of many. */
export interface ReportPage {
  readonly html: string;
  readonly verdict: RunVerdict;
  /** its row on the page of all applications */
  readonly row: FleetRow;
}

/** Throws a NotThereError where the database has no such application. */
export async function reportPage(
  given: Pick<Database, "rows" | "query">,
  request: ReportRequest,
): Promise<ReportPage> {
  const database = request.hosts === false ? await withoutHosts(given) : given;
  const { application } = request;
  const verdict = await explain(database, application, undefined);
  if (verdict.kind !== "verdict") throw new TypeError("a run's question was answered by a story");
  const here = conditionOn(application);
  const ask = questions(here);
  const all = await runIn(database, ask, here);
  const run = request.executors === undefined ? all : onlyOf(all, request.executors);
  const events = await eventsIn(database, ask.events, here);
  const small = await smallJson(database, application, run);
  const seen: Seen = {
    run,
    events: happenedIn(events),
    stages: small.stages,
    ranOn: await ranOn(database, here, tasksNamed(verdict.findings)),
  };
  const pictures = verdict.findings.map((finding) => pictureHere(finding, seen));
  const stories = await storyChunks(database, application, verdict.findings, { run, events });
  const chunks: Chunk[] = [
    chunk("small", {}, small),
    ...stories.chunks,
    ...(await dataChunks(
      { database, ask, here, run, events, pictures },
      (request.mostBytes ?? MOST_BYTES) - bytesOf(stories.chunks),
    )),
  ];
  const lead = await leadOf(database, here, run);
  const meta = metaOf(run, { lead, findings: pictures, stories: stories.from });
  const body = pageBody({
    appId: application.appId,
    attemptId: application.attemptId,
    run,
    tasks: await tasksIn(database, here),
    allExecutors: all.executors.length,
    verdict: verdictHtml({
      verdict,
      advice: request.advice(verdict.logs),
      pictures,
      executors: run.executors,
      unit: run.axis.unit,
      judged: request.judged,
      compared: request.compared,
    }),
    ask,
    foretold: curvesOf(small.whatif).length > 0,
    database: request.databaseName,
    fleet: request.fleet,
    hosts: request.hosts !== false,
  });
  const title = `${run.name ?? application.appId} · memory report`;
  return {
    html: documentText({ title, body, front: await front(), meta, chunks }),
    verdict,
    row: await fleetRow(database, { verdict, run, drawing: drawingOf(run, chunks) }),
  };
}

/** What the page knows before its data is unpacked. */
function metaOf(run: Run, told: Pick<Meta, "lead" | "findings" | "stories">): Meta {
  return {
    unit: run.axis.unit,
    start: run.axis.start,
    span: run.axis.span,
    manager: run.manager,
    roomy:
      run.executors.length > 0 &&
      run.executors.every(({ peakShare }) => peakShare !== null && peakShare < 0.09),
    executors: run.executors,
    files: run.files,
    ...told,
  };
}

/** Null also where its executor is not among those of the page. */
function pictureHere(finding: RunVerdict["findings"][number], seen: Seen): Picture | null {
  const picture = pictureOf(finding, seen);
  return picture !== null && picture.executor < 0 ? null : picture;
}

async function tasksIn(database: Pick<Database, "query">, here: string): Promise<number> {
  const sql = `select count(*)::integer as n from tasks where ${here}`;
  return (await Answer.of(database, sql)).numbers("n")[0] ?? 0;
}

function bytesOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { base64 }) => sum + base64.length, 0);
}

/** In the order that the run has them: worst first. */
function onlyOf(run: Run, ids: readonly string[]): Run {
  const missing = ids.filter((id) => !run.executors.some((executor) => executor.id === id));
  if (missing.length > 0) {
    const there = run.executors.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
    throw new NotThereError(`no executor ${missing.join(", ")}; there are ${someOf(there, 20)}`);
  }
  return { ...run, executors: run.executors.filter(({ id }) => ids.includes(id)) };
}

/** Of the executor that had it worst. */
function drawingOf({ executors, tracks, axis }: Run, chunks: readonly Chunk[]): Html | undefined {
  const [worst] = executors;
  const chunk = chunks.find(({ id }) => id === "x0");
  const track = tracks.find(
    ({ executorId, mode }) => executorId === worst?.id && mode === worst.strip,
  );
  if (worst === undefined || chunk === undefined || track === undefined) return undefined;
  return smallDrawing(chunk, worst, { max: track.max, span: axis.span });
}

function happenedIn(events: Answer): Happened[] {
  const [ids, kinds] = [events.texts("executor_id"), events.texts("kind")];
  const [times, subjects] = [events.numbers("t"), events.texts("subject")];
  const ordinals = events.numbers("ordinal");
  return ids.map((executorId, index) => ({
    executorId: executorId ?? "",
    t: times[index] ?? 0,
    kind: kinds[index] ?? "",
    ordinal: ordinals[index] ?? null,
    subject: subjects[index] ?? null,
  }));
}

async function ranOn(
  database: Pick<Database, "query">,
  here: string,
  tasks: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (tasks.length === 0) return new Map();
  const answer = await Answer.of(
    database,
    `select task_id, executor_id from tasks where ${here} and task_id in (${tasks.join(", ")})`,
  );
  const ids = answer.texts("executor_id");
  return new Map(answer.numbers("task_id").map((task, index) => [task ?? -1, ids[index] ?? ""]));
}

async function smallJson(
  database: Pick<Database, "query">,
  application: ApplicationName,
  run: Run,
): Promise<SmallJson> {
  const ask = questions(conditionOn(application));
  const stages = await Answer.of(database, ask.stages);
  const misses = await Answer.of(database, ask.misses);
  const names = await stageNames(database, application);
  const [ids, begins] = [stages.numbers("stage_id"), stages.numbers("t")];
  const [ends, counts] = [stages.numbers("ends"), stages.numbers("tasks")];
  const status = stages.texts("status");
  return {
    stages: ids.map(
      (stage, index): StageFacts => ({
        stage: stage ?? 0,
        name: names.get(stage ?? -1) ?? "",
        t: run.axis.at(begins[index] ?? run.axis.start),
        end: run.axis.at(ends[index] ?? null),
        failed: status[index] === "failed",
        tasks: counts[index] ?? null,
      }),
    ),
    rdds: (await Answer.of(database, ask.rdds)).cells(),
    skew: (await Answer.of(database, ask.skew)).cells().map((row) => ({
      ...row,
      name: names.get(Number(row["stage_id"])) ?? null,
    })),
    accuracy: (await Answer.of(database, ask.accuracy)).cells(),
    whatif: await foretoldIn(database, ask),
    misses: misses.cells().map((row) => ({ ...row, t: run.axis.at(Number(row["t"])) })),
  };
}

/** What the verdict calls each stage: by its query or job, where its own name is Spark's. */
async function stageNames(
  database: Pick<Database, "query">,
  application: ApplicationName,
): Promise<ReadonlyMap<number, string>> {
  const sql = namedStagesSql((table) => conditionOn(application, table));
  const rows = known((await Answer.of(database, sql)).cells(), { ...NAMES, stage_id: "number" });
  return new Map(rows.map((row) => [numberIn(row, "stage_id") ?? 0, nameInWords(row).trim()]));
}

/** Answers of whatif and size that were written into the database. */
async function foretoldIn(
  database: Pick<Database, "query">,
  ask: ReturnType<typeof questions>,
): Promise<SmallJson["whatif"]> {
  const there = await Answer.of(
    database,
    "select 1 as n from duckdb_views() where view_name = 'whatif_curve' and not internal",
  );
  return there.rows === 0 ? [] : (await Answer.of(database, ask.whatif)).cells();
}

/** The pictures open where tasks ran, where the time before that is long. */
async function leadOf(
  database: Pick<Database, "query">,
  here: string,
  { axis }: Run,
): Promise<number> {
  const answer = await Answer.of(
    database,
    `select least(
       (select epoch_us(min(launched_at))::double from tasks where ${here}),
       (select epoch_us(min(ts))::double from block_events where ${here})) as t`,
  );
  const first = answer.numbers("t")[0] ?? null;
  if (first === null || (first - axis.start) / (axis.end - axis.start) <= 0.12) return 0;
  return axis.at(first - (axis.end - first) * 0.04);
}
