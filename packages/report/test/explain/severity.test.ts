/** That time was lost is said only where it must have been. */
import { expect, test } from "vitest";
import { nothingFound, severitiesInWords, severityInWords } from "../../src/explain/index.ts";

const cost = (min: number | undefined, max: number | undefined) => ({ best: undefined, min, max });

test("a risk that may have cost something is told from one that did not", () => {
  const words = [
    { kind: "spills", severity: "slow", costMillis: cost(3, 9) },
    { kind: "no_end", severity: "risk", costMillis: cost(0, 9) },
    { kind: "evictions", severity: "risk", costMillis: cost(undefined, undefined) },
    { kind: "no_end", severity: "risk", costMillis: cost(undefined, undefined) },
  ] as const;
  expect(words.map(severityInWords)).toEqual([
    "Time was lost",
    "Time may have been lost",
    "Time may have been lost",
    "At risk",
  ]);
  expect(severitiesInWords(words)).toBe("1 lost time, 2 may have lost time, 1 at risk");
  expect(severitiesInWords(words.slice(0, 1))).toBe("all lost time");
});

test("where little could be looked for, nothing found is not nothing wrong", () => {
  const all = ["evictions", "spills", "waits"];
  expect(nothingFound({ absent: all, unknowable: [] })).toMatch(/^Nothing is wrong/);
  expect(nothingFound({ absent: ["spills"], unknowable: all })).toMatch(/1 of 4 kinds of trouble/);
  expect(nothingFound({ absent: [], unknowable: all })).toMatch(/^These logs cannot show/);
});
