/** What every output says of a result, in the same words, and in text that no log can misuse. */
import { counted } from "@respark/core";
import type { GateResult, MeasuredRun, SubjectMatch, Verdict, VerdictStatus } from "../check.ts";
import { intervalInWords, inWords, spanInWords } from "../in-words.ts";
import { RUNS_FOR_STATISTICS } from "../statistics.ts";

/** Where things stand, as the user named them. */
export interface Place {
  /** undefined: the logs were replayed for this check alone. */
  readonly database: string | undefined;
  readonly baseline: { readonly file: string; readonly text: string } | undefined;
}

const LONGEST = 400;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

/**
 * Text from logs, baselines and configurations, on one line: what could move a cursor, turn the
 * direction of writing or break a document becomes visible (`\u{1b}`), and what goes on for ever is
 * cut.
 */
export function plain(text: string): string {
  const line = text.replace(/[\t\r\n]+/g, " ").replace(UNSAFE, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return line.length > LONGEST
    ? `${line.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, "")}…`
    : line;
}

/** CI systems take lines that begin with `::` or hold `##[` for orders: no log may give any. */
export function harmless(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1\\u{3a}").replaceAll("##[", "#\\u{23}[");
}

/**
 * `evicted_bytes`, or with the stage or RDD it is about: `stage_spilled_bytes:count at Job.scala`.
 */
export function nameOf({ check, subject }: Verdict): string {
  return plain(subject === undefined ? check : `${check}:${subject}`);
}

const LONGEST_IN_A_CELL = 64;

/** The same for a table's cell. */
export function shortNameOf(verdict: Verdict): string {
  return shortened(nameOf(verdict));
}

/** `memory evicted of an RDD: hot`, for people, who set no limit by its id. */
export function shortTitleOf({ title, subject }: Verdict): string {
  return shortened(plain(subject === undefined ? title : `${title}: ${subject}`));
}

/** The beginning and the end, which tell names apart. */
function shortened(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= LONGEST_IN_A_CELL) return name;
  const end = characters.slice(-LONGEST_IN_A_CELL / 4);
  return `${characters.slice(0, LONGEST_IN_A_CELL - end.length - 1).join("")}…${end.join("")}`;
}

const ORDER: readonly VerdictStatus[] = [
  "fail",
  "warn",
  "inconclusive",
  "improved",
  "pass",
  "ignored",
  "not_compared",
  "not_measured",
];

/** Worst first; otherwise in the order of the metrics. */
export function worstFirst(verdicts: readonly Verdict[]): Verdict[] {
  return [...verdicts].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
}

export function statusInWords(status: VerdictStatus): string {
  return status.replace("_", " ");
}

export function isJudged({ status }: Verdict): boolean {
  return status !== "not_measured" && status !== "not_compared";
}

export function headline({ outcome, verdicts }: GateResult): string {
  const failed = verdicts.filter(({ status }) => status === "fail").length;
  const warned = verdicts.filter(({ status }) => status === "warn").length;
  const open = verdicts.filter(({ status }) => status === "inconclusive").length;
  const judged = verdicts.filter(isJudged).length;
  const asides = [
    ...(warned > 0 ? [counted(warned, "warning")] : []),
    ...(open > 0 ? [`${open} inconclusive`] : []),
  ];
  const aside = asides.length === 0 ? "" : `, ${asides.join(", ")}`;
  switch (outcome) {
    case "passed":
      return `passed: ${counted(judged, "check")}${aside}`;
    case "regressed":
      return `regressed: ${failed} of ${counted(judged, "check")} failed${aside}`;
    case "too_little_evidence":
      return `too little evidence for a verdict${failed > 0 ? `; ${counted(failed, "check")} failed` : ""}${aside}`;
    case "not_comparable":
      return "not comparable with the baseline";
  }
}

/** Which run it is, and how far its numbers can be trusted. */
export function runInWords({ application, trust }: MeasuredRun): string {
  const accuracy =
    trust.statements === 0
      ? "no memory statement in the logs"
      : `${trust.statementsMet} of ${counted(trust.statements, "memory statement")} predicted, ${trust.statementsExplained} explained`;
  return [
    ...(application.name === undefined ? [] : [application.name]),
    application.attemptId === "1"
      ? application.appId
      : `${application.appId} attempt ${application.attemptId}`,
    `Spark ${application.sparkVersion ?? "of unknown version"}`,
    `evidence ${application.evidenceLevel ?? "unknown"}`,
    accuracy,
  ].join(", ");
}

/** A measured setting is a number with its unit in its name; a setting stands as it was given. */
function settingInWords(name: string, value: string | undefined): string {
  if (value === undefined) return "unset";
  return /[_ ]bytes$/.test(name) && /^\d+$/.test(value) ? inWords(Number(value), "bytes") : value;
}

