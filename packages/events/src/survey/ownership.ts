/**
 * Which application each log belongs to, and the evidence for it; a tie that cannot be decided is
 * reported, never guessed.
 */
import { dirname } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import {
  applicationIdIn,
  type Candidate,
  containerIn,
  executorIdIn,
  executorOfTasks,
  type Tie,
  tieTo,
} from "./identity.ts";
import type { LogSample } from "./log-sample.ts";
import { attemptsApart } from "./same-id.ts";
import type { SampledFile } from "./sampled-file.ts";

export interface Owner {
  readonly appId: string;
  readonly attemptId: string;
  readonly executorId: string | undefined;
  readonly evidence: string;
}

type Report = (diagnostic: Diagnostic) => void;

/** Two candidates this near to each other are not told apart. */
const ambiguousWithin = 5;

/** The owner of every event, executor and driver log. */
export function findOwners(files: readonly SampledFile[], report: Report): Map<number, Owner> {
  const owners = new Map<number, Owner>();
  const candidates = eventLogOwners(files, owners, report);
  const unowned: SampledFile[] = [];
  for (const file of files) {
    if (!file.log) continue;
    const owner = ownerOfLog(file, file.log, candidates, report);
    if (owner) owners.set(file.sourceFileId, owner);
    else unowned.push(file);
  }
  ownTheRest(unowned, files, owners, report);
  for (const file of files) {
    const owner = owners.get(file.sourceFileId);
    const isNobodys = owner?.executorId === undefined && (file.log?.ofExecutor ?? 0) > 0;
    if (owner !== undefined && isNobodys) {
      owners.set(file.sourceFileId, madeUp(file, owner, report));
    }
  }
  return owners;
}

/**
 * A log that names no executor is of one all the same: its container's name is as good as an id,
 * else one is made up.
 */
function madeUp(file: SampledFile, owner: Owner, report: Report): Owner {
  const pod = /^[a-z0-9][\w.-]*$/.exec(file.container ?? "")?.[0];
  const executorId = containerIn(file.path) ?? pod ?? `unknown-${file.firstBytesHash.slice(0, 8)}`;
  report({
    sourceFileId: file.sourceFileId,
    code: "survey_unknown_executor",
    severity: "warning",
    message: `no line of ${file.path} names its executor; it is called ${executorId}`,
  });
  return { ...owner, executorId, evidence: join("executor: no line names it", owner.evidence) };
}

/**
 * Event logs name their application; one that does not is named by its file if a first part is
 * missing, else by its first bytes.
 */
function eventLogOwners(
  files: readonly SampledFile[],
  owners: Map<number, Owner>,
  report: Report,
): (Candidate & { directory: string })[] {
  const found: (Candidate & { file: SampledFile; evidence: string })[] = [];
  for (const file of files) {
    const { events } = file;
    if (!events) continue;
    const fromName = events.startedMs === undefined ? applicationIdIn(file.path) : undefined;
    const appId = events.appId ?? fromName ?? unknownId(file);
    const attemptId = events.attemptId ?? "1";
    const evidence =
      events.appId !== undefined
        ? "named by its own events"
        : fromName !== undefined
          ? "named by its path (no application start in the log)"
          : "no log names the application";
    found.push({ appId, attemptId, events, file, evidence });
  }
  const attempts = attemptsApart(found);
  return found.map((one) => {
    const { appId, events, file, evidence } = one;
    const attemptId = attempts.get(one) ?? one.attemptId;
    const { sourceFileId, path } = file;
    owners.set(sourceFileId, { appId, attemptId, executorId: undefined, evidence });
    if (attemptId !== one.attemptId) {
      report({
        sourceFileId,
        ...(file.lines === undefined ? {} : { line: file.lines.from }),
        code: "survey_id_used_twice",
        severity: "warning",
        message: `${path} is another application with the id ${appId} (its start, version or name differs); it is attempt ${attemptId} here`,
      });
    } else if (file.lines !== undefined && file.lines.from > 1) {
      report({
        sourceFileId,
        line: file.lines.from,
        code: "survey_several_applications",
        severity: "info",
        message: `${path} holds several applications' events; those of ${appId} begin at line ${file.lines.from}`,
      });
    }
    return { appId, attemptId, events, directory: dirname(path) };
  });
}

function ownerOfLog(
  file: SampledFile,
  log: LogSample,
  candidates: readonly (Candidate & { directory: string })[],
  report: Report,
): Owner | undefined {
  const [named] = log.appIds;
  const appId = named?.[0] ?? applicationIdIn(file.path);
  const appEvidence = named ? `application: ${named[1]}` : "application: its path";
  const sameApp = appId === undefined ? [] : candidates.filter((one) => one.appId === appId);
  const choices = sameApp.length > 0 ? sameApp : named ? [] : candidates;
  const ties = choices
    .map((candidate) => tieTo(candidate, log))
    .filter((tie): tie is Tie => tie !== undefined)
    .sort((a, b) => b.score - a.score);
  const [best, second] = ties;
  const clear =
    best &&
    (!second ||
      best.score - second.score > ambiguousWithin ||
      sameOwner(best.candidate, second.candidate));
  if (best && !clear) {
    report({
      sourceFileId: file.sourceFileId,
      code: "survey_ambiguous_application",
      severity: "warning",
      message: `${file.path} fits ${said(best)} and ${said(second)} equally well; it is kept apart`,
    });
    return undefined;
  }
  const candidate = clear ? best.candidate : onlyOne(choices, file);
  const executor = executorOf(file, log, candidate);
  if (candidate) {
    const how = clear
      ? `application: ${[named?.[1], best.evidence].filter((part) => part).join(", ")}`
      : sameApp.length > 0
        ? appEvidence
        : "application: the only one beside it";
    return { ...candidateIds(candidate), ...executor, evidence: join(executor.evidence, how) };
  }
  if (appId === undefined || choices.length > 0) return undefined;
  return { appId, attemptId: "1", ...executor, evidence: join(executor.evidence, appEvidence) };
}

