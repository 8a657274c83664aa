/**
 * Numbers by chance, each a pure function of seed, draw, purpose and what it is for: the same in
 * every configuration, so that two simulations of one draw differ by memory alone.
 */

/** What a number is drawn for: what sets it apart. A code never changes: all draws would. */
export const PURPOSE = {
  blockSize: 1,
  duration: 2,
  lateStart: 3,
  executorSpeed: 4,
  offerOrder: 5,
  demand: 6,
  insertionShare: 8,
  insertionStart: 9,
  overshoot: 10,
  spillCost: 11,
  spillRatio: 12,
  remoteRead: 14,
  lazyBroadcast: 15,
  executorStart: 16,
  unrollShare: 17,
  computeShare: 18,
  pace: 19,
} as const;

export type Purpose = (typeof PURPOSE)[keyof typeof PURPOSE];

/** The numbers of one draw. */
export class Draws {
  readonly #base: number;

  constructor(seed: number, draw: number) {
    this.#base = mixed(mixed(seed | 0) ^ Math.imul(draw + 1, 0x85ebca6b));
  }

  /** In (0, 1). */
  uniform(purpose: Purpose, first: number, second = 0): number {
    const hash = mixed(
      mixed(mixed(this.#base ^ Math.imul(purpose, 0x9e3779b1)) ^ Math.imul(first + 1, 0xc2b2ae35)) ^
        Math.imul(second + 1, 0x27d4eb2f),
    );
    return ((hash >>> 0) + 0.5) / 4_294_967_296;
  }

  /** Standard normal, by the inverse of its distribution: one number drawn, one returned. */
  normal(purpose: Purpose, first: number, second = 0): number {
    return inverseNormal(this.uniform(purpose, first, second));
  }

  /** A factor around 1 whose logarithm has this deviation. */
  logNormal(sigma: number, purpose: Purpose, first: number, second = 0): number {
    return sigma === 0 ? 1 : Math.exp(sigma * this.normal(purpose, first, second));
  }
}

/** No chance at all: every uniform number is a half, every factor 1. */
export class NoJitter extends Draws {
  constructor() {
    super(0, 0);
  }

  override uniform(): number {
    return 0.5;
  }
}

/** The finalizer of MurmurHash3, twice over what one round leaves. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * Acklam's rational approximation; relative error below 1.2e-9. Written out: it is drawn for every
 * task.
 */
function inverseNormal(share: number): number {
  if (share < 0.02425) return tail(Math.sqrt(-2 * Math.log(share)));
  if (share > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - share)));
  const q = share - 0.5;
  const r = q * q;
  const above =
    (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r +
      138.357751867269) *
      r -
      30.66479806614716) *
      r +
      2.506628277459239) *
    q;
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r +
      66.80131188771972) *
      r -
      13.28068155288572) *
      r +
    1;
  return above / below;
}

function tail(q: number): number {
  const above =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q -
      2.549732539343734) *
      q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const below =
    (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q +
      3.754408661907416) *
      q +
    1;
  return above / below;
}
