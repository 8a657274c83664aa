/** Canvases sharp at any pixel ratio; textures for what is not certain. */
import { paintedBands, type Tile } from "../picture/bands.ts";
import { at } from "../picture/track.ts";
import type { Band, Edge, Wall } from "../picture/walls.ts";
import { axisTime } from "./amounts.ts";
import { setStyle } from "./elements.ts";
import { isPrinting, meta } from "./state.ts";

const NAMES = [
  "paper",
  "wash",
  "ink",
  "soft",
  "line",
  "focus",
  "storage",
  "storage-soft",
  "unroll",
  "exec",
  "exec-soft",
  "exec-text",
  "unknown",
  "unknown-ink",
  "pool",
  "region",
  "evicted",
  "no_room",
  "spilled",
  "waited",
  "oom",
  "ok",
  "bad",
] as const;
export type Colour = (typeof NAMES)[number];
export type EventKind = "evicted" | "no_room" | "spilled" | "waited" | "oom";

/** In the order of their lanes. */
export const EVENT_KINDS: readonly { readonly kind: EventKind; readonly word: string }[] = [
  { kind: "evicted", word: "evicted" },
  { kind: "no_room", word: "no room" },
  { kind: "spilled", word: "spilled" },
  { kind: "waited", word: "waited" },
  { kind: "oom", word: "OOM" },
];

export const FONT = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, sans-serif";
const colours = new Map<Colour, string>();
const tiles = new Map<string, HTMLCanvasElement>();

export function readColours(): void {
  const style = getComputedStyle(document.documentElement);
  for (const name of NAMES) colours.set(name, style.getPropertyValue(`--${name}`).trim());
  tiles.clear();
  read.clear();
}

export function colour(name: Colour): string {
  return colours.get(name) ?? "#000";
}

function ratio(): number {
  return isPrinting() ? 2 : Math.min(3, devicePixelRatio || 1);
}

export type Canvas = CanvasRenderingContext2D;

/** Sized, cleared, and ready to draw on in CSS pixels. */
export function prepared(canvas: HTMLCanvasElement, width: number, height: number): Canvas {
  const scale = ratio();
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== Math.max(1, w)) canvas.width = Math.max(1, w);
  if (canvas.height !== Math.max(1, h)) canvas.height = Math.max(1, h);
  setStyle(canvas, "width", `${width}px`);
  setStyle(canvas, "height", `${height}px`);
  return cleared(canvas, 0, width);
}

/** Of what stands on a canvas, a part is cleared, to be drawn anew; CSS pixels. */
export function cleared(canvas: HTMLCanvasElement, left: number, width: number): Canvas {
  const scale = ratio();
  const c = canvas.getContext("2d");
  if (c === null) throw new Error("the browser gave no canvas to draw on");
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.clearRect(left, 0, width, canvas.height / scale);
  c.textBaseline = "alphabetic";
  c.textAlign = "left";
  c.globalAlpha = 1;
  c.setLineDash([]);
  return c;
}

type Texture = "dense/" | "dense\\" | "sparse/" | "sparse\\" | "?";

/** Dense: up to the best estimate; sparse: up to what is possible; question marks: no log tells. */
export function texture(c: Canvas, kind: Texture, of: Colour): CanvasPattern | string {
  const pattern = c.createPattern(tileFor(kind, of), "repeat");
  if (pattern === null) return colour(of);
  pattern.setTransform(new DOMMatrix().scale(1 / ratio()));
  return pattern;
}

function tileFor(kind: Texture, of: Colour): HTMLCanvasElement {
  const key = `${kind}${of} ${ratio()}`;
  const tile = tiles.get(key) ?? (kind === "?" ? questionTile() : hatchTile(kind, of));
  tiles.set(key, tile);
  return tile;
}

function tileOf(size: number): { readonly tile: HTMLCanvasElement; readonly g: Canvas } {
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(size * ratio());
  const g = tile.getContext("2d");
  if (g === null) throw new Error("the browser gave no canvas to draw on");
  return { tile, g };
}

function questionTile(): HTMLCanvasElement {
  const { tile, g } = tileOf(22);
  const size = tile.width;
  g.fillStyle = colour("unknown");
  g.fillRect(0, 0, size, size);
  g.fillStyle = colour("unknown-ink");
  g.globalAlpha = 0.75;
  g.font = `600 ${9.5 * ratio()}px ${FONT}`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText("?", size * 0.27, size * 0.28);
  g.fillText("?", size * 0.77, size * 0.78);
  return tile;
}

