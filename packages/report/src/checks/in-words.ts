/** Numbers of the gate as people read them. */
import { bytesInWords, countInWords, durationInWords, shareInWords } from "@respark/core";
import type { Interval, Unit } from "./check.ts";

export function inWords(value: number | undefined, unit: Unit | "rows"): string {
  if (value === undefined) return "–";
  switch (unit) {
    case "bytes":
      return bytesInWords(value);
    case "share":
      return shareInWords(value);
    case "ms":
      return durationInWords(value);
    case "count":
    case "rows":
      return Number.isInteger(value) ? countInWords(value) : value.toFixed(1);
  }
}

/** `51.2 MiB (29.0 to 58.6 MiB)` where the ends differ as printed. */
export function intervalInWords(interval: Interval | undefined, unit: Unit | "rows"): string {
  if (interval === undefined) return "–";
  const best = inWords(interval.best, unit);
  const min = inWords(interval.min, unit);
  const max = inWords(interval.max, unit);
  return min === max ? best : `${best} (${min} to ${max})`;
}

/** `6 to 10`; `105 MiB` where both ends read the same. */
export function spanInWords(
  { min, max }: Pick<Interval, "min" | "max">,
  unit: Unit | "rows",
): string {
  const [low, high] = [inWords(min, unit), inWords(max, unit)];
  return low === high ? high : `${low} to ${high}`;
}

/**
 * How far a value moved: `+9.1 MiB`, of a share in percentage points: `-9.4 points`, `less than 0.1
 * points`.
 */
export function changeInWords(change: number, unit: Unit | "rows"): string {
  const distance = Math.abs(change);
  const sign = change > 0 ? "+" : "-";
  if (unit !== "share") return `${sign}${inWords(distance, unit)}`;
  const points = (100 * distance).toFixed(1);
  return points === "0.0" ? "less than 0.1 points" : `${sign}${points} points`;
}

/** `+14 %` of what was, `less than 1 %` of it; `was` is not 0. */
export function changeShareInWords({
  change,
  was,
}: {
  readonly change: number;
  readonly was: number;
}): string {
  const percent = Math.abs((100 * change) / was);
  if (percent < 0.5) return "less than 1 %";
  return `${change > 0 ? "+" : "-"}${percent.toFixed(0)} %`;
}
