/**
 * Two runs side by side, for people: what moved, and in which direction. Nobody passes or fails
 * here.
 */
import { alignedLine, columnWidths, safeJson } from "@respark/core";
import type { GateResult, MeasuredRun, Verdict } from "../check.ts";
import { changeInWords, changeShareInWords, intervalInWords, inWords } from "../in-words.ts";
import type { Emphasis } from "./terminal.ts";
import { circumstances, harmless, type Place, plain, runInWords, shortTitleOf } from "./words.ts";

/** `result` holds the second run against a baseline of the first alone, with everything allowed. */
export function diffText(result: GateResult, first: MeasuredRun, { bold, dim }: Emphasis): string {
  const measured = result.verdicts.filter(
    ({ value, baseline }) => value !== undefined && baseline !== undefined,
  );
  const moved = measured.filter((verdict) => changeOf(verdict) !== 0);
  const whole = moved.filter(({ subject }) => subject === undefined);
  const parts = moved
    .filter(({ subject }) => subject !== undefined)
    .sort((a, b) => Math.abs(changeOf(b)) - Math.abs(changeOf(a)))
    .slice(0, PARTS_SHOWN);
  const lines = [
    bold(`${moved.length} of ${measured.length} measures differ`),
    `  first run:  ${plain(runInWords(first))}`,
    ...circumstances(result, NOWHERE)
      .filter(([label]) => label !== "baseline" && label !== "note")
      .map(
        ([label, sentence]) =>
          `  ${label === "this run" ? "second run" : label}: ${sentence.replace(/ \(allowed\)$/, "")}`,
      ),
  ];
  if (whole.length > 0) lines.push("", ...table(whole, dim));
  if (parts.length > 0)
    lines.push("", dim("of stages and RDDs, most moved first"), ...table(parts, dim));
  const told = new Set<string>();
  for (const verdict of whole.filter((verdict) => isWorse(verdict) && !isOpen(verdict))) {
    const causes = result.run.causes.get(verdict.check) ?? [];
    if (causes.length === 0 || told.has(causes.join("\n"))) continue;
    told.add(causes.join("\n"));
    lines.push("", bold(`${plain(verdict.title)}, in the second run`));
    lines.push(...causes.map((cause) => `  - ${plain(cause)}`));
  }
  if (moved.length > 0) lines.push("", dim(BY_CHANCE));
  return `${lines.map(harmless).join("\n")}\n`;
}

const BY_CHANCE =
  "Runs of one build differ by chance as well: respark baseline of several of them says by how much.";
const PARTS_SHOWN = 12;
const NOWHERE: Place = { database: undefined, baseline: undefined };

/** The same for programs. */
export function diffJson(result: GateResult): string {
  const measures = result.verdicts.map((verdict) => ({
    check: verdict.check,
    subject: verdict.subject ?? null,
    unit: verdict.unit,
    first: verdict.baseline?.median ?? null,
    second: verdict.value?.best ?? null,
    second_min: verdict.value?.min ?? null,
    second_max: verdict.value?.max ?? null,
    change:
      verdict.value === undefined || verdict.baseline === undefined ? null : changeOf(verdict),
    worse:
      verdict.value === undefined || verdict.baseline === undefined || isOpen(verdict)
        ? null
        : isWorse(verdict),
  }));
  const differences = result.differences.map(({ kind, name, baseline, run }) => ({
    kind,
    name,
    first: baseline ?? null,
    second: run ?? null,
  }));
  const subjects = result.subjects.map(({ kind, how, was, is }) => ({
    kind,
    how,
    first: was ?? null,
    second: is ?? null,
  }));
  return `${safeJson({ schema: 1, differences, subjects, measures }, 2)}\n`;
}

function changeOf({ value, baseline }: Verdict): number {
  return value === undefined || baseline === undefined ? 0 : value.best - baseline.median;
}

function isWorse(verdict: Verdict): boolean {
  const change = changeOf(verdict);
  return verdict.better === "lower" ? change > 0 : change < 0;
}

/** The bounds of both runs overlap: which of them is better is unknown. */
function isOpen({ value, baseline }: Verdict): boolean {
  if (value === undefined || baseline === undefined) return false;
  const isExact = value.min === value.max && baseline.low === baseline.high;
  return !isExact && value.min <= baseline.high && value.max >= baseline.low;
}

function table(verdicts: readonly Verdict[], dim: (text: string) => string): string[] {
  const rows = verdicts.map((verdict) => [
    shortTitleOf(verdict),
    firstInWords(verdict),
    intervalInWords(verdict.value, verdict.unit),
    movement(verdict),
  ]);
  const titles = ["", "first run", "second run", "change"];
  const widths = columnWidths([titles, ...rows]);
  const line = (row: readonly string[]): string => alignedLine(row, widths);
  return [dim(`  ${line(titles)}`), ...rows.map((row) => `  ${line(row)}`)];
}

function firstInWords({ baseline, unit }: Verdict): string {
  return baseline === undefined
    ? inWords(undefined, unit)
    : intervalInWords({ best: baseline.median, min: baseline.low, max: baseline.high }, unit);
}

function movement(verdict: Verdict): string {
  const change = changeOf(verdict);
  const was = verdict.baseline?.median ?? 0;
  const share =
    was === 0 || verdict.unit === "share" ? "" : ` (${changeShareInWords({ change, was })})`;
  return `${changeInWords(change, verdict.unit)}${share}${inJudgement(verdict)}`;
}

/** More memory is filled further, which is neither. */
function inJudgement(verdict: Verdict): string {
  if (verdict.status === "not_compared") return "";
  if (isOpen(verdict)) return ", cannot tell: the bounds overlap";
  return isWorse(verdict) ? ", worse" : ", better";
}