function hatchTile(kind: Exclude<Texture, "?">, of: Colour): HTMLCanvasElement {
  const dense = kind.startsWith("dense");
  const { tile, g } = tileOf(dense ? 4 : 7);
  const size = tile.width;
  if (dense) {
    g.globalAlpha = 0.3;
    g.fillStyle = colour(of);
    g.fillRect(0, 0, size, size);
  }
  g.strokeStyle = colour(of);
  g.lineWidth = (dense ? 1.3 : 1.1) * ratio();
  g.globalAlpha = dense ? 0.95 : 0.8;
  g.beginPath();
  for (const shift of [-1, 0, 1]) {
    const [left, right] = [shift * size - 1, (shift + 1) * size + 1];
    const rises = kind.endsWith("/");
    g.moveTo(left, rises ? size + 1 : -1);
    g.lineTo(right, rises ? -1 : size + 1);
  }
  g.stroke();
  return tile;
}

/**
 * Where a share of the maximum stands; with the empty middle cut out, the outer tenths take nearly
 * all of the height.
 */
export type Scale = (share: number) => number;

const CUT = 0.1;

export function heightScale(top: number, height: number, cut: boolean): Scale {
  if (!cut) return (share) => top + height - share * height;
  return (share) => {
    const part =
      share < CUT
        ? (share / CUT) * 0.46
        : share > 1 - CUT
          ? 0.54 + ((share - 1 + CUT) / CUT) * 0.46
          : 0.46 + ((share - CUT) / (1 - 2 * CUT)) * 0.08;
    return top + height - height * part;
  };
}

/** Where a picture of memory stands; CSS pixels. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly y: Scale;
  /** best estimates and the boundary of the pools, for which a strip has no room */
  readonly lines: boolean;
}

/** Paints the list of what to draw, from `left`, a pixel a column. */
export function paintWalls(c: Canvas, walls: readonly Wall[], place: Place): void {
  const { left, top, lines } = place;
  const scale = ratio();
  const [width, height] = [Math.round(place.width * scale), Math.round(place.height * scale)];
  const bands = walls.filter(
    (wall): wall is Band => wall.draw === "band" && (lines || wall.of !== "pool"),
  );
  const y = (share: number): number => (place.y(share) - top) * scale;
  const pixels = paintedBands(bands, { width, height, scale, y }, fillOf);
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
  const { canvas, context } = scratch(width, height);
  context.putImageData(image, 0, 0);
  c.drawImage(canvas, 0, 0, width, height, left, top, width / scale, height / scale);
  if (!lines) return;
  for (const wall of walls) if (wall.draw === "edge") strokeEdge(c, wall, left, place.y);
}

interface Scratch {
  readonly canvas: HTMLCanvasElement;
  readonly context: Canvas;
}
const scratches = new Map<string, Scratch>();

/** One of each size: pixels go through it onto the picture, above what stands there. */
function scratch(width: number, height: number): Scratch {
  const key = `${width} ${height}`;
  const known = scratches.get(key);
  if (known !== undefined) return known;
  // Sizes change with the window alone.
  if (scratches.size > 8) scratches.clear();
  const made = readable();
  made.canvas.width = Math.max(1, width);
  made.canvas.height = Math.max(1, height);
  scratches.set(key, made);
  return made;
}

function readable(): Scratch {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("the browser gave no canvas to draw on");
  return { canvas, context };
}

function fillOf({ of, certainty }: Band): Tile {
  if (certainty === "unknown" || of === "nothing") return tileIn("?", "unknown");
  if (of === "pool") return tileIn("sparse\\", "unknown-ink");
  const ink: Colour = of === "execution" ? "exec" : of;
  if (certainty === "certain") return tileIn("solid", ink);
  const density = certainty === "likely" ? "dense" : "sparse";
  return tileIn(of === "execution" ? `${density}\\` : `${density}/`, ink);
}

/** Pixels of colours and textures, until the theme changes. */
const read = new Map<string, Tile>();

function tileIn(kind: Texture | "solid", of: Colour): Tile {
  const key = `${kind}${of} ${ratio()}`;
  const known = read.get(key) ?? pixelsOf(kind === "solid" ? undefined : tileFor(kind, of), of);
  read.set(key, known);
  return known;
}

function pixelsOf(tile: HTMLCanvasElement | undefined, of: Colour): Tile {
  const size = tile?.width ?? 1;
  const { canvas, context } = readable();
  canvas.width = canvas.height = size;
  if (tile === undefined) {
    context.fillStyle = colour(of);
    context.fillRect(0, 0, 1, 1);
  } else context.drawImage(tile, 0, 0);
  const { data } = context.getImageData(0, 0, size, size);
  return { size, pixels: new Uint32Array(data.buffer) };
}

