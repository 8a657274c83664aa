/**
 * Whose log is it: a log's application and executor from its content first, its event log second,
 * its place last.
 */
import { alignClock } from "./clock-alignment.ts";
import { clockBounds } from "./clock-bounds.ts";
import type { EventLogSample } from "./event-log-sample.ts";
import type { LogSample } from "./log-sample.ts";

/** Ids that cluster managers give: standalone, local, YARN, Kubernetes, Mesos. */
const applicationId =
  /\b(app-\d{14}-\d{4,}|local-\d{13}|application_\d{13}_\d{4,}|spark-[0-9a-f]{32}|spark-application-\d{13})\b/;
const yarnContainer = /\bcontainer_(?:e\d+_)?(\d{13}_\d{4,})_\d{2,}_\d{6,}\b/;

/** An application id in a path or a line; of a YARN container its application's. */
export function applicationIdIn(text: string): string | undefined {
  const named = applicationId.exec(text)?.[1];
  if (named !== undefined) return named;
  const container = yarnContainer.exec(text)?.[1];
  return container === undefined ? undefined : `application_${container}`;
}

/** A YARN container's name in a path. */
export function containerIn(path: string): string | undefined {
  return /\bcontainer_(?:e\d+_)?\d{13}_\d{4,}_\d{2,}_\d{6,}\b/.exec(path)?.[0];
}

/** `…/app-20261121023344-0000/7/stderr` or `executor-7.log` → 7; `driver.log` → driver. */
export function executorIdIn(path: string): string | undefined {
  const parts = path.split(/[/\\!]/);
  const name = parts.at(-1) ?? "";
  const worker = /^\d+$/.exec(parts.at(-2) ?? "");
  if (worker && /^std(?:err|out)/.test(name)) return worker[0];
  const named = /(?:^|[^a-z])(?:executor|exec)[-_.]?(\d+)(?!\d)/i.exec(name);
  if (named) return named[1];
  return /(?:^|[^a-z])driver(?:[^a-z]|$)/i.test(name) ? "driver" : undefined;
}

/** An application's event logs, as one candidate for a log that does not name its application. */
export interface Candidate {
  readonly appId: string;
  readonly attemptId: string;
  readonly events: EventLogSample;
}

const tieScore = 20;
/** Zones reach from UTC−12 to UTC+14. */
const widestZoneMs = 14 * 3_600_000;

export interface Tie {
  readonly candidate: Candidate;
  readonly score: number;
  readonly evidence: string;
}

/** How well a log fits an application's event log; undefined: not at all, or nothing to compare. */
export function tieTo(candidate: Candidate, log: LogSample): Tie | undefined {
  const { events } = candidate;
  const evidence: string[] = [];
  let score = 0;
  const executor = log.executorId === undefined ? undefined : events.executors.get(log.executorId);
  if (executor && log.ports.size > 0 && executor.ports.size > 0) {
    const shared = [...log.ports].filter((port) => executor.ports.has(port));
    // Ports are drawn afresh by every block manager.
    if (shared.length === 0) return undefined;
    score += 100;
    evidence.push(`block manager port ${shared[0]}`);
  }
  if (executor?.host !== undefined && executor.host === log.host) {
    score += 5;
    evidence.push(`host ${executor.host}`);
  }
  const aligned = alignClock({
    bounds: clockBounds(log, events).filter((bound) => bound.taskId !== undefined),
    resolutionMs: log.wholeSeconds ? 1000 : 1,
    givenZone: undefined,
    zoned: false,
    namedZones: [],
  });
  // Twin runs have the same task ids: without a port, only times that a zone can explain tell them
  // apart.
  const possible =
    log.dateless || Math.abs((aligned.offsetMs ?? 0) - aligned.clock.skewMs) <= widestZoneMs;
  if (score < 100 && !possible && !log.appIds.has(candidate.appId)) return undefined;
  const tasks = taskAgreement(log, events);
  if (tasks.of > 0) {
    if (tasks.agree < tasks.of * 0.5) return undefined;
    score += 30 * (tasks.agree / tasks.of);
    evidence.push(`${tasks.agree} of ${tasks.of} tasks`);
  }
  if (aligned.confidence > 0) {
    score += 50 * aligned.confidence - 20 * Math.min(Math.abs(aligned.clock.skewMs) / 60_000, 1);
    evidence.push(aligned.evidence);
  }
  // The same host alone is no tie.
  if (score < tieScore) return undefined;
  return { candidate, score, evidence: evidence.join(", ") };
}

/** Tasks of the log that the event log has with the same executor, stage and index. */
function taskAgreement(log: LogSample, events: EventLogSample): { agree: number; of: number } {
  let agree = 0;
  let of = 0;
  for (const moment of log.moments) {
    if (moment.what !== "running" && moment.what !== "driver_started") continue;
    const task = events.tasks.get(moment.taskId);
    if (!task) continue;
    of++;
    const sameStage = moment.stageId === undefined || moment.stageId === task.stageId;
    const sameIndex = moment.index === undefined || moment.index === task.index;
    const sameExecutor =
      moment.what !== "running" ||
      log.executorId === undefined ||
      log.executorId === task.executorId;
    if (sameStage && sameIndex && sameExecutor) agree++;
  }
  return { agree, of };
}

/** The executor that ran most of the tasks a log prints. */
export function executorOfTasks(log: LogSample, events: EventLogSample): string | undefined {
  const counts = new Map<string, number>();
  let all = 0;
  for (const moment of log.moments) {
    if (moment.what !== "running" && moment.what !== "assigned") continue;
    const task = events.tasks.get(moment.taskId);
    if (!task) continue;
    all++;
    counts.set(task.executorId, (counts.get(task.executorId) ?? 0) + 1);
  }
  for (const [executorId, count] of counts) if (count > all * 0.8) return executorId;
  return undefined;
}
