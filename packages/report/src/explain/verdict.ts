/**
 * A run's verdict, read from its findings: what went wrong with memory, worst first, and what its
 * logs would not show.
 */
import { counted, countInWords } from "@respark/core";
import { relations } from "../sql/relations.ts";
import { flagIn, numberIn, type Of, textIn } from "../sql/row.ts";
import { costIn, costInWords, isCheap, rankCost } from "./findings/costs.ts";
import { type KindOfTrouble, levels, troubles } from "./findings/index.ts";
import type { Investigation } from "./investigation.ts";
import type { Finding, LogsSeen, RunVerdict, Severity, Trust } from "./story.ts";
import { millis, share } from "./words.ts";

export async function verdictOn(investigation: Investigation): Promise<RunVerdict> {
  const rows = await investigation.rowsAs(
    relations.findings,
    `from findings where ${investigation.here()} order by rank`,
  );
  const logs = await investigation.rowAs(LOGS_SEEN, LOGS(investigation.here()));
  const trust = trustIn(investigation, {
    hasEventLog: flagIn(logs, "event_log") === true,
    isDriverAlone: flagIn(logs, "driver_alone") === true,
    missing: textIn(logs, "missing"),
    incomplete: numberIn(logs, "incomplete") ?? 0,
    isZoneUnknown: flagIn(logs, "zone_unknown") === true,
  });
  const found = new Set(rows.map((row) => textIn(row, "kind")));
  // Another finding may have it: an out-of-memory its failed tasks, and the executors that died of
  // it.
  if (flagIn(logs, "any_lost") === true) found.add("lost_executors");
  if (flagIn(logs, "any_failed") === true) found.add("failure");
  // A driver's log of 1.x does not name the executor of a lost task: its error is a failure alone.
  if (flagIn(logs, "any_out_of_memory") === true) found.add("oom");
  const isKnown = (trouble: KindOfTrouble): boolean =>
    isKnowable(trouble, logs) &&
    !(trouble.kinds.includes("evictions") && flagIn(logs, "inputs_left") === true);
  const missing = troubles.filter(({ kinds }) => !kinds.some((kind) => found.has(kind)));
  const name = textIn(investigation.application, "name");
  return {
    kind: "verdict",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    title: `${investigation.appId}${name === undefined ? "" : ` “${name}”`}`,
    findings: rows.map((row) => findingOf(row, investigation)),
    absent: missing.filter(isKnown).map(({ named }) => named),
    unknowable: missing.filter((trouble) => !isKnown(trouble)).map(({ named }) => named),
    trust,
    logs: logsSeen(logs, trust.evidenceLevel, investigation.sparkVersion),
  };
}

const SEVERITIES: readonly Severity[] = ["dead", "slow", "risk", "waste", "fine"];

function findingOf(row: Of<typeof relations.findings>, investigation: Investigation): Finding {
  const severity = textIn(row, "severity");
  const facts = factsIn(textIn(row, "facts") ?? "{}");
  const more = textIn(row, "more");
  const [, command = "", argument = ""] = /^(explain|query) ([\s\S]*)$/.exec(more ?? "") ?? [];
  const says = textIn(row, "source_says");
  return {
    id: textIn(row, "finding_id") ?? "",
    rank: numberIn(row, "rank") ?? 0,
    kind: textIn(row, "kind") ?? "",
    severity: SEVERITIES.find((known) => known === severity) ?? "risk",
    weight: rankCost(costIn(row)) ?? 0,
    costMillis: costIn(row),
    title: textIn(row, "title") ?? "",
    evidence: (textIn(row, "evidence") ?? "").split("\n").filter((line) => line !== ""),
    tooCheap: tooCheap(row, facts),
    change: textIn(row, "change"),
    changeKey: textIn(row, "change_key"),
    changeValue: textIn(row, "change_value"),
    effect: textIn(row, "effect"),
    certainty: textIn(row, "certainty") ?? "",
    places: says === undefined ? [] : investigation.places([{ row, says }]),
    next:
      command === "explain" || command === "query"
        ? [{ why: textIn(row, "more_why") ?? "", command, argument }]
        : [],
    facts,
  };
}

function tooCheap(row: Of<typeof relations.findings>, facts: Finding["facts"]): string | undefined {
  const run = facts["run_ms"];
  if (textIn(row, "severity") !== "fine" || typeof run !== "number") return undefined;
  if (!isCheap(costIn(row), run)) return undefined;
  return `${costInWords(costIn(row)) ?? "nothing measured"} of ${millis(run)} of task time`;
}

function factsIn(json: string): Finding["facts"] {
  const facts: unknown = JSON.parse(json);
  return typeof facts === "object" && facts !== null ? { ...facts } : {};
}

