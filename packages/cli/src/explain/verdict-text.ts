/** A verdict for people: worst thing first, each with what was seen, what to change, and how certain it is. */
import { counted } from "@respark/core";
import type { Advice } from "@respark/events";
import {
  costInWords,
  type Finding,
  type FindingBehind,
  type RunVerdict,
  type Severity,
  saidOnce,
} from "@respark/report";
import { logName } from "../terminal/log-name.ts";
import { printableLine } from "../terminal/printable.ts";
import { wrapped } from "../terminal/text-table.ts";
import { commandLine, type TextPlace } from "./next-text.ts";

/** More findings than this are counted. */
const SHOWN = 8;

const MARKS: Readonly<Record<Severity, string>> = {
  dead: "WORK WAS LOST",
  slow: "TIME WAS LOST",
  risk: "at risk",
  waste: "wasted",
  fine: "small",
};

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
          style.bold("Would settle doubt next time"),
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

function headline({ findings }: RunVerdict): string {
  const [worst] = findings;
  if (worst === undefined)
    return "Nothing is wrong with this run's memory, as far as its logs show.";
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    [count("dead"), "lost work"],
    [count("slow"), "lost time"],
    [count("risk"), "at risk"],
    [count("waste"), "wasted memory"],
    [count("fine"), "too small to mend"],
  ] as const;
  const said = parts.filter(([found]) => found > 0);
  if (findings.length === 1) return "1 finding:";
  return `${counted(findings.length, "finding")}, the costliest first: ${said
    .map(([found, words]) => `${said.length === 1 ? "all" : found} ${words}`)
    .join(", ")}.`;
}

/**
 * Each finding in full; of three or more of one kind with one remedy the first, and a line of each
 * other.
 */
function findingParts(findings: readonly Finding[], place: TextPlace): string[][] {
  const leads: FindingBehind[] = [];
  for (const behind of saidOnce(findings)) {
    const lead = leads.at(-1);
    leads.push(lead !== undefined && isMoreOf(behind, lead) ? lead : behind);
  }
  const isShort = leads.map(
    (lead, index) => lead === leads[index - 1] && leads.filter((one) => one === lead).length > 2,
  );
  // A short one says nothing of what was seen, so a later one must say it in full.
  const spoken = findings.map((finding, index) =>
    isShort[index]
      ? { ...finding, evidence: [], certainty: leads[index]?.finding.certainty ?? "" }
      : finding,
  );
  const parts: string[][] = [];
  for (const [index, behind] of saidOnce(spoken).entries()) {
    if (!isShort[index]) parts.push(findingLines(behind, index + 1, place));
    else {
      const lines = shortLines(behind, index + 1, place.columns);
      if (isShort[index - 1]) parts.at(-1)?.push(...lines);
      else parts.push(lines);
    }
  }
  if (isShort.includes(true)) {
    const words = "What was seen of those that have one line stands in the table findings.";
    parts.push(wrapped(words, place.columns));
  }
  return parts;
}

function isMoreOf({ finding, changeAsIn }: FindingBehind, lead: FindingBehind): boolean {
  return (
    changeAsIn !== undefined &&
    finding.change === lead.finding.change &&
    finding.kind === lead.finding.kind &&
    finding.severity === lead.finding.severity
  );
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
    `${nth}. ${MARKS[finding.severity]}: ${printableLine(finding.title)} (${more.join("; ")})`,
    columns,
    "   ",
  );
}

function findingLines(behind: FindingBehind, nth: number, place: TextPlace): string[] {
  const { finding, changeAsIn, evidence, certainty } = behind;
  const { style, columns } = place;
  const text = (about: string, words: string): string[] =>
    wrapped(printableLine(words), columns - 14).map(
      (line, index) => `   ${style.dim((index === 0 ? about : "").padEnd(9))}  ${line}`,
    );
  const [at] = finding.places;
  const cost = costInWords(finding.costMillis);
  return [
    ...wrapped(
      `${nth}. ${MARKS[finding.severity]}: ${printableLine(finding.title)}`,
      columns,
      "   ",
    ).map((line) => style.bold(line)),
    ...(cost === undefined ? [] : text("cost", `${cost} of task time`)),
    ...evidence.flatMap((words, index) => text(index === 0 ? "seen" : "", words)),
    ...(finding.change === undefined
      ? []
      : text("change", changeAsIn === undefined ? finding.change : `as in ${changeAsIn}`)),
    ...(finding.effect === undefined || changeAsIn !== undefined
      ? []
      : text("effect", finding.effect)),
    ...(certainty === undefined ? [] : text("certain", certainty)),
    ...(at === undefined ? [] : text("log", `${logName(at.path)}:${at.line} (${at.says})`)),
    ...finding.next.slice(0, 1).flatMap((next) => {
      const command = commandLine(next, place);
      return command === undefined ? [] : [`   ${style.dim("more".padEnd(9))}  ${command}`];
    }),
  ];
}
