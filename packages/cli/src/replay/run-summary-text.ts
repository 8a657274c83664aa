/**
 * A summary for people: what each executor's memory did, how far to trust it, and what to ask next.
 * Fits 100 columns.
 */

import {
  bytesInWords,
  counted,
  countInWords,
  durationInWords,
  type EvidenceLevel,
  instantInWords,
  orDash,
  padded,
  printableLine,
  shareInWords,
} from "@respark/core";
import { shellWord } from "@respark/report";
import { sparkline } from "../terminal/sparkline.ts";
import type { Style } from "../terminal/style.ts";
import { type TextColumn, textTable, wrapped } from "../terminal/text-table.ts";
import type { DiagnosticSummary, ExecutorSummary, RunSummary } from "./run-summary.ts";
import { executorLabel, whatHappened } from "./what-happened-text.ts";

/** More executors than this are summed up in a line that says where to find them. */
const EXECUTORS_SHOWN = 12;
const CURVES_SHOWN = 4;

export interface SummaryPlace {
  /**
   * The database as the user would name it; undefined where the result is a directory of other
   * files.
   */
  readonly database: string | undefined;
  /** The command as it was called: `npx respark`, `npx -y pnpm@10 --silent respark`. */
  readonly command: string;
  /** Views that the database has. */
  readonly views: ReadonlySet<string>;
  readonly columns: number;
  readonly style: Style;
}

