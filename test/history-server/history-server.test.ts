/**
 * respark's tables say what Spark's history server says of the same event logs (expected.json,
 * written by record.ts).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownDifferences } from "./known-differences.ts";
import { differences, type Expectations } from "./numbers.ts";
import { replayedNumbers } from "./replayed-numbers.ts";

const root = join(import.meta.dirname, "../..");
const expected: Expectations = JSON.parse(
  readFileSync(join(import.meta.dirname, "expected.json"), "utf8"),
);
const there = Object.entries(expected).filter(([log]) => existsSync(join(root, log)));
const missing = Object.keys(expected).length - there.length;
const leftOut = missing === 0 ? "" : ` (${missing} logs of ../shared are not here)`;

test.each(there)(
  `%s says what the history server reads in it${leftOut}`,
  async (log, attempts) => {
    const found = await replayedNumbers(join(root, log));
    for (const [attempt, numbers] of Object.entries(attempts)) {
      const ours = found[attempt];
      const said = ours === undefined ? ["no such attempt here"] : differences(numbers, ours);
      const unknown = said.filter(
        (sentence) => !knownDifferences.some(({ matches }) => matches.test(sentence)),
      );
      expect(unknown).toEqual([]);
    }
  },
  60_000,
);
