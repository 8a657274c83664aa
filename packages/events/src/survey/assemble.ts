/** From samples to a survey: owners, clocks, duplicates, and what each application can tell. */
import type { EvidenceLevel } from "@respark/core";
import type { Diagnostic } from "../diagnostic.ts";
import { type AlignedClock, alignClock } from "./clock-alignment.ts";
import { clockBounds } from "./clock-bounds.ts";
import { findDuplicates } from "./duplicates.ts";
import type { EventLogSample } from "./event-log-sample.ts";
import { adviceFor, evidenceLevel } from "./evidence.ts";
import { sayWhichBeginLate } from "./late-logs.ts";
import { filteredTo } from "./log-sample.ts";
import { findOwners, type Owner } from "./ownership.ts";
import type { SampledFile } from "./sampled-file.ts";
import type { SurveyedApplication, SurveyedExecutor, SurveyedFile } from "./surveyed.ts";
import { commonBounds } from "./version-marks.ts";
import { fixedRule, WallClock, type ZoneRule } from "./zone.ts";

type Report = (diagnostic: Diagnostic) => void;

interface Member {
  readonly sampled: SampledFile;
  readonly owner: Owner | undefined;
  readonly duplicateOf: number | undefined;
}

export function assemble(
  sampled: readonly SampledFile[],
  givenZone: ZoneRule | undefined,
  report: Report,
): { files: SurveyedFile[]; applications: SurveyedApplication[] } {
  const owners = findOwners(sampled, report);
  const duplicates = findDuplicates(sampled, owners, report);
  const groups = new Map<string, Member[]>();
  const members: Member[] = sampled.map((file) => {
    const owner = owners.get(file.sourceFileId);
    return { sampled: file, owner, duplicateOf: duplicates.get(file.sourceFileId) };
  });
  for (const member of members) {
    if (!member.owner) continue;
    const key = `${member.owner.appId}\n${member.owner.attemptId}`;
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  }
  const surveyed = new Map<number, SurveyedFile>();
  const applications: SurveyedApplication[] = [];
  for (const group of groups.values()) {
    const application = assembleApplication(group, givenZone, report);
    for (const file of application.all) surveyed.set(file.sourceFileId, file);
    applications.push(application.application);
  }
  for (const member of members) {
    if (member.owner) continue;
    surveyed.set(member.sampled.sourceFileId, surveyFile(member, "other", noClock, undefined));
  }
  const files = [...surveyed.values()].sort((a, b) => a.sourceFileId - b.sourceFileId);
  applications.sort(
    (a, b) =>
      (a.startedAt ?? Number.MAX_VALUE) - (b.startedAt ?? Number.MAX_VALUE) ||
      compareText(a.appId, b.appId) ||
      compareText(a.attemptId, b.attemptId),
  );
  return { files, applications };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Event logs hold epoch milliseconds. */
const eventLogClock: AlignedClock = {
  clock: { rule: fixedRule(0), segments: [], skewMs: 0 },
  offsetMs: 0,
  zone: "UTC",
  evidence: "epoch milliseconds",
  confidence: 1,
  contradiction: undefined,
};

/** A file that is not read has no clock to set. */
const noClock: AlignedClock = {
  ...eventLogClock,
  offsetMs: undefined,
  zone: undefined,
  evidence: "not read",
  confidence: 0,
};

function assembleApplication(
  group: readonly Member[],
  givenZone: ZoneRule | undefined,
  report: Report,
): { application: SurveyedApplication; all: SurveyedFile[] } {
  const events = mergedEvents(group);
  const clocks = alignLogs(group, events, givenZone, report);
  sayWhichBeginLate(group, report);
  const all = group.map((member) => {
    const { log, sourceFileId } = member.sampled;
    if (!log) return surveyFile(member, "event_log", eventLogClock, undefined);
    const driver =
      member.owner?.executorId === "driver" ||
      (member.owner?.executorId === undefined && log.driverLines > log.executorLines);
    const clock = clocks.get(sourceFileId) ?? eventLogClock;
    return surveyFile(member, driver ? "driver_log" : "executor_log", clock, log);
  });
  const files = all.filter((file) => file.duplicateOf === undefined).sort(readingOrder);
  const [first] = group;
  const version = versionOf(group, events, report);
  return {
    all,
    application: {
      appId: first?.owner?.appId ?? "",
      attemptId: first?.owner?.attemptId ?? "1",
      name: events.find((one) => one.name !== undefined)?.name,
      ...version,
      master: events.find((one) => one.master !== undefined)?.master,
      loggedStartMs: events.find((one) => one.startedMs !== undefined)?.startedMs,
      startedAt: startOf(events, files),
      endedAt: micros(events.find((one) => one.endedMs !== undefined)?.endedMs),
      files,
      ...whatItTells(group, events, files, version),
    },
  };
}

/**
 * The version as an event log, a driver or an old directory names it; else what the logs' lines let
 * it be.
 */
function versionOf(
  group: readonly Member[],
  events: readonly EventLogSample[],
  report: Report,
): Pick<SurveyedApplication, "sparkVersion" | "sparkVersionBounds"> {
  const logs = group.flatMap(({ sampled }) => sampled.log ?? []);
  const sparkVersion =
    events.find((one) => one.sparkVersion !== undefined)?.sparkVersion ??
    logs.find((log) => log.sparkVersion !== undefined)?.sparkVersion ??
    // Before 1.3 only an empty file beside the log says it.
    group.find(({ sampled }) => sampled.source.sparkVersion !== undefined)?.sampled.source
      .sparkVersion;
  if (sparkVersion !== undefined || logs.length === 0) {
    return { sparkVersion, sparkVersionBounds: undefined };
  }
  const about = { sourceFileId: group.find(({ sampled }) => sampled.log)?.sampled.sourceFileId };
  const [named, other] = new Set(logs.flatMap((log) => log.versionMarks.classPathVersion ?? []));
  if (named !== undefined && other === undefined) {
    report({
      ...about,
      code: "spark_version_derived",
      severity: "info",
      message: `no line names the Spark version; it is taken to be ${named}, as in the class path of the executor's command`,
    });
    return { sparkVersion: named, sparkVersionBounds: undefined };
  }
  const bounds = commonBounds(logs.map((log) => log.versionMarks.bounds));
  report({
    ...about,
    code: "spark_version_unknown",
    severity: "warning",
    message: `no line names the Spark version; ${
      bounds === undefined
        ? "the memory model is the newest"
        : `by their wording the lines are of ${bounds.atLeast ?? "1.x"} to ${bounds.atMost ?? "the newest"}, and the memory model is one of these`
    }`,
  });
  return { sparkVersion: undefined, sparkVersionBounds: bounds };
}

function startOf(
  events: readonly EventLogSample[],
  files: readonly SurveyedFile[],
): number | undefined {
  const started = events.find((one) => one.startedMs !== undefined)?.startedMs;
  if (started !== undefined) return micros(started);
  const times = files.map((file) => file.firstTime).filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

function micros(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms * 1000;
}

const kindOrder = { event_log: 0, executor_log: 1, driver_log: 2, other: 3 };

function readingOrder(a: SurveyedFile, b: SurveyedFile): number {
  return kindOrder[a.kind] - kindOrder[b.kind] || a.sourceFileId - b.sourceFileId;
}

function mergedEvents(group: readonly Member[]): EventLogSample[] {
  const events: EventLogSample[] = [];
  for (const { sampled, duplicateOf } of group) {
    if (sampled.events && duplicateOf === undefined) events.push(sampled.events);
  }
  return events;
}

/**
 * Each log's clock by its own evidence; a log without any takes the zone that its neighbours agree
 * on.
 */
function alignLogs(
  group: readonly Member[],
  events: readonly EventLogSample[],
  givenZone: ZoneRule | undefined,
  report: Report,
): Map<number, AlignedClock> {
  const clocks = new Map<number, AlignedClock>();
  const alone: SampledFile[] = [];
  const appZones = events.flatMap((one) => one.zones);
  for (const { sampled } of group) {
    const { log } = sampled;
    if (!log) continue;
    const clock = alignClock({
      bounds: events.flatMap((one) => clockBounds(log, one)),
      resolutionMs: sampled.resolutionMs,
      givenZone,
      zoned: sampled.zoned,
      namedZones: [...log.zones, ...appZones],
    });
    clocks.set(sampled.sourceFileId, clock);
    if (clock.offsetMs === undefined) alone.push(sampled);
    if (clock.contradiction !== undefined) {
      report({
        sourceFileId: sampled.sourceFileId,
        code: "clock_contradiction",
        severity: "warning",
        message: `${sampled.path}: ${clock.contradiction}`,
      });
    }
  }
  const neighbour = neighboursZone([...clocks.values()]);
  for (const file of alone) {
    if (neighbour) {
      clocks.set(file.sourceFileId, {
        ...neighbour,
        evidence: `as the other logs of the application (${neighbour.zone})`,
        confidence: 0.3,
      });
      continue;
    }
    report({ sourceFileId: file.sourceFileId, severity: "warning", ...unsetClock(file) });
  }
  return clocks;
}

/** Why a log's clock cannot be set, and how its times are read then. */
function unsetClock({ path, log }: SampledFile): {
  readonly code: string;
  readonly message: string;
} {
  if (log?.firstWallMs === undefined) {
    return {
      code: "clock_no_times",
      message: `${path} prints no times: what happened is in its order, and when is not known`,
    };
  }
  if (log.dateless) {
    return {
      code: "clock_no_dates",
      message: `${path} prints times without a date: they are right to each other, and the day is not known`,
    };
  }
  if (log.dateDoubtful) {
    return {
      code: "clock_date_order",
      message: `${path} prints dates whose day and month may be the other way round, and nothing tells; its times are right to each other within a day`,
    };
  }
  return {
    code: "clock_zone_unknown",
    message: `${path} prints local times and nothing tells their zone; they are read as if UTC (--time-zone names it)`,
  };
}

/** The clock of the surest log; undefined when two sure ones differ or none is. */
function neighboursZone(clocks: readonly AlignedClock[]): AlignedClock | undefined {
  let best: AlignedClock | undefined;
  for (const clock of clocks) {
    if (clock.offsetMs === undefined || clock.confidence < 0.5) continue;
    if (best && best.zone !== clock.zone) return undefined;
    if (!best || clock.confidence > best.confidence) best = clock;
  }
  return best && { ...best, clock: { ...best.clock, skewMs: 0 } };
}

function surveyFile(
  member: Member,
  kind: SurveyedFile["kind"],
  aligned: AlignedClock,
  log: SampledFile["log"],
): SurveyedFile {
  const { sampled, owner } = member;
  const wall = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.round(new WallClock(aligned.clock).utcMs(ms) * 1000);
  return {
    sourceFileId: sampled.sourceFileId,
    path: sampled.path,
    kind,
    codec: sampled.codec,
    bytes: sampled.bytes,
    readWhole: sampled.readWhole,
    layout: sampled.layout,
    container: sampled.container,
    otherContainers: sampled.otherContainers,
    newestFirst: sampled.newestFirst,
    appId: owner?.appId,
    attemptId: owner?.attemptId,
    executorId: kind === "driver_log" ? "driver" : owner?.executorId,
    identityEvidence: owner?.evidence,
    firstTime: log ? wall(log.firstWallMs) : micros(sampled.events?.firstMs),
    lastTime: !sampled.readWhole
      ? undefined
      : log
        ? wall(log.lastWallMs)
        : micros(sampled.events?.lastMs),
    clock: {
      offsetMs: aligned.offsetMs,
      zone: aligned.zone,
      evidence: aligned.evidence,
      confidence: aligned.confidence,
      rule: aligned.clock,
    },
    level: log && (log.debug ? "debug" : log.info ? "info" : log.warn ? "warn" : undefined),
    counts: sampled.counts,
    filteredTo: log && kind === "executor_log" && sampled.readWhole ? filteredTo(log) : undefined,
    lines: sampled.lines,
    duplicateOf: member.duplicateOf,
    unread: member.duplicateOf === undefined ? sampled.unread : "it says the same as another log",
    source: sampled.source,
    logPattern: sampled.logPattern,
  };
}

function whatItTells(
  group: readonly Member[],
  events: readonly EventLogSample[],
  files: readonly SurveyedFile[],
  version: Pick<SurveyedApplication, "sparkVersion" | "sparkVersionBounds">,
): Pick<SurveyedApplication, "executors" | "evidenceLevel" | "advice"> {
  const blockUpdates = events.some((one) => one.blockUpdates);
  const executors = new Map<string, SurveyedExecutor>();
  const add = (executorId: string, host: string | undefined): void => {
    const own = files.filter((file) => file.executorId === executorId && file.level !== undefined);
    executors.set(executorId, {
      executorId,
      host: host ?? executors.get(executorId)?.host,
      hasLog: own.length > 0,
      evidenceLevel: evidenceLevel({
        eventLog: events.length > 0,
        blockUpdates,
        info: own.some((file) => file.level === "info"),
        debug: own.some((file) => file.level === "debug"),
      }),
    });
  };
  for (const one of events) {
    for (const executor of one.executors.values()) add(executor.executorId, executor.host);
  }
  for (const { sampled, owner } of group) {
    const id = owner?.executorId;
    if (id !== undefined && !executors.has(id)) add(id, sampled.log?.host);
  }
  const sorted = [...executors.values()].sort((a, b) => compareIds(a.executorId, b.executorId));
  const levels = new Set<EvidenceLevel | undefined>(
    sorted.filter((one) => one.executorId !== "driver").map((one) => one.evidenceLevel),
  );
  if (levels.size === 0) for (const one of sorted) levels.add(one.evidenceLevel);
  const seen = {
    eventLog: events.length > 0,
    blockUpdates,
    info: levels.has("info") || levels.has("debug"),
    debug: levels.has("debug"),
  };
  const withLog = group.filter((member) => member.sampled.log);
  // A driver's layout says nothing of the executors'; in local mode it is the only log there is.
  const ofExecutors = withLog.filter((member) => member.owner?.executorId !== "driver");
  const logs = (ofExecutors.length > 0 ? ofExecutors : withLog).map((member) => member.sampled);
  return {
    executors: sorted,
    evidenceLevel: evidenceLevel(seen),
    advice: adviceFor({
      ...seen,
      ...version,
      stageMetrics: events.some((one) => one.stageMetrics),
      millisAndThread:
        logs.length > 0 && logs.every((one) => one.resolutionMs < 1000 && one.log?.threads),
    }),
  };
}

/** Numbers by value, then names. */
function compareIds(a: string, b: string): number {
  const x = Number(a);
  const y = Number(b);
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return Number.isNaN(x) ? compareText(a, b) : x - y;
}
