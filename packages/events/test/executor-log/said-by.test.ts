import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type LogTemplate, saidBy } from "../../src/executor-log/log-template.ts";
import { BARE_TEMPLATES, TEMPLATE_GROUPS } from "../../src/executor-log/templates/index.ts";
import { SPARK_ERROR } from "../../src/executor-log/templates/spark-error.ts";
import { decode } from "./decoded.ts";

const FIXTURES = join(import.meta.dirname, "../../../../fixtures/runs");
const ALL = [...TEMPLATE_GROUPS.flatMap(({ templates }) => templates), ...BARE_TEMPLATES];

/** `s35-f-base-dbg` ran on 3.5. */
function sparkLineOf(run: string): string {
  return `${run[1]}.${run[2]}`;
}

function usedIn(run: string): Set<LogTemplate> {
  const used = new Set<LogTemplate>();
  for (const name of readdirSync(join(FIXTURES, run))) {
    if (!/^(?:executor-|driver)/.test(name)) continue;
    const bytes = readFileSync(join(FIXTURES, run, name));
    decode(name.endsWith(".gz") ? gunzipSync(bytes) : bytes, {
      everyRecord: true,
      // In words of no template there is nothing to compare.
      look: ({ template }) =>
        template !== undefined && template !== SPARK_ERROR && used.add(template),
    });
  }
  return used;
}

test.each(readdirSync(FIXTURES))("fixtures %s: no wording of another Spark was printed", (run) => {
  const own = new Set(saidBy(sparkLineOf(run), ALL));
  const used = [...usedIn(run)];
  expect(used.length).toBeGreaterThan(15);
  expect(used.filter((one) => !own.has(one)).map(({ says }) => says)).toEqual([]);
});

test("the wordings of a Spark are those since its line and before the next change", () => {
  const dropped = ALL.filter(({ says }) => says.startsWith("After dropping"));
  expect(saidBy("1.6.3", dropped)).toEqual([]);
  expect(saidBy("3.5.6", dropped).map(({ says }) => says)).toEqual([
    "After dropping {int} blocks, free memory is {size}",
  ]);
  expect(saidBy("4.0", dropped).map(({ says }) => says)).toEqual([
    "After dropping {int} blocks, free memory is{size}",
  ]);
});

test.each(["5.0", "3.6", "three"])(
  "a Spark that no line is known of, %s, is an error",
  (version) => {
    expect(() => saidBy(version, ALL)).toThrow(`no Spark ${version}`);
  },
);
