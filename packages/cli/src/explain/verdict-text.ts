/**
 * A verdict for people: worst thing first, each with what was seen, what to change, and how certain
 * it is.
 */
import { counted, durationInWords, printableLine } from "@respark/core";
import type { Advice } from "@respark/events";
import {
  costInWords,
  type Finding,
  type FindingBehind,
  nothingFound,
  type RunVerdict,
  saidOnce,
  severitiesInWords,
  severityInWords,
} from "@respark/report";
import { logName } from "../terminal/log-name.ts";
import { wrapped } from "../terminal/text-table.ts";
import { commandLine, type TextPlace } from "./next-text.ts";

/** More findings than this are counted. */
const SHOWN = 8;

export function verdictText(
  verdict: RunVerdict,
  advice: readonly Advice[],
  place: TextPlace,
): string {
  const { style, columns } = place;
  const rest = verdict.findings.length - SHOWN;
  const parts = [
    [style.bold(printableLine(verdict.title)), ...wrapped(headline(verdict), columns)],
    ...findingParts(verdict.findings.slice(0, SHOWN), place),
    rest > 0
      ? [
          `… and ${counted(rest, "smaller finding")}: ${verdict.findings
            .slice(SHOWN)
            .map(({ title }) => printableLine(title))
            .join("; ")} (table findings has all)`,
        ].flatMap((line) => wrapped(line, columns))
      : [],
    verdict.absent.length === 0
      ? []
      : wrapped(`Looked for and not found: ${verdict.absent.join(", ")}.`, columns),
    verdict.unknowable.length === 0
      ? []
      : wrapped(`These logs would not show: ${verdict.unknowable.join(", ")}.`, columns),
    [
      style.bold("How far to trust this"),
      ...verdict.trust.sentences.flatMap((sentence) => wrapped(sentence, columns)),
    ],
    advice.length === 0
      ? []
      : [
          style.bold("To know more next time"),
          ...advice.flatMap(({ gives, file, lines }) => [
            style.dim(`  # ${gives} (${file})`),
            ...lines.map((line) => `  ${line}`),
          ]),
        ],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headline(verdict: RunVerdict): string {
  const { findings } = verdict;
  if (findings.length === 0) return nothingFound(verdict);
  if (findings.length === 1) return "1 finding:";
  const count = counted(findings.length, "finding");
  const first = findings[0];
  const order =
    first?.facts["ended"] !== true
      ? "the costliest first"
      : first.kind === "no_end"
        ? "the missing end first, then the costliest"
        : "what ended the application first, then the costliest";
  return `${count}, ${order}: ${severitiesInWords(findings)}.`;
}

/** Each finding in full; those that say little new have a line each. */
function findingParts(findings: readonly Finding[], place: TextPlace): string[][] {
  const parts: string[][] = [];
  const behind = saidOnce(findings);
  for (const [index, one] of behind.entries()) {
    if (!one.isShort) {
      parts.push(findingLines(one, index + 1, place));
      continue;
    }
    const lines = shortLines(one, index + 1, place.columns);
    if (behind[index - 1]?.isShort === true) parts.at(-1)?.push(...lines);
    else parts.push(lines);
  }
  if (behind.some(({ isShort }) => isShort)) {
    const words = "What was seen of those that have one line stands in the table findings.";
    parts.push(wrapped(words, place.columns));
  }
  return parts;
}

/** Loud where something was lost. */
function mark(finding: Finding): string {
  const words = severityInWords(finding);
  return finding.severity === "dead" || finding.severity === "slow"
    ? words.toUpperCase()
    : words.toLowerCase();
}

/**
 * Its title, its cost and its first place in the logs: what was seen stands in the table findings.
 */
function shortLines(
  { finding, changeAsIn }: FindingBehind,
  nth: number,
  columns: number,
): string[] {
  const cost = costInWords(finding.costMillis);
  const [at] = finding.places;
  const more = [
    ...(cost === undefined ? [] : [`${cost} of task time`]),
    `change as in ${changeAsIn}`,
    ...(at === undefined ? [] : [`${logName(at.path)}:${at.line}`]),
  ];
  return wrapped(
    `${nth}. ${mark(finding)}: ${printableLine(finding.title)} (${more.join("; ")})`,
    columns,
    "   ",
  );
}

function findingLines(behind: FindingBehind, nth: number, place: TextPlace): string[] {
  const { finding, evidence, certainty, effect } = behind;
  const { style, columns } = place;
  const text = (about: string, words: string): string[] =>
    wrapped(printableLine(words), columns - 14).map(
      (line, index) => `   ${style.dim((index === 0 ? about : "").padEnd(9))}  ${line}`,
    );
  const [at] = finding.places;
  const cost = costInWords(finding.costMillis);
  return [
    ...wrapped(`${nth}. ${mark(finding)}: ${printableLine(finding.title)}`, columns, "   ").map(
      (line) => style.bold(line),
    ),
    ...(cost === undefined ? [] : text("cost", `${cost} of ${taskTime(finding)}`)),
    ...evidence.flatMap((words, index) => text(index === 0 ? "seen" : "", words)),
    ...changeLines(behind).flatMap((words) => text("change", words)),
    ...(effect === undefined ? [] : text("effect", effect)),
    ...(certainty === undefined ? [] : text("certain", certainty)),
    ...(at === undefined ? [] : text("log", `${logName(at.path)}:${at.line} (${at.says})`)),
    ...finding.next.slice(0, 1).flatMap((next) => {
      const command = commandLine(next, place);
      return command === undefined ? [] : [`   ${style.dim("more".padEnd(9))}  ${command}`];
    }),
  ];
}

/** `50.2 s of task time` where a log has all of it. */
function taskTime({ facts }: Finding): string {
  const run = facts["run_ms"];
  return typeof run === "number" && run > 0 ? `${durationInWords(run)} of task time` : "task time";
}

function changeLines({ finding, changeAsIn }: FindingBehind): string[] {
  const { change, tooCheap } = finding;
  if (change === undefined) return [];
  const said = changeAsIn === undefined ? change : `as in ${changeAsIn}`;
  return [tooCheap === undefined ? said : `too cheap to mend (${tooCheap}); else ${said}`];
}