const LOGS_SEEN = {
  event_log: "flag",
  driver_alone: "flag",
  millis_and_thread: "flag",
  incomplete: "number",
  missing: "text",
  weakest: "number",
  block_updates: "flag",
  stage_metrics: "flag",
  process_sizes: "flag",
  any_lost: "flag",
  any_out_of_memory: "flag",
  inputs_left: "flag",
  any_failed: "flag",
  filtered: "flag",
  store: "flag",
  cut: "flag",
  zone_unknown: "flag",
} as const;
type Logs = Of<typeof LOGS_SEEN>;

/** What stands in logs of an executor of which there is no log at all is not "not found". */
const LOGS = (here: string): string => `
  with files as (
    select coalesce(bool_or(kind = 'event_log'), false) as event_log,
      coalesce(bool_or(kind = 'driver_log'), false)
        and not coalesce(bool_or(kind = 'executor_log' or contains(line_kinds, 'tasks')), false)
        as driver_alone,
      coalesce(
        bool_and(layout = 'json' or ((layout like '%SSS%' or layout like '%ISO8601%') and layout like '%%t%' escape ''))
          filter (kind = 'executor_log' and layout is not null),
        false) as millis_and_thread,
      count(incomplete) as incomplete,
      coalesce(bool_and(contains(incomplete, 'were filtered out'))
        filter (kind = 'executor_log'), false) as filtered,
      coalesce(bool_or(truncated and (contains(incomplete, 'ends in the middle of a line')
        or contains(incomplete, 'stream in it is cut'))) filter (kind = 'executor_log'), false)
        as cut,
      coalesce(bool_and(contains(incomplete, 'MemoryStore')) filter (kind = 'executor_log'), false)
        as store,
      min(regexp_extract(path, '([^/\\\\]+[/\\\\])?[^/\\\\]+$') || ': ' || incomplete) as missing
    from source_files where ${here}),
  levels as (
    select executor_id = 'driver' as is_driver,
      case evidence_level when 'debug' then 3 when 'info' then 2 when 'event_log_blocks' then 1
        else 0 end as level
    from executors where ${here}),
  people as (
    -- A driver's log alone says nothing of the executors that there may be.
    select case when count(*) filter (not is_driver) > 0 then min(level) filter (not is_driver)
      when (select event_log from files) then coalesce(min(level), 0) else -1 end as weakest
    from levels)
  select event_log, driver_alone and not event_log as driver_alone, millis_and_thread, incomplete,
    missing,
    if(event_log or weakest > 0, weakest, -1) as weakest,
    coalesce((select bool_or(value = 'true') from spark_conf where ${here}
      and key = 'spark.eventLog.logBlockUpdates.enabled'), false) as block_updates,
    exists (from executor_metrics where ${here} and is_peak) as stage_metrics,
    exists (from executor_metrics where ${here} and name = 'ProcessTreeJVMRSSMemory' and value > 0)
      and exists (from executors where ${here} and overhead_bytes is not null) as process_sizes,
    exists (from lost_executors where ${here}) or exists (from failures where ${here}
      and class = 'executor_lost') as any_lost,
    exists (from diagnostics where ${here} and code = 'clock_zone_unknown') as zone_unknown,
    exists (from oom_events where ${here})
      or exists (from failures where ${here}
        and error_class like '%OutOfMemoryError') as any_out_of_memory,
    -- A driver's log says that an input of a stream left memory, and not whether it was driven out.
    exists (from block_events where ${here} and op = 'remove' and block_id like 'input-%')
      and not exists (from source_files where ${here} and kind = 'executor_log') as inputs_left,
    exists (from failures where ${here} and what <> 'error' and class <> 'page')
      or exists (from jobs where ${here}
      and status = 'failed') as any_failed,
    filtered and not event_log as filtered, store, cut and not event_log as cut
  from files, people`;

function isKnowable(trouble: KindOfTrouble, logs: Logs | undefined): boolean {
  const eventLog = flagIn(logs, "event_log") === true;
  const weakest = numberIn(logs, "weakest") ?? -1;
  if (trouble.byEventLog === true && !eventLog) return false;
  // Errors stand at the end of a log, and no search for storage finds them.
  const isOfStorage = trouble.kinds.some((kind) => kind === "evictions" || kind === "no_room");
  if (flagIn(logs, "filtered") === true && !(isOfStorage && flagIn(logs, "store") === true))
    return false;
  if (flagIn(logs, "cut") === true && trouble.kinds.includes("oom")) return false;
  if (trouble.byProcessSizes === true && flagIn(logs, "process_sizes") !== true) return false;
  if (trouble.byJobs === true && !eventLog && weakest < levels.indexOf("info")) return false;
  return weakest >= levels.indexOf(trouble.needs);
}

