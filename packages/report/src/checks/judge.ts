/** Holds a run against its baseline: a verdict a metric, and what they come to together. */
import { type Baseline, hasRun, restored } from "./baseline.ts";
import type {
  BaselineValue,
  GateResult,
  Interval,
  Measure,
  MeasuredRun,
  Metric,
  Subject,
  SubjectMatch,
  Verdict,
  VerdictStatus,
} from "./check.ts";
import { type Allowed, differencesFrom, inputFactor, sameMemory, sizeOf } from "./comparable.ts";
import type { GateConfig } from "./gate-config.ts";
import { intervalInWords, inWords, spanInWords } from "./in-words.ts";
import { metrics } from "./index.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { LEVELS, lostEvidence } from "./lost-evidence.ts";
import { improvementFrom, limitFor, RUNS_FOR_STATISTICS } from "./statistics.ts";
import { matchSubjects } from "./subjects.ts";

export interface GateRequest {
  /** undefined: budgets and own checks alone decide. */
  readonly baseline: Baseline | undefined;
  readonly run: MeasuredRun;
  readonly config: GateConfig;
  readonly allowed: Allowed;
  /** Verdicts of the user's own checks. */
  readonly own: readonly Verdict[];
  /** What else is to be said of how the run was judged. */
  readonly remarks?: readonly string[];
}

const LEAST_ACCURACY = 0.8;

/** Holds a measured run against its baseline and limits. */
export function judge(request: GateRequest): GateResult {
  const { baseline, run, config, allowed, own } = request;
  const differences = baseline === undefined ? [] : differencesFrom(baseline, run, allowed);
  const evidence = [
    ...belowFloor(run, config),
    ...lostEvidence(baseline, run, config),
    ...run.trust.incomplete.filter(() => config.evidence?.allow_incomplete !== true),
  ];
  const subjects = subjectsOf(run, baseline);
  const normalised = baseline !== undefined && allowed.normaliseBy === "input";
  const scale = normalised ? inputFactor(baseline, run) : 1;
  const remarks =
    baseline === undefined
      ? ["no baseline: only budgets and own checks were judged"]
      : remarksOn(baseline, run, normalised, scale);
  const comparable = differences.every((difference) => difference.allowed);
  const against: Against = {
    baseline,
    run,
    measures: new Map(run.measures.map((one) => [measureId(one.metric, one.subject), one])),
    config,
    scale: scale ?? 1,
    sameMemory: baseline === undefined || sameMemory(baseline, run),
    settings: differences
      .filter(({ kind }) => kind === "configuration")
      .map(
        (difference) =>
          `${difference.name} ${difference.baseline ?? "unset"} → ${difference.run ?? "unset"}`,
      ),
  };
  const verdicts = comparable
    ? [...metrics.flatMap((metric) => verdictsOn(metric, subjects, against)), ...own]
    : [...own];
  if (comparable && baseline !== undefined && nothingMeasured(verdicts)) {
    evidence.push("nothing that the baseline measured is measured in this run");
  }
  evidence.push(...workUndone(verdicts), ...budgetsUnmeasured(verdicts, config));
  // Where logs are missing or cut, that is why, and is said.
  if (evidence.length === 0) evidence.push(...unmeasured(verdicts, request));
  const failed = verdicts.some((verdict) => verdict.status === "fail" && holdsFor(run, verdict));
  return {
    outcome: outcomeOf({ comparable, failed, evidence, run, config }),
    run,
    baseline:
      baseline === undefined
        ? undefined
        : {
            runs: baseline.runs.length,
            sparkVersion: baseline.application.spark_version,
            name: baseline.application.name,
          },
    differences,
    evidence,
    remarks: [...(request.remarks ?? []), ...remarks],
    verdicts,
    subjects,
  };
}

/** Without a baseline every stage and RDD stands for itself, so that budgets find it. */
function subjectsOf(run: MeasuredRun, baseline: Baseline | undefined): readonly SubjectMatch[] {
  return baseline === undefined
    ? run.subjects.map(({ kind, key }): SubjectMatch => ({ kind, was: key, is: key, how: "same" }))
    : matchSubjects(subjectsIn(baseline), run.subjects);
}

/**
 * What logs that are cut off show of amounts is true, and there may be more; of shares nothing is
 * known, nor of peaks, which follow from what is not there too. Lines that are there twice count
 * too much.
 */
function holdsFor({ trust }: MeasuredRun, { check, unit }: Verdict): boolean {
  if (trust.incomplete.length === 0) return true;
  if (trust.repeated || unit === "share") return false;
  return metrics.find(({ id }) => id === check)?.needsWholeLogs !== true;
}

