/**
 * The answer to a what-if question: base, self-check, scenarios and bands, as `--json` prints it
 * (respark.whatif/1).
 */
import {
  isInBytes,
  type ManagerCapacity,
  OUTCOMES,
  type OutcomeName,
  type StorageLevel,
} from "@respark/core";
import { baseOutcomes } from "./base-outcomes.ts";
import {
  AskedWrongly,
  type BaseConfiguration,
  baseConfiguration,
  changedConfiguration,
  NotComparable,
} from "./configurations.ts";
import type { EvictionOrder } from "./eviction-order.ts";
import {
  type DrawnOutcomes,
  drawnOutcomes,
  drawsFor,
  type ForetoldOutcomes,
  foretold,
} from "./foretold.ts";
import { type GradeLetter, gradeOf, isForetold } from "./grades.ts";
import { blocksAtRisk } from "./lost-executors.ts";
import { type MissRatioCurve, type MissRatios, missRatiosOf } from "./miss-ratios.ts";
import type { RunRecord } from "./run-record.ts";
import { type SelfCheck, selfCheckOf, widened } from "./self-check.ts";
import { drawsByDemand } from "./simulated-draws.ts";
import { type Demand, demandOf } from "./wanted-memory.ts";

/** Which configurations to simulate, how often, and with which seed. */
export interface WhatIfQuestion {
  readonly scenarios: readonly ReadonlyMap<string, string>[];
  /** Storage levels by RDD id. */
  readonly levels: ReadonlyMap<number, StorageLevel>;
  readonly draws: number;
  readonly seed: number;
  /** Along this setting the scenarios are steps of a sweep. */
  readonly knob: string | undefined;
  /** Also how each cached RDD would be read at other sizes. */
  readonly missRatios?: boolean;
}

/** One outcome of a scenario: what happened, what would have, and how sure that is. */
export interface AnsweredOutcome {
  readonly name: OutcomeName;
  readonly unit: "count" | "bytes";
  /** `null` where the base's logs do not tell. */
  readonly base: number | null;
  readonly median: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly p_any: number | null;
  readonly grade: GradeLetter;
  readonly reason: string | null;
  readonly at_least?: number;
}

export interface AnsweredCapacity {
  readonly manager: string;
  readonly collector: string | null;
  readonly max_memory_bytes: number;
  readonly storage_region_bytes: number;
  readonly off_heap_bytes: number;
  readonly page_size_bytes: number | null;
  readonly slots: number;
}

/** What would have happened under one configuration, over all draws. */
export interface AnsweredScenario {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly capacity: AnsweredCapacity;
  readonly draws: number;
  readonly simulated_executors: number;
  readonly outcomes: readonly AnsweredOutcome[];
}

export interface Warning {
  readonly code: string;
  readonly text: string;
}

export interface Band {
  readonly outcome: OutcomeName;
  readonly knob: string;
  readonly p95: string | null;
  readonly p05: string | null;
}

/** The answer of `respark whatif`: the same as its JSON (docs/spark/whatif.md). */
export interface WhatIfAnswer {
  readonly schema: "respark.whatif/1";
  readonly app_id: string;
  readonly attempt_id: string;
  readonly spark_version: string;
  readonly seed: number;
  readonly base: {
    readonly settings: Readonly<Record<string, string>>;
    readonly capacity: AnsweredCapacity;
    readonly reproduced: true;
  };
  readonly self_check: SelfCheck;
  readonly warnings: readonly Warning[];
  readonly scenarios: readonly AnsweredScenario[];
  readonly bands: readonly Band[];
  /** By cached RDD, where asked for. */
  readonly miss_ratios?: readonly MissRatioCurve[];
  /** Where miss ratios are asked for: how much a better order of eviction would meet. */
  readonly eviction_order?: EvictionOrder | null;
}

/** An answer with what it rests on: the demand, and for each scenario the value of every draw. */
export interface WhatIfDetail {
  readonly answer: WhatIfAnswer;
  readonly demand: Demand;
  readonly drawn: readonly DrawnOutcomes[];
  /** Reads of cached RDDs at other sizes, executor by executor; where asked for. */
  readonly missRatios: MissRatios | undefined;
}