export function runSummaryText(run: RunSummary, place: SummaryPlace): string {
  const parts = [
    heading(run, place),
    executorTable(run, place),
    whatHappened(run, place),
    curves(run, place.style),
    trust(run, place),
    oddities(run.diagnostics, place),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function heading(run: RunSummary, { style, columns }: SummaryPlace): string[] {
  const name = run.name === undefined ? "" : ` “${printableLine(run.name)}”`;
  const attempt = run.attemptId === "1" ? "" : ` attempt ${printableLine(run.attemptId)}`;
  const facts = [
    run.sparkVersion === undefined
      ? "Spark version unknown"
      : `Spark ${printableLine(run.sparkVersion)}`,
    run.memoryManager === undefined
      ? "memory manager unknown"
      : `${run.memoryManager === "pre16" ? "pre-1.6" : run.memoryManager} memory manager`,
    ...(run.startedAt === undefined ? [] : [`from ${instantInWords(run.startedAt)}`]),
    ...(run.durationMillis !== undefined
      ? [`for ${durationInWords(run.durationMillis)}`]
      : run.startedAt === undefined
        ? []
        : ["no end logged"]),
  ];
  return [
    style.bold(`${printableLine(run.appId)}${attempt}${name}`),
    facts.join(" · "),
    ...wrapped(incompleteInWords(run), columns),
  ];
}

/** Said before any number that it makes smaller. */
function incompleteInWords({ incompleteLogs }: RunSummary): string {
  if (incompleteLogs === undefined) return "";
  const { logs, example } = incompleteLogs;
  const which =
    logs === 1
      ? `One log is not whole (${printableLine(example)})`
      : `${countInWords(logs)} logs are not whole (${printableLine(example)} is one)`;
  return `${which}: the counts are of what is left.`;
}

/** Of an executor that has a log and no known pools, what its lines show at least. */
function memoryCell({ memoryBytes, storagePeakBytes, evidenceLevel }: ExecutorSummary): string {
  const isLeast = storagePeakBytes === undefined && memoryBytes !== undefined;
  const hasLog = evidenceLevel === "debug" || evidenceLevel === "info";
  return `${isLeast && hasLog ? "≥ " : ""}${orDash(memoryBytes, bytesInWords)}`;
}

function executorTable(run: RunSummary, place: SummaryPlace): string[] {
  const { executors } = run;
  const shown = mostPressed(executors, EXECUTORS_SHOWN);
  const lines = narrowedTo(
    place.columns,
    shown.map((executor) => [
      executorLabel(executor),
      memoryCell(executor),
      peakCell(executor.storagePeakBytes, {
        min: executor.storagePeakBytesMin,
        max: executor.storagePeakBytesMax,
      }),
      orDash(executor.borrowedPeakBytes, bytesInWords),
      peakCell(executor.executionPeakBytes, {
        min: executor.executionPeakBytesMin,
        max: executor.executionPeakBytesMax,
      }),
      (executor.evictions ?? 0) === 0
        ? orDash(executor.evictions, countInWords)
        : `${orDash(executor.evictions, countInWords)} (${atLeast(executor.evictedBytes, executor.evictionsOfUnknownSize)})`,
      orDash(executor.failedPuts, countInWords),
      spilledCell(executor),
      orDash(executor.waits, countInWords),
    ]),
  );
  const [head = "", ...body] = lines;
  const rest = executors.length - shown.length;
  return [
    place.style.dim(head),
    ...body,
    ...(rest > 0 ? [`… and ${counted(rest, "executor")} under less pressure`] : []),
    ...legend(shown, run.memoryManager, place),
  ];
}

const EXECUTOR_COLUMNS: readonly TextColumn[] = [
  { title: "executor", align: "left" },
  { title: "memory", align: "right" },
  { title: "storage", align: "right" },
  { title: "borrowed", align: "right" },
  { title: "execution", align: "right" },
  { title: "evicted", align: "right" },
  { title: "no room", align: "right" },
  { title: "spilled", align: "right" },
  { title: "waits", align: "right" },
];

/** On a narrow terminal columns of nothing go first, then the sizes in brackets. */
function narrowedTo(columns: number, rows: readonly (readonly string[])[]): string[] {
  const nothing = EXECUTOR_COLUMNS.map(
    (_, index) => index > 2 && rows.every((row) => /^(?:0|0 B|–)$/.test(row[index] ?? "")),
  );
  const without = rows.map((row) =>
    row.map((text, index) => (nothing[index] === true ? "" : text)),
  );
  const short = without.map((row) => row.map((text) => text.replace(/(?<=\S) \(.*\)$/, "")));
  const [wide, narrower, narrowest] = [rows, without, short].map((some) =>
    textTable(EXECUTOR_COLUMNS, some),
  );
  const fits = (lines: readonly string[]): boolean => lines.every((line) => line.length <= columns);
  return [wide, narrower].find((lines) => lines !== undefined && fits(lines)) ?? narrowest ?? [];
}

/**
 * `2 (64.4 MiB)`; `2+ (90.1 MiB)` where the tasks' totals tell of more than the logs' lines; `36.1
 * MiB` where they alone tell.
 */
function spilledCell(executor: ExecutorSummary): string {
  const { spills, spilledBytes, unloggedSpilledBytes, spillsOfUnknownSize } = executor;
  if (unloggedSpilledBytes === 0 && (spills ?? 0) === 0) {
    return executor.spillTotalsLogged ? "0" : orDash(spills, countInWords);
  }
  const bytes = atLeast((spilledBytes ?? 0) + unloggedSpilledBytes, spillsOfUnknownSize);
  if ((spills ?? 0) === 0) return bytes;
  if (unloggedSpilledBytes > 0) return `${orDash(spills, countInWords)}+ (${bytes})`;
  return `${orDash(spills, countInWords)} (${atLeast(spilledBytes, spillsOfUnknownSize)})`;
}

/** Bounds further apart than this part of the peak are said. */
const WIDE = 0.05;

/** `46.6 MiB` where it is known well enough, else `25.7 MiB–63.6 MiB`. */
function peakCell(
  best: number | undefined,
  { min, max }: { readonly min: number | undefined; readonly max: number | undefined },
): string {
  if (best === undefined || min === undefined || max === undefined)
    return orDash(best, bytesInWords);
  return max - min <= max * WIDE
    ? orDash(best, bytesInWords)
    : `${orDash(min, bytesInWords)}–${orDash(max, bytesInWords)}`;
}

/** A sum that leaves some out is a lower bound. */
function atLeast(bytes: number | undefined, leftOut: number): string {
  return `${bytes !== undefined && leftOut > 0 ? "at least " : ""}${orDash(bytes, bytesInWords)}`;
}

function legend(
  executors: readonly ExecutorSummary[],
  memoryManager: string | undefined,
  { columns, style }: SummaryPlace,
): string[] {
  const both =
    memoryManager === "static" || memoryManager === "pre16"
      ? "what storage and execution have together, neither of it the other's"
      : "what storage and execution share";
  const words = [`memory = ${both}; storage, execution = their peaks`];
  if (executors.some((executor) => (executor.borrowedPeakBytes ?? 0) > 0)) {
    words.push("borrowed = most that storage held beyond its own region");
  }
  if (executors.some((executor) => (executor.failedPuts ?? 0) > 0)) {
    words.push("no room = times a block could not be stored");
  }
  if (
    executors.some(
      ({ spills, unloggedSpilledBytes }) => (spills ?? 0) > 0 && unloggedSpilledBytes > 0,
    )
  ) {
    words.push("8+ = 8 times in the logs, and more by the tasks' totals");
  }
  if (executors.some((executor) => (executor.waits ?? 0) > 0)) {
    words.push("waits = times a task waited for its share (1/2N of the pool, of N tasks)");
  }
  if (
    executors.some(({ storagePeakBytes, executionPeakBytes, evictions, failedPuts, waits }) =>
      [storagePeakBytes, executionPeakBytes, evictions, failedPuts, waits].includes(undefined),
    )
  ) {
    words.push("– = these logs do not tell");
  }
  return wrapped(words.join("; "), columns).map((line) => style.dim(line));
}

function curves(run: RunSummary, style: Style): string[] {
  const drawn = mostPressed(
    run.executors.filter(
      (executor) =>
        executor.memoryBytes !== undefined &&
        [...executor.storageCurve, ...executor.executionCurve].some((bytes) => (bytes ?? 0) > 0),
    ),
    CURVES_SHOWN,
  );
  if (drawn.length === 0) return [];
  const width = Math.max(...drawn.map((executor) => executorLabel(executor).length));
  return [
    style.dim("Over time (left to right the whole run; a full bar is all of its memory)"),
    ...drawn.flatMap((executor) => {
      const curve = (values: ExecutorSummary["storageCurve"]): string =>
        sparkline(values, executor.memoryBytes ?? 0);
      // A pool of which no log tells has no curve: a dot would say that it was empty.
      const known = [
        ...(executor.storagePeakBytes === undefined
          ? []
          : [`storage    ${curve(executor.storageCurve)}`]),
        ...(executor.executionPeakBytes === undefined
          ? []
          : [`execution  ${curve(executor.executionCurve)}`]),
      ];
      return known.map((line, index) =>
        `${padded(index === 0 ? executorLabel(executor) : "", width)}  ${line}`.trimEnd(),
      );
    }),
  ];
}

const EVIDENCE_IN_WORDS: Readonly<Record<EvidenceLevel, string>> = {
  debug:
    "Evidence: executor logs at DEBUG. Stores, evictions and grants of execution memory are all logged; unroll reservations are not, and follow from Spark's rules.",
  info: "Evidence: executor logs at INFO. Blocks, hits, evictions, failed puts and most spills are logged; grants of execution memory are not, so its numbers are estimates within bounds (the _min and _max columns).",
  event_log_blocks:
    "Evidence: an event log with block updates and no executor logs. Sizes of RDD blocks are exact; execution memory is known by task totals and metric peaks alone.",
  event_log:
    "Evidence: an event log alone. Task totals and metric peaks are known; what stood in memory when is not.",
};

const DRIVER_ALONE =
  "Evidence: a driver's log alone. What executors report to it of their blocks is logged in printed sizes; what was read, and execution memory, is not.";

const NO_STORES =
  "Evidence: logs without Spark's lines at INFO. Refusals and errors are logged; stores, evictions and execution memory are not.";

/** The most telling first. */
const LEVELS: readonly EvidenceLevel[] = ["debug", "info", "event_log_blocks", "event_log"];

function rankOf({ evidenceLevel }: { readonly evidenceLevel: EvidenceLevel }): number {
  return LEVELS.indexOf(evidenceLevel);
}

function trust(run: RunSummary, { columns, style }: SummaryPlace): string[] {
  const lines = [style.bold("How far to trust this")];
  if (run.statements === 0) {
    lines.push(
      ...wrapped(
        "No line of these logs states an amount of memory that the replay could be checked by.",
        columns,
      ),
    );
  } else {
    lines.push(...wrapped(accuracyInWords(run), columns));
    if (run.missed.length > 0) {
      const about = run.missed.map(missedInWords).join(", ");
      lines.push(...wrapped(`Unexplained: ${about}.`, columns));
    }
  }
  const isDriverAlone =
    !run.hasEventLog && (!run.hasExecutorLog || rankOf(run) > LEVELS.indexOf("info"));
  const evidence = isDriverAlone
    ? run.hasExecutorLog
      ? NO_STORES
      : DRIVER_ALONE
    : EVIDENCE_IN_WORDS[run.evidenceLevel];
  lines.push(...wrapped(evidence, columns));
  const weaker = run.executors.filter(
    (executor) => executor.mode === "on_heap" && rankOf(executor) > rankOf(run),
  );
  if (weaker.length > 0 && !isDriverAlone) {
    const named = weaker
      .slice(0, 8)
      .map((executor) => `${printableLine(executor.executorId)} (${executor.evidenceLevel})`);
    const rest = weaker.length > named.length ? ` and ${weaker.length - named.length} more` : "";
    lines.push(...wrapped(`Less is known of: ${named.join(", ")}${rest}.`, columns));
  }
  if (run.modelEvidence === "source") {
    lines.push(
      ...wrapped(
        "The model of this Spark version follows its sources, but was not held against recordings of the real classes.",
        columns,
      ),
    );
  }
  return lines;
}

/** Predicted before the number was read, explained by a rule, or neither. */
function accuracyInWords(run: RunSummary): string {
  const { statements, statementsMet, statementsExplained, decisions, decisionsForeseen } = run;
  const unexplained = statements - statementsMet - statementsExplained;
  const decided =
    decisions === 0
      ? ""
      : ` Of ${counted(decisions, "decision")} of Spark's memory manager it foresaw ${countInWords(decisionsForeseen)} (${shareInWords(decisionsForeseen / decisions)}).`;
  const explained =
    statementsExplained === 0
      ? ""
      : `, a known rule of logging accounts for ${countInWords(statementsExplained)}`;
  const rest =
    unexplained === 0
      ? "none is"
      : `${countInWords(unexplained)} ${unexplained === 1 ? "is" : "are"}`;
  return `The logs state amounts of memory ${counted(statements, "time")}: the replay predicted ${countInWords(statementsMet)} (${shareInWords(statementsMet / statements)})${explained}, ${rest} unexplained.${decided}`;
}

/** Most are of one executor, or of the driver alone, whose numbers are then the ones to doubt. */
function missedInWords({
  quantity,
  statements,
  executors,
  example,
}: RunSummary["missed"][number]): string {
  const ofOne = example === "driver" ? "the driver" : `executor ${printableLine(example)}`;
  const whose = executors === 1 ? ofOne : counted(executors, "executor");
  return `${countInWords(statements)} of “${printableLine(quantity)}” (in the log of ${whose})`;
}

function oddities(
  diagnostics: readonly DiagnosticSummary[],
  { columns, style }: SummaryPlace,
): string[] {
  const worth = diagnostics.filter(({ severity }) => severity !== "info");
  if (worth.length === 0) return [];
  return [
    style.bold("Odd in the input (all in the table diagnostics)"),
    ...worth
      .slice(0, 5)
      .flatMap(({ code, count, example }) =>
        wrapped(
          `${countInWords(count)} × ${printableLine(code)}: ${printableLine(example)}`,
          columns,
          "    ",
        ).slice(0, 3),
      ),
    ...(worth.length > 5 ? [`… and ${counted(worth.length - 5, "other kind")}`] : []),
  ];
}

interface NextCommand {
  readonly why: string;
  /** without `respark` */
  readonly command: string;
}

/** Three commands that fit what happened in these runs. */
export function nextCommands(
  runs: readonly RunSummary[],
  inputs: readonly string[],
  place: SummaryPlace,
): string {
  const { database } = place;
  const shown =
    database === undefined
      ? []
      : [...verdictOf(runs, database), ...viewsOf(runs, database, place.views)].slice(0, 3);
  if (runs.every((run) => run.evidenceLevel === "debug") && database !== undefined) {
    shown.push({
      why: "the timeline in Parquet, for Python and others",
      command: `export ${shellWord(database)} --format parquet -o tables`,
    });
  } else if (!inputs.includes("-")) {
    shown.push({
      why: "which settings would make the next run tell more",
      command: `inspect ${inputs.map(shellWord).join(" ")}`,
    });
  }
  if (shown.length < 3 && database !== undefined) {
    shown.push({ why: "what else can be asked for", command: "schema" });
  }
  return [
    place.style.bold("Next"),
    ...shown.flatMap(({ why, command }) => [
      place.style.dim(`  # ${why}`),
      `  ${place.command} ${command}`,
    ]),
    "",
  ].join("\n");
}

/** The verdict and the page, of the first application where there are several. */
function verdictOf([first, ...others]: readonly RunSummary[], database: string): NextCommand[] {
  const several =
    others.length === 0 || first === undefined
      ? ""
      : ` --app ${shellWord(first.appId)} --attempt ${shellWord(first.attemptId)}`;
  const page = others.length === 0 ? "report.html" : "reports/";
  return [
    {
      why: "what went wrong, why, and what to change",
      command: `explain ${shellWord(database)}${several}`,
    },
    {
      why: "the same in pictures, as a file to attach",
      command: `report ${shellWord(database)} -o ${page}`,
    },
  ];
}

/** Views that have rows of what happened, then those that always have some. */
function viewsOf(
  runs: readonly RunSummary[],
  database: string,
  views: ReadonlySet<string>,
): NextCommand[] {
  const executors = runs.flatMap((run) => run.executors);
  const any = (has: (executor: ExecutorSummary) => boolean): boolean => executors.some(has);
  const spilled = any(
    ({ spills, unloggedSpilledBytes }) => (spills ?? 0) > 0 || unloggedSpilledBytes > 0,
  );
  const wanted: readonly (readonly [boolean, string, string])[] = [
    [
      any(({ evictions }) => (evictions ?? 0) > 0),
      "eviction_ledger",
      "who evicted what, and whether it was missed",
    ],
    [spilled, "spill_causes", "who spilled, and who made them"],
    [
      any(({ waits }) => (waits ?? 0) > 0),
      "wait_summary",
      "who waited for memory, and who held it",
    ],
    [any(({ failedPuts }) => (failedPuts ?? 0) > 0), "put_failures", "what found no room, and why"],
    [true, "executor_memory_layout", "how each executor's memory is divided"],
    [true, "executor_memory_summary", "peaks and bounds per executor"],
  ];
  return wanted
    .filter(([isThere, view]) => isThere && views.has(view))
    .map(([, view, why]) => ({ why, command: `query ${shellWord(database)} ${view}` }));
}

/** Those with the most evictions, spills, waits and failed puts, in the order they came in. */
function mostPressed(executors: readonly ExecutorSummary[], atMost: number): ExecutorSummary[] {
  if (executors.length <= atMost) return [...executors];
  const pressure = ({ evictions, spills, waits, failedPuts }: ExecutorSummary): number =>
    (evictions ?? 0) + (spills ?? 0) + (waits ?? 0) + (failedPuts ?? 0);
  const kept = new Set([...executors].sort((a, b) => pressure(b) - pressure(a)).slice(0, atMost));
  return executors.filter((executor) => kept.has(executor));
}