/** What the logs at hand are, as far as trust depends on it. */
interface SeenOfLogs {
  readonly hasEventLog: boolean;
  readonly isDriverAlone: boolean;
  /** a log prints local times, and nothing tells of which zone */
  readonly isZoneUnknown: boolean;
  /** logs that are not whole, and what the first of them lacks */
  readonly incomplete: number;
  readonly missing: string | undefined;
}

function trustIn({ application }: Investigation, seen: SeenOfLogs): Trust {
  const statements = numberIn(application, "statements") ?? 0;
  const statementsMet = numberIn(application, "statements_met") ?? 0;
  const statementsExplained = numberIn(application, "statements_explained") ?? 0;
  const decisions = numberIn(application, "decisions") ?? 0;
  const decisionsForeseen = numberIn(application, "decisions_foreseen") ?? 0;
  const evidenceLevel = textIn(application, "evidence_level") ?? "event_log";
  return {
    statements,
    statementsMet,
    statementsExplained,
    decisions,
    decisionsForeseen,
    evidenceLevel,
    sentences: [
      statements === 0
        ? "No line of these logs states an amount of memory that the replay could be checked by."
        : accountInWords({ statements, statementsMet, statementsExplained }),
      ...(decisions === 0
        ? []
        : [
            `Of ${counted(decisions, "decision")} of Spark's memory manager it foresaw ${countInWords(decisionsForeseen)} (${share(decisionsForeseen, decisions)}).`,
          ]),
      evidenceInWords(evidenceLevel, seen),
      ...doubtsOf(seen),
      ...(textIn(application, "spark_version") === undefined
        ? ["No log names the version of Spark: that of the memory model is assumed."]
        : textIn(application, "model_evidence") === "source"
          ? ["The model of this Spark version follows its sources, not recordings of it."]
          : []),
    ],
  };
}

function evidenceInWords(level: string, { hasEventLog, isDriverAlone }: SeenOfLogs): string {
  if (hasEventLog || (logged.has(level) && !isDriverAlone)) return LEVELS[level] ?? "";
  return isDriverAlone ? DRIVER_ALONE : NO_STORES;
}

function doubtsOf({ incomplete, missing, isZoneUnknown }: SeenOfLogs): string[] {
  const doubts: string[] = [];
  if (missing !== undefined) {
    const logs = incomplete === 1 ? "One log is" : `${countInWords(incomplete)} logs are`;
    doubts.push(`${logs} not whole (${missing}): what is missing may say otherwise.`);
  }
  if (isZoneUnknown) {
    doubts.push(
      "Times are local ones of a zone that no log names, shown as if UTC (--time-zone names it).",
    );
  }
  return doubts;
}

/** `The logs state memory 128 times: the replay predicted 126 (98 %) …; 0 are unexplained.` */
function accountInWords({
  statements,
  statementsMet,
  statementsExplained,
}: Pick<Trust, "statements" | "statementsMet" | "statementsExplained">): string {
  const open = statements - statementsMet - statementsExplained;
  const explained =
    statementsExplained === 0
      ? ""
      : `, a known rule of logging accounts for ${countInWords(statementsExplained)}`;
  const rest = open === 0 ? "none is" : `${countInWords(open)} ${open === 1 ? "is" : "are"}`;
  return `The logs state amounts of memory ${counted(statements, "time")}: the replay predicted ${countInWords(statementsMet)} (${share(statementsMet, statements)})${explained}, ${rest} unexplained.`;
}

/** Levels that a log of an executor gives. */
const logged: ReadonlySet<string> = new Set(["debug", "info"]);
const DRIVER_ALONE =
  "Evidence: a driver's log alone; what executors report to it of blocks is logged, reads are not.";

const NO_STORES =
  "Evidence: logs without Spark's lines at INFO; refusals and errors are logged, stores, evictions and execution memory are not.";

const LEVELS: Readonly<Record<string, string>> = {
  debug: "Evidence: executor logs at DEBUG; all but unroll reservations is logged.",
  info: "Evidence: executor logs at INFO; execution memory is known within bounds.",
  event_log_blocks:
    "Evidence: an event log with block updates; why blocks went, and who read them, is not logged.",
  event_log: "Evidence: an event log alone; only totals of tasks and peaks of metrics are logged.",
};

/**
 * What kinds of logs there were: whoever knows Spark's settings can say from it which would have
 * shown more.
 */
function logsSeen(
  logs: Logs | undefined,
  level: string,
  sparkVersion: string | undefined,
): LogsSeen {
  return {
    eventLog: flagIn(logs, "event_log") === true,
    blockUpdates: level === "event_log_blocks" || flagIn(logs, "block_updates") === true,
    info: level === "info" || level === "debug",
    debug: level === "debug",
    stageMetrics: flagIn(logs, "stage_metrics") === true,
    millisAndThread: flagIn(logs, "millis_and_thread") === true,
    sparkVersion,
  };
}
