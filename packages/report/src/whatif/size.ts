/** The least memory that keeps a promise, each promise by itself. */
import type { OutcomeName, Outcomes, SimulatedConfiguration, WantedMemory } from "@respark/core";
import { refuseUnusable } from "./answer.ts";
import { baseOutcomes } from "./base-outcomes.ts";
import {
  AskedWrongly,
  baseConfiguration,
  changedConfiguration,
  memoryInMiB,
} from "./configurations.ts";
import { type DrawnOutcomes, drawnOutcomes, foretold } from "./foretold.ts";
import { type GradeLetter, gradeOf, isForetold } from "./grades.ts";
import type { RunRecord } from "./run-record.ts";
import { type SelfCheck, selfCheckOf } from "./self-check.ts";
import { SimulatedDraws } from "./simulated-draws.ts";
import { type Edge, type SearchDraws, SizeSearch } from "./size-search.ts";
import { demandOf } from "./wanted-memory.ts";

/** What a run should keep with less memory. */
export type PromiseName =
  | "no-evictions"
  | "no-recomputes"
  | "no-failed-puts"
  | "no-spills"
  | "no-oom"
  | "as-before";

/** What is to be kept, and the outcomes that break it. */
const PROMISES: Readonly<Record<PromiseName, readonly OutcomeName[]>> = {
  "no-evictions": ["evicted_blocks"],
  "no-recomputes": ["recomputes"],
  "no-failed-puts": ["failed_puts"],
  "no-spills": ["spilled_tasks"],
  "no-oom": ["oom_tasks"],
  "as-before": ["evicted_blocks", "recomputes", "failed_puts", "spilled_tasks", "oom_tasks"],
};

export interface SizeQuestion {
  readonly keep: readonly PromiseName[];
  /** Share of simulated runs in which a promise is to hold. */
  readonly probability: number;
  /** A setting whose values are sizes. */
  readonly knob: string;
  /** MiB; `undefined`: from a quarter of what the run had to four times as much. */
  readonly between: { readonly fromMiB: number; readonly toMiB: number } | undefined;
  readonly seed: number;
}

export interface SizedPromise {
  readonly promise: PromiseName;
  /**
   * Least size from which on the promise held at every larger size tried; `null`: at none, or
   * (grade D) not foretold.
   */
  readonly recommended: string | null;
  /** Largest size at which it was broken in 95 of 100 simulated runs; `null`: at none tried. */
  readonly p95: string | null;
  readonly p05: string | null;
  /** Simulated runs in which it was broken at the recommended size. */
  readonly broken: number;
  readonly draws: number;
  readonly grade: GradeLetter;
  readonly reason: string | null;
}

/** The answer of `respark size`: the same as its JSON (docs/spark/whatif.md). */
export interface SizeAnswer {
  readonly schema: "respark.size/1";
  readonly app_id: string;
  readonly attempt_id: string;
  readonly knob: string;
  readonly base: string;
  readonly self_check: SelfCheck;
  readonly promises: readonly SizedPromise[];
  /** Sizes that were looked at, ascending. */
  readonly tried: readonly string[];
  /** The largest of them; `null` where one is kept at no size tried. */
  readonly recommended: string | null;
}

const NAMES: readonly PromiseName[] = [
  "no-evictions",
  "no-recomputes",
  "no-failed-puts",
  "no-spills",
  "no-oom",
  "as-before",
];
const FEW_DRAWS = 10;
const MANY_DRAWS = 40;
/** What a search takes of a run, in tasks times draws, when none is saved. */
const ORDINARY_DRAWS = 400;
/** So many tasks times draws take some 40 s: with more tasks there are fewer draws. */
const MOST_TASK_DRAWS = 8_000_000;
const LEAST_FEW = 1;
const LEAST_MANY = 16;

