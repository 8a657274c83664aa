/**
 * The least memory that keeps a promise: a coarse look over the range, then bisection where the
 * promise begins to hold.
 */
import type { OutcomeName, WantedMemory } from "@respark/core";
import { refuseUnusable } from "./answer.ts";
import { baseOutcomes } from "./base-outcomes.ts";
import {
  AskedWrongly,
  type BaseConfiguration,
  baseConfiguration,
  changedConfiguration,
  memoryInMiB,
} from "./configurations.ts";
import { type DrawnOutcomes, drawnOutcomes, foretold } from "./foretold.ts";
import { type GradeLetter, gradeOf, isForetold } from "./grades.ts";
import type { RunRecord } from "./run-record.ts";
import { type SelfCheck, selfCheckOf } from "./self-check.ts";
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
const GRID = 8;
const FEW_DRAWS = 10;
const MANY_DRAWS = 40;
/** A band's edge is known to this share of its value. */
const EDGE = 1 / 32;
const LEAST_HEAP_MIB = 450;

/** Throws NotComparable and AskedWrongly. */
export function sizeOf(run: RunRecord, question: SizeQuestion): SizeAnswer {
  const base = baseConfiguration(run);
  refuseUnusable(run);
  const demand = demandOf(run);
  const { seed, knob } = question;
  const logged = baseOutcomes(run);
  const asItWas = drawnOutcomes(demand.wanted, base.configuration, { draws: MANY_DRAWS, seed });
  const selfCheck = selfCheckOf(logged, foretold(asItWas, base.configuration.capacity), (name) =>
    isForetold(name, { run, demand }),
  );
  const had = memoryInMiB(base, knob);
  const range = question.between ?? {
    fromMiB: Math.max(knob === "spark.executor.memory" ? LEAST_HEAP_MIB : 1, Math.round(had / 4)),
    toMiB: Math.round(had * 4),
  };
  const search = new Search(demand.wanted, base, { knob, seed });
  const promises = question.keep.map((promise): SizedPromise => {
    const outcomes = PROMISES[promise];
    const limits = outcomes.map((name) => (promise === "as-before" ? (logged[name] ?? 0) : 0));
    const isBroken = (values: DrawnOutcomes, draw: number): boolean =>
      outcomes.some((name, index) => (values[name][draw] ?? 0) > (limits[index] ?? 0));
    const grades = outcomes.map((name) =>
      gradeOf(name, { run, demand, selfCheck, atBestC: undefined }),
    );
    const worst = grades.reduce((a, b) => (b.letter > a.letter ? b : a));
    const found =
      worst.letter === "D"
        ? NOT_FORETOLD
        : search.edgeOf(isBroken, range, 1 - question.probability);
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

function largest(sizes: readonly (string | null)[]): string | null {
  const values = sizes.flatMap((size) => (size === null ? [] : [Number.parseInt(size, 10)]));
  return values.length === 0 ? null : `${Math.max(...values)}m`;
}

type Edge = Pick<SizedPromise, "recommended" | "p95" | "p05" | "broken" | "draws">;

const NOT_FORETOLD: Edge = { recommended: null, p95: null, p05: null, broken: 0, draws: 0 };

class Search {
  readonly #wanted: WantedMemory;
  readonly #base: BaseConfiguration;
  readonly #knob: string;
  readonly #seed: number;
  readonly #drawn = new Map<number, { readonly draws: number; readonly values: DrawnOutcomes }>();

  constructor(
    wanted: WantedMemory,
    base: BaseConfiguration,
    { knob, seed }: { readonly knob: string; readonly seed: number },
  ) {
    this.#wanted = wanted;
    this.#base = base;
    this.#knob = knob;
    this.#seed = seed;
  }

  get tried(): readonly number[] {
    return [...this.#drawn.keys()].sort((a, b) => a - b);
  }

  #at(mib: number, draws: number): { readonly draws: number; readonly values: DrawnOutcomes } {
    const known = this.#drawn.get(mib);
    if (known !== undefined && known.draws >= draws) return known;
    const settings = new Map([[this.#knob, `${mib}m`]]);
    const { configuration } = changedConfiguration(this.#base, settings);
    const values = drawnOutcomes(this.#wanted, configuration, { draws, seed: this.#seed });
    const found = { draws, values };
    this.#drawn.set(mib, found);
    return found;
  }

  /**
   * Share of draws in which the promise is broken; a share that is neither 0 nor 1 is looked at
   * again with more draws.
   */
  #share(mib: number, isBroken: (values: DrawnOutcomes, draw: number) => boolean): number {
    const count = ({ values, draws }: { values: DrawnOutcomes; draws: number }): number => {
      let broken = 0;
      for (let draw = 0; draw < draws; draw++) if (isBroken(values, draw)) broken++;
      return broken / draws;
    };
    const few = count(this.#at(mib, FEW_DRAWS));
    return few === 0 || few === 1 ? few : count(this.#at(mib, MANY_DRAWS));
  }

  edgeOf(
    isBroken: (values: DrawnOutcomes, draw: number) => boolean,
    range: { readonly fromMiB: number; readonly toMiB: number },
    tolerated: number,
  ): Edge {
    const grid = Array.from({ length: GRID }, (_, step) =>
      Math.round(range.fromMiB * (range.toMiB / range.fromMiB) ** (step / (GRID - 1))),
    );
    const shares = new Map(grid.map((mib) => [mib, this.#share(mib, isBroken)]));
    const share = (mib: number): number => {
      const known = shares.get(mib) ?? this.#share(mib, isBroken);
      shares.set(mib, known);
      return known;
    };
    const crossing = (breaks: (broken: number) => boolean): number | undefined => {
      const last = grid.findLastIndex((mib) => breaks(share(mib)));
      let low = grid[last];
      let high = grid[last + 1];
      if (last < 0) return grid[0];
      if (low === undefined || high === undefined) return undefined;
      while (high - low > Math.max(1, Math.floor(high * EDGE))) {
        const middle = Math.round((low + high) / 2);
        if (breaks(share(middle))) low = middle;
        else high = middle;
      }
      return high;
    };
    const recommended = crossing((broken) => broken > tolerated + 1e-9);
    const p05 = crossing((broken) => broken > 0.05 + 1e-9);
    const sure = [...shares].filter(([, broken]) => broken >= 0.95).map(([mib]) => mib);
    const text = (mib: number | undefined): string | null => (mib === undefined ? null : `${mib}m`);
    const final = recommended === undefined ? undefined : this.#at(recommended, MANY_DRAWS);
    let broken = 0;
    for (let draw = 0; draw < (final?.draws ?? 0); draw++)
      if (final !== undefined && isBroken(final.values, draw)) broken++;
    return {
      recommended: text(recommended),
      p95: sure.length === 0 ? null : text(Math.max(...sure)),
      p05: text(p05),
      broken,
      draws: final?.draws ?? MANY_DRAWS,
    };
  }
}

/** A promise by its name. Throws AskedWrongly. */
export function promiseNamed(text: string): PromiseName {
  const found = NAMES.find((name) => name === text);
  if (found === undefined) throw new AskedWrongly(`${text} is no promise: ${NAMES.join(", ")} are`);
  return found;
}
