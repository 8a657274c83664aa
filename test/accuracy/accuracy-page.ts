/** Writes docs/accuracy.md: how near the replay is to what the JVMs did, beside the bars. */
import { type Bar, bars, barText, shortfall } from "./bars.ts";
import { type Before, beforeMean } from "./before.ts";
import { classTitles, type LogClass, logClasses } from "./log-classes.ts";
import { type Measures, meanOf, type Quantity } from "./measures.ts";
import type { Outcome } from "./outcomes.ts";
import type { Score } from "./score-run.ts";

const number = (value: number | undefined): string =>
  value === undefined ? "–" : value.toFixed(3);

/** Scores that have numbers. */
export interface Measured {
  readonly score: Score;
  readonly measures: Measures;
}
export const measuredOf = (scores: readonly Score[]): Measured[] =>
  scores.flatMap((score) =>
    score.measures === undefined ? [] : [{ score, measures: score.measures }],
  );

const inClass = (measured: readonly Measured[], logClass: LogClass): Measured[] =>
  measured.filter(({ score }) => score.logClass === logClass);

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** A run that lies more than 0.10 beyond a bar of its class. */
export interface FarOff {
  readonly run: string;
  readonly logClass: LogClass;
  readonly bar: Bar;
  readonly value: number;
}

export function farOff(measured: readonly Measured[]): FarOff[] {
  return measured.flatMap(({ score, measures }) =>
    bars[score.logClass].flatMap((bar) => {
      const value = measures[bar.quantity];
      const off = shortfall(bar, measures);
      if (value === undefined || off === undefined || off <= 0.1) return [];
      return [{ run: score.run.name, logClass: score.logClass, bar, value }];
    }),
  );
}

/**
 * One line per bar of a class: the mean before and now, and the run that is furthest from the bar.
 */
export function barRows(
  measured: readonly Measured[],
  logClass: LogClass,
  before: (quantity: Quantity) => number | undefined,
): string[][] {
  const of = inClass(measured, logClass);
  return bars[logClass].map((bar) => {
    const mean = meanOf(
      of.map(({ measures }) => measures),
      bar.quantity,
    );
    const values = of.flatMap(({ score, measures }) => {
      const value = measures[bar.quantity];
      return value === undefined ? [] : [{ name: score.run.name, value }];
    });
    const [worst] = values.toSorted(
      (a, b) => (bar.atLeast ? a.value - b.value : b.value - a.value) || (a.name < b.name ? -1 : 1),
    );
    const verdict =
      mean === undefined
        ? "not measured"
        : shortfall(bar, { [bar.quantity]: mean }) === 0
          ? "met"
          : "**not met**";
    return [
      bar.quantity,
      barText(bar),
      number(before(bar.quantity)),
      number(mean),
      verdict,
      worst === undefined ? "–" : `${worst.name} ${number(worst.value)}`,
    ];
  });
}

const shown: readonly Quantity[] = [
  "storage_inside",
  "storage_width",
  "state_inside",
  "state_width",
  "pool_inside",
  "pool_width",
  "execution_active_inside",
  "execution_active_width",
  "execution_area_off",
  "peak_inside",
  "peak_width",
];
const shownShort =
  "storage in|width|state in|width|pool in|width|execution in|width|area off|peak in|width".split(
    "|",
  );

function groupTable(
  of: readonly Measured[],
  name: string,
  keyOf: (score: Score) => string,
): string {
  const groups = new Map<string, Measured[]>();
  for (const one of of) {
    const key = keyOf(one.score);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([key, members]) => [
      key,
      String(members.length),
      ...shown.map((quantity) =>
        number(
          meanOf(
            members.map(({ measures }) => measures),
            quantity,
          ),
        ),
      ),
    ]);
  return table([name, "runs", ...shownShort], rows);
}

/** Spills and waits beside outcomes.csv: only runs in which either has one. */
function spillsAndWaits(scores: readonly Score[], outcomes: ReadonlyMap<string, Outcome>): string {
  const rows = scores.flatMap(({ run, logClass, counts }) => {
    const outcome = outcomes.get(run.name);
    if (counts === undefined || outcome === undefined) return [];
    if (!WHOLE.has(logClass)) return [];
    if (outcome.spills + outcome.waits + counts.spillsReported + counts.waits === 0) return [];
    return [
      [
        run.name,
        logClass,
        ...[outcome.spills, counts.spillsReported, outcome.waits, counts.waits].map(String),
      ],
    ];
  });
  return table(["run", "class", "spills", "reported", "waits", "reported"], rows);
}