/** Throws NotComparable and AskedWrongly. */
export function sizeOf(run: RunRecord, question: SizeQuestion): SizeAnswer {
  const base = baseConfiguration(run);
  refuseUnusable(run);
  const demand = demandOf(run);
  const { seed, knob } = question;
  const logged = baseOutcomes(run);
  const draws = searchDraws(demand.tasks);
  const runs = new SimulatedDraws(demand.wanted, seed);
  const asItWas = drawnOutcomes(runs, base.configuration, draws.many);
  const selfCheck = selfCheckOf(logged, foretold(asItWas, base.configuration.capacity), (name) =>
    isForetold(name, { run, demand }),
  );
  const had = memoryInMiB(base, knob);
  const ofSize = (mib: number): SimulatedConfiguration =>
    mib === had
      ? base.configuration
      : changedConfiguration(base, new Map([[knob, `${mib}m`]])).configuration;
  const range = question.between ?? {
    fromMiB: leastStarting(ofSize, Math.max(1, Math.round(had / 4)), had),
    toMiB: Math.round(had * 4),
  };
  const search = new SizeSearch(runs, { draws, under: ofSize, simulatedMiB: had });
  const isPossible = possibleIn(demand.wanted);
  const tolerated = 1 - question.probability;
  const promises = question.keep.map((promise): SizedPromise => {
    const outcomes = PROMISES[promise];
    const grades = outcomes.map((name) =>
      gradeOf(name, { run, demand, selfCheck, atBestC: undefined }),
    );
    const worst = grades.reduce((a, b) => (b.letter > a.letter ? b : a));
    const limits = outcomes.map((name) => (promise === "as-before" ? (logged[name] ?? 0) : 0));
    const isBroken = (counts: Outcomes): boolean =>
      outcomes.some((name, index) => counts[name] > (limits[index] ?? 0));
    const found =
      worst.letter === "D"
        ? NOT_FORETOLD
        : outcomes.some(isPossible)
          ? inWords(search.edgeOf(isBroken, range, tolerated, inAll(asItWas, outcomes)), draws.many)
          : keptFrom(range.fromMiB, draws.many);
    return { promise, ...found, grade: worst.letter, reason: worst.reason ?? null };
  });
  const sizes = promises.map(({ recommended }) => recommended);
  return {
    schema: "respark.size/1",
    app_id: run.appId,
    attempt_id: run.attemptId,
    knob,
    base: `${had}m`,
    self_check: selfCheck,
    promises,
    tried: search.tried.map((mib) => `${mib}m`),
    recommended: sizes.includes(null) ? null : largest(sizes),
  };
}

/**
 * The smallest of these sizes with which Spark starts: it wants 1.5 times its reserved memory of
 * what the collector leaves of the heap. The last one is the run's own.
 */
export function leastStarting(
  ofSize: (mib: number) => unknown,
  fromMiB: number,
  startedMiB: number,
): number {
  let [low, high] = [fromMiB, startedMiB];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (starts(() => ofSize(middle))) high = middle;
    else low = middle + 1;
  }
  return high;
}

function starts(configure: () => unknown): boolean {
  try {
    configure();
    return true;
  } catch (error) {
    if (error instanceof AskedWrongly) return false;
    throw error;
  }
}

function largest(sizes: readonly (string | null)[]): string | null {
  const values = sizes.flatMap((size) => (size === null ? [] : [Number.parseInt(size, 10)]));
  return values.length === 0 ? null : `${Math.max(...values)}m`;
}

/** What each draw comes to in these outcomes together. */
function inAll(drawn: DrawnOutcomes, outcomes: readonly OutcomeName[]): number[] {
  const sums: number[] = [];
  for (const name of outcomes)
    for (const [draw, value] of drawn[name].entries()) sums[draw] = (sums[draw] ?? 0) + value;
  return sums;
}

type SizedEdge = Pick<SizedPromise, "recommended" | "p95" | "p05" | "broken" | "draws">;

const NOT_FORETOLD: SizedEdge = { recommended: null, p95: null, p05: null, broken: 0, draws: 0 };

/** A promise that nothing in the run can break. */
function keptFrom(mib: number, draws: number): SizedEdge {
  const edge = { keptFromMiB: mib, nearlyKeptFromMiB: mib, brokenToMiB: undefined, broken: 0 };
  return inWords(edge, draws);
}

/** No task spills or dies without collections, and nothing is evicted without cached RDDs. */
export function possibleIn({ stages, rdds }: WantedMemory): (name: OutcomeName) => boolean {
  const fills = stages.some(({ tasks }) => tasks.some(({ consumers }) => consumers.length > 0));
  const caches = rdds.length > 0;
  return (name) => (name === "spilled_tasks" || name === "oom_tasks" ? fills : caches);
}

function inWords(edge: Edge, draws: number): SizedEdge {
  const text = (mib: number | undefined): string | null => (mib === undefined ? null : `${mib}m`);
  return {
    recommended: text(edge.keptFromMiB),
    p95: text(edge.brokenToMiB),
    p05: text(edge.nearlyKeptFromMiB),
    broken: edge.broken,
    draws,
  };
}

/** Draws of a first look at a size, and where that leaves a promise open. */
export function searchDraws(tasks: number): SearchDraws {
  const share = Math.min(1, MOST_TASK_DRAWS / (ORDINARY_DRAWS * Math.max(1, tasks)));
  return {
    few: Math.max(LEAST_FEW, Math.floor(FEW_DRAWS * share)),
    many: Math.max(LEAST_MANY, Math.round(MANY_DRAWS * share)),
  };
}

/** A promise by its name. Throws AskedWrongly. */
export function promiseNamed(text: string): PromiseName {
  const found = NAMES.find((name) => name === text);
  if (found === undefined) throw new AskedWrongly(`${text} is no promise: ${NAMES.join(", ")} are`);
  return found;
}
