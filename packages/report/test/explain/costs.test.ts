import { expect, test } from "vitest";
import { costInWords, costSum } from "../../src/explain/findings/costs.ts";
import { COST_UNKNOWN } from "../../src/explain/findings/finder.ts";

const SPILL = { best: 2400, min: 338, max: 6400 };

test("a sum with an unknown part is what is known, or more", () => {
  const cost = costSum([SPILL, COST_UNKNOWN]);
  expect(cost).toEqual({ best: 2400, min: 338, max: undefined });
  expect(costInWords(cost)).toBe("about 2.4 s or more, at least 338 ms");
});

test("a sum of unknown parts stays unknown", () => {
  const cost = costSum([COST_UNKNOWN, COST_UNKNOWN]);
  expect(cost).toEqual({ best: undefined, min: 0, max: undefined });
  expect(costInWords(cost)).toBeUndefined();
});

test("a sum whose every part has an upper end has no best estimate where a part has none", () => {
  expect(costSum([SPILL, { best: undefined, min: 0, max: 461 }])).toEqual({
    best: undefined,
    min: 338,
    max: 6861,
  });
});
