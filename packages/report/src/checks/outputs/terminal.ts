/**
 * A result for people at a terminal: what was held against what, each verdict in a row, and for
 * trouble who did it.
 */
import { alignedLine, columnWidths, displayWidth, padded } from "@respark/core";
import type { GateResult, Verdict, VerdictStatus } from "../check.ts";
import {
  baselineInWords,
  circumstances,
  harmless,
  headline,
  isJudged,
  limitInWords,
  nameOf,
  type Place,
  plain,
  questionOf,
  shortNameOf,
  statusInWords,
  storiesOf,
  valueInWords,
  wayOut,
  worstFirst,
} from "./words.ts";

/** How the terminal shows emphasis; identity where it shows none. */
export interface Emphasis {
  /** Makes a text stand out. */
  readonly bold: (text: string) => string;
  /** Makes a text recede. */
  readonly dim: (text: string) => string;
}

const MARKS: Readonly<Record<VerdictStatus, string>> = {
  fail: "✗",
  warn: "!",
  inconclusive: "?",
  improved: "✓",
  pass: "✓",
  ignored: "·",
  not_compared: "–",
  not_measured: "–",
};

/** A result for a terminal. */
export function terminalText(result: GateResult, place: Place, { bold, dim }: Emphasis): string {
  const judged = worstFirst(result.verdicts.filter(isJudged));
  const rows = judged.filter(isShown);
  const quiet = judged.length - rows.length;
  const lines = [
    bold(`memory gate ${headline(result)}`),
    ...labelled(circumstances(result, place)),
  ];
  const way = wayOut(result);
  if (way !== undefined) lines.push("", way);
  if (rows.length > 0) lines.push("", ...table(rows, dim));
  if (quiet > 0) lines.push(dim(`  and ${quiet} of single stages and RDDs that pass`));
  lines.push(...unjudged(result.verdicts).map(dim));
  for (const { verdict, causes } of storiesOf(judged.filter(needsWords))) {
    lines.push("", ...story(verdict, causes, place, bold));
  }
  return `${lines.map(harmless).join("\n")}\n`;
}

/** Of single stages and RDDs only what is not as it was: there may be hundreds. */
function isShown({ subject, status }: Verdict): boolean {
  return subject === undefined || (status !== "pass" && status !== "ignored");
}

function needsWords({ status }: Verdict): boolean {
  return status === "fail" || status === "warn" || status === "inconclusive";
}

function labelled(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([label]) => displayWidth(label)));
  return lines.map(([label, sentence]) => `  ${padded(label, width)}  ${sentence}`);
}

function table(verdicts: readonly Verdict[], dim: (text: string) => string): string[] {
  const cells = verdicts.map((verdict) => [
    shortNameOf(verdict),
    valueInWords(verdict),
    baselineInWords(verdict),
    limitInWords(verdict),
    statusInWords(verdict.status),
  ]);
  const titles = ["check", "this run", "baseline", "good is", ""];
  const widths = columnWidths([titles, ...cells]);
  const line = (row: readonly string[]): string => alignedLine(row, widths);
  return [
    dim(`    ${line(titles)}`),
    ...verdicts.map((verdict, index) => `  ${MARKS[verdict.status]} ${line(cells[index] ?? [])}`),
  ];
}

const NAMES_SHOWN = 12;

function unjudged(verdicts: readonly Verdict[]): string[] {
  return (["not_compared", "not_measured"] satisfies VerdictStatus[]).flatMap((status) => {
    const names = [
      ...new Set(verdicts.filter((verdict) => verdict.status === status).map(({ check }) => check)),
    ];
    if (names.length === 0) return [];
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
    return [`  – ${statusInWords(status)}: ${names.slice(0, NAMES_SHOWN).join(", ")}${more}`];
  });
}

function story(
  verdict: Verdict,
  causes: readonly string[],
  place: Place,
  bold: (text: string) => string,
): string[] {
  const { title, sentence, executor, status } = verdict;
  const question = questionOf(verdict, place);
  const where = executor === undefined ? "" : `, executor ${plain(executor)}`;
  return [
    bold(`${MARKS[status]} ${nameOf(verdict)}: ${plain(title)}${where}`),
    `  ${plain(sentence)}`,
    ...causes.map((cause) => `  - ${cause}`),
    ...(question === undefined ? [] : [`  ask on: ${question}`]),
  ];
}
