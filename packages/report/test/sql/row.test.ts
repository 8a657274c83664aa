/** Numbers out of answers: exact, or none. */
import { expect, test } from "vitest";
import { numberIn } from "../../src/sql/row.ts";

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