interface Facts {
  readonly comparable: boolean;
  readonly failed: boolean;
  readonly evidence: readonly string[];
  readonly run: MeasuredRun;
  readonly config: GateConfig;
}

/**
 * Logs that are cut off can only hide trouble: what they show is true, so a failure stays one.
 * Numbers that do not hold are no failure either.
 */
function outcomeOf({ comparable, failed, evidence, run, config }: Facts): GateResult["outcome"] {
  if (!comparable) return "not_comparable";
  if (belowFloor(run, config).length > 0) return "too_little_evidence";
  if (failed) return "regressed";
  return evidence.length > 0 ? "too_little_evidence" : "passed";
}

/** Why the numbers of a run cannot be used at all. */
function belowFloor({ trust, application }: MeasuredRun, { evidence }: GateConfig): string[] {
  const reasons: string[] = [];
  const least = evidence?.accuracy ?? LEAST_ACCURACY;
  const accounted = trust.statementsMet + trust.statementsExplained;
  const share = trust.statements === 0 ? undefined : accounted / trust.statements;
  if (share !== undefined && share < least) {
    reasons.push(
      `the replay predicted or explained ${inWords(share, "share")} of the memory statements in the logs; the floor is ${inWords(least, "share")}`,
    );
  }
  const level = evidence?.level;
  const has = application.evidenceLevel;
  if (level !== undefined && LEVELS.indexOf(has ?? "") < LEVELS.indexOf(level)) {
    reasons.push(`the evidence level is ${has ?? "unknown"}; the floor is ${level}`);
  }
  return reasons;
}

/** A job that failed leaves work undone, and work undone evicts nothing: no reason to pass. */
function workUndone(verdicts: readonly Verdict[]): string[] {
  const failed = verdicts.find(
    ({ check, baseline }) => check === "failed_jobs" && baseline !== undefined,
  );
  const isMore = (failed?.value?.best ?? 0) > (failed?.baseline?.max ?? 0);
  return isMore && failed?.status !== "ignored"
    ? ["jobs failed that did not fail in the baseline, so not all of the work was measured"]
    : [];
}

/** What was asked for by name and cannot be answered. */
function budgetsUnmeasured(verdicts: readonly Verdict[], config: GateConfig): string[] {
  return verdicts.flatMap(({ check, subject, status }) => {
    const metric = metrics.find(({ id }) => id === check);
    if (status !== "not_measured" || metric === undefined) return [];
    const { budget, ignored } = limitsOf(metric, subject, config);
    return budget === undefined || ignored
      ? []
      : [`${check} has a budget, and these logs do not measure it`];
  });
}

/**
 * What could fail, each run of the baseline measured, and this run does not. A simulation foretells
 * what it can, and a configuration that takes incomplete logs takes this.
 */
function unmeasured(
  verdicts: readonly Verdict[],
  { baseline, run, config }: GateRequest,
): string[] {
  if (baseline === undefined || run.isForetold === true) return [];
  if (config.evidence?.allow_incomplete === true) return [];
  const gone = verdicts.filter(({ check, subject, status }) => {
    const metric = metrics.find(({ id }) => id === check);
    if (status !== "not_measured" || metric === undefined || subject !== undefined) return false;
    const { level, ignored } = limitsOf(metric, subject, config);
    return (
      level === "fail" && !ignored && runsThatMeasured(baseline, check) >= baseline.runs.length
    );
  });
  if (gone.length === 0) return [];
  const names = gone.map(({ check }) => check).join(", ");
  return [
    `the baseline's runs measured ${names}, and this run does not: collect the same logs, or, if the program no longer does what is measured, write a new baseline or name it under ignore`,
  ];
}

/** How many runs of a baseline measured a metric, by whichever evidence. */
function runsThatMeasured({ metrics: stored }: Baseline, metric: string): number {
  return Object.values(stored[metric] ?? {}).reduce((sum, { runs }) => sum + runs, 0);
}

/** What every log tells, if only by not speaking of it. */
const ALWAYS_TOLD = new Set([
  "ooms",
  "executors_lost_to_memory",
  "failed_jobs",
  "replay_accuracy_share",
]);

function nothingMeasured(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(
    ({ status, check }) =>
      status === "not_measured" || status === "not_compared" || ALWAYS_TOLD.has(check),
  );
}

