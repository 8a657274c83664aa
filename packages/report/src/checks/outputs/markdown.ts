/**
 * A result as GitHub-flavoured Markdown: a pull-request comment or a step summary, with a small
 * curve a metric.
 */
import type { GateResult, Verdict, VerdictStatus } from "../check.ts";
import {
  baselineInWords,
  circumstances,
  headline,
  isJudged,
  limitInWords,
  nameOf,
  type Place,
  plain,
  questionOf,
  statusInWords,
  storiesOf,
  valueInWords,
  wayOut,
  worstFirst,
} from "./words.ts";

const MARKS: Readonly<Record<VerdictStatus, string>> = {
  fail: "❌",
  warn: "⚠️",
  inconclusive: "❔",
  improved: "🎉",
  pass: "✅",
  ignored: "➖",
  not_compared: "➖",
  not_measured: "➖",
};
/** GitHub takes comments of 65,536 characters, and counts some twice. */
const LONGEST = 60_000;
/** How many troubled checks have a row and how many a story: as many as there is room for. */
const ROOM: readonly { readonly rows: number; readonly stories: number }[] = [
  { rows: 60, stories: 20 },
  { rows: 30, stories: 8 },
  { rows: 12, stories: 3 },
  { rows: 5, stories: 1 },
];

/** A result as Markdown, for a pull request. */
export function markdownText(result: GateResult, place: Place): string {
  let text = "";
  for (const room of ROOM) {
    text = page(result, place, room);
    if (text.length <= LONGEST) break;
  }
  return text;
}

function page(result: GateResult, place: Place, { rows, stories }: (typeof ROOM)[number]): string {
  const judged = worstFirst(result.verdicts.filter(isJudged));
  const trouble = judged.filter(isTroubled);
  const calm = judged.filter((verdict) => !isTroubled(verdict) && verdict.subject === undefined);
  const way = wayOut(result);
  const told = storiesOf(trouble.slice(0, stories));
  return `${[
    `### ${outcomeMark(result)} Memory gate ${safe(headline(result))}`,
    bulleted(circumstances(result, place)),
    ...(way === undefined ? [] : [safe(way)]),
    ...(trouble.length === 0 ? [] : [table(trouble.slice(0, rows))]),
    ...told.map(({ verdict, causes }) => story(verdict, causes, place)),
    ...(trouble.length > stories
      ? [`and ${trouble.length - stories} more; \`respark check --json\` has them all.`]
      : []),
    ...(calm.length === 0
      ? []
      : [folded(`${calm.length} checks that hold`, table(calm.slice(0, rows)))]),
    ...unjudged(result.verdicts),
  ].join("\n\n")}\n`;
}

function outcomeMark({ outcome, verdicts }: GateResult): string {
  if (outcome === "regressed") return MARKS.fail;
  if (outcome !== "passed") return MARKS.inconclusive;
  return verdicts.some(isTroubled) ? MARKS.warn : MARKS.pass;
}

function isTroubled({ status }: Verdict): boolean {
  return status === "fail" || status === "warn" || status === "inconclusive";
}

function bulleted(lines: readonly (readonly [string, string])[]): string {
  return lines.map(([label, sentence]) => `- ${label}: ${safe(sentence)}`).join("\n");
}

function table(verdicts: readonly Verdict[]): string {
  return [
    "| | check | this run | baseline | good is | runs of the baseline, this run |",
    "|---|---|---:|---:|---:|---|",
    ...verdicts.map((verdict) =>
      [
        "",
        MARKS[verdict.status],
        safe(nameOf(verdict)),
        safe(valueInWords(verdict)),
        safe(baselineInWords(verdict)),
        safe(limitInWords(verdict)),
        curve(verdict),
        "",
      ]
        .join(" | ")
        .trim(),
    ),
  ].join("\n");
}

const BARS = "▁▂▃▄▅▆▇█";
const BARS_SHOWN = 20;

/** The baseline's runs in ascending order, then this run. */
function curve({ baseline, value }: Verdict): string {
  if (baseline === undefined || value === undefined) return "";
  const values = [...baseline.values.slice(-BARS_SHOWN), value.best];
  const most = Math.max(...values);
  const bars = values.map((one) =>
    most <= 0 ? "▁" : (BARS[Math.max(0, Math.round((one / most) * (BARS.length - 1)))] ?? "▁"),
  );
  return `${bars.slice(0, -1).join("")} → ${bars.at(-1) ?? ""}`;
}

function story(verdict: Verdict, causes: readonly string[], place: Place): string {
  const question = questionOf(verdict, place);
  const { status, title, sentence } = verdict;
  return [
    `**${MARKS[status]} ${safe(nameOf(verdict))}: ${safe(plain(title))}**`,
    "",
    safe(plain(sentence)),
    "",
    ...causes.map((cause) => `- ${safe(cause)}`),
    ...(question === undefined ? [] : [`- ask on: ${code(question)}`]),
  ].join("\n");
}

function unjudged(verdicts: readonly Verdict[]): string[] {
  const names = [
    ...new Set(
      verdicts
        .filter((verdict) => !isJudged(verdict))
        .map(({ check, status }) => `${check} (${statusInWords(status)})`),
    ),
  ];
  return names.length === 0
    ? []
    : [folded(`${names.length} checks not judged`, safe(names.join(", ")))];
}

function folded(summary: string, text: string): string {
  return `<details><summary>${summary}</summary>\n\n${text}\n\n</details>`;
}

/**
 * Text from logs as text: every character that means something to Markdown or HTML is written as
 * its number, and an empty comment breaks what GitHub would make a mention, an issue or a link of.
 */
function safe(text: string): string {
  return text
    .replace(
      /[\\`*[\]{}<>#!|~&$^=]|(?<!\w)_|_(?!\w)/g,
      (character) => `&#${character.charCodeAt(0)};`,
    )
    .replace(/@|&#35;|\/(?=\/)|(?<=www)\.|(?<=\bGH)-/gi, (character) => `${character}<!-- -->`);
}

/** Inline code, whatever it holds. */
function code(text: string): string {
  return `<code>${text.replace(/[^\w\s./:-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)}</code>`;
}
