/**
 * How far a value may lie from its baseline: repeats of one job differ, and a gate that ignores
 * that is switched off.
 */
import type { Allowance, BaselineValue, Better, Interval } from "./check.ts";

/** From so many runs on, their spread is known well enough to use. */
export const RUNS_FOR_STATISTICS = 5;
/** A normal distribution's standard deviation in units of its MAD. */
const DEVIATIONS_PER_MAD = 1.4826;
const DEVIATIONS = 5;
const LEAST_RELATIVE = 0.1;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function baselineValue(intervals: readonly Interval[]): BaselineValue {
  const values = intervals.map(({ best }) => best).sort((a, b) => a - b);
  const middle = median(values);
  return {
    runs: values.length,
    min: Math.min(...values),
    median: middle,
    max: Math.max(...values),
    mad: median(values.map((value) => Math.abs(value - middle))),
    low: Math.min(...intervals.map(({ min }) => min)),
    high: Math.max(...intervals.map(({ max }) => max)),
    values,
  };
}

/**
 * The last value that is still good. Below five runs: the worst run and the larger allowance. From
 * five on: the median and five deviations (by MAD), a tenth of it, or the absolute allowance,
 * whichever is largest, and never inside what the baseline itself has seen. Runs known as intervals
 * count with their worse ends.
 */
export function limitFor(
  baseline: BaselineValue,
  allowance: Allowance,
  better: Better,
  scale = 1,
): number {
  const up = better === "lower";
  const worst = (up ? baseline.high : baseline.low) * scale;
  if (baseline.runs < RUNS_FOR_STATISTICS) {
    const room = Math.max(allowance.relative * Math.abs(worst), allowance.absolute);
    return up ? worst + room : worst - room;
  }
  const width = up ? baseline.high - baseline.max : baseline.min - baseline.low;
  const middle = (up ? baseline.median + width : baseline.median - width) * scale;
  const room = Math.max(
    DEVIATIONS * DEVIATIONS_PER_MAD * baseline.mad * scale,
    Math.min(LEAST_RELATIVE, allowance.relative) * Math.abs(middle),
    allowance.absolute,
  );
  return up ? Math.max(middle + room, worst) : Math.min(middle - room, worst);
}

/**
 * Where a value is so much better that it is worth saying: the allowance on the other side of the
 * best run.
 */
export function improvementFrom(
  baseline: BaselineValue,
  allowance: Allowance,
  better: Better,
  scale = 1,
): number {
  const best = (better === "lower" ? baseline.low : baseline.high) * scale;
  const room = Math.max(allowance.relative * Math.abs(best), allowance.absolute);
  return better === "lower" ? best - room : best + room;
}