function remarksOn(
  baseline: Baseline,
  run: MeasuredRun,
  normalised: boolean,
  scale: number | undefined,
): string[] {
  const remarks: string[] = [];
  const was = baseline.application.name;
  const is = run.application.name;
  if (was !== is && was !== undefined && is !== undefined) {
    remarks.push(`the baseline is of “${was}”, this run is “${is}”`);
  }
  if (normalised) {
    remarks.push(
      scale === undefined
        ? "no input size was measured in both, so nothing was normalised by it"
        : `limits of what grows with the input are scaled by ${scale.toFixed(2)}`,
    );
  }
  if (hasRun(baseline, run)) {
    remarks.push("this run is one of the baseline's own");
  }
  if (baseline.runs.length === 1) {
    remarks.push(
      "the baseline is of one run: two or more show how much runs differ by chance (respark baseline --add)",
    );
  }
  return remarks;
}

function subjectsIn({ stages, rdds }: Baseline): Subject[] {
  return [
    ...Object.entries(stages).map(([key, { shape }]): Subject => ({ kind: "stage", key, shape })),
    ...Object.entries(rdds).map(([key, { shape }]): Subject => ({ kind: "rdd", key, shape })),
  ];
}

interface Against {
  readonly baseline: Baseline | undefined;
  readonly run: MeasuredRun;
  readonly measures: ReadonlyMap<string, Measure>;
  readonly config: GateConfig;
  readonly scale: number;
  readonly sameMemory: boolean;
  /** Memory settings that differ. */
  readonly settings: readonly string[];
}

function verdictsOn(
  metric: Metric,
  subjects: readonly SubjectMatch[],
  against: Against,
): Verdict[] {
  const { baseline, measures, config } = against;
  if (metric.scope !== "stage" && metric.scope !== "rdd") {
    const measure = measures.get(measureId(metric.id, undefined));
    const limits = limitsOf(metric, undefined, config);
    return limits.level === "off"
      ? []
      : [
          verdictOn({
            metric,
            limits,
            subject: undefined,
            measure,
            stored: baseline?.metrics[metric.id],
            against,
          }),
        ];
  }
  const stored = metric.scope === "stage" ? baseline?.stages : baseline?.rdds;
  return subjects
    .filter(({ kind, is }) => kind === metric.scope && is !== undefined)
    .flatMap(({ was, is }) => {
      const limits = limitsOf(metric, is, config);
      if (limits.level === "off") return [];
      const measure = measures.get(measureId(metric.id, is));
      const values = stored?.[was ?? ""]?.metrics[metric.id];
      return [verdictOn({ metric, limits, subject: is, measure, stored: values, against })];
    });
}

function measureId(metric: string, subject: string | undefined): string {
  return `${metric} ${subject ?? ""}`;
}

interface Question {
  readonly metric: Metric;
  readonly limits: Limits;
  readonly subject: string | undefined;
  readonly measure: Measure | undefined;
  readonly stored: Baseline["metrics"][string] | undefined;
  readonly against: Against;
}

function namedBy({ id, title, unit, better, lookFurther }: Metric) {
  return { check: id, title, unit, better, lookFurther, file: undefined };
}

function verdictOn(question: Question): Verdict {
  const { metric, limits, subject, measure, stored, against } = question;
  const value = measure?.value;
  const kept = measure === undefined ? undefined : stored?.[measure.by];
  const baseline = kept === undefined ? undefined : restored(kept);
  const said = { ...namedBy(metric), subject, value, executor: measure?.executor, baseline };
  if (value === undefined || measure === undefined) {
    const why = measure === undefined || measure.by === "" ? "" : ` by ${measure.by}`;
    const sentence = `not measured${why}`;
    return { ...said, status: "not_measured", limit: undefined, causes: [], sentence };
  }
  const compares = baseline !== undefined && (metric.withinMemory !== true || against.sameMemory);
  const scale = metric.extensive ? against.scale : 1;
  const relative = compares
    ? possible(metric, limitFor(baseline, limits.fail, metric.better, scale), against.run)
    : undefined;
  const limit = stricter(relative, limits.budget, metric.better);
  if (limit === undefined) {
    const sentence = `${intervalInWords(value, metric.unit)}${
      baseline === undefined
        ? ` by ${measure.by}; the baseline has no value by the same evidence`
        : "; not compared, because the executors have other memory than the baseline's (headroom_share is)"
    }`;
    return { ...said, status: "not_compared", limit, causes: [], sentence };
  }
  const warnAt =
    compares && limits.warn !== undefined
      ? limitFor(baseline, limits.warn, metric.better, scale)
      : undefined;
  const status = limits.ignored
    ? "ignored"
    : statusOf({
        metric,
        value,
        limit,
        warnAt,
        level: limits.level,
        baseline: compares ? baseline : undefined,
        scale,
        allowance: limits.fail,
      });
  return {
    ...said,
    status,
    limit,
    causes: isTrouble(status) ? causesOf(question) : [],
    sentence: sentenceOn({
      metric,
      value,
      limit,
      status,
      baseline: compares ? baseline : undefined,
      byBudget: limit === limits.budget,
    }),
  };
}

