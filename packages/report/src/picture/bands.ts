/**
 * Fills areas pixel by pixel: a canvas without a graphics card fills a path of a thousand corners
 * ten times slower, and a zoom paints a dozen strips a frame.
 */
import { at } from "./track.ts";
import type { Band } from "./walls.ts";

/** Pixels of a fill as a canvas has them (red, green, blue, alpha), repeated in both directions. */
export interface Tile {
  readonly size: number;
  readonly pixels: Uint32Array;
}

export interface Area {
  /** device pixels */
  readonly width: number;
  readonly height: number;
  /** device pixels in a column of a band */
  readonly scale: number;
  /** device pixels from the top, of a share of the maximum from the floor */
  readonly y: (share: number) => number;
}

/** `filling`: undefined leaves a band out. The pixels not painted are transparent. */
export function paintedBands(
  bands: readonly Band[],
  { width, height, scale, y }: Area,
  filling: (band: Band) => Tile | undefined,
): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(width * height);
  for (const band of bands) {
    const tile = band.here.length === 0 ? undefined : filling(band);
    if (tile === undefined) continue;
    // Whatever is there covers a pixel: storage is rounded up from the floor, execution down from
    // the ceiling, and bands that touch share their edge.
    const round = band.of === "execution" ? Math.ceil : Math.floor;
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / scale);
      if (band.here[column] !== 1) continue;
      const [low, high] = [at(band.low, column), at(band.high, column)];
      if (!(high > low)) continue;
      const from = Math.max(0, round(y(high)));
      const to = Math.min(height, round(y(low)));
      fillColumn(pixels, width, x, from, to, tile);
    }
  }
  return pixels;
}

function fillColumn(
  pixels: Uint32Array,
  width: number,
  x: number,
  from: number,
  to: number,
  { size, pixels: own }: Tile,
): void {
  if (size === 1) {
    const solid = own[0] ?? 0;
    for (let row = from; row < to; row++) pixels[row * width + x] = solid;
    return;
  }
  const column = x % size;
  for (let row = from; row < to; row++) {
    const place = row * width + x;
    pixels[place] = over(own[(row % size) * size + column] ?? 0, pixels[place] ?? 0);
  }
}

/** One pixel above another; the lowest byte is red, the highest alpha. */
export function over(above: number, below: number): number {
  const alpha = above >>> 24;
  if (alpha === 255 || below === 0) return above;
  if (alpha === 0) return below;
  const under = ((below >>> 24) * (255 - alpha)) / 255;
  const sum = alpha + under;
  const mixed = (shift: number): number =>
    Math.round((((above >>> shift) & 255) * alpha + ((below >>> shift) & 255) * under) / sum);
  return ((Math.round(sum) << 24) | (mixed(16) << 16) | (mixed(8) << 8) | mixed(0)) >>> 0;
}
