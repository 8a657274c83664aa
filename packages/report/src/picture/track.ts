/** One executor's memory in one mode as columns of numbers; NaN where no log tells. */
import type { Unpacked } from "./chunk.ts";

export interface Track {
  readonly n: number;
  /** when a step begins, and when its own state ends; units of the file from the run's start */
  readonly t: Float64Array;
  readonly end: Float64Array;
  readonly seq: Float64Array;
  readonly storage: Quantity;
  readonly unroll: Quantity;
  readonly execution: Quantity;
  readonly pool: Quantity;
  /** tasks that hold or wait for execution memory; count */
  readonly tasks: Float64Array;
  readonly origin: readonly (string | null)[];
  readonly file: Float64Array;
  readonly line: Float64Array;
  /** storage and execution memory together; bytes */
  readonly max: number;
  /**
   * Steps that stand in the database after this one and not in the file; then what they may be is
   * between these.
   */
  readonly between: Between | undefined;
}

/** Bytes: best estimate and what it may be. */
export interface Quantity {
  readonly best: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/**
 * Of the stretch that a step belongs to: the least and the most of all its steps, also of those
 * that were left out.
 */
interface Between {
  readonly storage: Quantity;
  readonly execution: Quantity;
}

/** `prefix`: `on_heap.`; undefined: no step of that mode is in the chunk. */
export function trackIn(chunk: Unpacked, prefix: string, max: number): Track | undefined {
  if (!chunk.has(`${prefix}t`)) return undefined;
  const numbers = (name: string): Float64Array => chunk.numbers(prefix + name);
  const quantity = (name: string): Quantity => ({
    best: numbers(name),
    min: numbers(`${name}_min`),
    max: numbers(`${name}_max`),
  });
  const t = numbers("t");
  const track = {
    n: t.length,
    t,
    end: numbers("end"),
    seq: numbers("seq"),
    storage: quantity("storage"),
    unroll: quantity("unroll"),
    execution: quantity("execution"),
    pool: quantity("pool"),
    tasks: numbers("tasks"),
    origin: chunk.texts(`${prefix}origin`),
    file: numbers("file"),
    line: numbers("line"),
    max,
  };
  const stretch = chunk.has(`${prefix}stretch`) ? numbers("stretch") : undefined;
  return { ...track, between: stretch === undefined ? undefined : betweenOf(track, stretch) };
}

/** Thinning keeps the rows of every extreme of a stretch: what it left out lies between them. */
export function betweenOf(
  track: Pick<Track, "n" | "storage" | "execution">,
  stretch: Float64Array,
): Between {
  const of = (quantity: Quantity): Quantity => {
    const best = new Float64Array(track.n);
    const min = new Float64Array(track.n);
    const max = new Float64Array(track.n);
    for (let from = 0; from < track.n; ) {
      let to = from;
      const extremes = { best: -Infinity, min: Infinity, max: -Infinity };
      for (; to < track.n && stretch[to] === stretch[from]; to++) {
        // Math.max hands NaN on: one unknown step makes the whole stretch unknown.
        extremes.best = Math.max(extremes.best, at(quantity.best, to));
        extremes.min = Math.min(extremes.min, at(quantity.min, to));
        extremes.max = Math.max(extremes.max, at(quantity.max, to));
      }
      best.fill(extremes.best, from, to);
      min.fill(extremes.min, from, to);
      max.fill(extremes.max, from, to);
      from = to;
    }
    return { best, min, max };
  };
  return { storage: of(track.storage), execution: of(track.execution) };
}

/** NaN beyond the end: what is not there is unknown. */
export function at(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}

/** The step in force at a moment; -1 before the first. */
export function stepAt(t: Float64Array, moment: number): number {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(t, middle) <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Whether a moment lies behind the step's own end: steps that stand only in the database were in
 * force then.
 */
export function leftOutAt(track: Track, step: number, moment: number): boolean {
  return (
    track.between !== undefined && step >= 0 && step + 1 < track.n && moment > at(track.end, step)
  );
}
