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
/** What a search takes of a run, in tasks times draws, when none is saved. */
const ORDINARY_DRAWS = 400;
/** So many tasks times draws take some 40 s: with more tasks there are fewer draws. */
const MOST_TASK_DRAWS = 8_000_000;
const LEAST_FEW = 3;
const LEAST_MANY = 16;
/** A band's edge is known to this share of its value. */
const EDGE = 1 / 32;
const LEAST_HEAP_MIB = 450;
/** A promise is broken for sure where so many draws break it; share. */
const SURELY = 0.95;

/** Throws NotComparable and AskedWrongly. */
export function sizeOf(run: RunRecord, question: SizeQuestion): SizeAnswer {
  const base = baseConfiguration(run);
  refuseUnusable(run);
  const demand = demandOf(run);
  const { seed, knob } = question;
  const logged = baseOutcomes(run);
  const draws = searchDraws(demand.tasks);
  const asItWas = drawnOutcomes(demand.wanted, base.configuration, { draws: draws.many, seed });
  const selfCheck = selfCheckOf(logged, foretold(asItWas, base.configuration.capacity), (name) =>
    isForetold(name, { run, demand }),
  );
  const had = memoryInMiB(base, knob);
  const range = question.between ?? {
    fromMiB: Math.max(knob === "spark.executor.memory" ? LEAST_HEAP_MIB : 1, Math.round(had / 4)),
    toMiB: Math.round(had * 4),
  };
  const search = new Search(demand.wanted, base, { knob, seed, draws, had, asItWas });
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

interface SearchDraws {
  readonly few: number;
  readonly many: number;
}

/** Draws of a first look at a size, and where that leaves a promise open. */
export function searchDraws(tasks: number): SearchDraws {
  const share = Math.min(1, MOST_TASK_DRAWS / (ORDINARY_DRAWS * Math.max(1, tasks)));
  return {
    few: Math.max(LEAST_FEW, Math.round(FEW_DRAWS * share)),
    many: Math.max(LEAST_MANY, Math.round(MANY_DRAWS * share)),
  };
}

interface Range {
  readonly fromMiB: number;
  readonly toMiB: number;
}

type IsBroken = (values: DrawnOutcomes, draw: number) => boolean;

class Search {
  readonly #wanted: WantedMemory;
  readonly #base: BaseConfiguration;
  readonly #knob: string;
  readonly #seed: number;
  readonly #draws: SearchDraws;
  readonly #drawn = new Map<number, DrawnOutcomes>();
  /** The run's own size, MiB, and its draws, which are there already. */
  readonly #had: { readonly mib: number; readonly values: DrawnOutcomes };

  constructor(
    wanted: WantedMemory,
    base: BaseConfiguration,
    given: {
      readonly knob: string;
      readonly seed: number;
      readonly draws: SearchDraws;
      readonly had: number;
      readonly asItWas: DrawnOutcomes;
    },
  ) {
    this.#wanted = wanted;
    this.#base = base;
    this.#knob = given.knob;
    this.#seed = given.seed;
    this.#draws = given.draws;
    this.#had = { mib: given.had, values: given.asItWas };
  }

  get tried(): readonly number[] {
    return [...this.#drawn.keys()].sort((a, b) => a - b);
  }

  #at(mib: number, draws: number): DrawnOutcomes {
    const known = this.#drawn.get(mib) ?? (mib === this.#had.mib ? this.#had.values : undefined);
    if (known !== undefined && known.misses.length >= draws) {
      this.#drawn.set(mib, known);
      return known;
    }
    const settings = new Map([[this.#knob, `${mib}m`]]);
    const { configuration } = changedConfiguration(this.#base, settings);
    const given = { draws, seed: this.#seed };
    const values = drawnOutcomes(this.#wanted, configuration, given, known);
    this.#drawn.set(mib, values);
    return values;
  }

  /**
   * Whether more than this share of all draws would break the promise. The first draws tell where
   * none of them does, and where enough of them do whatever the others say.
   */
  #breaks(mib: number, isBroken: IsBroken, tolerated: number): boolean {
    const { few, many } = this.#draws;
    const most = tolerated * many + 1e-9;
    if (brokenIn(this.#at(mib, few), isBroken) === 0) return false;
    return this.#breaksByAll(mib, isBroken, most);
  }

  /** The same by all draws, as far as they are needed. */
  #breaksByAll(mib: number, isBroken: IsBroken, most: number): boolean {
    const { few, many } = this.#draws;
    for (let draws = few; ; draws = Math.min(many, draws + few)) {
      if (brokenIn(this.#at(mib, draws), isBroken) > most) return true;
      if (draws === many) return false;
    }
  }

  /** Sizes of the grid are looked at from the largest on, until one breaks the promise for sure. */
  edgeOf(isBroken: IsBroken, range: Range, tolerated: number): Edge {
    const grid = Array.from({ length: GRID }, (_, step) =>
      Math.round(range.fromMiB * (range.toMiB / range.fromMiB) ** (step / (GRID - 1))),
    );
    const recommended = this.#keptFrom(grid, isBroken, tolerated);
    const p05 = this.#keptFrom(grid, isBroken, 0.05);
    const lowest = grid.findLast((mib) => this.#isSurelyBroken(mib, isBroken)) ?? 0;
    const sure = this.tried.findLast((mib) => mib >= lowest && this.#isSurelyBroken(mib, isBroken));
    const text = (mib: number | undefined): string | null => (mib === undefined ? null : `${mib}m`);
    const final = recommended === undefined ? undefined : this.#at(recommended, this.#draws.many);
    return {
      recommended: text(recommended),
      p95: text(sure),
      p05: text(p05),
      broken: final === undefined ? 0 : brokenIn(final, isBroken),
      draws: this.#draws.many,
    };
  }

  #isSurelyBroken(mib: number, isBroken: IsBroken): boolean {
    return !this.#breaks(mib, (values, draw) => !isBroken(values, draw), 1 - SURELY);
  }

  /** The least size from which on no larger one tried breaks the promise, by all draws of it. */
  #keptFrom(grid: readonly number[], isBroken: IsBroken, tolerated: number): number | undefined {
    let low = grid.findLast((mib) => this.#breaks(mib, isBroken, tolerated));
    let high = grid[low === undefined ? 0 : grid.indexOf(low) + 1];
    for (;;) {
      while (
        low !== undefined &&
        high !== undefined &&
        high - low > Math.max(1, Math.floor(high * EDGE))
      ) {
        const middle = Math.round((low + high) / 2);
        if (this.#breaks(middle, isBroken, tolerated)) low = middle;
        else high = middle;
      }
      if (high === undefined) return undefined;
      const found: number = high;
      if (!this.#breaksByAll(found, isBroken, tolerated * this.#draws.many + 1e-9)) return found;
      // The first draws had told otherwise: on between this size and the next known.
      low = found;
      high = this.tried.find((mib) => mib > found);
    }
  }
}

function brokenIn(values: DrawnOutcomes, isBroken: IsBroken): number {
  let broken = 0;
  for (let draw = 0; draw < values.misses.length; draw++) if (isBroken(values, draw)) broken++;
  return broken;
}

/** A promise by its name. Throws AskedWrongly. */
export function promiseNamed(text: string): PromiseName {
  const found = NAMES.find((name) => name === text);
  if (found === undefined) throw new AskedWrongly(`${text} is no promise: ${NAMES.join(", ")} are`);
  return found;
}
