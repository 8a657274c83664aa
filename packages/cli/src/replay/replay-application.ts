/** One application: its observations go through the replay, its rows to the sink. */
import {
  counted,
  countInWords,
  type EmitRow,
  type EvidenceLevel,
  Replay,
  type ReplaySummary,
  type SourceCompleteness,
} from "@respark/core";
import {
  type Diagnostic,
  type DiagnosticLog,
  type FileDone,
  readApplication,
  redactionTrouble,
  type SurveyedApplication,
  type SurveyedFile,
} from "@respark/events";
import type { Watch } from "../look-around.ts";
import type { Redaction } from "./redaction.ts";

export interface ApplicationRequest {
  /**
   * Hides secrets among settings; undefined: they are shown. The rows' other texts are the
   * caller's.
   */
  readonly secrets: Redaction | undefined;
  /** Files that belong to no application; their rows go with this one. */
  readonly strays: readonly SurveyedFile[];
}

export async function replayApplication(
  application: SurveyedApplication,
  emit: EmitRow,
  request: ApplicationRequest,
  { report, progress }: Watch,
): Promise<ReplaySummary> {
  const { appId, attemptId } = application;
  const { secrets } = request;
  const replay = new Replay({
    appId,
    attemptId,
    emit,
    sparkVersion: application.sparkVersion,
    sparkVersionBounds: application.sparkVersionBounds,
    name: application.name,
    executorLogs: executorLogs(application),
    hasNoEventLog: application.files.every(({ kind }) => kind !== "event_log"),
    ...(secrets === undefined ? {} : { redact: (key, value) => secrets.redact(key, value) }),
  });
  const done = new Map<number, FileDone>();
  const total = knownTotal(application.files);
  await readApplication(application, {
    observe: (observation) => {
      const { fact } = observation;
      if (fact.kind === "environment") {
        const texts = fact.sparkProperties.get("spark.redaction.string.regex");
        // Where it is hidden itself, what it would hide is unknown.
        if (texts !== undefined && redactionTrouble(texts) !== "redacted") {
          secrets?.learnTexts(texts);
        }
        const regex = fact.sparkProperties.get("spark.redaction.regex");
        if (regex !== undefined && secrets !== undefined) {
          const trouble = learnt(regex, secrets);
          const { sourceFileId, line } = observation;
          if (trouble !== undefined) report({ ...trouble, sourceFileId, line });
        }
      }
      replay.step(observation);
    },
    report,
    onProgress: (bytes) => progress.show(`replaying ${appId}`, bytes, total),
    fileDone: (file) => void done.set(file.sourceFileId, file),
  });
  // A signal is heard between: a minute of busy logs may wait here.
  while (replay.drainWindow()) await new Promise((resolve) => setImmediate(resolve));
  const summary = replay.finish();
  for (const file of [...application.files, ...request.strays]) {
    emitFile(emit, file, done.get(file.sourceFileId), summary.completeness.get(file.sourceFileId));
  }
  return summary;
}

/**
 * What is missing from a file: by its bytes, by what could not be read of it, and by what logs say
 * of each other.
 */
