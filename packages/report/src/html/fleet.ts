/** Many applications on one page, worst first: what went wrong, what it cost, a picture. */
import { createHash } from "node:crypto";
import {
  bytesInWords,
  counted,
  countInWords,
  durationInWords,
  instantInWords,
} from "@respark/core";
import { front } from "#page";
import {
  nothingFound,
  type RunVerdict,
  rankCost,
  type Severity,
  severityInWords,
} from "../explain/index.ts";
import type { Database } from "../sql/query.ts";
import { Answer } from "./answer.ts";
import { conditionOn } from "./condition.ts";
import { patterns } from "./drawing.ts";
import { escaped, type Html, html } from "./html.ts";
import type { Run } from "./run-facts.ts";
import { SIGNS } from "./verdict.ts";

/** An application's line on a page of many: its worst finding, cost in ms and peaks. */
export interface FleetRow {
  readonly appId: string;
  readonly attemptId: string;
  readonly name: string | null;
  readonly severity: Severity;
  /** `Time was lost`, and what it was lost with; undefined: nothing was found */
  readonly word: string | undefined;
  readonly told: string;
  readonly change: string | undefined;
  readonly findings: number;
  /** task time that its findings cost, by best estimates or the middle of their bounds; ms */
  readonly costMillis: number | undefined;
  /** epoch µs */
  readonly startedAt: number | undefined;
  readonly durationMillis: number | undefined;
  readonly executors: number;
  readonly lost: number;
  /** 0 to 1; undefined: no log tells */
  readonly peakShare: number | undefined;
  readonly evictions: number | undefined;
  readonly spilledBytes: number | undefined;
  readonly settings: readonly string[];
  readonly drawing: Html | undefined;
}

const SETTINGS = [
  "spark.executor.memory",
  "spark.executor.cores",
  "spark.executor.instances",
  "spark.memory.fraction",
  "spark.memory.storageFraction",
  "spark.memory.offHeap.size",
  "spark.sql.shuffle.partitions",
];

export async function fleetRow(
  database: Pick<Database, "query">,
  {
    verdict,
    run,
    drawing,
  }: {
    readonly verdict: RunVerdict;
    readonly run: Run;
    readonly drawing: Html | undefined;
  },
): Promise<FleetRow> {
  const here = conditionOn(verdict);
  const [worst] = verdict.findings;
  const conf = await Answer.of(
    database,
    `select key, value from spark_conf where ${here} and not is_default
       and key in (${SETTINGS.map((key) => `'${key}'`).join(", ")}) order by key`,
  );
  const values = conf.texts("value");
  const known = (of: (executor: Run["executors"][number]) => number | null): number[] =>
    run.executors.flatMap((executor) => of(executor) ?? []);
  const sum = (amounts: readonly number[]): number | undefined =>
    amounts.length === 0 ? undefined : amounts.reduce((all, each) => all + each, 0);
  const peaks = known(({ peakShare }) => peakShare);
  return {
    appId: verdict.appId,
    attemptId: verdict.attemptId,
    name: run.name,
    severity: worst?.severity ?? "fine",
    word: worst === undefined ? undefined : severityInWords(worst),
    told: worst?.title ?? nothingFound(verdict),
    change: worst?.change,
    findings: verdict.findings.length,
    // What a setting costs are the other findings.
    costMillis: sum(
      verdict.findings.flatMap(({ kind, costMillis }) =>
        kind === "setting" ? [] : (rankCost(costMillis) ?? []),
      ),
    ),
    startedAt: run.axis.start === 0 ? undefined : run.axis.start,
    durationMillis: run.axis.start === 0 ? undefined : (run.axis.end - run.axis.start) / 1000,
    executors: run.executors.filter(({ id }) => id !== "driver").length,
    lost: run.executors.filter(({ lost }) => lost !== null).length,
    peakShare: peaks.length === 0 ? undefined : Math.max(...peaks),
    evictions: sum(known(({ evictions }) => evictions)),
    spilledBytes: sum(known(({ spilled }) => spilled)),
    settings: conf.texts("key").map((key, index) => `${key ?? ""} ${values[index] ?? "unknown"}`),
    drawing,
  };
}

const WORST: readonly Severity[] = ["dead", "slow", "risk", "waste", "fine"];

