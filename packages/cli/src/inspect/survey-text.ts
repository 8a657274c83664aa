/** What is here, what it can tell, and which settings would tell more: a survey for people. */

import {
  bytesInWords,
  counted,
  durationInWords,
  type EvidenceLevel,
  instantInWords,
  orDash,
  printableLine,
} from "@respark/core";
import type { Survey, SurveyedApplication, SurveyedFile } from "@respark/events";
import { logName } from "../terminal/log-name.ts";
import type { Style } from "../terminal/style.ts";
import { textTable, wrapped } from "../terminal/text-table.ts";

/** More rows than this of one kind are counted. */
const ROWS_SHOWN = 30;

export interface SurveyPlace {
  readonly columns: number;
  readonly style: Style;
}

export function surveyText(
  survey: Survey,
  place: SurveyPlace & { readonly full: boolean },
): string {
  const read = survey.files.filter((file) => file.unread === undefined && file.kind !== "other");
  const bytes = read.reduce((total, file) => total + (file.bytes ?? 0), 0);
  const sampled = read.filter((file) => !file.readWhole).length;
  const parts = [
    [
      `${counted(survey.applications.length, "application")} in ${counted(read.length, "log")} (${bytesInWords(bytes)})`,
      ...(place.full || read.length === 0 ? [] : wrapped(sampledWords(sampled), place.columns)),
    ],
    ...survey.applications.flatMap((application) => applicationParts(application, place)),
    ...advised(survey.applications).map((some) => adviceLines(some, survey.applications, place)),
    unreadPart(survey.files, place),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function sampledWords(sampled: number): string {
  const how =
    sampled === 0
      ? "These logs are small and were looked at whole; --full also lists"
      : `Of ${counted(sampled, "log")} only the beginning was looked at; --full reads everything, and lists`;
  return `${how} the lines that look like memory and match no template.`;
}

function applicationParts(application: SurveyedApplication, place: SurveyPlace): string[][] {
  return [
    heading(application, place),
    executorLines(application, place),
    missingLines(application, place),
    fileLines(application.files, place),
  ];
}

function heading(application: SurveyedApplication, { columns, style }: SurveyPlace): string[] {
  const { appId, attemptId, name, sparkVersion, startedAt, endedAt } = application;
  const attempt = attemptId === "1" ? "" : ` attempt ${printableLine(attemptId)}`;
  const facts = [
    sparkVersion === undefined ? "Spark version unknown" : `Spark ${printableLine(sparkVersion)}`,
    ...(startedAt === undefined ? [] : [`from ${instantInWords(startedAt)}`]),
    ...(startedAt === undefined || endedAt === undefined
      ? ["no end logged"]
      : [`for ${durationInWords((endedAt - startedAt) / 1000)}`]),
  ];
  return [
    style.bold(
      `${printableLine(appId)}${attempt}${name === undefined ? "" : ` “${printableLine(name)}”`}`,
    ),
    facts.join(" · "),
    ...wrapped(CAN_TELL[application.evidenceLevel ?? "nothing"], columns),
  ];
}

const CAN_TELL: Readonly<Record<EvidenceLevel | "nothing", string>> = {
  debug:
    "Evidence debug: every store, eviction, spill and grant of execution memory; sizes as logged.",
  info: "Evidence info: blocks, hits, evictions, failed puts, most spills; execution memory within bounds.",
  event_log_blocks:
    "Evidence event_log_blocks: exact sizes of RDD blocks; task totals; no pools over time.",
  event_log:
    "Evidence event_log: task totals and peaks of metrics; nothing about blocks or pools over time.",
  nothing: "Evidence none: no log here says anything about memory.",
};

function executorLines({ executors }: SurveyedApplication, { style }: SurveyPlace): string[] {
  if (executors.length === 0) return [];
  const [head = "", ...body] = textTable(
    [
      { title: "executor", align: "left" },
      { title: "host", align: "left" },
      { title: "its own log", align: "left" },
      { title: "evidence", align: "left" },
    ],
    executors
      .slice(0, ROWS_SHOWN)
      .map((executor) => [
        executor.executorId,
        executor.host ?? "",
        executor.hasLog ? "yes" : "missing",
        executor.evidenceLevel ?? "none",
      ]),
  );
  const rest = executors.length - ROWS_SHOWN;
  return [
    style.dim(head),
    ...body,
    ...(rest > 0 ? [`… and ${counted(rest, "more executor", "more executors")}`] : []),
  ];
}

/**
 * The next step that needs no new run: an executor's log is kept where it ran, and forgotten first.
 */
function missingLines(
  { appId, executors, files }: SurveyedApplication,
  { style, columns }: SurveyPlace,
): string[] {
  const ofExecutors = executors.filter((one) => !one.hasLog && one.executorId !== "driver").length;
  const all = executors.filter(({ executorId }) => executorId !== "driver").length;
  const local = all === 0 && appId.startsWith("local-");
  const hasLogs = files.some(({ kind }) => kind !== "event_log");
  if (local ? hasLogs || executors.length === 0 : ofExecutors === 0) return [];
  return [
    ...wrapped(
      local
        ? "It ran in one process, whose log is missing here: it would tell more of this very run."
        : `The logs of ${ofExecutors === all ? (all === 1 ? "its executor" : "all its executors") : `${ofExecutors} of ${counted(all, "executor")}`} are missing here: they would tell more of this very run.`,
      columns,
    ),
    ...(local
      ? []
      : /^application_\d+_\d+$/.test(appId)
        ? [
            style.dim("  # give its output to respark beside the event log"),
            `  yarn logs -applicationId ${appId} > executors.log`,
          ]
        : [
            style.dim(
              "  # Kubernetes: kubectl logs <pod>; standalone: on each worker, in its work directory",
            ),
            `  ${printableLine(appId)}/<executor>/stderr`,
          ]),
  ];
}

function fileLines(files: readonly SurveyedFile[], { style }: SurveyPlace): string[] {
  if (files.length === 0) return [];
  const [head = "", ...body] = textTable(
    [
      { title: "log", align: "left" },
      { title: "kind", align: "left" },
      { title: "of", align: "left" },
      { title: "codec", align: "left" },
      { title: "size", align: "right" },
      { title: "zone", align: "left" },
    ],
    files
      .slice(0, ROWS_SHOWN)
      .map((file) => [
        logName(file.path),
        file.kind.replace("_", " "),
        file.executorId ?? "",
        file.codec === "none" ? "plain" : file.codec,
        orDash(file.bytes, bytesInWords),
        file.kind === "event_log" ? "" : (file.clock.zone ?? offsetInWords(file.clock.offsetMs)),
      ]),
  );
  const rest = files.length - ROWS_SHOWN;
  const layouts = [...new Set(files.flatMap(({ layout }) => layout ?? []))].sort();
  return [
    style.dim(head),
    ...body,
    ...(rest > 0 ? [`… and ${counted(rest, "more log", "more logs")}`] : []),
    ...layouts.map((layout) => style.dim(`layout of log lines: ${printableLine(layout)}`)),
  ];
}

/** Applications by what would tell more of them: one directory often holds many of one kind. */
function advised(applications: readonly SurveyedApplication[]): SurveyedApplication[][] {
  const groups = new Map<string, SurveyedApplication[]>();
  for (const application of applications) {
    if (application.advice.length === 0) continue;
    const key = JSON.stringify(application.advice);
    groups.set(key, [...(groups.get(key) ?? []), application]);
  }
  return [...groups.values()];
}

function adviceLines(
  group: readonly SurveyedApplication[],
  all: readonly SurveyedApplication[],
  { style, columns }: SurveyPlace,
): string[] {
  const [one] = group;
  if (one === undefined) return [];
  const { advice } = one;
  const ids = group.map(({ appId }) => printableLine(appId));
  const whose =
    group.length === all.length
      ? ""
      : ` of ${ids.slice(0, 3).join(", ")}${ids.length > 3 ? ` and ${ids.length - 3} more` : ""}`;
  return [
    ...wrapped(`Would tell more next time${whose}`, columns, "  ").map((line) => style.bold(line)),
    ...advice.flatMap(({ gives, file, lines }) => [
      style.dim(`  # ${gives} (${file})`),
      ...lines.map((line) => `  ${line}`),
    ]),
  ];
}

function unreadPart(files: readonly SurveyedFile[], { style, columns }: SurveyPlace): string[] {
  const unread = files.filter((file) => file.unread !== undefined);
  if (unread.length === 0) return [];
  const rest = unread.length - ROWS_SHOWN;
  return [
    style.bold("Not read"),
    ...unread
      .slice(0, ROWS_SHOWN)
      .flatMap((file) =>
        wrapped(
          `${printableLine(file.path)}: ${printableLine(file.unread ?? "")}`,
          columns - 2,
          "  ",
        ).map((line) => `  ${line}`),
      ),
    ...(rest > 0 ? [`  … and ${counted(rest, "more file", "more files")}`] : []),
  ];
}

function offsetInWords(offsetMs: number | undefined): string {
  if (offsetMs === undefined) return "unknown";
  const minutes = Math.round(offsetMs / 60_000);
  return minutes === 0 ? "UTC" : `${minutes} min to UTC`;
}
