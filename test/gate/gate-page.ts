/**
 * The tables of docs/gate.md: every pair of recorded runs, what the gate said, and what had
 * happened.
 */
import type { Pair, VariantPair } from "./pairs.ts";
import type { RecordedRun } from "./recorded-runs.ts";

export interface Tables {
  readonly runs: readonly RecordedRun[];
  readonly repeats: readonly Pair[];
  readonly variants: readonly VariantPair[];
  readonly others: readonly VariantPair[];
}

const BEGIN = "<!-- tables: written by `pnpm gate` -->";
const END = "<!-- end of tables -->";

/** The page with its tables replaced. */
export function pageWith(page: string, tables: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/gate.md has no place for the tables");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${tables}\n${page.slice(end)}`;
}

export function tablesText({ runs, repeats, variants, others }: Tables): string {
  const two = repeats.filter(({ baseline }) => baseline.length === 2);
  const one = repeats.filter(({ baseline }) => baseline.length === 1);
  const known = variants.filter(({ truth }) => truth !== undefined);
  const worse = known.filter(({ truth }) => (truth?.worse.length ?? 0) > 0);
  const notWorse = known.filter(({ truth }) => truth?.worse.length === 0);
  const noneWorse = notWorse.filter(({ truth }) => truth?.counts.length === 0);
  const otherNotWorse = others.filter(
    ({ truth }) => truth?.worse.length === 0 && truth.counts.length === 0,
  );
  const otherWorse = others.filter(({ truth }) => (truth?.worse.length ?? 0) > 0);
  return `${[
    `${runs.length} recorded runs, default limits, \`--allow-config-change\`. A pair is one or two runs as the baseline and another run of the same scenario and Spark version.`,
    table(
      ["", "pairs", "flagged"],
      [
        ["repeats against two other repeats: **false alarms**", two.length, failing(two)],
        ["repeats against the only other repeat: false alarms", one.length, failing(one)],
        [
          "other configurations, materially worse in outcomes.csv: **detected, by the right metric**",
          worse.length,
          worse.filter(({ namesThem }) => namesThem).length,
        ],
        [
          "other configurations, no byte outcome worse, but more failed puts or recomputed reads (outside the definition)",
          notWorse.length - noneWorse.length,
          failing(notWorse) - failing(noneWorse),
        ],
        [
          "other configurations, nothing worse: **flagged all the same**",
          noneWorse.length,
          failing(noneWorse),
        ],
        [
          "single runs of other configurations against each other, materially worse: detected",
          otherWorse.length,
          otherWorse.filter(({ namesThem }) => namesThem).length,
        ],
        [
          "single runs of other configurations against each other, nothing worse: flagged all the same",
          otherNotWorse.length,
          failing(otherNotWorse),
        ],
      ].map((row) => row.map(String)),
    ),
    "#### Repeats of one configuration",
    table(
      ["scenario", "run", "baseline", "verdict", "failed", "warnings, inconclusive"],
      repeats.map((pair) => [
        pair.run.group,
        shortName(pair.run),
        pair.baseline.map(shortName).join(", "),
        verdictOf(pair),
        pair.failed.join(", "),
        softOf(pair),
      ]),
    ),
    "#### Other configurations against the base",
    table(
      ["scenario", "run", "baseline", "materially worse", "verdict", "failed", "first cause"],
      variants.map(variantRow),
    ),
    "#### All other pairs",
    "One run of another configuration as the baseline.",
    table(
      ["scenario", "run", "baseline", "materially worse", "verdict", "failed", "first cause"],
      others.map(variantRow),
    ),
  ].join("\n\n")}\n`;
}

function variantRow(pair: VariantPair): string[] {
  const { run, baseline, truth, namesThem, failed } = pair;
  return [
    run.group,
    shortName(run),
    baseline.map(shortName).join(", "),
    truth === undefined
      ? "unknown"
      : [...truth.worse, ...truth.counts.map((name) => `(${name})`)].join(", "),
    `${verdictOf(pair)}${namesThem ? "" : " **missed**"}`,
    failed.join(", "),
    (pair.cause ?? "").replaceAll("|", "\\|").replace(/\s+/g, " "),
  ];
}

function failing(pairs: readonly Pair[]): number {
  return pairs.filter(({ failed }) => failed.length > 0).length;
}

function verdictOf({ result }: Pair): string {
  return result.outcome.replaceAll("_", " ");
}

function softOf({ result }: Pair): string {
  const soft = result.verdicts.filter(
    ({ status }) => status === "warn" || status === "inconclusive",
  );
  return soft
    .map(
      ({ check, subject, status }) =>
        `${subject === undefined ? check : `${check}:${subject}`} (${status})`,
    )
    .join(", ");
}

function shortName({ name, group }: RecordedRun): string {
  return name.slice(group.length + 1);
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    `| ${titles.join(" | ")} |`,
    `|${titles.map(() => "---").join("|")}|`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
}
