/** A run's verdict: what went wrong with memory, worst first, what to change, and what would settle the doubt. */
import { counted, countInWords } from "@respark/core";

import { flagIn, numberIn, textIn } from "../sql/row.ts";
import { levels, troubles } from "./findings/index.ts";
import type { Investigation } from "./investigation.ts";
import type { Finding, LogsSeen, RunVerdict, Severity, Trust } from "./story.ts";
import { share } from "./words.ts";

const WORST_FIRST: readonly Severity[] = ["dead", "slow", "risk", "waste", "fine"];

export async function verdictOn(investigation: Investigation): Promise<RunVerdict> {
  const trust = trustIn(investigation);
  const level = levels.indexOf(trust.evidenceLevel);
  const findings: Finding[] = [];
  const absent: string[] = [];
  const unknowable: string[] = [];
  for (const { find, named, needs, told, elsewhere } of troubles) {
    const found = await find(investigation);
    findings.push(...found);
    if (found.length > 0 || (elsewhere !== undefined && (await elsewhere(investigation)))) continue;
    const knowable =
      level >= levels.indexOf(needs) && (told === undefined || (await told(investigation)));
    (knowable ? absent : unknowable).push(named);
  }
  findings.sort(
    (a, b) =>
      WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) || b.weight - a.weight,
  );
  const name = textIn(investigation.application, "name");
  return {
    kind: "verdict",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    title: `${investigation.appId}${name === undefined ? "" : ` “${name}”`}`,
    findings,
    absent,
    unknowable,
    trust,
    logs: await logsIn(investigation, trust.evidenceLevel),
  };
}

function trustIn({ application }: Investigation): Trust {
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
        ? "The logs make no statement of memory to check the replay by."
        : `Of ${counted(statements, "memory statement")} in the logs the replay predicted ${countInWords(statementsMet)} (${share(statementsMet, statements)}) and explained ${countInWords(statementsExplained)}; ${countInWords(statements - statementsMet - statementsExplained)} ${statements - statementsMet - statementsExplained === 1 ? "is" : "are"} unexplained.`,
      ...(decisions === 0
        ? []
        : [
            `Of ${counted(decisions, "decision")} of the memory manager it foresaw ${countInWords(decisionsForeseen)} (${share(decisionsForeseen, decisions)}).`,
          ]),
      LEVELS[evidenceLevel] ?? "",
      ...(textIn(application, "model_evidence") === "source"
        ? ["The model of this Spark version follows its sources, not recordings of it."]
        : []),
    ],
  };
}

const LEVELS: Readonly<Record<string, string>> = {
  debug: "Evidence: executor logs at DEBUG; all but unroll reservations is logged.",
  info: "Evidence: executor logs at INFO; execution memory is known within bounds.",
  event_log_blocks:
    "Evidence: an event log with block updates; why blocks went, and who read them, is not told.",
  event_log: "Evidence: an event log alone; only totals of tasks and peaks of metrics are told.",
};

/** What kinds of logs were there: whoever knows Spark's settings can say from it which would have told more. */
async function logsIn(investigation: Investigation, level: string): Promise<LogsSeen> {
  const here = investigation.here();
  const row = await investigation.one(
    `select (select count(*) from source_files where ${here} and kind = 'event_log') > 0 as event_log,
       coalesce((select bool_or(value = 'true') from spark_conf where ${here} and key = 'spark.eventLog.logBlockUpdates.enabled'), false) as block_updates,
       (select count(*) from executor_metrics where ${here} and is_peak) > 0 as stage_metrics,
       coalesce((select bool_and(layout like '%SSS%' or layout like '%ISO8601%') and bool_and(layout like '%%t%' escape '') from source_files
         where ${here} and kind in ('executor_log', 'driver_log') and layout is not null), false) as millis_and_thread`,
  );
  return {
    eventLog: flagIn(row, "event_log") === true,
    blockUpdates: level === "event_log_blocks" || flagIn(row, "block_updates") === true,
    info: level === "info" || level === "debug",
    debug: level === "debug",
    stageMetrics: flagIn(row, "stage_metrics") === true,
    millisAndThread: flagIn(row, "millis_and_thread") === true,
    sparkVersion: investigation.sparkVersion,
  };
}
