/** The main job: logs in, one database out, whole or not at all. */
import { printableLine } from "@respark/core";
import { DiagnosticLog, type Survey, type SurveyedApplication } from "@respark/events";
import {
  type ApplicationKey,
  type Ask,
  DuckDbSink,
  findingsOf,
  type HeldApplication,
  judgedChanges,
  TASKS_SIMULATED_BY_REPLAY,
} from "@respark/report";
import { sayingTrouble } from "../database/database-trouble.ts";
import type { Host } from "../host.ts";
import type { Input } from "../input.ts";
import { lettingGo } from "../let-go.ts";
import { findApplications, lookAround, type Watch } from "../look-around.ts";
import { progressOn } from "../terminal/progress.ts";
import type { WriteMode } from "./output-path.ts";
import { placedBeside } from "./placed-beside.ts";
import { type FailedApplication, idsOf, replayEach } from "./replay-each.ts";
import { replayWithWorkers } from "./replay-with-workers.ts";
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
  /**
   * Whether the changes that findings propose are simulated, where one small run alone is replayed.
   */
  readonly simulates?: boolean;
  /** Processes that replay at once; 1: this one does it. */
  readonly workers?: number;
  /** Applications of the result that are not in the database. */
  readonly beside?: readonly HeldApplication[];
}

export interface Replayed {
  readonly databasePath: string;
  readonly applications: readonly SurveyedApplication[];
  readonly failed: readonly FailedApplication[];
}

export async function replayLogs(host: Host, request: ReplayRequest): Promise<Replayed> {
  const progress = progressOn(host, { quiet: request.quiet });
  try {
    const diagnostics = new DiagnosticLog();
    const watch: Watch = { report: diagnostics.report, progress };
    let surveyed = request.input;
    const look: Look = (input, mayBeEmpty) => {
      surveyed = input;
      return mayBeEmpty
        ? lookAround(input, request, watch)
        : findApplications(host, input, request, watch);
    };
    const { files, applications, inputs } = await (request.look?.(look) ??
      look(request.input, false).then((survey) => ({ ...survey, inputs: undefined })));
    const target = await request.target(applications);
    const owned = new Set(applications.flatMap((application) => idsOf(application)));
    const strays = files.filter(({ sourceFileId }) => !owned.has(sourceFileId));
    const isKept = target.mode === "resume";
    const leavesBehind = isKept ? undefined : (path: string) => host.leavesBehind(path);
    const sink = await sayingTrouble(() => DuckDbSink.open({ ...target, leavesBehind }));
    try {
      const placed = placedBeside([...sink.completed, ...(request.beside ?? [])], applications);
      const { showSecrets } = request;
      const work = { showSecrets, sink, strays, diagnostics, inputs, leader: placed[0] };
      const workers = Math.min(request.workers ?? 1, placed.length);
      const failed =
        workers > 1 && surveyed.standardInput === undefined
          ? await replayWithWorkers(
              host,
              placed,
              { ...work, workers, request, surveyed, applications },
              watch,
            )
          : await replayEach(placed, work, watch);
      if (failed.length > 0 && failed.length === placed.length) throw failed[0]?.error;
      if (inputs !== undefined) sink.took(inputs.ofNone());
      const isAlone = request.simulates === true && placed.length === 1;
      await sink.finish((ask, written) =>
        foundIn(host, ask, written, isAlone && written.length === 1),
      );
      const written = placed.filter(
        (application) => !failed.some((one) => one.application === application),
      );
      return { databasePath: target.path, applications: written, failed };
    } catch (error) {
      await sink.abort({ keep: isKept });
      throw error;
    }
  } finally {
    progress.clear();
  }
}

/**
 * `explain --app` simulates for one of many, when it is asked for it. What cannot be simulated
 * costs the replay nothing: it is said, and the database is whole.
 */
async function foundIn(
  host: Host,
  ask: Ask,
  written: readonly ApplicationKey[],
  simulates: boolean,
): ReturnType<typeof findingsOf> {
  const found = await findingsOf(lettingGo(ask), written);
  if (!simulates) return found;
  try {
    return await Promise.all(
      found.map(async ({ key, rows }) => ({
        key,
        rows: await judgedChanges(ask, key, rows, TASKS_SIMULATED_BY_REPLAY),
      })),
    );
  } catch (error) {
    const why = printableLine(error instanceof Error ? error.message : String(error));
    await host.stderr.write(`What the proposed changes would do could not be simulated: ${why}\n`);
    return found;
  }
}
