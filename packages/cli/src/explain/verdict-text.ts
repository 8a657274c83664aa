/** A verdict for people: worst thing first, each with what was seen, what to change, and how certain it is. */
import { counted } from "@respark/core";
import type { Advice } from "@respark/events";
import type { Finding, RunVerdict, Severity } from "@respark/report";
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
  fine: "fine",
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
    ...verdict.findings
      .slice(0, SHOWN)
      .map((finding, index) => findingLines(finding, index + 1, place)),
    rest > 0 ? [`… and ${counted(rest, "smaller finding")} (--json lists all)`] : [],
    verdict.absent.length === 0
      ? []
      : wrapped(`Looked for and not found: ${verdict.absent.join(", ")}.`, columns),
    verdict.unknowable.length === 0
      ? []
      : wrapped(`These logs would not tell of: ${verdict.unknowable.join(", ")}.`, columns),
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
    return "Nothing is wrong with this run's memory, as far as its logs tell.";
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    [count("dead"), "lost work"],
    [count("slow"), "lost time"],
    [count("risk"), "at risk"],
    [count("waste"), "wasted memory"],
  ] as const;
  const told = parts.filter(([found]) => found > 0);
  if (findings.length === 1) return "1 finding:";
  return `${counted(findings.length, "finding")}, the worst first: ${told
    .map(([found, words]) => `${told.length === 1 ? "all" : found} ${words}`)
    .join(", ")}.`;
}

function findingLines(finding: Finding, nth: number, place: TextPlace): string[] {
  const { style, columns } = place;
  const text = (about: string, words: string): string[] =>
    wrapped(printableLine(words), columns - 14).map(
      (line, index) => `   ${style.dim((index === 0 ? about : "").padEnd(9))}  ${line}`,
    );
  const [at] = finding.places;
  return [
    ...wrapped(
      `${nth}. ${MARKS[finding.severity]}: ${printableLine(finding.title)}`,
      columns,
      "   ",
    ).map((line) => style.bold(line)),
    ...finding.evidence.flatMap((words, index) => text(index === 0 ? "seen" : "", words)),
    ...(finding.change === undefined ? [] : text("change", finding.change)),
    ...text("certain", finding.certainty),
    ...(at === undefined ? [] : text("log", `${logName(at.path)}:${at.line} (${at.says})`)),
    ...finding.next
      .slice(0, 1)
      .map((next) => `   ${style.dim("more".padEnd(9))}  ${commandLine(next, place)}`),
  ];
}