/** No limit lies where no value can: beyond all memory, or below no share at all. */
function possible({ unit, within }: Metric, limit: number, { configuration }: MeasuredRun): number {
  if (unit === "share") return Math.min(1, Math.max(0, limit));
  const text = within === undefined ? undefined : configuration[within];
  if (text === undefined) return limit;
  // Settings are sizes, what executors had is bytes; a setting without a suffix is left out.
  const most =
    sizeOf(text) ?? (within?.startsWith("executor ") === true ? Number(text) : Number.NaN);
  return Number.isNaN(most) ? limit : Math.min(limit, most);
}

export function isTrouble(status: VerdictStatus): boolean {
  return status === "fail" || status === "warn" || status === "inconclusive";
}

function stricter(
  a: number | undefined,
  b: number | undefined,
  better: Metric["better"],
): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return better === "lower" ? Math.min(a, b) : Math.max(a, b);
}

interface Position {
  readonly metric: Metric;
  readonly value: Interval;
  readonly limit: number;
  readonly warnAt: number | undefined;
  readonly level: Limits["level"];
  readonly baseline: BaselineValue | undefined;
  readonly scale: number;
  readonly allowance: Limits["fail"];
}

function statusOf(position: Position): VerdictStatus {
  const { metric, value, limit, warnAt, level, baseline, scale, allowance } = position;
  const { better } = metric;
  const [betterEnd, worseEnd] =
    better === "lower" ? [value.min, value.max] : [value.max, value.min];
  const beyond = (end: number, bound: number): boolean =>
    better === "lower" ? end > bound : end < bound;
  if (beyond(betterEnd, limit)) return level === "fail" ? "fail" : "warn";
  if (beyond(worseEnd, limit)) return "inconclusive";
  if (warnAt !== undefined && beyond(betterEnd, warnAt)) return "warn";
  if (warnAt !== undefined && beyond(worseEnd, warnAt)) return "inconclusive";
  if (baseline === undefined) return "pass";
  const improved = improvementFrom(baseline, allowance, better, scale);
  const isImproved = better === "lower" ? worseEnd < improved : worseEnd > improved;
  return isImproved ? "improved" : "pass";
}

function causesOf({ metric, subject, against }: Question): string[] {
  const causes = [...(against.run.causes.get(metric.id) ?? [])].filter(
    (cause) => subject === undefined || cause.includes(subject),
  );
  if (against.settings.length > 0) {
    causes.push(`memory settings differ from the baseline's: ${against.settings.join(", ")}`);
  }
  return causes;
}

interface Said {
  readonly metric: Metric;
  readonly value: Interval;
  readonly limit: number;
  readonly status: VerdictStatus;
  readonly baseline: BaselineValue | undefined;
  readonly byBudget: boolean;
}

function sentenceOn({ metric, value, limit, status, baseline, byBudget }: Said): string {
  const { unit, better } = metric;
  const is = intervalInWords(value, unit);
  const bound = `${better === "lower" ? "at most" : "at least"} ${inWords(limit, unit)}`;
  const why = byBudget ? "the budget" : baselineInWords(baseline, unit);
  switch (status) {
    case "inconclusive":
      return `${is}: the limit, ${bound}, lies within what the logs leave open (${why})`;
    case "ignored":
      return `${is}, ignored; good is ${bound} (${why})`;
    case "fail":
    case "warn":
      return `${is}, but good is ${bound} (${why})`;
    case "improved":
      return `${is}, better than the baseline (${why})`;
    default:
      return `${is}; good is ${bound} (${why})`;
  }
}

function baselineInWords(baseline: BaselineValue | undefined, unit: Metric["unit"]): string {
  if (baseline === undefined) return "no baseline";
  const { runs, min, median, max } = baseline;
  const span = spanInWords({ min, max }, unit);
  if (runs >= RUNS_FOR_STATISTICS)
    return `${runs} runs had ${span}, median ${inWords(median, unit)}`;
  return runs === 1 ? `one run had ${span}` : `${runs} runs had ${span}`;
}
