/** One value of a quantity that is not known for sure. */
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
