/** Applications one after the other into a database; what fails of one is its own. */
import type { Rows } from "@respark/core";
import type { DiagnosticLog, SurveyedApplication, SurveyedFile } from "@respark/events";
import type { ApplicationKey, ApplicationWriter, DuckDbSink } from "@respark/report";
import type { Watch } from "../look-around.ts";
import { machineWords } from "../machine-words.ts";
import { UserError } from "../user-error.ts";
import { fleetProgress } from "./fleet-progress.ts";
import { redactedRows } from "./redacted-rows.ts";
import { type Redaction, redaction } from "./redaction.ts";
import { emitDiagnostics, replayApplication } from "./replay-application.ts";
import type { InputStates } from "./resumed-inputs.ts";

export interface FailedApplication {
  readonly application: SurveyedApplication;
  readonly error: unknown;
  /** one line */
  readonly reason: string;
}

export interface Work {
  readonly showSecrets: boolean;
  readonly sink: DuckDbSink;
  readonly strays: readonly SurveyedFile[];
  /** the application with whose rows go those of no application */
  readonly leader: SurveyedApplication | undefined;
  readonly diagnostics: DiagnosticLog;
  readonly inputs: InputStates | undefined;
}

/** One application after the other. One that fails stops no other. */
export async function replayEach(
  placed: readonly SurveyedApplication[],
  work: Work,
  watch: Watch,
): Promise<readonly FailedApplication[]> {
  const { sink, inputs } = work;
  const failed: FailedApplication[] = [];
  const fleet = fleetProgress(watch, placed);
  const waiting: Turn[] = placed.map((application) => ({ application, alone: false }));
  for (let at = 0; at < waiting.length; at += 1) {
    const turn = waiting[at];
    if (turn === undefined) continue;
    const { application, alone } = turn;
    const next = waiting[at + 1]?.application;
    const anotherFollows = !alone && isSmall(application) && next !== undefined && isSmall(next);
    try {
      const complete = await replayOne(
        application,
        { ...work, isFirst: application === work.leader },
        fleet.watch(application),
      );
      if (inputs !== undefined) sink.took(inputs.of(application, undefined));
      await complete({ anotherFollows });
    } catch (error) {
      if (!isOfOneApplication(error)) throw error;
      const lost = await sink.forget();
      const { isOver, again } = afterTrouble(turn, placed, lost);
      if (isOver) {
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        failed.push({ application, error, reason: reason.split("\n", 1)[0] ?? reason });
        if (inputs !== undefined) sink.took(inputs.of(application, failed.at(-1)?.reason));
      }
      waiting.splice(at + 1, 0, ...again);
    }
    fleet.done(application);
  }
  return failed;
}

/** An application that is to be replayed: `alone`, it shares its transaction with no other. */
export interface Turn<Application = SurveyedApplication> {
  readonly application: Application;
  readonly alone: boolean;
}

/**
 * What follows where a turn failed and applications lost their rows with it. One that failed when
 * its rows were committed is among those, and may be sound by itself; one that failed alone would
 * fail for ever.
 */
export function afterTrouble<Application extends ApplicationKey>(
  { application, alone }: Turn<Application>,
  placed: readonly Application[],
  lost: readonly ApplicationKey[],
): { readonly isOver: boolean; readonly again: readonly Turn<Application>[] } {
  const unwritten = placed.filter(({ appId, attemptId }) =>
    lost.some((key) => key.appId === appId && key.attemptId === attemptId),
  );
  const isOver = alone || !unwritten.includes(application);
  const again = isOver ? unwritten.filter((one) => one !== application) : unwritten;
  return { isOver, again: again.map((one) => ({ application: one, alone: true })) };
}

/**
 * Trouble of the machine, of the database or of the user stops all; anything else is one
 * application's.
 */
function isOfOneApplication(error: unknown): boolean {
  if (error instanceof UserError) return false;
  return error instanceof Error && machineWords(error) === undefined;
}

/** All rows of it; what is returned makes them part of the result. */
async function replayOne(
  application: SurveyedApplication,
  work: Work & { readonly isFirst: boolean },
  watch: Watch,
): Promise<ApplicationWriter["complete"]> {
  const { showSecrets, sink, strays, diagnostics, isFirst } = work;
  const { appId, attemptId } = application;
  const writer = sink.application({ appId, attemptId });
  const secrets = showSecrets ? undefined : redaction();
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

export function idsOf({ files }: SurveyedApplication): number[] {
  return files.map(({ sourceFileId }) => sourceFileId);
}