function said(tie: Tie | undefined): string {
  return tie ? `${tie.candidate.appId} (attempt ${tie.candidate.attemptId})` : "";
}

function candidateIds(candidate: Candidate): { appId: string; attemptId: string } {
  return { appId: candidate.appId, attemptId: candidate.attemptId };
}

function sameOwner(a: Candidate, b: Candidate): boolean {
  return a.appId === b.appId && a.attemptId === b.attemptId;
}

/**
 * The application that a log without any sign of its own lies beside: the only one there, or the
 * only one at all.
 */
function onlyOne(
  choices: readonly (Candidate & { directory: string })[],
  file: SampledFile,
): Candidate | undefined {
  const directory = dirname(file.path);
  const beside = choices.filter(
    (one) => one.directory === directory || dirname(one.directory) === directory,
  );
  const near = beside.length > 0 ? beside : choices;
  const [first] = near;
  if (!first || near.some((one) => !sameOwner(one, first))) return undefined;
  // A block manager of another port is another application's.
  if (file.log && contradicts(first, file.log)) return undefined;
  return first;
}

function contradicts(candidate: Candidate, log: LogSample): boolean {
  const executor =
    log.executorId === undefined ? undefined : candidate.events.executors.get(log.executorId);
  return (
    executor !== undefined &&
    log.ports.size > 0 &&
    executor.ports.size > 0 &&
    ![...log.ports].some((port) => executor.ports.has(port))
  );
}

function executorOf(
  file: SampledFile,
  log: LogSample,
  candidate: Candidate | undefined,
): { executorId: string | undefined; evidence: string | undefined } {
  if (log.executorId !== undefined) {
    return { executorId: log.executorId, evidence: `executor: ${log.executorIdFrom}` };
  }
  const ofTasks = candidate && executorOfTasks(log, candidate.events);
  if (ofTasks !== undefined) return { executorId: ofTasks, evidence: "executor: its tasks" };
  if (log.driverLines > log.executorLines) {
    return { executorId: "driver", evidence: "executor: lines of the driver's scheduler" };
  }
  const ofPath = executorIdIn(file.path);
  if (ofPath !== undefined) return { executorId: ofPath, evidence: "executor: its path" };
  return { executorId: undefined, evidence: undefined };
}

function join(executor: string | undefined, application: string): string {
  return executor === undefined ? application : `${executor}; ${application}`;
}

/** The one application whose executors it tells of; of many, or of none, one that no log names. */
function ofItself(file: SampledFile): { appId: string; attemptId: string; how: string } {
  const [served, other] = file.log?.servedIds ?? [];
  return served !== undefined && other === undefined
    ? { appId: served, attemptId: "1", how: "all executors that it tells of are this one's" }
    : { appId: unknownId(file), attemptId: "1", how: "no log names the application" };
}

/**
 * Logs that nothing ties: those of one directory are one unknown application, named by the first
 * bytes of its first log.
 */
function ownTheRest(
  unowned: readonly SampledFile[],
  files: readonly SampledFile[],
  owners: Map<number, Owner>,
  report: Report,
): void {
  const byDirectory = new Map<string, { appId: string; attemptId: string; how: string }>();
  for (const file of unowned) {
    if (!file.log) continue;
    const directory = dirname(file.path);
    let application = byDirectory.get(directory);
    if (!application) {
      application = besideLogs(directory, files, owners) ?? ofItself(file);
      byDirectory.set(directory, application);
      if (application.appId.startsWith("unknown-")) {
        report({
          sourceFileId: file.sourceFileId,
          code: "survey_unknown_application",
          severity: "warning",
          message: `no log in ${directory} names its application; it is called ${application.appId}`,
        });
      }
    }
    const executor = executorOf(file, file.log, undefined);
    owners.set(file.sourceFileId, {
      appId: application.appId,
      attemptId: application.attemptId,
      executorId: executor.executorId,
      evidence: join(executor.evidence, `application: ${application.how}`),
    });
  }
}

/** The one application that other executor or driver logs of this directory name. */
function besideLogs(
  directory: string,
  files: readonly SampledFile[],
  owners: ReadonlyMap<number, Owner>,
): { appId: string; attemptId: string; how: string } | undefined {
  let found: Owner | undefined;
  for (const file of files) {
    const owner = owners.get(file.sourceFileId);
    if (!owner || file.events || dirname(file.path) !== directory) continue;
    if (found && (found.appId !== owner.appId || found.attemptId !== owner.attemptId))
      return undefined;
    found = owner;
  }
  return found && { appId: found.appId, attemptId: found.attemptId, how: "the logs beside it" };
}

/** Design: an application no log names is `unknown-` and 12 hex digits of its first bytes. */
function unknownId(file: SampledFile): string {
  return `unknown-${file.firstBytesHash.slice(0, 12)}`;
}
