/** Which run is held against which others, and what the gate said and should have said. */
import { baselineOf, type GateResult, judge } from "@respark/report/checks";
import type { RecordedRun } from "./recorded-runs.ts";
import { byteOutcomes, materiallyWorse, type Truth, worseCounts } from "./truth.ts";

export interface Pair {
  readonly baseline: readonly RecordedRun[];
  readonly run: RecordedRun;
  readonly result: GateResult;
  /** Metrics that failed, each once. */
  readonly failed: readonly string[];
  /** Who did it, of the first failure. */
  readonly cause: string | undefined;
}

export function judged(baseline: readonly RecordedRun[], run: RecordedRun): Pair {
  const result = judge({
    baseline: baselineOf(baseline.map(({ measured }) => measured)),
    run: run.measured,
    config: {},
    allowed: {
      configChange: true,
      versionChange: false,
      otherApplication: false,
      normaliseBy: undefined,
    },
    own: [],
  });
  const failures = result.verdicts.filter(({ status }) => status === "fail");
  return {
    baseline,
    run,
    result,
    failed: [...new Set(failures.map(({ check }) => check))],
    cause: failures.flatMap(({ causes }) => causes)[0],
  };
}

/**
 * A repeat against each two others of its scenario; against each other one, where there are but
 * two.
 */
export function repeatPairs(runs: readonly RecordedRun[]): Pair[] {
  return groups(runs).flatMap((group) => {
    const repeats = group.filter(({ isRepeat }) => isRepeat);
    return repeats.flatMap((run) => {
      const others = repeats.filter((other) => other !== run);
      return baselinesOf(others).map((baseline) => judged(baseline, run));
    });
  });
}

export interface VariantPair extends Pair {
  /** undefined: no outcomes of this run are known. */
  readonly truth:
    | { readonly worse: readonly string[]; readonly counts: readonly string[] }
    | undefined;
  /** Every outcome that is materially worse has a failed metric that says so. */
  readonly namesThem: boolean;
}

/** Every other configuration against each two repeats of its scenario, or the only one. */
export function variantPairs(
  runs: readonly RecordedRun[],
  truths: ReadonlyMap<string, Truth>,
): VariantPair[] {
  return groups(runs).flatMap((group) => {
    const repeats = group.filter(({ isRepeat }) => isRepeat);
    return group
      .filter(({ isRepeat }) => !isRepeat)
      .flatMap((run) =>
        baselinesOf(repeats).map((baseline) => withTruth(judged(baseline, run), repeats, truths)),
      );
  });
}

/** Any run against any other one of its scenario that is not a pair of the tables above. */
export function otherPairs(
  runs: readonly RecordedRun[],
  truths: ReadonlyMap<string, Truth>,
): VariantPair[] {
  return groups(runs).flatMap((group) =>
    group
      .filter(({ isRepeat }) => !isRepeat)
      .flatMap((baseline) =>
        group
          .filter((run) => run !== baseline)
          .map((run) => withTruth(judged([baseline], run), [baseline], truths)),
      ),
  );
}

function withTruth(
  pair: Pair,
  repeats: readonly RecordedRun[],
  truths: ReadonlyMap<string, Truth>,
): VariantPair {
  const run = truths.get(pair.run.name);
  const known = repeats.flatMap(({ name }) => truths.get(name) ?? []);
  if (run === undefined || known.length === 0)
    return { ...pair, truth: undefined, namesThem: true };
  const worse = materiallyWorse(run, known);
  return {
    ...pair,
    truth: { worse, counts: worseCounts(run, known) },
    namesThem: worse.every((name) =>
      byteOutcomes[name].metrics.some((metric) => pair.failed.includes(metric)),
    ),
  };
}

function baselinesOf(runs: readonly RecordedRun[]): RecordedRun[][] {
  if (runs.length < 2) return runs.length === 0 ? [] : [[...runs]];
  return runs.flatMap((first, index) => runs.slice(index + 1).map((second) => [first, second]));
}

function groups(runs: readonly RecordedRun[]): RecordedRun[][] {
  const byName = new Map<string, RecordedRun[]>();
  for (const run of runs) byName.set(run.group, [...(byName.get(run.group) ?? []), run]);
  return [...byName.values()];
}
