/** Many applications on one screen, worst first: what each lost, of what, and what would help. */
import { counted, countInWords, durationInWords } from "@respark/core";
import { type Ask, numberIn, type Row, shellWord, textIn } from "@respark/report";
import { printableLine } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";
import { wrapped } from "../terminal/text-table.ts";
import type { ApplicationKey } from "./applications.ts";

/** More applications than this are counted. */
const SHOWN = 12;

export interface FleetApplication {
  readonly appId: string;
  readonly attemptId: string;
  readonly name: string | undefined;
  readonly sparkVersion: string | undefined;
  readonly durationMillis: number | undefined;
  readonly executors: number;
  readonly findings: number;
  /** of the worst finding; undefined: none */
  readonly worst:
    | {
        readonly title: string;
        readonly kind: string;
        readonly severity: string;
        readonly change: string | undefined;
      }
    | undefined;
  /** of all findings, best estimates; undefined: unknown */
  readonly costMillis: number | undefined;
  readonly runMillis: number | undefined;
  readonly statements: number;
  readonly statementsMet: number;
  /** cut files, and oddities of the input */
  readonly truncatedFiles: number;
  readonly warnings: number;
  readonly evidenceLevel: string;
}

/** Worst first. `only`: these; undefined: all of the database. */
export async function readFleet(
  ask: Ask,
  only?: readonly ApplicationKey[],
): Promise<FleetApplication[]> {
  const rows = await ask("from application_summary");
  const wanted =
    only === undefined
      ? undefined
      : new Set(only.map(({ appId, attemptId }) => `${appId}\n${attemptId}`));
  return rows
    .map(applicationOf)
    .filter(({ appId, attemptId }) => wanted?.has(`${appId}\n${attemptId}`) ?? true);
}

function applicationOf(row: Row): FleetApplication {
  const title = textIn(row, "worst");
  return {
    appId: textIn(row, "app_id") ?? "",
    attemptId: textIn(row, "attempt_id") ?? "",
    name: textIn(row, "name"),
    sparkVersion: textIn(row, "spark_version"),
    durationMillis: numberIn(row, "duration_ms"),
    executors: numberIn(row, "executors") ?? 0,
    findings: numberIn(row, "findings") ?? 0,
    worst:
      title === undefined
        ? undefined
        : {
            title,
            kind: textIn(row, "worst_kind") ?? "",
            severity: textIn(row, "worst_severity") ?? "",
            change: textIn(row, "worst_change"),
          },
    costMillis: numberIn(row, "cost_ms"),
    runMillis: numberIn(row, "run_ms"),
    statements: numberIn(row, "statements") ?? 0,
    statementsMet: numberIn(row, "statements_met") ?? 0,
    truncatedFiles: numberIn(row, "truncated_files") ?? 0,
    warnings: numberIn(row, "warnings") ?? 0,
    evidenceLevel: textIn(row, "evidence_level") ?? "",
  };
}

const WORDS: Readonly<Record<string, string>> = {
  dead: "lost work",
  slow: "lost time",
  risk: "ran at a risk",
  waste: "wasted memory",
  fine: "lost next to nothing",
};

export interface FleetPlace {
  /** the database as the user would name it; undefined: there is none to ask */
  readonly database: string | undefined;
  readonly command: string;
  readonly columns: number;
  readonly style: Style;
}

export function fleetText(fleet: readonly FleetApplication[], place: FleetPlace): string {
  const { style, columns } = place;
  const troubled = fleet.filter(({ worst }) => worst !== undefined);
  const shown = troubled.slice(0, SHOWN);
  const rest = troubled.length - shown.length;
  return `${[
    ...wrapped(headline(fleet), columns).map((line) => style.bold(line)),
    ...wrapped(trustInWords(fleet), columns).map((line) => style.dim(line)),
    "",
    ...shown.flatMap((application, index) => linesOf(application, index + 1, place)),
    ...(rest > 0 ? [`… and ${counted(rest, "application")} that lost less`] : []),
    ...nextLines(shown[0], place),
  ].join("\n")}\n`;
}

function headline(fleet: readonly FleetApplication[]): string {
  const parts = Object.entries(WORDS).flatMap(([severity, words]) => {
    const found = fleet.filter(({ worst }) => worst?.severity === severity).length;
    return found === 0 ? [] : [`${countInWords(found)} ${words}`];
  });
  const well = fleet.filter(({ worst }) => worst === undefined).length;
  return `${counted(fleet.length, "application")}: ${[
    ...parts,
    ...(well === 0 ? [] : [`${countInWords(well)} without findings`]),
  ].join(", ")}.`;
}

function trustInWords(fleet: readonly FleetApplication[]): string {
  const sum = (of: (application: FleetApplication) => number): number =>
    fleet.reduce((total, application) => total + of(application), 0);
  const [statements, met] = [
    sum(({ statements: all }) => all),
    sum(({ statementsMet }) => statementsMet),
  ];
  const cut = fleet.filter(({ truncatedFiles }) => truncatedFiles > 0).length;
  const bare = fleet.filter(({ evidenceLevel }) => evidenceLevel === "event_log").length;
  return [
    statements === 0
      ? "Their logs make no statement of memory to check the replay by."
      : `The replay predicted ${countInWords(met)} of their ${counted(statements, "memory statement")}.`,
    ...(cut === 0 ? [] : [`Logs of ${counted(cut, "application")} are cut off.`]),
    ...(bare === 0
      ? []
      : [`Of ${counted(bare, "application")} there is an event log alone, or less.`]),
  ].join(" ");
}

function linesOf(application: FleetApplication, nth: number, place: FleetPlace): string[] {
  const { style, columns } = place;
  const { worst, findings } = application;
  if (worst === undefined) return [];
  const name = application.name === undefined ? "" : ` “${printableLine(application.name)}”`;
  const attempt =
    application.attemptId === "1" ? "" : ` attempt ${printableLine(application.attemptId)}`;
  const facts = [
    ...(application.durationMillis === undefined
      ? []
      : [durationInWords(application.durationMillis)]),
    ...costOf(application),
    ...(findings > 1 ? [counted(findings, "finding")] : []),
  ];
  const number = `${nth}.`.padStart(3);
  const head = `${number} ${printableLine(application.appId)}${attempt}${name}`;
  return [
    style.bold(cut(`${head}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`, columns)),
    cut(`    ${printableLine(worst.title)}`, columns),
    ...(worst.change === undefined
      ? []
      : [style.dim(cut(`    change: ${printableLine(worst.change)}`, columns))]),
  ];
}

function costOf({ costMillis, runMillis }: FleetApplication): string[] {
  if (costMillis === undefined || costMillis === 0) return [];
  const of = runMillis === undefined ? "" : ` of ${durationInWords(runMillis)} task time`;
  return [`cost ${durationInWords(costMillis)}${of}`];
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

function nextLines(
  first: FleetApplication | undefined,
  { database, command, style }: FleetPlace,
): string[] {
  if (database === undefined) return [];
  const at = shellWord(database);
  return [
    "",
    style.bold("Next"),
    ...(first === undefined
      ? []
      : [
          style.dim("  # one application's verdict"),
          `  ${command} explain ${at} --app ${shellWord(first.appId)}${first.attemptId === "1" ? "" : ` --attempt ${shellWord(first.attemptId)}`}`,
        ]),
    style.dim("  # all findings, costliest first"),
    `  ${command} query ${at} "from findings order by cost_ms desc"`,
    style.dim("  # each application's peaks, spills, regret and accuracy"),
    `  ${command} query ${at} application_summary`,
  ];
}
