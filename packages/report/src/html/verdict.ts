/** The verdict as HTML: complete without a script, and painted before any data is unpacked. */
import { counted, countInWords, durationInWords } from "@respark/core";
import {
  costInWords,
  type FindingBehind,
  nothingFound,
  type RunVerdict,
  type Severity,
  saidOnce,
  severityInWords,
} from "../explain/index.ts";
import type { ExecutorFacts, Picture } from "../picture/facts.ts";
import { type Compared, comparedHtml } from "./compared.ts";
import { type Html, html } from "./html.ts";

/** More findings than this are counted. */
const SHOWN = 8;

/** Settings that would have told more; whoever knows Spark's settings gives them. */
export interface Advised {
  readonly gives: string;
  readonly file: string;
  readonly lines: readonly string[];
}

/** What stands beside a severity's words. */
export const SIGNS: Readonly<Record<Severity, string>> = {
  dead: "✕",
  slow: "◔",
  risk: "△",
  waste: "◌",
  fine: "✓",
};

const EVIDENCE: Readonly<Record<string, string>> = {
  debug: "executor logs at DEBUG",
  info: "executor logs at INFO",
  event_log_blocks: "event log with block updates",
  event_log: "bare event log",
};

/** That it ended well is not said: of most runs no log tells it. */
export function headlineOf(
  verdict: Pick<RunVerdict, "findings" | "absent" | "unknowable">,
): string {
  const [worst] = verdict.findings;
  if (worst === undefined) return nothingFound(verdict);
  return `${severityInWords(worst)}: ${worst.title}`;
}

export interface VerdictParts {
  readonly verdict: RunVerdict;
  readonly advice: readonly Advised[];
  readonly pictures: readonly (Picture | null)[];
  readonly executors: readonly ExecutorFacts[];
  /** µs in a unit of the pictures' time */
  readonly unit: number;
  /** what a check said of the run */
  readonly judged: string | undefined;
  /** its memory in front of its baseline's; undefined: it was held against none */
  readonly compared: Compared | undefined;
}

export function verdictHtml(parts: VerdictParts): Html {
  const { verdict, advice } = parts;
  const { findings, absent, unknowable, trust } = verdict;
  const heaviest = Math.max(...findings.map(({ weight }) => weight), 0);
  const rest = findings.length - SHOWN;
  return html`<section id="verdict" class="${findings[0]?.severity ?? "fine"}"><h1>${headlineOf(verdict)}</h1>
<div class="trustline">${chips(parts)}</div>
${parts.judged === undefined ? "" : html`<div class="judged"><h2>Held against its baseline</h2><pre tabindex="0">${parts.judged}</pre>${parts.compared === undefined ? "" : comparedHtml(parts.compared)}</div>`}
${
  findings.length === 0
    ? ""
    : html`<ol class="findings">${saidOnce(findings.slice(0, SHOWN)).map((behind, index) =>
        findingHtml(behind, index, heaviest, parts),
      )}</ol>`
}
${rest > 0 ? html`<p>… and ${counted(rest, "smaller finding")}: <code>respark explain --json</code> lists all.</p>` : ""}
<div class="three">
<div><h2>Looked for and not found</h2><p>${absent.length === 0 ? "–" : `${absent.join(", ")}.`}</p></div>
<div class="unknowable"><h2>These logs would not tell of</h2><p>${unknowable.length === 0 ? "Nothing is missing." : `${unknowable.join(", ")}.`}</p></div>
<div><h2>How far to trust this</h2>${trust.sentences.map((sentence) => html`<p>${sentence}</p>`)}${
    advice.length === 0
      ? ""
      : html`<details><summary>What would tell more next time</summary>${advice.map(
          ({ gives, file, lines }) =>
            html`<p>${gives} <small>(${file})</small></p><pre tabindex="0">${lines.join("\n")}</pre>`,
        )}</details>`
  }</div>
</div></section>`;
}

