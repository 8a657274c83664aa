/**
 * Shares of time in which a pool's true use lies in the replay's interval, and the byte-seconds of
 * both.
 */
import type { MemoryMode } from "@respark/core";
import type { Numbers } from "./numbers.ts";
import type { TimelineRow } from "./replayed-tables.ts";
import { type StepFunction, type Truth, upperBound } from "./truth.ts";

const STEP_MS = 100;
/** Of the maximum: what bytes printed with one decimal may be off. */
export const TOLERANCE = 0.0005;

/**
 * A value is compared with the true values of `windowMs` before and after: a printed time is that
 * exact.
 */
export function scoreTime(
  truth: Truth,
  { mode, pool }: { readonly mode: MemoryMode; readonly pool: "storage" | "execution" },
  rows: readonly TimelineRow[],
  windowMs: number,
): Numbers {
  const { maximum, [pool]: steps } = truth.pools[mode];
  const starts = rows.map(({ from }) => from);
  const all = new Tally();
  const active = new Tally();
  const given = new Tally();
  for (let at = truth.first; at <= truth.last; at += STEP_MS) {
    const [low, high] = steps.envelope(at - windowMs, at + windowMs);
    const row = rowAt(rows, starts, at, windowMs);
    const estimate = row?.[pool];
    const off = distances(estimate, low, high, maximum);
    all.add(off);
    const most = estimate?.bytes === undefined ? 0 : (estimate.atMost ?? estimate.bytes);
    if (high > 0.005 * maximum || most > 0.005 * maximum) active.add(off);
    if (estimate?.bytes !== undefined) given.add(off);
  }
  return {
    inside: all.share(all.inside),
    error: all.share(all.error),
    width: all.share(all.width),
    point: all.share(all.point),
    active_inside: active.share(active.inside),
    active_width: active.share(active.width),
    given_share: all.share(given.count),
    given_inside: given.share(given.inside),
    ...areas(steps, rows, pool, maximum, truth),
  };
}

/** The row in force; undefined in a gap, or before the first. */
function rowAt(
  rows: readonly TimelineRow[],
  starts: readonly number[],
  at: number,
  windowMs: number,
): TimelineRow | undefined {
  const index = upperBound(starts, at) - 1;
  const [first] = rows;
  if (index < 0)
    return first !== undefined && first.from - at <= windowMs
      ? unlessOver(first, at, windowMs)
      : undefined;
  const row = rows[index];
  return row === undefined ? undefined : unlessOver(row, at, windowMs);
}

function unlessOver(row: TimelineRow, at: number, windowMs: number): TimelineRow | undefined {
  return row.until !== undefined && at > row.until + windowMs ? undefined : row;
}

interface Distances {
  readonly error: number;
  readonly width: number;
  readonly point: number;
}

/** All over the maximum; what is unknown is as wrong and as wide as can be. */
function distances(
  estimate: TimelineRow["storage"] | undefined,
  low: number,
  high: number,
  maximum: number,
): Distances {
  if (estimate?.bytes === undefined) return { error: 1, width: 1, point: 1 };
  const { bytes, atLeast = bytes, atMost = bytes } = estimate;
  return {
    error: Math.min(1, Math.max(0, low - atMost, atLeast - high) / maximum),
    width: Math.min(1, (atMost - atLeast) / maximum),
    point: Math.min(1, Math.max(0, low - bytes, bytes - high) / maximum),
  };
}

class Tally {
  count = 0;
  inside = 0;
  error = 0;
  width = 0;
  point = 0;

  add({ error, width, point }: Distances): void {
    this.count++;
    this.inside += Number(error <= TOLERANCE);
    this.error += error;
    this.width += width;
    this.point += point;
  }

  share(part: number): number | undefined {
    return this.count === 0 ? undefined : part / this.count;
  }
}

/** Byte-seconds over the executor's life; not asked where the true ones are next to none. */
function areas(
  steps: StepFunction,
  rows: readonly TimelineRow[],
  pool: "storage" | "execution",
  maximum: number,
  { first, last }: Truth,
): Numbers {
  const trueArea = area(steps.times, steps.values, last);
  if (trueArea < 0.001 * maximum * (last - first)) return {};
  if (rows.length === 0) return { area_inside: 0, area_off: 1 };
  const times = rows.map(({ from }) => from);
  const areaOf = (value: (estimate: TimelineRow["storage"]) => number | undefined): number =>
    area(
      times,
      rows.map((row) => value(row[pool]) ?? row[pool].bytes ?? 0),
      last,
    );
  const best = areaOf(({ bytes }) => bytes);
  const least = areaOf(({ atLeast }) => atLeast);
  const most = areaOf(({ atMost }) => atMost);
  const slack = 0.02 * trueArea;
  return {
    area_inside: Number(least - slack <= trueArea && trueArea <= most + slack),
    area_off: Math.abs(best - trueArea) / trueArea,
  };
}

function area(times: readonly number[], values: readonly number[], last: number): number {
  let total = 0;
  times.forEach((time, i) => {
    const until = times[i + 1] ?? last;
    total += Math.max(0, Math.min(until, last) - Math.min(time, last)) * (values[i] ?? 0);
  });
  return total;
}
