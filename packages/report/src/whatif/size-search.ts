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

export class SizeSearch {
  readonly #runs: SimulatedDraws;
  readonly #draws: SearchDraws;
  readonly #under: (mib: number) => SimulatedConfiguration;
  readonly #configurations = new Map<number, SimulatedConfiguration>();

  constructor(
    runs: SimulatedDraws,
    draws: SearchDraws,
    under: (mib: number) => SimulatedConfiguration,
  ) {
    this.#runs = runs;
    this.#draws = draws;
    this.#under = under;
  }

  /** Sizes that were looked at, MiB, ascending. */
  get tried(): readonly number[] {
    return [...this.#configurations.keys()].sort((a, b) => a - b);
  }

  edgeOf(isBroken: IsBroken, { fromMiB, toMiB }: SizeRange, tolerated: number): Edge {
    const grid = Array.from({ length: GRID }, (_, step) =>
      Math.round(fromMiB * (toMiB / fromMiB) ** (step / (GRID - 1))),
    );
    const broken = new Asked(this.#draws.many, (mib, draw) => this.#breaks(mib, draw, isBroken));
    const kept = new Asked(this.#draws.many, (mib, draw) => !this.#breaks(mib, draw, isBroken));
    const keptFromMiB = this.#leastWithout(broken, grid, tolerated);
    const nearlyKeptFromMiB = this.#leastWithout(broken, grid, 1 - SURELY);
    const isSure = (mib: number): boolean => this.#isRare(kept, mib, 1 - SURELY);
    const lowest = grid.findLast(isSure) ?? 0;
    return {
      keptFromMiB,
      nearlyKeptFromMiB,
      brokenToMiB: this.tried.findLast((mib) => mib >= lowest && isSure(mib)),
      broken: keptFromMiB === undefined ? 0 : broken.among(keptFromMiB, this.#draws.many),
    };
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
  #isRare(asked: Asked, mib: number, tolerated: number): boolean {
    if (asked.among(mib, this.#draws.few) === 0) return true;
    return this.#isRareInAll(asked, mib, tolerated);
  }

  /** The same by all draws, as far as they are needed. */
  #isRareInAll(asked: Asked, mib: number, tolerated: number): boolean {
    const most = tolerated * this.#draws.many + 1e-9;
    return asked.among(mib, this.#draws.many, most) <= most;
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
      if (this.#isRareInAll(asked, found, tolerated)) return found;
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

  constructor(draws: number, is: (mib: number, draw: number) => boolean) {
    this.#draws = Array.from({ length: draws }, (_, draw) => draw);
    this.#is = is;
  }

  /** In how many of the first `count` it is so; it stops at more than `most`. */
  among(mib: number, count: number, most = Number.POSITIVE_INFINITY): number {
    let found = 0;
    for (const draw of this.#draws.slice(0, count)) {
      if (!this.#is(mib, draw)) continue;
      found++;
      this.#toFront(draw);
      if (found > most) break;
    }
    return found;
  }

  #toFront(draw: number): void {
    this.#draws.splice(this.#draws.indexOf(draw), 1);
    this.#draws.unshift(draw);
  }
}
