/**
 * A what-if answer as a person reads it: one table a scenario, counts of simulated runs, never a
 * plain "safe".
 */
import { bytesInWords, counted, countInWords } from "@respark/core";
import type {
  AnsweredOutcome,
  AnsweredScenario,
  MissRatioCurve,
  WhatIfAnswer,
} from "@respark/report";
import type { Style } from "../terminal/style.ts";
import { textTable } from "../terminal/text-table.ts";

export function whatIfText(answer: WhatIfAnswer, style: Style): string {
  const lines = [selfCheckText(answer)];
  for (const { text } of answer.warnings) lines.push(`Note: ${text}.`);
  for (const scenario of answer.scenarios)
    lines.push("", style.bold(headOf(answer, scenario)), "", ...tableOf(scenario));
  for (const scenario of answer.scenarios) lines.push("", ...sentencesOf(scenario));
  if (answer.bands.length > 0) lines.push("", ...bandsText(answer));
  const read = missRatioLines(answer.miss_ratios ?? []);
  const hint = answer.eviction_order?.hint ?? undefined;
  if (read.length > 0) lines.push("", ...read);
  if (hint !== undefined) lines.push(`Hint: ${hint}.`);
  return `${lines.join("\n")}\n`;
}

const MOST_RDDS = 8;

/** What would be read from memory, RDD by RDD; each sentence stands alone. */
export function missRatioLines(curves: readonly MissRatioCurve[]): string[] {
  const lines = curves
    .slice(0, MOST_RDDS)
    .map((curve) => `rdd ${curve.rdd_id}: ${readInWords(curve)}.`);
  const others = curves.length - MOST_RDDS;
  return others > 0 ? [...lines, `… and ${counted(others, "RDD")} more (--json).`] : lines;
}

function readInWords({ reason, points, logged, from, share, knob }: MissRatioCurve): string {
  if (reason !== null) return `by which memory it would be read is unknown: ${reason}`;
  const own = points.find(({ is_own }) => is_own);
  const again = (logged?.reads ?? 0) - (own?.first_reads ?? 0);
  if (logged === null || again <= 0) return "no partition is read again after its first read";
  const now = `${countInWords(logged.from_memory)} of ${counted(again, "repeated read")} came from memory`;
  const percent = `${Math.round(100 * share)} %`;
  if (from === null)
    return `${now}; ${percent} would at no size tried, up to ${knob} ${points.at(-1)?.value ?? ""}`;
  const pool = bytesInWords(from.memory_bytes);
  return from.value === points[0]?.value
    ? `${now}; at least ${percent} would at every size tried, ${knob} ${from.value} (pool ${pool}) and more`
    : `${now}; ${percent} would from ${knob} ${from.value} (pool ${pool}) on`;
}

function selfCheckText({ self_check }: WhatIfAnswer): string {
  const said = self_check.outcomes.map(
    ({ name, logged, lo, hi }) =>
      `${words(name)} ${amount(name, logged)} in ${amount(name, lo)}..${amount(name, hi)}`,
  );
  if (self_check.outcomes.length === 0)
    return "Self-check: the logs of this run show no outcome to hold the simulation against.";
  return self_check.passed
    ? `Self-check: simulated as it was, the run's own numbers lie inside the bands (${said.slice(0, 3).join(", ")}).`
    : `Self-check: simulated as it was, some of the run's own numbers lie outside the bands (${said
        .filter((_, index) => self_check.outcomes[index]?.inside === false)
        .join(", ")}): these outcomes are graded down.`;
}

function headOf(answer: WhatIfAnswer, scenario: AnsweredScenario): string {
  const pool = (bytes: number): string => bytesInWords(bytes);
  const executors = `${counted(scenario.simulated_executors, "executor")} × ${scenario.capacity.slots}`;
  const before = pool(answer.base.capacity.max_memory_bytes);
  const after = pool(scenario.capacity.max_memory_bytes);
  return `${answer.app_id} · Spark ${answer.spark_version} · ${scenario.capacity.manager} · ${executors} tasks at once · pool ${before} → ${after} (${scenario.name})`;
}

function tableOf(scenario: AnsweredScenario): string[] {
  const shown = scenario.outcomes.filter(
    ({ base, median, hi, grade }) =>
      grade === "D" || (base ?? 0) > 0 || (median ?? 0) > 0 || (hi ?? 0) > 0 || base === 0,
  );
  return textTable(
    [
      { title: "", align: "left" },
      { title: "as it was", align: "right" },
      { title: "foretold", align: "right" },
      { title: "90 % band", align: "right" },
      { title: "any at all", align: "right" },
      { title: "grade", align: "left" },
    ],
    shown.map((outcome) => rowOf(outcome, scenario.draws)),
  );
}

function rowOf(outcome: AnsweredOutcome, draws: number): string[] {
  const { name, base, median, lo, hi, p_any, grade } = outcome;
  const known = median !== null && lo !== null && hi !== null && p_any !== null;
  return [
    words(name),
    base === null ? "not logged" : amount(name, base),
    known ? amount(name, median) : "not foretold",
    known
      ? `${amount(name, lo)}..${amount(name, hi)}`
      : `at least ${amount(name, outcome.at_least ?? 0)}`,
    known ? `${Math.round(p_any * draws)} of ${draws}` : "",
    grade,
  ];
}

function sentencesOf(scenario: AnsweredScenario): string[] {
  const lines: string[] = [];
  for (const name of ["evicted_blocks", "failed_puts", "spilled_tasks", "oom_tasks"] as const) {
    const outcome = scenario.outcomes.find((known) => known.name === name);
    if (outcome === undefined) continue;
    lines.push(`${scenario.name}: ${sentenceOf(outcome, scenario.draws)}.`);
  }
  const reasons = new Set(scenario.outcomes.flatMap(({ reason }) => reason ?? []));
  for (const reason of reasons) lines.push(`Less sure because ${reason}.`);
  return lines;
}

function sentenceOf(outcome: AnsweredOutcome, draws: number): string {
  const what = words(outcome.name);
  if (outcome.p_any === null)
    return (outcome.at_least ?? 0) > 0
      ? `at least ${amount(outcome.name, outcome.at_least ?? 0)} ${what}: ${outcome.reason ?? ""}`
      : `${what} not foretold: ${outcome.reason ?? ""}`;
  const times = Math.round(outcome.p_any * draws);
  return times === 0
    ? `no ${what} in ${draws} of ${draws} simulated runs`
    : `${what} in ${times} of ${draws} simulated runs`;
}

function bandsText(answer: WhatIfAnswer): string[] {
  return answer.bands.map(({ outcome, knob, p95, p05 }) => {
    const from =
      p95 === null ? `below the values tried` : `${knob} ${p95} (95 of 100 simulated runs)`;
    const to = p05 === null ? `above the values tried` : `${p05} (5 of 100)`;
    return `${words(outcome)} end between ${from} and ${to}.`;
  });
}

function words(name: string): string {
  return name.replace(/_bytes$/, "").replaceAll("_", " ");
}

function amount(name: string, value: number): string {
  return name.endsWith("_bytes") ? bytesInWords(value) : countInWords(value);
}
