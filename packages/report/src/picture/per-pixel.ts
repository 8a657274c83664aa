/** One value a pixel: the fullest moment in it, so that a peak survives every zoom. */
import { at, leftOutAt, type Quantity, stepAt, type Track } from "./track.ts";

/** An interval as wide as this share of the maximum says nothing, and is drawn as unknown. */
export const VACUOUS = 0.9;

export interface Level {
  readonly best: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** 1: no log tells; 2: an interval so wide that it says nothing, around an estimate */
  readonly unknown: Uint8Array;
}

/** Bytes by pixel. */
export interface Pixels {
  readonly width: number;
  readonly max: number;
  /** 1: the executor was not there */
  readonly gone: Uint8Array;
  readonly storage: Level;
  readonly unroll: Level;
  readonly execution: Level;
  readonly pool: Level;
}

export interface View {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** while the executor was there */
  readonly born: number;
  readonly gone: number;
}

export function perPixel(track: Track, view: View): Pixels {
  const { from, to, width } = view;
  const pixels: Pixels = {
    width,
    max: track.max,
    gone: new Uint8Array(width).fill(1),
    storage: levelOf(width),
    unroll: levelOf(width),
    execution: levelOf(width),
    pool: levelOf(width),
  };
  const scale = width / (to - from);
  const paint = (begin: number, end: number, step: number, between: boolean): void => {
    const [a, z] = [Math.max(begin, from, view.born), Math.min(end, to, view.gone)];
    if (z < a || a >= to || z < from) return;
    const first = Math.max(0, Math.floor((a - from) * scale));
    const last = Math.min(width - 1, Math.max(first, Math.ceil((z - from) * scale) - 1));
    for (let pixel = first; pixel <= last; pixel++) stamp(pixels, pixel, track, step, between);
  };
  for (let step = Math.max(0, stepAt(track.t, from)); step < track.n; step++) {
    const begin = at(track.t, step);
    if (begin >= to) break;
    const next = step + 1 < track.n ? at(track.t, step + 1) : view.gone;
    if (leftOutAt(track, step, next)) {
      const own = at(track.end, step);
      paint(begin, own, step, false);
      paint(own, next, step, true);
    } else {
      paint(begin, next, step, false);
    }
  }
  return pixels;
}

function stamp(pixels: Pixels, pixel: number, track: Track, step: number, between: boolean): void {
  const { max } = track;
  pixels.gone[pixel] = 0;
  if (between && track.between !== undefined) {
    raiseBetween(pixels.storage, pixel, track.between.storage, step, max);
    raiseBetween(pixels.execution, pixel, track.between.execution, step, max);
  } else {
    const fullest = at(track.storage.best, step) > at(pixels.storage.best, pixel);
    raise(pixels.storage, pixel, track.storage, step, max);
    // Unroll memory is the top of storage: it goes with the moment that storage shows.
    if (fullest || Number.isNaN(at(pixels.unroll.best, pixel))) {
      set(pixels.unroll, pixel, track.unroll, step);
    }
    raise(pixels.execution, pixel, track.execution, step, max);
  }
  const pool = at(track.pool.best, step);
  if (Number.isNaN(pool)) return;
  pixels.pool.best[pixel] = pool;
  const { min: least, max: most } = pixels.pool;
  if (!(at(least, pixel) <= at(track.pool.min, step))) least[pixel] = at(track.pool.min, step);
  if (!(at(most, pixel) >= at(track.pool.max, step))) most[pixel] = at(track.pool.max, step);
}

function raise(level: Level, pixel: number, from: Quantity, step: number, max: number): void {
  const best = at(from.best, step);
  if (Number.isNaN(best)) {
    level.unknown[pixel] = 1;
    return;
  }
  const [low, high] = [at(from.min, step), at(from.max, step)];
  if (high - low >= VACUOUS * max && level.unknown[pixel] !== 1) level.unknown[pixel] = 2;
  lift(level.best, pixel, best);
  lift(level.min, pixel, Math.min(low, best));
  lift(level.max, pixel, Math.max(high, best));
}

/**
 * What was left out is between the least and the most of its stretch; nothing more is said of it.
 */
function raiseBetween(level: Level, pixel: number, all: Quantity, step: number, max: number): void {
  const [low, high] = [at(all.min, step), at(all.max, step)];
  if (Number.isNaN(at(all.best, step))) {
    level.unknown[pixel] = 1;
    return;
  }
  if (high - low >= VACUOUS * max && level.unknown[pixel] !== 1) level.unknown[pixel] = 2;
  lift(level.best, pixel, low);
  lift(level.min, pixel, low);
  lift(level.max, pixel, high);
}

function set(level: Level, pixel: number, from: Quantity, step: number): void {
  level.best[pixel] = at(from.best, step);
  level.min[pixel] = at(from.min, step);
  level.max[pixel] = at(from.max, step);
}

function lift(values: Float64Array, pixel: number, to: number): void {
  if (!(at(values, pixel) >= to)) values[pixel] = to;
}

function levelOf(width: number): Level {
  const empty = (): Float64Array => new Float64Array(width).fill(Number.NaN);
  return { best: empty(), min: empty(), max: empty(), unknown: new Uint8Array(width) };
}
