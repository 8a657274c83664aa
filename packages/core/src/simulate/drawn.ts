/** One value of a quantity that is not known for sure, and shares that differ from task to task. */
import type { Wanted } from "./demand.ts";
import type { Draws, Purpose } from "./draws.ts";

export function drawn(
  wanted: Wanted,
  draws: Draws,
  purpose: Purpose,
  first: number,
  second: number,
): number {
  const { best, atLeast, atMost, sigma } = wanted;
  if (atLeast >= atMost) return atLeast;
  if (sigma === undefined) {
    return atLeast + (atMost - atLeast) * draws.uniform(purpose, first, second);
  }
  const value = best * draws.logNormal(sigma, purpose, first, second);
  return Math.min(atMost, Math.max(atLeast, value));
}

/** The logit of a share: its mean and its deviations. */
export interface DrawnShare {
  readonly mean: number;
  readonly ofApplications: number;
  readonly ofTasks: number;
}

/** The share of one task, in (0, 1). */
export function logistic(
  { mean, ofApplications, ofTasks }: DrawnShare,
  draws: Draws,
  purpose: Purpose,
  first: number,
  second: number,
): number {
  const ofAll = ofApplications * draws.normal(purpose, -1);
  const logit = mean + ofAll + ofTasks * draws.normal(purpose, first, second);
  return 1 / (1 + Math.exp(-logit));
}