/** The answer with all draws. Throws NotComparable (exit 5) and AskedWrongly (exit 2). */
export function whatIfInDetail(run: RunRecord, question: WhatIfQuestion): WhatIfDetail {
  const base = baseConfiguration(run);
  refuseUnusable(run);
  const demand = demandOf(run);
  const changed = demandUnder(run, demand, question.levels);
  const draws = drawsFor(demand.wanted, question.draws);
  const logged = baseOutcomes(run);
  const runsOf = drawsByDemand(question.seed);
  const drawnAsItWas = drawnOutcomes(runsOf(demand.wanted), base.configuration, draws);
  const asItWas = foretold(drawnAsItWas, base.configuration.capacity);
  const drawn: DrawnOutcomes[] = [];
  const selfCheck = selfCheckOf(logged, asItWas, (name) => isForetold(name, { run, demand }));
  const scenarios = question.scenarios.map((settings): AnsweredScenario => {
    const { configuration, executors } = changedConfiguration(base, settings);
    const wanted = withExecutors(changed.wanted, executors);
    const isBase = settings.size === 0 && question.levels.size === 0;
    const values = isBase ? drawnAsItWas : drawnOutcomes(runsOf(wanted), configuration, draws);
    drawn.push(values);
    const outcomes = foretold(values, configuration.capacity);
    const atBestC = atBestCBecause(settings, question.levels);
    const atRisk = blocksAtRisk(wanted, {
      beforeBytes: base.heapBytes,
      afterBytes: configuration.capacity.systemBytes,
      highestBytes: run.highestHeapBytes,
    });
    return {
      name: nameOf(settings, question.levels),
      settings: Object.fromEntries(settings),
      capacity: answeredCapacity(base, configuration.capacity, configuration.slots),
      draws,
      simulated_executors: wanted.executors.length,
      outcomes: OUTCOMES.map((name) => {
        const grading = { run, demand: changed, selfCheck, atBestC };
        const outcome = answered(name, outcomes, grading, logged[name]);
        return name === "recomputes" ? withLostBlocks(outcome, atRisk) : outcome;
      }),
    };
  });
  const missRatios = question.missRatios === true ? missRatiosOf(run, base, demand) : undefined;
  const answer: WhatIfAnswer = {
    schema: "respark.whatif/1",
    app_id: run.appId,
    attempt_id: run.attemptId,
    spark_version: base.sparkVersion,
    seed: question.seed,
    base: {
      settings: memorySettingsOf(run),
      capacity: answeredCapacity(base, base.configuration.capacity, base.configuration.slots),
      reproduced: true,
    },
    self_check: selfCheck,
    warnings: warningsOf(run, base, question),
    scenarios,
    bands: question.knob === undefined ? [] : bandsAlong(question.knob, scenarios),
    ...(missRatios === undefined
      ? {}
      : { miss_ratios: missRatios.curves, eviction_order: missRatios.order }),
  };
  return { answer, demand: changed, drawn, missRatios };
}

/** Throws NotComparable where the run cannot be a base. */
export function refuseUnusable(run: RunRecord): void {
  if (run.executors.length === 0) throw new NotComparable("no executor is in these logs");
  if (run.tasks.length === 0) throw new NotComparable("no task is in these logs");
  const lost = run.executors.filter(({ removedClass }) =>
    ["jvm_heap", "gc_overhead", "container_physical", "container_virtual"].includes(
      removedClass ?? "",
    ),
  );
  if (lost.length > 0)
    throw new NotComparable(
      `executor ${lost[0]?.executorId ?? ""} was lost for want of memory outside the pools: the run shows what its pools did, not what they would have`,
    );
  if (!run.isFinished)
    throw new NotComparable("the run did not finish: part of its demand is in no log");
}

function demandUnder(
  run: RunRecord,
  demand: Demand,
  levels: ReadonlyMap<number, StorageLevel>,
): Demand {
  if (levels.size === 0) return demand;
  for (const rddId of levels.keys())
    if (!run.rdds.some((rdd) => rdd.rddId === rddId))
      throw new AskedWrongly(`there is no RDD ${rddId} in this run`);
  return demandOf(run, levels);
}

function withExecutors(wanted: Demand["wanted"], count: number | undefined): Demand["wanted"] {
  if (count === undefined || count === wanted.executors.length) return wanted;
  const executors = Array.from({ length: count }, (_, index) => {
    const like = wanted.executors[index % Math.max(1, wanted.executors.length)];
    return {
      executorId: String(index),
      host: like?.host ?? "",
      availableAtMillis: like?.availableAtMillis ?? 0,
      startMillis: like?.startMillis,
    };
  });
  return { ...wanted, executors };
}

function atBestCBecause(
  settings: ReadonlyMap<string, string>,
  levels: ReadonlyMap<number, StorageLevel>,
): string | undefined {
  if (levels.size > 0) return "a storage level changes what a partition is and costs";
  if (settings.has("spark.executor.instances"))
    return "with another number of executors tasks run elsewhere";
  if (settings.has("spark.version")) return "another version of Spark may plan and place otherwise";
  return undefined;
}

