/**
 * Numbers by chance, each a pure function of seed, draw, purpose and what it is for: the same in every configuration,
 * so that two simulations of one draw differ by memory alone.
 */

/** What a number is drawn for. */
export const PURPOSES = [
  "block_size",
  "duration",
  "late_start",
  "executor_speed",
  "offer_order",
  "demand",
  "stage_demand",
  "insertion_share",
  "insertion_start",
  "overshoot",
  "spill_cost",
  "spill_ratio",
  "wake_order",
] as const;

export type Purpose = (typeof PURPOSES)[number];

const CODES: ReadonlyMap<Purpose, number> = new Map(
  PURPOSES.map((purpose, index) => [purpose, Math.imul(index + 1, 0x9e3779b1)]),
);

/** The numbers of one draw. */
export class Draws {
  readonly #base: number;

  constructor(seed: number, draw: number) {
    this.#base = mixed(mixed(seed | 0) ^ Math.imul(draw + 1, 0x85ebca6b));
  }

  /** In (0, 1). */
  uniform(purpose: Purpose, first: number, second = 0): number {
    const hash = mixed(
      mixed(mixed(this.#base ^ (CODES.get(purpose) ?? 0)) ^ Math.imul(first + 1, 0xc2b2ae35)) ^
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

/** The finalizer of MurmurHash3, twice over what one round leaves. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

const CENTRE = [
  [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716],
  [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
    -13.28068155288572,
  ],
] as const;
const TAIL = [
  [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734],
  [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416],
] as const;

/** Acklam's rational approximation; relative error below 1.2e-9. */
function inverseNormal(share: number): number {
  if (share < 0.02425) return tail(Math.sqrt(-2 * Math.log(share)));
  if (share > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - share)));
  const q = share - 0.5;
  const r = q * q;
  const above = CENTRE[0].reduce((sum, factor) => sum * r + factor, 0) * r + 2.506628277459239;
  return (above * q) / (CENTRE[1].reduce((sum, factor) => sum * r + factor, 0) * r + 1);
}

function tail(q: number): number {
  const above =
    (TAIL[0].reduce((sum, factor) => sum * q + factor, 0) * q + 4.374664141464968) * q +
    2.938163982698783;
  return above / (TAIL[1].reduce((sum, factor) => sum * q + factor, 0) * q + 1);
}