/** The runs of one directory, scored. */
export interface ScoredSet {
  readonly name: string;
  readonly title: string;
  readonly scores: readonly Score[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/**
 * Classes that a replay is given as its user would; in the others part of the logs is taken away.
 */
const WHOLE: ReadonlySet<LogClass> = new Set(["dbg", "info", "old"]);

function setSections(set: ScoredSet, before: Before): string[] {
  const measured = measuredOf(set.scores);
  const present = logClasses.filter((logClass) => inClass(measured, logClass).length > 0);
  const troubles = set.scores.filter(({ trouble }) => trouble !== undefined);
  const far = farOff(measured);
  return [
    `## ${set.title}`,
    ...present.flatMap((logClass) => [
      `### ${classTitles[logClass]} (${inClass(measured, logClass).length} runs)`,
      table(
        ["quantity", "bar", `before (${before.commit})`, "now", "", "worst run"],
        barRows(measured, logClass, (quantity) => beforeMean(before, set.name, logClass, quantity)),
      ),
    ]),
    "### Runs more than 0.10 beyond a bar",
    far.length === 0
      ? "None."
      : table(
          ["run", "logs", "quantity", "bar", "value"],
          far.map(({ run, logClass, bar, value }) => [
            run,
            classTitles[logClass],
            bar.quantity,
            barText(bar),
            number(value),
          ]),
        ),
    "### Runs that could not be replayed",
    troubles.length === 0
      ? "None."
      : table(
          ["run", "logs"],
          troubles.map(({ run, logClass }) => [run.name, classTitles[logClass]]),
        ),
    "### Causes of evictions, and sizes without the values of broadcasts",
    table(
      [
        "logs",
        "kind right",
        "task right",
        "runs with evictions",
        "size_width",
        "without broadcasts",
      ],
      present.map((logClass) => {
        const all = inClass(measured, logClass).map(({ measures }) => measures);
        const withCauses = all.filter((measures) => measures.cause_kind !== undefined);
        return [
          classTitles[logClass],
          number(meanOf(all, "cause_kind")),
          number(meanOf(all, "cause_task")),
          String(withCauses.length),
          meanOf(all, "size_width")?.toFixed(4) ?? "–",
          meanOf(all, "size_width_without_broadcasts")?.toFixed(4) ?? "–",
        ];
      }),
    ),
  ];
}

export function accuracyPage(sets: readonly ScoredSet[], before: Before, notes: string): string {
  const whole = sets
    .flatMap(({ scores }) => measuredOf(scores))
    .filter(({ score }) => WHOLE.has(score.logClass));
  const sections = [
    "# How near the replay is",
    "Recorded runs of real Spark carry, beside their logs, every call on the memory manager inside each JVM. `pnpm accuracy` replays the logs, scores the rows against that record, and writes this page; what was written by hand is in [accuracy-notes.md](accuracy-notes.md) and included below. The same scorer holds the eight runs in `fixtures` to the bars of `test/accuracy/golden/fixture-bars.json` in every `pnpm test`.",
    "`inside` is the share of moments (or stores, tasks) whose true value lies in the replay's interval, `given_inside` the same where the replay gives a value at all, `width` the interval's mean width and `point` the distance of the best estimate, both over the pools' maximum; `area_off` is how far the best estimate's byte-seconds are off. Means are over runs.",
    ...sets.flatMap((set) => setSections(set, before)),
    notes.trim(),
    "## By Spark version (all logs)",
    groupTable(whole, "version", ({ run }) => run.sparkVersion),
    "## By scenario (all logs)",
    groupTable(whole, "scenario", ({ run }) => run.scenario),
    "## By log level (all logs)",
    groupTable(whole, "level", ({ run }) => run.logLevel),
    "## Spills and waits beside what happened",
    "Runs with neither, in the record or in the replay, are left out.",
    ...sets.flatMap(({ scores, outcomes }) =>
      outcomes.size === 0 ? [] : [spillsAndWaits(scores, outcomes)],
    ),
  ];
  return `${sections.join("\n\n")}\n`;
}
