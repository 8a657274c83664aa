/** What simulated runs with a change say beside those without it, draw by draw. */
import { expect, test } from "vitest";
import { pairwise } from "../../src/whatif/effects.ts";

const runs = (count: number): number[] => Array.from({ length: 20 }, () => count);
/** One draw of the twenty is another. */
const butOne = (count: number, other: number): number[] => [...runs(count).slice(1), other];

test.each([
  ["9 evictions, then 5: less", runs(9), runs(5), "less"],
  [
    "9, then 7: two runs of one configuration differ by as many",
    runs(9),
    runs(7),
    "about_the_same",
  ],
  ["64, then 44: by less than a third", runs(64), runs(44), "about_the_same"],
  ["64, then 40", runs(64), runs(40), "less"],
  ["1, then none", runs(1), runs(0), "less"],
  ["2, then none but in one of 20", runs(2), butOne(0, 1), "less"],
  ["3, then none or one", runs(3), [...runs(0).slice(2), 1, 1], "less"],
  ["2, then none or one", runs(2), [...runs(0).slice(2), 1, 1], "about_the_same"],
  ["9, then 5 but 9 in one of 20", runs(9), butOne(5, 9), "less"],
  ["9, then 5 but 9 in two of 20", runs(9), [...runs(5).slice(2), 9, 9], "about_the_same"],
  ["5, then 9", runs(5), runs(9), "no_less"],
  ["20, then 19", runs(20), runs(19), "no_less"],
  ["none, then none", runs(0), runs(0), "no_less"],
] as const)("%s", (_, before, after, comes) => {
  expect(pairwise(before, after)).toBe(comes);
});

test("what varies from draw to draw is compared draw by draw", () => {
  const before = Array.from({ length: 20 }, (_, draw) => 40 + 5 * draw);
  const after = before.map((count) => count - 30);
  expect(pairwise(before, after)).toBe("less");
  expect(pairwise(before, [...after].reverse())).toBe("about_the_same");
});