function incompleteInWords(
  { filteredTo }: SurveyedFile,
  done: FileDone | undefined,
  found: SourceCompleteness | undefined,
): string | undefined {
  if (done === undefined) return found?.incomplete;
  const { counts, nulBytes, truncated, packedDamage } = done;
  // A JVM that is stopped may stop in a line: an executor's log is whole all the same if it tells
  // of the end.
  const cut = truncated && !(found?.kinds.includes("end") ?? false) && found?.missing !== 0;
  const parts = [
    ...(packedDamage ? ["a compressed stream in it is cut or damaged"] : []),
    ...(cut && !packedDamage ? ["it ends in the middle of a line"] : []),
    ...(filteredTo === undefined
      ? []
      : [`all its lines are of ${filteredTo.join(" and ")}: others were filtered out`]),
    ...(nulBytes > 0 ? [`${countInWords(nulBytes)} of its bytes are NUL`] : []),
    ...(counts !== undefined && counts.unreadStatements > 0
      ? [`${counted(counts.unreadStatements, "line")} that state memory could not be read`]
      : []),
    ...(found?.incomplete === undefined ? [] : [found.incomplete]),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** What is odd about the application's own regex; a hidden one hides what Spark's own does. */
function learnt(regex: string, secrets: Redaction): Diagnostic | undefined {
  const trouble = redactionTrouble(regex);
  if (trouble !== "redacted") secrets.learn(regex);
  if (trouble === undefined) return undefined;
  return {
    code: "redaction_regex",
    severity: "warning",
    message:
      trouble === "redacted"
        ? "spark.redaction.regex is itself hidden in the log: secrets are found by Spark's own"
        : "spark.redaction.regex cannot be read here: every setting is hidden",
  };
}

/** Rows of oddities, each with the application whose file it is about. */
export function emitDiagnostics(
  emit: EmitRow,
  diagnostics: DiagnosticLog,
  isOurs: (sourceFileId: number | undefined) => boolean,
): void {
  for (const row of diagnostics.rows()) if (isOurs(row.sourceFileId)) emit("diagnostics", row);
}

function executorLogs({ executors }: SurveyedApplication): Map<string, EvidenceLevel> {
  const levels = new Map<string, EvidenceLevel>();
  for (const { executorId, hasLog, evidenceLevel } of executors) {
    if (hasLog && evidenceLevel !== undefined) levels.set(executorId, evidenceLevel);
  }
  return levels;
}

/**
 * Bytes that will be read; undefined where a file is compressed: its size unpacked is unknown.
 */
function knownTotal(files: readonly SurveyedFile[]): number | undefined {
  let total = 0;
  for (const { bytes, codec } of files) {
    if (bytes === undefined || codec !== "none") return undefined;
    total += bytes;
  }
  return total;
}

function listed(kinds: readonly string[] | undefined): string | undefined {
  return kinds === undefined || kinds.length === 0 ? undefined : kinds.join(",");
}

/** Each with the number of its first line; undefined: one file, which needs no list. */
function partsListed(parts: FileDone["parts"] | undefined): string | undefined {
  if (parts === undefined || parts.length < 2) return undefined;
  return parts.map(({ path, firstLine }) => `${firstLine} ${path}`).join("\n");
}

function emitFile(
  emit: EmitRow,
  file: SurveyedFile,
  done: FileDone | undefined,
  found: SourceCompleteness | undefined,
): void {
  const { sourceFileId, kind, codec, executorId, identityEvidence, layout, clock } = file;
  emit("source_files", {
    sourceFileId,
    path: file.path,
    kind,
    codec,
    bytes: done?.bytes ?? 0,
    lines: done?.lines ?? 0,
    truncated: done?.truncated ?? false,
    executorId,
    identityEvidence: file.unread ?? identityEvidence,
    layout,
    beginsLate: found?.beginsLate,
    endsEarly: found?.endsEarly,
    expected: found?.expected,
    missing: found?.missing,
    lineKinds: listed(found?.kinds),
    missingKinds: listed(found?.missingKinds),
    unreadStatements: done?.counts?.unreadStatements,
    nulBytes: done?.nulBytes,
    parts: partsListed(done?.parts),
    incomplete: incompleteInWords(file, done, found),
  });
  const lacksStart = kind === "event_log" && found?.beginsLate === true;
  const isIncomplete = (found?.missing ?? 0) > 0 || (found?.missingKinds.length ?? 0) > 0;
  if (found !== undefined && (isIncomplete || lacksStart)) {
    emit("diagnostics", {
      sourceFileId,
      line: undefined,
      byteOffset: undefined,
      code: "log_incomplete",
      severity: "warning",
      message: `${file.path}: ${found.incomplete ?? ""}`,
      count: 1,
    });
  }
  if (found !== undefined && found.repeated > 0) {
    emit("diagnostics", {
      sourceFileId,
      line: undefined,
      byteOffset: undefined,
      code: "log_repeated",
      severity: "warning",
      message: `${file.path}: lines are there more than once, and are counted as often`,
      count: found.repeated,
    });
  }
  if (done === undefined) return;
  const { offsetMs: offsetMillis, zone, evidence, confidence } = clock;
  emit("clock_offsets", { sourceFileId, offsetMillis, zone, evidence, confidence });
}