function strokeEdge(c: Canvas, edge: Edge, left: number, y: Scale): void {
  if (edge.of === "pool") {
    trace(c, edge, left, y, colour("paper"), 4, []);
    trace(c, edge, left, y, colour("pool"), 1.75, []);
  } else {
    trace(c, edge, left, y, colour(edge.of === "storage" ? "storage" : "exec"), 1.5, [5, 3]);
  }
}

function trace(
  c: Canvas,
  { here, height }: Edge,
  left: number,
  y: Scale,
  ink: string,
  width: number,
  dash: number[],
): void {
  c.strokeStyle = ink;
  c.lineWidth = width;
  c.setLineDash(dash);
  c.beginPath();
  let open = false;
  for (let i = 0; i < here.length; i++) {
    if (here[i] !== 1) {
      open = false;
      continue;
    }
    const v = y(at(height, i));
    if (open) c.lineTo(left + i, v);
    else c.moveTo(left + i, v);
    c.lineTo(left + i + 1, v);
    open = true;
  }
  c.stroke();
  c.setLineDash([]);
}

const STEPS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900,
  1800, 3600, 7200, 14_400, 43_200, 86_400,
];

/**
 * The ticks of time along a picture, and lines through it where `grid` says from and to which
 * height.
 */
export function timeAxis(
  c: Canvas,
  box: { readonly left: number; readonly width: number; readonly y: number },
  { from, to }: { readonly from: number; readonly to: number },
  grid?: readonly [number, number],
): void {
  const seconds = ((to - from) * meta.unit) / 1e6;
  const step = STEPS.find((each) => (seconds / each) * 84 <= box.width) ?? 86_400;
  const every = (step * 1e6) / meta.unit;
  c.font = `11.5px ${FONT}`;
  c.textAlign = "left";
  for (let t = Math.ceil(from / every) * every; t <= to; t += every) {
    const x = box.left + ((t - from) / (to - from)) * box.width;
    if (grid !== undefined) {
      c.fillStyle = colour("line");
      c.fillRect(x, grid[0], 1, grid[1] - grid[0]);
    }
    c.fillStyle = colour("soft");
    const words = axisTime((t * meta.unit) / 1e6, step);
    if (x + c.measureText(words).width + 4 < box.left + box.width) c.fillText(words, x + 3, box.y);
  }
}

/** Shape and colour say what happened: either alone would do. */
export function marker(c: Canvas, kind: EventKind, x: number, y: number, r = 4): void {
  c.fillStyle = colour(kind);
  c.strokeStyle = colour(kind);
  c.beginPath();
  switch (kind) {
    case "evicted":
      c.moveTo(x - r, y - r * 0.8);
      c.lineTo(x + r, y - r * 0.8);
      c.lineTo(x, y + r);
      c.closePath();
      c.fill();
      return;
    case "no_room":
      c.lineWidth = 1.6;
      c.arc(x, y, r * 0.95, 0, 7);
      c.moveTo(x - r * 0.65, y + r * 0.65);
      c.lineTo(x + r * 0.65, y - r * 0.65);
      c.stroke();
      return;
    case "spilled":
      c.moveTo(x, y - r);
      c.lineTo(x + r, y);
      c.lineTo(x, y + r);
      c.lineTo(x - r, y);
      c.closePath();
      c.fill();
      return;
    case "waited":
      c.rect(x - r * 0.35, y - r, r * 0.7, r * 2);
      c.fill();
      return;
    case "oom":
      c.rect(x - r, y - r, r * 2, r * 2);
      c.fill();
      c.strokeStyle = colour("paper");
      c.lineWidth = 1.6;
      c.beginPath();
      c.moveTo(x - r * 0.5, y - r * 0.5);
      c.lineTo(x + r * 0.5, y + r * 0.5);
      c.moveTo(x + r * 0.5, y - r * 0.5);
      c.lineTo(x - r * 0.5, y + r * 0.5);
      c.stroke();
  }
}

/** A line that says it is unknown, on its own ground so that it can be read on a texture. */
export function note(c: Canvas, words: string, x: number, y: number, ink: Colour = "ink"): void {
  c.font = `600 12px ${FONT}`;
  c.textAlign = "center";
  const width = c.measureText(words).width;
  c.fillStyle = colour("paper");
  c.fillRect(x - width / 2 - 7, y - 15, width + 14, 22);
  c.fillStyle = colour(ink);
  c.fillText(words, x, y);
  c.textAlign = "left";
}
