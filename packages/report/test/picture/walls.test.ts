/** The picture as a list of what is drawn: nothing that the rows do not say comes out. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { over, paintedBands, type Tile } from "../../src/picture/bands.ts";
import { perPixel } from "../../src/picture/per-pixel.ts";
import { betweenOf, type Quantity, type Track } from "../../src/picture/track.ts";
import { type Band, type Wall, wallsOf } from "../../src/picture/walls.ts";

const UNKNOWN = Number.NaN;

type Triple = readonly [best: number, min: number, max: number];
interface Step {
  readonly t: number;
  readonly end?: number;
  readonly storage: Triple;
  readonly execution: Triple;
  readonly stretch?: number;
}

function trackOf(steps: readonly Step[]): Track {
  const column = (of: (step: Step) => number): Float64Array => Float64Array.from(steps, of);
  const quantity = (of: (step: Step) => Triple): Quantity => ({
    best: column((step) => of(step)[0]),
    min: column((step) => of(step)[1]),
    max: column((step) => of(step)[2]),
  });
  const zero = quantity(() => [0, 0, 0]);
  const track = {
    n: steps.length,
    t: column(({ t }) => t),
    end: column(({ end }) => end ?? UNKNOWN),
    seq: column(() => 0),
    storage: quantity(({ storage }) => storage),
    unroll: zero,
    execution: quantity(({ execution }) => execution),
    pool: quantity(() => [50, 50, 50]),
    tasks: column(() => 0),
    origin: steps.map(() => "logged"),
    file: column(() => 1),
    line: column(() => 1),
    max: 100,
  };
  const thinned = steps.some(({ stretch }) => stretch !== undefined);
  const between = thinned
    ? betweenOf(
        track,
        column(({ stretch }) => stretch ?? 0),
      )
    : undefined;
  return { ...track, between };
}

function drawn(steps: readonly Step[], view: { to?: number; gone?: number } = {}): Wall[] {
  const to = view.to ?? 10;
  const track = trackOf(steps);
  const born = steps[0]?.t ?? 0;
  return [...wallsOf(perPixel(track, { from: 0, to, width: 10, born, gone: view.gone ?? to }))];
}

/** What stands in a pixel: each band with its heights, in percent of the maximum. */
function at(walls: readonly Wall[], pixel: number): string[] {
  return walls
    .filter((wall): wall is Band => wall.draw === "band" && wall.here[pixel] === 1)
    .filter(({ low, high }) => (high[pixel] ?? 0) > (low[pixel] ?? 0))
    .map(({ of, certainty, low, high }) => {
      const height = (values: Float64Array): number => Math.round((values[pixel] ?? 0) * 100);
      return `${of} ${certainty} ${height(low)} to ${height(high)}`;
    });
}

const nothing: Triple = [0, 0, 0];

test("what is exact is solid: storage from the floor, execution from the ceiling", () => {
  const walls = drawn([{ t: 0, storage: [30, 30, 30], execution: [20, 20, 20] }]);
  expect(at(walls, 5)).toEqual(["storage certain 0 to 30", "execution certain 80 to 100"]);
});

test("an interval is hatched: densely to the best estimate, sparsely to what is possible", () => {
  const walls = drawn([{ t: 0, storage: [30, 10, 45], execution: nothing }]);
  expect(at(walls, 5)).toEqual([
    "storage certain 0 to 10",
    "storage likely 10 to 30",
    "storage possible 30 to 45",
  ]);
});

test("what no log tells is patterned, and is not drawn as nothing", () => {
  const unknown: Triple = [UNKNOWN, UNKNOWN, UNKNOWN];
  const walls = drawn([{ t: 0, storage: unknown, execution: [20, 20, 20] }]);
  expect(at(walls, 5)).toEqual(["nothing unknown 0 to 100", "execution certain 80 to 100"]);
});

test("an interval that says nothing is patterned, and an estimate of 0 in it is not drawn", () => {
  expect(at(drawn([{ t: 0, storage: nothing, execution: [0, 0, 95] }]), 5)).toEqual([
    "nothing unknown 0 to 100",
  ]);
});

test("a zero is a zero: nothing is drawn, and no question mark either", () => {
  expect(at(drawn([{ t: 0, storage: nothing, execution: nothing }]), 5)).toEqual([]);
});

test("before an executor was there and after it was gone the picture is white", () => {
  const walls = drawn([{ t: 3, storage: [30, 30, 30], execution: nothing }], { gone: 6 });
  expect([0, 2, 3, 5, 6, 9].map((pixel) => at(walls, pixel).length)).toEqual([0, 0, 1, 1, 0, 0]);
});

