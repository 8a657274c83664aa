/** What is replayed again where an application fails that waited together with others. */
import { expect, test } from "vitest";
import { afterTrouble } from "../src/replay/replay-each.ts";

const named = (appId: string) => ({ appId, attemptId: "1" });
const first = named("first");
const second = named("second");
const third = named("third");
const placed = [first, second, third];

test("those that waited are replayed alone, and what failed before its commit is not", () => {
  expect(afterTrouble({ application: third, alone: false }, placed, [first, second])).toEqual({
    isOver: true,
    again: [
      { application: first, alone: true },
      { application: second, alone: true },
    ],
  });
});

test("what failed when all were committed is tried once more alone, and then never again", () => {
  const together = afterTrouble({ application: second, alone: false }, placed, [first, second]);
  expect(together.isOver).toBe(false);
  expect(together.again).toContainEqual({ application: second, alone: true });
  expect(afterTrouble({ application: second, alone: true }, placed, [second])).toEqual({
    isOver: true,
    again: [],
  });
});