/** What was checked, against what, and what stands in the way: a label and a sentence each. */
export function circumstances(result: GateResult, place: Place): [string, string][] {
  const { run, baseline, differences, evidence, remarks, subjects } = result;
  const lines: [string, string][] = [["this run", runInWords(run)]];
  if (baseline !== undefined) {
    const of = baseline.name === undefined ? "" : ` of ${baseline.name}`;
    lines.push([
      "baseline",
      `${place.baseline === undefined ? "" : `${place.baseline.file}: `}${counted(baseline.runs, "run")}${of}, Spark ${baseline.sparkVersion ?? "of unknown version"}`,
    ]);
  }
  for (const { name, baseline: was, run: is, allowed } of differences) {
    lines.push([
      allowed ? "differs" : "not the same",
      `${name}: ${settingInWords(name, was)} → ${settingInWords(name, is)}${allowed ? " (allowed)" : ""}`,
    ]);
  }
  for (const sentence of evidence) lines.push(["evidence", sentence]);
  for (const sentence of remarks) lines.push(["note", sentence]);
  lines.push(...changesOf(subjects));
  return lines.map(([label, sentence]) => [label, plain(sentence)]);
}

const CHANGES_SHOWN = 8;

function changesOf(subjects: readonly SubjectMatch[]): [string, string][] {
  const changes = subjects.filter(({ how }) => how !== "same");
  const lines = changes.slice(0, CHANGES_SHOWN).map(({ kind, was, is, how }): [string, string] => {
    if (how === "renamed") return ["renamed", `${kind} ${was ?? ""} is now ${is ?? ""}`];
    return how === "added"
      ? ["new", `${kind} ${is ?? ""} (the baseline has none like it)`]
      : ["gone", `${kind} ${was ?? ""}`];
  });
  if (changes.length > lines.length) {
    lines.push(["changed", `and ${changes.length - lines.length} more stages and RDDs`]);
  }
  return lines;
}

/** How to get on where nothing could be judged; undefined: nothing stands in the way. */
export function wayOut(result: GateResult): string | undefined {
  const kinds = new Set(
    result.differences.filter(({ allowed }) => !allowed).map(({ kind }) => kind),
  );
  if (kinds.size > 0) {
    const ways = [
      ...(kinds.has("application") ? ["--allow-other-application"] : []),
      ...(kinds.has("configuration") ? ["--allow-config-change"] : []),
      ...(kinds.has("version") ? ["--allow-version-change"] : []),
      ...(kinds.has("input") ? ["--normalise-by input"] : []),
    ];
    return `${ways.join(" and ")} compare${ways.length === 1 ? "s" : ""} all the same; respark baseline makes a new baseline`;
  }
  return undefined;
}

export function valueInWords({ value, unit, status }: Verdict): string {
  return status === "not_measured" ? "not measured" : intervalInWords(value, unit);
}

/** `190.9 to 284.8 MiB`, and from five runs on with the median. */
export function baselineInWords({ baseline, unit }: Verdict): string {
  if (baseline === undefined) return "–";
  const { min, max, median, runs } = baseline;
  const span = spanInWords({ min, max }, unit);
  return min !== max && runs >= RUNS_FOR_STATISTICS
    ? `${span}, median ${inWords(median, unit)}`
    : span;
}

export function limitInWords({ limit, unit, better }: Verdict): string {
  if (limit === undefined) return "–";
  // Less than nothing is no limit at all.
  if (better === "higher" && limit <= 0) return "any";
  return `${better === "higher" ? "≥" : "≤"} ${inWords(limit, unit)}`;
}

/**
 * What is told of each, worst first; who did it is told once where several checks have it in
 * common.
 */
export function storiesOf(
  verdicts: readonly Verdict[],
): { readonly verdict: Verdict; readonly causes: readonly string[] }[] {
  const told = new Map<string, string>();
  return verdicts.map((verdict) => {
    const causes = verdict.causes.map(plain);
    const key = causes.join("\n");
    const first = told.get(key);
    if (first !== undefined && causes.length > 1) {
      return { verdict, causes: [`who did it: as of ${first}`] };
    }
    told.set(key, nameOf(verdict));
    return { verdict, causes };
  });
}

/** The question to ask next; undefined: there is none, or no database to ask. */
export function questionOf({ lookFurther }: Verdict, { database }: Place): string | undefined {
  if (lookFurther === undefined) return undefined;
  return database === undefined
    ? `respark query <db> "${lookFurther}"`
    : `respark query ${shellWord(plain(database))} "${lookFurther}"`;
}

function shellWord(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