test("a peak of any quantity survives every zoom", () => {
  const amount = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 1, max: 60 }),
      (values, width) => {
        const track = trackOf(
          values.map(([storage, execution], t) => ({
            t,
            storage: [storage, storage, storage],
            execution: [execution, execution, execution],
          })),
        );
        const to = values.length;
        const pixels = perPixel(track, { from: 0, to, width, born: 0, gone: to });
        expect(Math.max(...pixels.storage.best)).toBe(Math.max(...values.map(([value]) => value)));
        expect(Math.max(...pixels.execution.best)).toBe(
          Math.max(...values.map(([, value]) => value)),
        );
      },
    ),
  );
});

test("where steps were left out, what they may be is hatched between the extremes of their stretch", () => {
  const steps: Step[] = [
    { t: 0, end: 1, storage: [10, 10, 10], execution: nothing, stretch: 0 },
    { t: 4, end: 5, storage: [60, 60, 60], execution: nothing, stretch: 0 },
    { t: 9, end: 10, storage: [20, 20, 20], execution: nothing, stretch: 0 },
  ];
  const walls = drawn(steps);
  expect(at(walls, 0)).toEqual(["storage certain 0 to 10"]);
  expect(at(walls, 2)).toEqual(["storage certain 0 to 10", "storage possible 10 to 60"]);
  expect(at(walls, 4)).toEqual(["storage certain 0 to 60"]);
  expect(at(walls, 7)).toEqual(["storage certain 0 to 10", "storage possible 10 to 60"]);
});

/** Solid, hatched and patterned as letters: `S`, `s`, `.` of storage; `X`, `x`, `,` of execution. */
const SIGNS: Readonly<Record<string, string>> = {
  "storage certain": "S",
  "storage likely": "s",
  "storage possible": ".",
  "execution certain": "X",
  "execution likely": "x",
  "execution possible": ",",
  "nothing unknown": "?",
};

/** The pixels of a column from the ceiling to the floor; `-`: none is painted. */
function column(walls: readonly Wall[], x: number, height: number): string {
  const bands = walls.filter((wall): wall is Band => wall.draw === "band" && wall.of !== "pool");
  const signs = Object.values(SIGNS);
  const solid = (sign: string): Tile => ({
    size: 1,
    pixels: Uint32Array.of(0xff000000 + signs.indexOf(sign)),
  });
  const area = { width: 10, height, scale: 1, y: (share: number) => height - share * height };
  const pixels = paintedBands(bands, area, ({ of, certainty }) =>
    solid(SIGNS[`${of} ${certainty}`] ?? "!"),
  );
  return Array.from({ length: height }, (_, row) => {
    const pixel = pixels[row * 10 + x] ?? 0;
    return pixel === 0 ? "-" : (signs[pixel & 255] ?? "!");
  }).join("");
}

test("pixels say what the rows say: solid, hatched, patterned, and nothing where there is nothing", () => {
  const unknown: Triple = [UNKNOWN, UNKNOWN, UNKNOWN];
  const walls = drawn([
    { t: 0, storage: [30, 10, 45], execution: [20, 10, 30] },
    { t: 2, storage: nothing, execution: nothing },
    { t: 4, storage: unknown, execution: [20, 20, 20] },
    { t: 6, storage: [1, 1, 1], execution: [1, 1, 1] },
  ]);
  expect(column(walls, 1, 20)).toBe("XXxx,,-----...ssssSS");
  expect(column(walls, 3, 20)).toBe("-".repeat(20));
  expect(column(walls, 5, 20)).toBe(`XXXX${"?".repeat(16)}`);
  // What is there is seen, however little of a strip it is.
  expect(column(walls, 7, 20)).toBe(`X${"-".repeat(18)}S`);
});

test("a hatch repeats, and what lies under its gaps is seen", () => {
  const here = Uint8Array.of(1, 1, 1, 1);
  const [low, high] = [new Float64Array(4), new Float64Array(4).fill(1)];
  const ground: Band = { draw: "band", of: "nothing", certainty: "unknown", here, low, high };
  const hatch: Band = { ...ground, of: "storage", certainty: "possible" };
  const [line, paper] = [0xff0000ff, 0xff00ff00];
  const tiles: Readonly<Record<string, Tile>> = {
    nothing: { size: 1, pixels: Uint32Array.of(paper) },
    storage: { size: 2, pixels: Uint32Array.of(line, 0, 0, line) },
  };
  const area = { width: 4, height: 2, scale: 1, y: (share: number) => 2 - share * 2 };
  expect([...paintedBands([ground, hatch], area, ({ of }) => tiles[of])]).toEqual(
    [line, paper, line, paper].concat([paper, line, paper, line]),
  );
  // Half of red above opaque green.
  expect(over(0x80_00_00_ff, paper).toString(16)).toBe("ff007f80");
  expect([over(0, paper), over(line, paper), over(0x80_00_00_ff, 0)]).toEqual([
    paper,
    line,
    0x80_00_00_ff,
  ]);
});
