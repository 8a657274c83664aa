/** Columns of a report's file: what goes in comes out, and what no log tells stays unknown. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { packed, unpacked } from "../../src/picture/chunk.ts";
import { boundColumn, numberColumn, textColumn } from "../../src/picture/columns.ts";

const known = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
const column = fc.array(fc.option(known, { freq: 4 }), { maxLength: 300 });

function back(values: readonly (number | null)[]): (number | null)[] {
  const read = unpacked(packed({ it: numberColumn(values) }, null)).numbers("it");
  return Array.from(read, (value) => (Number.isNaN(value) ? null : value));
}

test("numbers, negative ones and NULLs come back as they were", () => {
  fc.assert(
    fc.property(column, (values) => {
      expect(back(values)).toEqual(values.map((value) => (value === 0 ? 0 : value)));
    }),
  );
});

test("nothing, one value, one NULL, and a constant with gaps come back", () => {
  for (const values of [[], [7], [null], [null, null], [5, null, 5, 5], [0, 0, null]]) {
    expect(back(values)).toEqual(values);
  }
});

test("a bound comes back exactly, whether it is kept as a distance or as it is", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(known, fc.nat(), fc.nat()), { maxLength: 60 }), (rows) => {
      const best = rows.map(([value]) => value);
      const min = rows.map(([value, below]) => value - below);
      const max = rows.map(([value, , above]) => value + above);
      const read = unpacked(
        packed(
          {
            best: numberColumn(best),
            min: boundColumn(min, best, { of: "best", side: -1, scale: 1 }),
            max: boundColumn(max, best, { of: "best", side: 1, scale: 1 }),
          },
          null,
        ),
      );
      expect([...read.numbers("min")]).toEqual(min);
      expect([...read.numbers("max")]).toEqual(max);
    }),
  );
});

test("a bound around an unknown estimate is kept, and one without a bound is unknown", () => {
  const read = unpacked(
    packed(
      {
        best: numberColumn([null, 10, 10]),
        max: boundColumn([30, null, 12], [null, 10, 10], { of: "best", side: 1, scale: 1 }),
      },
      null,
    ),
  );
  expect([...read.numbers("max")]).toEqual([30, Number.NaN, 12]);
});

test("texts come back, also one that looks like markup, and an unknown text is null", () => {
  const texts = ["</script>", null, "a", "a", "", "é🦆"];
  const read = unpacked(packed({ it: textColumn(texts) }, { also: ["<b>"] }));
  expect(read.texts("it")).toEqual(texts);
  expect(read.json()).toEqual({ also: ["<b>"] });
  expect(read.has("other")).toBe(false);
  expect([...read.numbers("other")]).toEqual([]);
});

test("a number that doubles cannot keep apart from its neighbour is refused", () => {
  expect(() => numberColumn([2 ** 53])).toThrow(RangeError);
  expect(() => numberColumn([Number.NaN])).toThrow(RangeError);
});

test("exact bounds cost next to nothing in the file", () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 100_003);
  const exact = boundColumn(values, values, { of: "it", side: 1, scale: 1 });
  expect(exact.bytes.length).toBe(0);
});