function chips({ verdict, executors }: VerdictParts): Html[] {
  const { findings, trust } = verdict;
  // The same words as beside each finding: at risk and "may have been lost" are not one.
  const counts = new Map<string, { readonly severity: Severity; n: number }>();
  for (const finding of findings) {
    const words = severityInWords(finding);
    const count = counts.get(words) ?? { severity: finding.severity, n: 0 };
    count.n++;
    counts.set(words, count);
  }
  const severities = [...counts].map(([words, { severity, n }]) => {
    const sign = SIGNS[severity];
    return html`<span class="chip is-${severity}"><span aria-hidden="true">${sign}</span> <b>${n}</b> × ${words.toLowerCase()}</span>`;
  });
  const unexplained = trust.statements - trust.statementsMet - trust.statementsExplained;
  const trusted =
    trust.statements === 0
      ? [html`<span class="chip">the logs make <b>no</b> memory statement to check by</span>`]
      : [
          html`<span class="chip"><b>${countInWords(trust.statementsMet)} of ${countInWords(trust.statements)}</b> memory statements predicted</span>`,
          ...(trust.statementsExplained > 0
            ? [
                html`<span class="chip"><b>${countInWords(trust.statementsExplained)}</b> explained</span>`,
              ]
            : []),
          ...(unexplained > 0
            ? [
                html`<span class="chip bad"><b>${countInWords(unexplained)}</b> not explained</span>`,
              ]
            : []),
        ];
  const levels = Object.entries(EVIDENCE).flatMap(([level, words]) => {
    const n = executors.filter(({ evidence }) => evidence === level).length;
    return n === 0 ? [] : [html`<span class="chip level-${level}">${n} × ${words}</span>`];
  });
  return [...severities, ...trusted, ...levels];
}

function findingHtml(
  behind: FindingBehind,
  index: number,
  heaviest: number,
  { pictures, executors, unit }: VerdictParts,
): Html {
  const { finding, evidence, certainty, effect, isShort } = behind;
  const sign = SIGNS[finding.severity];
  const word = severityInWords(finding);
  const weight = Math.max(1, Math.min(10, Math.round((finding.weight / (heaviest || 1)) * 10)));
  const cost = costInWords(finding.costMillis);
  const picture = pictures[index] ?? null;
  const executor = picture === null ? undefined : executors[picture.executor];
  return html`<li class="finding ${finding.severity}" id="finding-${index + 1}">
<div class="rank" aria-hidden="true">${index + 1}</div>
<div class="say"><p class="sev"><span aria-hidden="true">${sign}</span> ${word}<meter class="cost" min="0" max="10" value="${weight}" title="cost beside the worst finding">${weight} of 10</meter>${cost === undefined ? "" : ` ${cost} of task time`}</p>
<h2 class="title">${finding.title}</h2>
${changeHtml(behind)}
${effect === undefined ? "" : html`<p class="change"><b>Effect</b> ${effect}</p>`}
${evidence.length === 0 ? "" : html`<ul class="evidence">${evidence.map((words) => html`<li>${words}</li>`)}</ul>`}
<p class="sure">${certainty === undefined ? "" : html`<b>Certain</b> ${certainty}`}${finding.places.map(
    ({ path, line, says }) => html` · <code>${path.split(/[/\\]/).at(-1)}:${line}</code> (${says})`,
  )}</p></div>
${
  isShort
    ? ""
    : picture === null || executor === undefined
      ? html`<p class="see none">no picture: the logs do not tell where</p>`
      : html`<a class="see" href="#finding-${index + 1}" data-finding="${index}"><canvas width="220" height="72" role="img" aria-label="Memory of ${nameOf(executor.id)} at the time of this finding"></canvas><span>${nameOf(executor.id)}, ${durationInWords(((picture.to - picture.from) * unit) / 1000)} <b>Show</b></span></a>`
}
</li>`;
}

function changeHtml({ finding, changeAsIn }: FindingBehind): Html | string {
  const { change, tooCheap } = finding;
  if (change === undefined) return "";
  const said = changeAsIn === undefined ? change : `as in ${changeAsIn}`;
  return html`<p class="change"><b>Change</b> ${tooCheap === undefined ? said : `too cheap to mend (${tooCheap}); else ${said}`}</p>`;
}

function nameOf(executorId: string): string {
  return executorId === "driver" ? "driver" : `executor ${executorId}`;
}
