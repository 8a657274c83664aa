/** Many applications on one screen, worst first: what each lost, of what, and what would help. */
import { counted, countInWords, cutToWidth, durationInWords, printableLine } from "@respark/core";
import { type Ask, kindsOf, type RowOf, rowsFrom, shellWord } from "@respark/report";
import type { Style } from "../terminal/style.ts";
import { wrapped } from "../terminal/text-table.ts";
import type { ApplicationKey } from "./applications.ts";
import { type FleetGroups, groupTexts, type IsWanted, readGroups } from "./fleet-groups.ts";

/** More applications than this are counted. */
const SHOWN = 6;

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
  /** of all findings, best estimates, else the middle of the bounds; undefined: unknown */
  readonly costMillis: number | undefined;
  readonly runMillis: number | undefined;
  readonly statements: number;
  readonly statementsMet: number;
  /** cut files, and oddities of the input */
  readonly incompleteFiles: number;
  readonly warnings: number;
  readonly evidenceLevel: string;
  /** where it is, as the user would name it; undefined: there is no database to ask again */
  readonly database: string | undefined;
}

export interface Fleet {
  /** Worst first. */
  readonly applications: readonly FleetApplication[];
  readonly groups: FleetGroups;
}

/** A database of the fleet. */
export interface Asked {
  readonly ask: Ask;
  /** as the user would name it; undefined: there is none to ask again */
  readonly path: string | undefined;
}

/** What is read of an application's summary. */
const SUMMARY = [
  "app_id",
  "attempt_id",
  "name",
  "spark_version",
  "duration_ms",
  "executors",
  "findings",
  "worst",
  "worst_kind",
  "worst_severity",
  "worst_change",
  "cost_ms",
  "run_ms",
  "statements",
  "statements_met",
  "incomplete_files",
  "warnings",
  "evidence_level",
] as const;
const summaryKinds = kindsOf("application_summary", SUMMARY);

/** `only`: these; undefined: all of the databases. */
export async function readFleet(
  databases: readonly Asked[],
  only?: readonly ApplicationKey[],
): Promise<Fleet> {
  const wanted =
    only === undefined
      ? undefined
      : new Set(only.map(({ appId, attemptId }) => `${appId}\n${attemptId}`));
  const isWanted: IsWanted = ({ app_id, attempt_id }) =>
    wanted?.has(`${app_id}\n${attempt_id}`) ?? true;
  const applications: FleetApplication[] = [];
  for (const { ask, path } of databases) {
    const rows = await rowsFrom(ask, "application_summary", SUMMARY);
    applications.push(...rows.filter(isWanted).map((row) => applicationOf(row, path)));
  }
  // One database has them in this order; the sort is stable.
  if (databases.length > 1) applications.sort(worstFirst);
  const groups = await readGroups(
    databases.map(({ ask }) => ask),
    isWanted,
  );
  return { applications, groups };
}

/** As application_summary orders them. */
const TIERS: readonly (readonly string[])[] = [["dead"], ["slow", "risk"], ["waste"], ["fine"]];

function worstFirst(a: FleetApplication, b: FleetApplication): number {
  const tier = ({ worst }: FleetApplication): number => {
    const found = TIERS.findIndex((severities) => severities.includes(worst?.severity ?? ""));
    return found < 0 ? TIERS.length : found;
  };
  return tier(a) - tier(b) || (b.costMillis ?? -1) - (a.costMillis ?? -1);
}

function applicationOf(
  row: RowOf<typeof summaryKinds>,
  database: string | undefined,
): FleetApplication {
  return {
    appId: row.app_id,
    attemptId: row.attempt_id,
    name: row.name,
    sparkVersion: row.spark_version,
    durationMillis: row.duration_ms,
    executors: row.executors ?? 0,
    findings: row.findings ?? 0,
    worst:
      row.worst === undefined
        ? undefined
        : {
            title: row.worst,
            kind: row.worst_kind ?? "",
            severity: row.worst_severity ?? "",
            change: row.worst_change,
          },
    costMillis: row.cost_ms,
    runMillis: row.run_ms,
    statements: row.statements ?? 0,
    statementsMet: row.statements_met ?? 0,
    incompleteFiles: row.incomplete_files ?? 0,
    warnings: row.warnings ?? 0,
    evidenceLevel: row.evidence_level ?? "",
    database,
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
  readonly command: string;
  readonly columns: number;
  readonly style: Style;
}

export function fleetText({ applications: fleet, groups }: Fleet, place: FleetPlace): string {
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
    ...groupTexts(groups).flatMap(({ heading, lines }) => [
      style.bold(heading),
      ...lines.map((line) => cutToWidth(`  ${line}`, columns)),
    ]),
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
  const partly = fleet.filter(({ incompleteFiles }) => incompleteFiles > 0).length;
  const bare = fleet.filter(({ evidenceLevel }) => evidenceLevel === "event_log").length;
  return [
    statements === 0
      ? "Their logs make no statement of memory to check the replay by."
      : `The replay predicted ${countInWords(met)} of their ${counted(statements, "memory statement")}.`,
    ...(partly === 0 ? [] : [`Logs of ${counted(partly, "application")} are not whole.`]),
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
    style.bold(cutToWidth(`${head}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`, columns)),
    cutToWidth(`    ${printableLine(worst.title)}`, columns),
    ...(worst.change === undefined
      ? []
      : [style.dim(cutToWidth(`    change: ${printableLine(worst.change)}`, columns))]),
  ];
}

function costOf({ costMillis, runMillis }: FleetApplication): string[] {
  if (costMillis === undefined || costMillis === 0) return [];
  const of = runMillis === undefined ? "" : ` of ${durationInWords(runMillis)} task time`;
  return [`cost about ${durationInWords(costMillis)}${of}`];
}

function nextLines(first: FleetApplication | undefined, { command, style }: FleetPlace): string[] {
  if (first?.database === undefined) return [];
  const at = shellWord(first.database);
  const attempt = first.attemptId === "1" ? "" : ` --attempt ${shellWord(first.attemptId)}`;
  return [
    "",
    style.bold("Next"),
    style.dim("  # one application's verdict"),
    `  ${command} explain ${at} --app ${shellWord(first.appId)}${attempt}`,
    style.dim("  # all findings, costliest first"),
    `  ${command} query ${at} "from findings order by cost_ms desc"`,
    style.dim("  # each application's peaks, spills, regret and accuracy"),
    `  ${command} query ${at} application_summary`,
  ];
}
