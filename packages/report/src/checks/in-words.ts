/** Numbers of the gate as people read them. */
import type { Interval, Unit } from "./check.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

function bytesInWords(bytes: number): string {
  let amount = Math.abs(bytes);
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : amount < 99.95 ? 1 : 0;
  return `${bytes < 0 ? "-" : ""}${amount.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

export function inWords(value: number | undefined, unit: Unit | "rows"): string {
  if (value === undefined) return "–";
  switch (unit) {
    case "bytes":
      return bytesInWords(value);
    case "share":
      return `${(value * 100).toFixed(1)} %`;
    case "ms":
      return value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;
    case "count":
    case "rows":
      return Number.isInteger(value) ? value.toLocaleString("en-US") : value.toFixed(1);
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
