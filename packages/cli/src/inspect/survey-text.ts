/** What is here, what it can tell, and which settings would tell more: a survey for people. */

import type { EvidenceLevel } from "@respark/core";
import { bytesInWords, counted, durationInWords } from "@respark/core";
import type { Survey, SurveyedApplication, SurveyedFile } from "@respark/events";
import { bytesOrDash } from "../terminal/amounts.ts";
import { printableLine } from "../terminal/printable.ts";
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
      ? "These logs are small and were looked at whole, but not replayed"
      : `Of ${counted(sampled, "log")} only the beginning was looked at`;
  return `${how}: --full reads everything and lists the lines that look like memory and match no template.`;
}

function applicationParts(application: SurveyedApplication, place: SurveyPlace): string[][] {
  return [
    heading(application, place.style),
    executorLines(application, place),
    fileLines(application.files, place),
    adviceLines(application, place),
  ];
}

function heading(application: SurveyedApplication, style: Style): string[] {
  const { appId, attemptId, name, sparkVersion, startedAt, endedAt } = application;
  const attempt = attemptId === "1" ? "" : ` attempt ${printableLine(attemptId)}`;
  const facts = [
    sparkVersion === undefined ? "Spark version unknown" : `Spark ${printableLine(sparkVersion)}`,
    ...(startedAt === undefined ? [] : [`from ${instant(startedAt)} UTC`]),
    ...(startedAt === undefined || endedAt === undefined
      ? ["no end logged"]
      : [`for ${durationInWords((endedAt - startedAt) / 1000)}`]),
  ];
  return [
    style.bold(
      `${printableLine(appId)}${attempt}${name === undefined ? "" : ` “${printableLine(name)}”`}`,
    ),
    facts.join(" · "),
    CAN_TELL[application.evidenceLevel ?? "nothing"],
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
        nameOf(file.path),
        file.kind.replace("_", " "),
        file.executorId ?? "",
        file.codec === "none" ? "plain" : file.codec,
        bytesOrDash(file.bytes),
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

function adviceLines({ advice }: SurveyedApplication, { style }: SurveyPlace): string[] {
  if (advice.length === 0) return [];
  return [
    style.bold("Would tell more next time"),
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

/** The last two parts of a path are enough to know a log by. */
function nameOf(path: string): string {
  return path.split("/").slice(-1).join("/");
}

function offsetInWords(offsetMs: number | undefined): string {
  if (offsetMs === undefined) return "unknown";
  const minutes = Math.round(offsetMs / 60_000);
  return minutes === 0 ? "UTC" : `${minutes} min to UTC`;
}

function instant(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(0, 19).replace("T", " ");
}
