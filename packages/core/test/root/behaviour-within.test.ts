/** The rules a replay goes by where logs only bound their version. */
import { expect, test } from "vitest";
import { behaviourWithin, newestSparkBehaviour } from "../../src/spark-behaviour.ts";

test.for<[string | undefined, string, string, string]>([
  ["2.1", "2.4", "2.4.0", "the newest that was held against vectors"],
  ["2.1", "2.2", "2.1.0", "none has vectors: the oldest"],
  [undefined, "1.6", "1.6.1", "open below"],
  ["3.1", "3.5", "3.5.0", "the newest with vectors"],
])("lines of %s to %s follow %s: %s", ([atLeast, atMost, since]) => {
  expect(behaviourWithin(atLeast, atMost).since).toBe(since);
});

test("without bounds, or beyond all that is known, the newest rules hold", () => {
  expect(behaviourWithin(undefined, undefined)).toBe(newestSparkBehaviour);
  expect(behaviourWithin("9.0", undefined)).toBe(newestSparkBehaviour);
});
