/**
 * What findings cost, in task time: sums of intervals, how they are said, and from when on they are
 * worth mending.
 */
import { numberIn, type Of } from "../../sql/row.ts";
import { millis } from "../words.ts";
import type { Cost } from "./finder.ts";

/** Less than this part of all task time is too cheap to mend. */
const CHEAP_SHARE = 0.01;
/**
 * How many times its best estimate a cost was at most, where its times are logged: of 33 sums of
 * recomputed blocks held against their JVMs' traces 32 were within 3.5 times, one at 11.5 (6 ms).
 */
const MOST_BEYOND_BEST = 12;
/** Tasks of less run time in all say nothing about shares. */
const LEAST_RUN_MILLIS = 1000;

/** The columns of a cost. */
const COSTS = { cost_ms: "number", cost_ms_min: "number", cost_ms_max: "number" } as const;

export function costIn(row: Of<typeof COSTS>): Cost {
  return {
    best: numberIn(row, "cost_ms"),
    min: numberIn(row, "cost_ms_min"),
    max: numberIn(row, "cost_ms_max"),
  };
}

export function exactCost(amount: number | undefined): Cost {
  return { best: amount, min: amount, max: amount };
}

/**
 * A sum. Where a part has no upper end, neither has the sum, and its best estimate is that of what
 * is known: so much or more.
 */
export function costSum(costs: readonly Cost[]): Cost {
  const sum = (of: (cost: Cost) => number | undefined): number | undefined => {
    let total = 0;
    for (const cost of costs) {
      const amount = of(cost);
      if (amount === undefined) return undefined;
      total += amount;
    }
    return total;
  };
  const min = costs.reduce((total, cost) => total + (cost.min ?? 0), 0);
  const max = sum((cost) => cost.max);
  const best = sum((cost) => cost.best);
  if (best !== undefined || max !== undefined) return { best, min, max };
  const known = costs.reduce((total, cost) => total + (cost.best ?? cost.min ?? 0), 0);
  return { best: known > 0 ? known : undefined, min, max };
}

/** What findings are ranked by where no best estimate is known: the middle of the bounds. */
export function rankCost({ best, min, max }: Cost): number | undefined {
  if (best !== undefined) return best;
  return max === undefined ? min : ((min ?? 0) + max) / 2;
}

/** A bound that is all of a task's time does not make a few measured milliseconds dear. */
export function isCheap({ best, min, max }: Cost, runMillis: number | undefined): boolean {
  if (max === undefined || runMillis === undefined || runMillis < LEAST_RUN_MILLIS) return false;
  const isMeasured = best !== undefined && (min ?? 0) > 0;
  const most = isMeasured ? Math.min(max, best * MOST_BEYOND_BEST) : max;
  return most < runMillis * CHEAP_SHARE;
}

/**
 * `about 4.2 s (1.1 s to 9.0 s)`, `at most 3.1 s`, `about 4.2 s or more, at least 1.1 s`
 * without an upper end; undefined where nothing is known, or where it cost nothing.
 */
export function costInWords({ best, min, max }: Cost): string | undefined {
  if (max === 0 || (best === 0 && max === undefined)) return undefined;
  if (best === undefined || best === 0) {
    if (max !== undefined)
      return min !== undefined && min > 0
        ? `${millis(min)} to ${millis(max)}`
        : `at most ${millis(max)}`;
    return min === undefined || min === 0 ? undefined : `at least ${millis(min)}`;
  }
  if (max === undefined)
    return `about ${millis(best)} or more${min === undefined || min === 0 ? "" : `, at least ${millis(min)}`}`;
  const [said, low, high] = [millis(best), millis(min ?? best), millis(max)];
  if (low === high) return said;
  return said === low ? `${low} to ${high}` : `about ${said} (${low} to ${high})`;
}
