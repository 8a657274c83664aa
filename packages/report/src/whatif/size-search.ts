/**
 * Where along a setting a promise begins to hold: a coarse look over the range, then bisection. A
 * draw that broke the promise is asked first of the next size, and simulated no further than that.
 */
import type { Outcomes, SimulatedConfiguration } from "@respark/core";
import type { SimulatedDraws } from "./simulated-draws.ts";

/** Draws of a first look at a size, and where that leaves a promise open. */
export interface SearchDraws {
  readonly few: number;
  readonly many: number;
}

/** From and to, MiB. */
export interface SizeRange {
  readonly fromMiB: number;
  readonly toMiB: number;
}

/** Whether counts break a promise; they only grow. */
export type IsBroken = (counts: Outcomes) => boolean;

/** Where a promise begins to hold, MiB; `undefined`: nowhere that was looked at. */
export interface Edge {
  /** The least size from which on no more draws break it than are tolerated. */
  readonly keptFromMiB: number | undefined;
  /** The same for 5 of 100 draws. */
  readonly nearlyKeptFromMiB: number | undefined;
  /** The largest size at which 95 of 100 draws break it. */
  readonly brokenToMiB: number | undefined;
  /** Draws that break it at the size from which on it is kept. */
  readonly broken: number;
}

const GRID = 8;
/** A band's edge is known to this share of its value. */
const EDGE = 1 / 32;
/** A promise is broken for sure where so many draws break it; share. */
const SURELY = 0.95;
/** No fewer draws tell that it is: nothing looks at such a size again. */
const LEAST_SURE = 5;

export class SizeSearch {
  readonly #runs: SimulatedDraws;
  readonly #draws: SearchDraws;
  readonly #under: (mib: number) => SimulatedConfiguration;
  readonly #simulatedMiB: number;
  /** Draws in the order in which they are asked. */
  readonly #order: number[];
  readonly #configurations = new Map<number, SimulatedConfiguration>();

  constructor(
    runs: SimulatedDraws,
    given: {
      readonly draws: SearchDraws;
      readonly under: (mib: number) => SimulatedConfiguration;
      /** A size whose draws are made already, MiB. */
      readonly simulatedMiB: number;
    },
  ) {
    this.#runs = runs;
    this.#draws = given.draws;
    this.#under = given.under;
    this.#simulatedMiB = given.simulatedMiB;
    this.#order = Array.from({ length: given.draws.many }, (_, draw) => draw);
  }

  /** Sizes that were looked at, MiB, ascending. */
  get tried(): readonly number[] {
    return [...this.#configurations.keys()].sort((a, b) => a - b);
  }

  /** `comesTo`: what each draw broke it by at the size whose draws are made already. */
  edgeOf(
    isBroken: IsBroken,
    range: SizeRange,
    tolerated: number,
    comesTo: readonly number[] = [],
  ): Edge {
    const grid = this.#gridOver(range);
    // What broke another promise is likely to break this one, and before all what broke it most: it
    // is asked first.
    this.#order.sort((a, b) => (comesTo[b] ?? 0) - (comesTo[a] ?? 0));
    const broken = new Asked(this.#order, (mib, draw) => this.#breaks(mib, draw, isBroken));
    const kept = new Asked(
      [...this.#order].reverse(),
      (mib, draw) => !this.#breaks(mib, draw, isBroken),
    );
    const keptFromMiB = this.#leastWithout(broken, grid, tolerated);
    const nearlyKeptFromMiB =
      Math.abs(tolerated - (1 - SURELY)) < 1e-9
        ? keptFromMiB
        : this.#leastWithout(broken, grid, 1 - SURELY);
    const few = Math.max(LEAST_SURE, this.#draws.few);
    const isSure = (mib: number): boolean => this.#isRare(kept, mib, 1 - SURELY, few);
    const lowest = grid.findLast(isSure) ?? 0;
    return {
      keptFromMiB,
      nearlyKeptFromMiB,
      brokenToMiB: this.tried.findLast((mib) => mib >= lowest && isSure(mib)),
      broken: keptFromMiB === undefined ? 0 : broken.among(keptFromMiB),
    };
  }

  /** Steps of equal shares from end to end; the nearest gives way to the size simulated before. */
  #gridOver({ fromMiB, toMiB }: SizeRange): number[] {
    const grid = Array.from({ length: GRID }, (_, step) =>
      Math.round(fromMiB * (toMiB / fromMiB) ** (step / (GRID - 1))),
    );
    const known = this.#simulatedMiB;
    if (known <= fromMiB || known >= toMiB) return grid;
    const inner = grid.slice(1, -1);
    const apart = (mib: number): number => Math.abs(Math.log(mib / known));
    const nearest = inner.reduce((a, b) => (apart(b) < apart(a) ? b : a));
    return grid.map((mib) => (mib === nearest ? known : mib));
  }

  #breaks(mib: number, draw: number, isBroken: IsBroken): boolean {
    const configuration = this.#configurations.get(mib) ?? this.#under(mib);
    this.#configurations.set(mib, configuration);
    return this.#runs.comesTo(configuration, draw, isBroken);
  }

  /**
   * Whether something comes about in no larger share of the draws than is tolerated. The draws that
   * are asked first tell where none of them shows it.
   */
  #isRare(asked: Asked, mib: number, tolerated: number, few = this.#draws.few): boolean {
    return asked.isRare(mib, few, tolerated * this.#draws.many + 1e-9);
  }

  /** The least size from which on at no larger one tried it is more than rare, by all its draws. */
  #leastWithout(asked: Asked, grid: readonly number[], tolerated: number): number | undefined {
    let low = grid.findLast((mib) => !this.#isRare(asked, mib, tolerated));
    let high = grid[low === undefined ? 0 : grid.indexOf(low) + 1];
    for (;;) {
      while (
        low !== undefined &&
        high !== undefined &&
        high - low > Math.max(1, Math.floor(high * EDGE))
      ) {
        const middle = Math.round((low + high) / 2);
        if (this.#isRare(asked, middle, tolerated)) high = middle;
        else low = middle;
      }
      if (high === undefined) return undefined;
      const found: number = high;
      if (this.#isRare(asked, found, tolerated, this.#draws.many)) return found;
      // The first draws had told otherwise: on between this size and the next known.
      low = found;
      high = this.tried.find((mib) => mib > found);
    }
  }
}

/** A question asked of the draws, first of those that last answered yes. */
class Asked {
  readonly #draws: number[];
  readonly #is: (mib: number, draw: number) => boolean;

  /** The order changes with the answers. */
  constructor(draws: number[], is: (mib: number, draw: number) => boolean) {
    this.#draws = draws;
    this.#is = is;
  }

  /**
   * Whether it is so in no more than `most` of all draws; where it is in none of the `few` that are
   * asked first, those are enough.
   */
  isRare(mib: number, few: number, most: number): boolean {
    let found = 0;
    for (const [asked, draw] of [...this.#draws].entries()) {
      if (found === 0 && asked >= few) return true;
      if (!this.#is(mib, draw)) continue;
      found++;
      this.#toFront(draw);
      if (found > most) return false;
    }
    return true;
  }

  /** In how many draws it is so. */
  among(mib: number): number {
    return this.#draws.filter((draw) => this.#is(mib, draw)).length;
  }

  #toFront(draw: number): void {
    this.#draws.splice(this.#draws.indexOf(draw), 1);
    this.#draws.unshift(draw);
  }
}
