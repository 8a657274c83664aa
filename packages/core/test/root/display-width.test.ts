/** Columns on a terminal: cells and cuts are measured as they are shown. */
import { expect, test } from "vitest";
import { cutToWidth, displayWidth, padded } from "../../src/index.ts";

test.each([
  ["plain", 5],
  ["größe", 5],
  ["e\u0301", 1],
  ["作业", 4],
  ["ｶﾅ", 2],
  ["🚀", 2],
  ["👩\u200d💻", 2],
  ["❤\ufe0f", 2],
  ["1", 1],
  ["–", 1],
  ["", 0],
])("%s takes %i columns", (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
  expect(displayWidth(padded(text, 8))).toBe(8);
  expect(padded(text, 8, "right").endsWith(text)).toBe(true);
});

test("a cut never ends within a character, and is never wider than asked", () => {
  expect(cutToWidth("作业作业", 8)).toBe("作业作业");
  expect(cutToWidth("作业作业", 7)).toBe("作业作…");
  expect(cutToWidth("作业作业", 6)).toBe("作业…");
  expect(cutToWidth("ab👩\u200d💻cd", 4)).toBe("ab…");
});
