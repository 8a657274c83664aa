/**
 * The run as it would have been under its baseline's settings of memory: simulated, in the gate's
 * numbers.
 */
import {
  type AnsweredScenario,
  AskedWrongly,
  isSimulated,
  NotComparable,
  readRun,
  whatIfInDetail,
} from "@respark/report";
import {
  type Baseline,
  differencesFrom,
  type MeasuredRun,
  underSettings,
} from "@respark/report/checks";
import { exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";
import type { OpenRun } from "./measured-run.ts";

const DRAWS = 40;
const SEED = 1;

export interface UnderBaseline {
  readonly run: MeasuredRun;
  readonly remarks: readonly string[];
}

/** Throws a UserError (5) where the run cannot be simulated under the baseline's settings. */
export async function underBaseline(
  { run, database, application }: OpenRun,
  baseline: Baseline,
): Promise<UnderBaseline> {
  const settings = settingsOfBaseline(baseline, run);
  if (settings.size === 0)
    return {
      run,
      remarks: ["the run had the baseline's settings of memory: nothing is simulated"],
    };
  const record = await readRun((sql) => database.rows(sql), application);
  if (record === undefined) throw new TypeError("the run was measured, and is not there");
  const { scenarios, self_check } = sayingRefusal(() =>
    whatIfInDetail(record, {
      scenarios: [settings],
      levels: new Map(),
      draws: DRAWS,
      seed: SEED,
      knob: undefined,
    }),
  ).answer;
  const [scenario] = scenarios;
  if (scenario === undefined) throw new TypeError("one scenario was asked for");
  refuseOtherMemory(scenario, baseline);
  const outcomes = new Map(
    scenario.outcomes.flatMap(({ name, median, lo, hi }) =>
      median === null || lo === null || hi === null
        ? []
        : [[name, { best: median, min: lo, max: hi }] as const],
    ),
  );
  const changed = [...settings].map(([key, value]) => `${key}=${value}`).join(", ");
  const missed = self_check.outcomes.filter(({ inside }) => !inside).map(({ name }) => name);
  return {
    run: underSettings(run, { configuration: baseline.configuration, outcomes }),
    remarks: [
      `simulated under the baseline's settings (${changed}): ${scenario.draws} runs, whose middle and 90 % band stand for the run's numbers; what is not foretold is not measured`,
      ...(missed.length === 0
        ? []
        : [`simulated as it was, the run's own ${missed.join(", ")} lie outside the bands`]),
    ],
  };
}

/** Settings in which the run differs from its baseline, with the baseline's values. */
function settingsOfBaseline(baseline: Baseline, run: MeasuredRun): ReadonlyMap<string, string> {
  const differences = differencesFrom(baseline, run, {
    configChange: false,
    versionChange: true,
    otherApplication: true,
    normaliseBy: undefined,
  }).filter(({ kind, name }) => kind === "configuration" && name.startsWith("spark."));
  const settings = new Map<string, string>();
  for (const { name, baseline: value } of differences) {
    // Beside the heap, so no business of the pools.
    if (/memoryOverhead/.test(name)) continue;
    if (!isSimulated(name) || value === undefined)
      throw new UserError(
        `${name} is ${value ?? "unset"} in the baseline and ${run.configuration[name] ?? "unset"} in this run: that cannot be simulated`,
        exitCode.notComparable,
      );
    settings.set(name, value);
  }
  return settings;
}

function refuseOtherMemory({ capacity }: AnsweredScenario, { configuration }: Baseline): void {
  const had = Number(configuration["executor max_memory_bytes"] ?? Number.NaN);
  if (Number.isNaN(had) || Math.abs(had - capacity.max_memory_bytes) <= TOLERANCE * had) return;
  throw new UserError(
    `the baseline's executors had ${had} bytes of memory, and its settings come to ${capacity.max_memory_bytes} for this run's: they differ in more than settings`,
    exitCode.notComparable,
  );
}

/** As between runs of one configuration: a JVM's report of its own heap moves a little. */
const TOLERANCE = 0.05;

function sayingRefusal<Result>(use: () => Result): Result {
  try {
    return use();
  } catch (error) {
    if (error instanceof AskedWrongly || error instanceof NotComparable)
      throw new UserError(
        `not comparable under the baseline's settings: ${error.message}`,
        exitCode.notComparable,
      );
    throw error;
  }
}
