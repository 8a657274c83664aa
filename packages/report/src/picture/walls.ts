/** The picture as a list of what to draw: storage on the floor, execution from the ceiling. */
import { type Level, type Pixels, VACUOUS } from "./per-pixel.ts";
import { at } from "./track.ts";

/**
 * How sure: solid, hatched densely to the best estimate, hatched sparsely to what is possible,
 * question marks.
 */
export type Certainty = "certain" | "likely" | "possible" | "unknown";

/** An area, by pixel; heights are shares of the maximum from the floor, 0 to 1. */
export interface Band {
  readonly draw: "band";
  readonly of: "storage" | "unroll" | "execution" | "pool" | "nothing";
  readonly certainty: Certainty;
  /** 1: drawn in this pixel; empty: in none */
  readonly here: Uint8Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A line, by pixel. */
export interface Edge {
  readonly draw: "edge";
  readonly of: "storage" | "execution" | "pool";
  readonly here: Uint8Array;
  readonly height: Float64Array;
}

export type Wall = Band | Edge;

/** Less than this share of the maximum is no band that an eye could see. */
const VISIBLE = 1e-4;
/** A best estimate gets a line of its own where its interval is wider than this. */
const WORTH_A_LINE = 2e-3;
/** So wide must the doubt about the pools' boundary be to be shown. */
const BOUNDARY_DOUBT = 4e-3;

/** `lines`: also best estimates and the boundary of the pools, for which a strip has no room. */
export function wallsOf(pixels: Pixels, lines = true): readonly Wall[] {
  const { storage, execution, unroll, pool, max, width, gone } = pixels;
  const there = (pixel: number): boolean => gone[pixel] !== 1;
  const share = (values: Float64Array, pixel: number): number =>
    Math.min(1, Math.max(0, at(values, pixel) / max));
  /** Most bands are nowhere in most strips: those take no room. */
  const firstHere = (ok: (pixel: number) => boolean): number => {
    for (let pixel = 0; pixel < width; pixel++) if (there(pixel) && ok(pixel)) return pixel;
    return -1;
  };
  const band = (
    of: Band["of"],
    certainty: Certainty,
    ok: (pixel: number) => boolean,
    low: (pixel: number) => number,
    high: (pixel: number) => number,
  ): Band => {
    const first = firstHere(ok);
    const size = first < 0 ? 0 : width;
    const drawn = {
      here: new Uint8Array(size),
      low: new Float64Array(size),
      high: new Float64Array(size),
    };
    for (let pixel = Math.max(0, first); pixel < size; pixel++) {
      if (!there(pixel) || !ok(pixel)) continue;
      drawn.here[pixel] = 1;
      drawn.low[pixel] = low(pixel);
      drawn.high[pixel] = high(pixel);
    }
    return { draw: "band", of, certainty, ...drawn };
  };
  const edge = (
    of: Edge["of"],
    ok: (pixel: number) => boolean,
    height: (pixel: number) => number,
  ): Edge => {
    const first = firstHere(ok);
    const size = first < 0 ? 0 : width;
    const drawn = { here: new Uint8Array(size), height: new Float64Array(size) };
    for (let pixel = Math.max(0, first); pixel < size; pixel++) {
      if (!there(pixel) || !ok(pixel)) continue;
      drawn.here[pixel] = 1;
      drawn.height[pixel] = height(pixel);
    }
    return { draw: "edge", of, ...drawn };
  };
  const wide = (level: Level, pixel: number, than: number): boolean =>
    at(level.max, pixel) - at(level.min, pixel) > max * than;
  const known = (level: Level) => (pixel: number) => level.unknown[pixel] === 0;
  /** Around nothing, an interval that says nothing is no estimate. */
  const estimated = (level: Level) => (pixel: number) =>
    level.unknown[pixel] !== 1 && at(level.best, pixel) - at(level.min, pixel) > max * VISIBLE;
  const above = (level: Level) => (pixel: number) =>
    known(level)(pixel) && at(level.max, pixel) - at(level.best, pixel) > max * VISIBLE;
  const up = (values: Float64Array) => (pixel: number) => share(values, pixel);
  const down = (values: Float64Array) => (pixel: number) => 1 - share(values, pixel);
  const floor = (): number => 0;
  const ceiling = (): number => 1;
  const unrolled = (certain: boolean) => (pixel: number) =>
    known(storage)(pixel) &&
    at(unroll.best, pixel) > max * VISIBLE &&
    at(storage.min, pixel) >= at(storage.best, pixel) - max * VISIBLE === certain;
  const belowUnroll = (pixel: number): number =>
    Math.max(0, share(storage.best, pixel) - share(unroll.best, pixel));
  const areas: Wall[] = [
    band(
      "nothing",
      "unknown",
      (pixel) => storage.unknown[pixel] !== 0 || execution.unknown[pixel] !== 0,
      floor,
      ceiling,
    ),
    band("storage", "certain", known(storage), floor, up(storage.min)),
    band("storage", "likely", estimated(storage), up(storage.min), up(storage.best)),
    band("storage", "possible", above(storage), up(storage.best), up(storage.max)),
    band("unroll", "certain", unrolled(true), belowUnroll, up(storage.best)),
    band("unroll", "likely", unrolled(false), belowUnroll, up(storage.best)),
    band("execution", "certain", known(execution), down(execution.min), ceiling),
    band("execution", "likely", estimated(execution), down(execution.best), down(execution.min)),
    band("execution", "possible", above(execution), down(execution.max), down(execution.best)),
  ];
  if (!lines) return areas;
  return [
    ...areas,
    edge(
      "storage",
      (pixel) => known(storage)(pixel) && wide(storage, pixel, WORTH_A_LINE),
      up(storage.best),
    ),
    edge(
      "execution",
      (pixel) =>
        execution.unknown[pixel] !== 1 &&
        at(execution.best, pixel) > max * 1e-3 &&
        wide(execution, pixel, WORTH_A_LINE),
      down(execution.best),
    ),
    band(
      "pool",
      "possible",
      (pixel) => wide(pool, pixel, BOUNDARY_DOUBT) && !wide(pool, pixel, VACUOUS),
      up(pool.min),
      up(pool.max),
    ),
    edge("pool", (pixel) => !Number.isNaN(at(pool.best, pixel)), up(pool.best)),
  ];
}