function nameOf(
  settings: ReadonlyMap<string, string>,
  levels: ReadonlyMap<number, StorageLevel>,
): string {
  const parts = [...settings].map(([key, value]) => `${key}=${value}`);
  for (const rddId of levels.keys()) parts.push(`level of rdd ${rddId}`);
  return parts.length === 0 ? "as it was" : parts.join(", ");
}

function answered(
  name: OutcomeName,
  outcomes: ForetoldOutcomes,
  grading: Parameters<typeof gradeOf>[1],
  base: number | undefined,
): AnsweredOutcome {
  const { letter, reason } = gradeOf(name, grading);
  const checked = grading.selfCheck.outcomes.find((outcome) => outcome.name === name);
  const numbers = widened(outcomes[name], checked);
  const about = { name, unit: isInBytes(name) ? "bytes" : "count", base: base ?? null } as const;
  if (letter === "D")
    return {
      ...about,
      median: null,
      lo: null,
      hi: null,
      p_any: null,
      grade: letter,
      reason: reason ?? null,
      at_least: numbers.lo,
    };
  return {
    ...about,
    median: numbers.median,
    lo: numbers.lo,
    hi: numbers.hi,
    p_any: numbers.anyShare,
    grade: letter,
    reason: reason ?? null,
  };
}

/** No recomputation in any draw is no "none" where a smaller heap may lose an executor. */
function withLostBlocks(outcome: AnsweredOutcome, atRisk: number): AnsweredOutcome {
  if (outcome.hi !== 0 || atRisk === 0) return outcome;
  const lost =
    "what user code keeps on the heap is in no log: an executor that dies of the smaller one has " +
    "its blocks computed anew";
  const reason = outcome.reason === null ? lost : `${outcome.reason}; ${lost}`;
  return { ...outcome, hi: atRisk, grade: "C", reason };
}

function answeredCapacity(
  base: BaseConfiguration,
  capacity: ManagerCapacity,
  slots: number,
): AnsweredCapacity {
  return {
    manager: capacity.kind,
    collector: base.collector?.toLowerCase() ?? null,
    max_memory_bytes: capacity.onHeapStorageBytes + capacity.onHeapExecutionBytes,
    storage_region_bytes: capacity.onHeapStorageBytes,
    off_heap_bytes: capacity.offHeapStorageBytes + capacity.offHeapExecutionBytes,
    page_size_bytes: capacity.pageSizeBytes ?? null,
    slots,
  };
}

const SHOWN_SETTINGS =
  /^spark\.(executor\.(memory|cores|instances)|memory\.|storage\.|shuffle\.memoryFraction|buffer\.)/;

function memorySettingsOf(run: RunRecord): Record<string, string> {
  return Object.fromEntries([...run.conf].filter(([key]) => SHOWN_SETTINGS.test(key)));
}

function warningsOf(run: RunRecord, base: BaseConfiguration, question: WhatIfQuestion): Warning[] {
  const warnings: Warning[] = [];
  if (run.stages.some(({ sqlExecutionId }) => sqlExecutionId !== undefined))
    if (run.conf.get("spark.sql.adaptive.enabled") !== "false")
      warnings.push({
        code: "plan_may_change",
        text: "adaptive execution plans from sizes of shuffles: the plan of this run is taken as it was",
      });
  const smaller = question.scenarios.some((settings) => {
    const { heapBytes } = base;
    const size = settings.get("spark.executor.memory");
    if (size === undefined) return false;
    const { configuration } = changedConfiguration(base, settings);
    return configuration.capacity.systemBytes < heapBytes;
  });
  if (smaller)
    warnings.push({
      code: "smaller_heap",
      text: "objects of user code are in no log: whether a smaller heap holds them is not foretold",
    });
  return warnings;
}

/** Where an outcome ends along a knob: still certain, and gone for good. */
export function bandsAlong(knob: string, scenarios: readonly AnsweredScenario[]): Band[] {
  return OUTCOMES.flatMap((outcome): Band[] => {
    const points = scenarios.flatMap((scenario) => {
      const found = scenario.outcomes.find(({ name }) => name === outcome);
      const value = scenario.settings[knob];
      return found === undefined || found.p_any === null || value === undefined
        ? []
        : [{ value, anyShare: found.p_any }];
    });
    if (points.every(({ anyShare }) => anyShare === 0)) return [];
    const sure = points.filter(({ anyShare }) => anyShare >= 0.95).at(-1);
    const lastAny = points.findLastIndex(({ anyShare }) => anyShare > 0.05);
    return [{ outcome, knob, p95: sure?.value ?? null, p05: points[lastAny + 1]?.value ?? null }];
  });
}