/** `fileOf`: the relative address of an application's own page. */
export async function fleetPage(
  title: string,
  rows: readonly FleetRow[],
  fileOf: (row: FleetRow) => string,
): Promise<string> {
  const sorted = [...rows].sort(
    (a, b) =>
      WORST.indexOf(a.severity) - WORST.indexOf(b.severity) ||
      (b.costMillis ?? 0) - (a.costMillis ?? 0) ||
      b.lost - a.lost ||
      a.appId.localeCompare(b.appId),
  );
  const { style } = await front();
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const words = [...new Set(sorted.map(({ word }) => word ?? NOTHING))];
  const counts = words.map((word) => {
    const alike = sorted.filter((row) => (row.word ?? NOTHING) === word);
    return html`<span class="chip"><span aria-hidden="true">${signOf(alike[0])}</span>
<b>${alike.length}</b> × ${word.toLowerCase()}</span>`;
  });
  const body = html`<header class="top"><div class="id"><strong>${title}</strong></div><div class="facts">${counted(rows.length, "application")}, worst first: work lost, then time lost, each by the task time that it cost</div></header>
<main><section id="fleet"><h1>${fleetHeadline(sorted)}</h1><div class="trustline">${counts}</div>
${patterns()}
<div class="scroll" tabindex="0" role="group" aria-label="Applications"><table class="fleet"><caption>Each opens to its verdict. A strip is all of the memory of its worst executor: blocks from the floor, execution from the ceiling, hatched where it may be, patterned where no log tells.</caption>
<thead><tr><th scope="col" class="l">application</th><th scope="col" class="l">what went wrong</th><th scope="col">cost</th><th scope="col" class="l">memory</th><th scope="col">peak</th><th scope="col">lost</th><th scope="col">evicted</th><th scope="col">spilled</th><th scope="col" class="l">settings</th></tr></thead>
<tbody>${sorted.map((row) => rowHtml(row, fileOf(row)))}</tbody></table></div></section></main>
<footer>Made by respark report. Nothing in these files leaves them: no requests, no fonts, no tracking. Cost is task time that findings cost, by best estimates or the middle of their bounds; ? is what no log tells. Times are UTC.</footer>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body>${body.text}</body></html>
`;
}

const NOTHING = "Nothing found";

function signOf(row: FleetRow | undefined): string {
  return row?.word === undefined ? "–" : SIGNS[row.severity];
}

function fleetHeadline(rows: readonly FleetRow[]): string {
  const dead = rows.filter(({ severity }) => severity === "dead").length;
  const slow = rows.filter(({ severity }) => severity === "slow").length;
  if (dead + slow === 0) {
    return `No work and no time was lost to memory in ${counted(rows.length, "application")}, as far as their logs tell.`;
  }
  const parts = [
    ...(dead > 0 ? [`${counted(dead, "application")} lost work`] : []),
    ...(slow > 0 ? [`${counted(slow, "application")} lost time`] : []),
  ];
  return `${parts.join(", ")}, of ${countInWords(rows.length)}.`;
}

function rowHtml(row: FleetRow, file: string): Html {
  const told = (value: number | undefined, words: (known: number) => string): Html =>
    value === undefined
      ? html`<td class="unknown" title="no log tells">?</td>`
      : html`<td>${words(value)}</td>`;
  const when = row.startedAt === undefined ? "" : instantInWords(row.startedAt);
  const lasted = row.durationMillis === undefined ? "" : durationInWords(row.durationMillis);
  return html`<tr class="${row.severity}"><td class="l"><a href="${file}">${row.name ?? row.appId}</a><br><small><code>${row.appId}</code>${row.attemptId === "1" ? "" : ` attempt ${row.attemptId}`}<br>${[when, lasted].filter((words) => words !== "").join(" · ")}</small></td>
<td class="l wrap"><span class="sev"><span aria-hidden="true">${signOf(row)}</span> ${row.word ?? NOTHING}</span> ${row.told}${row.findings > 1 ? html` <small>and ${row.findings - 1} more</small>` : ""}${row.change === undefined ? "" : html`<br><small><b>Change</b> ${row.change}</small>`}</td>
${told(row.costMillis, durationInWords)}<td class="l">${row.drawing ?? html`<span class="unknown">no log tells</span>`}</td>
${told(row.peakShare, (share) => `${Math.round(share * 100)} %`)}<td>${row.lost} of ${row.executors}</td>
${told(row.evictions, countInWords)}${told(row.spilledBytes, bytesInWords)}<td class="l"><small>${row.settings.map((setting, index) => html`${index === 0 ? "" : html`<br>`}${setting}`)}</small></td></tr>`;
}
