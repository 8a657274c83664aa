/** The main job: logs in, one database out, whole or not at all. */
import type { Rows } from "@respark/core";
import {
  DiagnosticLog,
  type Survey,
  type SurveyedApplication,
  type SurveyedFile,
} from "@respark/events";
import {
  type ApplicationWriter,
  DuckDbSink,
  findingsOf,
  type HeldApplication,
} from "@respark/report";
import { sayingTrouble } from "../database/database-trouble.ts";
import type { Host } from "../host.ts";
import type { Input } from "../input.ts";
import { untilInterrupted } from "../interruption.ts";
import { findApplications, lookAround, type Watch } from "../look-around.ts";
import { machineWords } from "../machine-words.ts";
import { progressOn } from "../terminal/progress.ts";
import { Interrupted, UserError } from "../user-error.ts";
import { fleetProgress } from "./fleet-progress.ts";
import type { WriteMode } from "./output-path.ts";
import { placedBeside } from "./placed-beside.ts";
import { redactedRows } from "./redacted-rows.ts";
import { type Redaction, redaction } from "./redaction.ts";
import { emitDiagnostics, replayApplication } from "./replay-application.ts";
import type { InputStates, Look } from "./resumed-inputs.ts";

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
  /**
   * Looks at a part of the input instead of all of it, and says what is to be known of the files.
   */
  readonly look?: (look: Look) => Promise<Survey & { readonly inputs: InputStates }>;
  /** Applications of the result that are not in the database. */
  readonly beside?: readonly HeldApplication[];
}

export interface FailedApplication {
  readonly application: SurveyedApplication;
  /** one line */
  readonly reason: string;
}

export interface Replayed {
  readonly databasePath: string;
  readonly applications: readonly SurveyedApplication[];
  readonly failed: readonly FailedApplication[];
}

export async function replayLogs(host: Host, request: ReplayRequest): Promise<Replayed> {
  const progress = progressOn(host, { quiet: request.quiet });
  try {
    return await untilInterrupted(host, async ({ carryOn, leavesBehind }) => {
      const diagnostics = new DiagnosticLog();
      const watch: Watch = { report: diagnostics.report, progress, carryOn };
      const look: Look = (input, mayBeEmpty) =>
        mayBeEmpty
          ? lookAround(input, request, watch)
          : findApplications(host, input, request, watch);
      const { files, applications, inputs } = await (request.look?.(look) ??
        look(request.input, false).then((survey) => ({ ...survey, inputs: undefined })));
      const target = await request.target(applications);
      const owned = new Set(applications.flatMap((application) => idsOf(application)));
      const strays = files.filter(({ sourceFileId }) => !owned.has(sourceFileId));
      const sink = await sayingTrouble(() => DuckDbSink.open(target));
      const isKept = target.mode === "resume";
      if (!isKept) for (const path of sink.partialPaths) leavesBehind(path);
      try {
        const placed = placedBeside([...sink.completed, ...(request.beside ?? [])], applications);
        const failed = await replayEach(
          placed,
          { request, sink, strays, diagnostics, inputs },
          watch,
        );
        if (inputs !== undefined) sink.took(inputs.ofNone());
        carryOn();
        await sink.finish((ask, written) => findingsOf(ask, written));
        const written = placed.filter(
          (application) => !failed.some((one) => one.application === application),
        );
        return { databasePath: target.path, applications: written, failed };
      } catch (error) {
        await sink.abort({ keep: isKept });
        throw error;
      }
    });
  } finally {
    progress.clear();
  }
}

interface Work {
  readonly request: ReplayRequest;
  readonly sink: DuckDbSink;
  readonly strays: readonly SurveyedFile[];
  readonly diagnostics: DiagnosticLog;
  readonly inputs: InputStates | undefined;
}

/**
 * One application after the other. One that fails stops no other; where all fail, the first failure
 * is thrown.
 */
async function replayEach(
  placed: readonly SurveyedApplication[],
  work: Work,
  watch: Watch,
): Promise<readonly FailedApplication[]> {
  const { sink, inputs } = work;
  const failed: FailedApplication[] = [];
  const fleet = fleetProgress(watch, placed);
  const waiting = placed.map((application) => ({ application, alone: false }));
  let first: unknown;
  for (let at = 0; at < waiting.length; at += 1) {
    const turn = waiting[at];
    if (turn === undefined) continue;
    const { application, alone } = turn;
    const next = waiting[at + 1]?.application;
    const anotherFollows = !alone && isSmall(application) && next !== undefined && isSmall(next);
    try {
      const complete = await replayOne(
        application,
        { ...work, isFirst: application === placed[0] },
        fleet.watch(application),
      );
      if (inputs !== undefined) sink.took(inputs.of(application, undefined));
      await complete({ anotherFollows });
    } catch (error) {
      if (placed.length === 1 || !isOfOneApplication(error)) throw error;
      first ??= error;
      const lost = await sink.forget();
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      failed.push({ application, reason: reason.split("\n", 1)[0] ?? reason });
      if (inputs !== undefined) sink.took(inputs.of(application, failed.at(-1)?.reason));
      const again = placed.filter(({ appId, attemptId }) =>
        lost.some((key) => key.appId === appId && key.attemptId === attemptId),
      );
      waiting.splice(at + 1, 0, ...again.map((one) => ({ application: one, alone: true })));
    }
    fleet.done(application);
  }
  if (failed.length > 0 && failed.length === placed.length) throw first;
  return failed;
}

/**
 * Trouble of the machine, of the database or of the user stops all; anything else is one
 * application's.
 */
function isOfOneApplication(error: unknown): boolean {
  if (error instanceof Interrupted || error instanceof UserError) return false;
  return error instanceof Error && machineWords(error) === undefined;
}

/** All rows of it; what is returned makes them part of the result. */
async function replayOne(
  application: SurveyedApplication,
  work: Work & { readonly isFirst: boolean },
  watch: Watch,
): Promise<ApplicationWriter["complete"]> {
  const { request, sink, strays, diagnostics, isFirst } = work;
  const { appId, attemptId } = application;
  const writer = sink.application({ appId, attemptId });
  const secrets = request.showSecrets ? undefined : redaction();
  const emit =
    secrets === undefined ? writer.emit : redactedRows(writer.emit, (text) => secrets.text(text));
  await replayApplication(application, emit, { secrets, strays: isFirst ? strays : [] }, watch);
  // What is odd about no file, or about a file of no application, goes with the first application.
  const ours = new Set(idsOf(application));
  const theirs = new Set(strays.map(({ sourceFileId }) => sourceFileId));
  emitDiagnostics(emit, diagnostics, (id) =>
    id !== undefined && !theirs.has(id) ? ours.has(id) : isFirst,
  );
  if (secrets !== undefined && secrets.hidden > 0) emit("diagnostics", hiddenSecrets(secrets));
  return (options) => writer.complete(options);
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
