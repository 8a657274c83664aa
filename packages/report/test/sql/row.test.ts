/** Numbers out of answers: exact, or none. */
import { expect, test } from "vitest";
import { flagIn, numberIn, textIn, textsIn } from "../../src/sql/row.ts";

test.each([
  [7n, 7],
  ["7.5", 7.5],
  [null, undefined],
  [9_007_199_254_740_991n, 9_007_199_254_740_991],
  // An id of a damaged line: the nearest number would be another id.
  [9_007_199_254_740_993n, undefined],
])("%s is read as %s", (value, expected) => {
  expect(numberIn({ value }, "value")).toBe(expected);
});

test("a list is read as its texts: without NULLs and without what is nested", () => {
  expect(textsIn({ list: ["a", null, 3, { of: "b" }, ["c"]] }, "list")).toEqual(["a", "3"]);
  expect(textsIn({ list: null }, "list")).toEqual([]);
  expect(() => textsIn({ list: "a" }, "list")).toThrow(/list is no list/);
});

test("a value of another kind, and a column that was not asked for, are mistakes of ours", () => {
  const row = { text: "many", list: ["a"], number: 7 };
  expect(() => numberIn(row, "text")).toThrow(/text is many, no number/);
  expect(() => numberIn({ text: "" }, "text")).toThrow(/no number/);
  expect(() => numberIn({ flag: true }, "flag")).toThrow(/no number/);
  expect(() => textIn(row, "list")).toThrow(/list is a list, no text/);
  expect(() => flagIn(row, "number")).toThrow(/neither true nor false/);
  expect(() => textIn(row, "other")).toThrow(/no column other/);
  expect([numberIn(undefined, "number"), textIn(row, "number")]).toEqual([undefined, "7"]);
});
