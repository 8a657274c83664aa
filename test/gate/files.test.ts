/**
 * The gate's files: the baseline reads well in a diff and says what is wrong with it; the
 * configuration is checked whole.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  addRun,
  baselineOf,
  baselineText,
  configJsonSchema,
  metrics,
  parseBaseline,
  parseConfig,
} from "@respark/report/checks";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { fc } from "../seeded.ts";
import { aRun, MIB } from "./a-run.ts";

const runs = [200, 300, 100].map((mib, index) =>
  aRun({
    appId: `app-${index}`,
    metrics: { evicted_bytes: mib * MIB, ooms: 0 },
    stages: { "b at B.scala": {}, "a at A.scala": {} },
  }),
);

describe("a baseline", () => {
  const text = baselineText(baselineOf(runs));

  test("is sorted, ends with a line feed, and keeps a metric's values in one line", () => {
    const keys = [...text.matchAll(/^ {2}"(\w+)"/gm)].map(([, key]) => key ?? "");
    const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1));
    expect(keys).toEqual(sorted);
    expect(text.indexOf('"a at A.scala"')).toBeLessThan(text.indexOf('"b at B.scala"'));
    expect(text).toContain(`"values": [${100 * MIB}, ${200 * MIB}, ${300 * MIB}]`);
    expect(text.endsWith("}\n")).toBe(true);
  });

  test("tells of each metric how many runs, the least, median and most, and the spread", () => {
    expect(parseBaseline(text).metrics["evicted_bytes"]?.["executor logs"]).toEqual({
      runs: 3,
      min: 100 * MIB,
      median: 200 * MIB,
      max: 300 * MIB,
      mad: 100 * MIB,
      values: [100 * MIB, 200 * MIB, 300 * MIB],
    });
  });

  test("read and written again is the same file", () => {
    expect(baselineText(parseBaseline(text))).toBe(text);
  });

  test("is the same whether its runs come at once or one by one", () => {
    const [first, ...rest] = runs;
    if (first === undefined) throw new Error("no run");
    let baseline = parseBaseline(baselineText(baselineOf([first])));
    for (const run of rest) baseline = parseBaseline(baselineText(addRun(baseline, run)));
    expect(baselineText(baseline)).toBe(text);
  });

  test("keeps the worse ends of what is known as an interval", () => {
    const open = baselineOf([aRun({ metrics: { spilled_bytes: [10, 20, 40] } })]);
    expect(baselineText(open)).toContain('"high": 40');
    const more = addRun(
      parseBaseline(baselineText(open)),
      aRun({ metrics: { spilled_bytes: 30 } }),
    );
    expect(
      parseBaseline(baselineText(more)).metrics["spilled_bytes"]?.["executor logs"],
    ).toMatchObject({
      low: 10,
      high: 40,
      values: [20, 30],
    });
  });

  test.each([
    { what: "no JSON", text: "{ not json", says: "it is no JSON" },
    { what: "an empty file", text: "", says: "it is no JSON" },
    {
      what: "another schema",
      text: text.replace('"schema": 1', '"schema": 7'),
      says: "it has schema 7, and this respark reads schema 1",
    },
    { what: "a list", text: "[]", says: "expected object" },
    {
      what: "a number that is none",
      text: text.replace('"min": 0', '"min": "none"'),
      says: "metrics.ooms.executor logs.min",
    },
    {
      what: "a file without runs",
      text: text.replace(/"runs": \[[\s\S]*?\n {2}\]/, '"runs": []'),
      says: "runs",
    },
    { what: "null", text: "null", says: "expected object" },
  ])("that is $what is refused in one sentence", ({ text: broken, says }) => {
    expect(() => parseBaseline(broken)).toThrow(says);
    expect(() => parseBaseline(broken)).toThrow(/^[^\n]+$/);
  });

  test("that is damaged anywhere is refused or read, and never breaks anything", () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        expect(troubleWith(text.slice(0, at) + put + text.slice(at + 1))).toMatch(
          /^(?:none|BaselineError)$/,
        );
      }),
    );
  });
});

describe("a configuration", () => {
  test.each([
    { config: { limit: {} }, says: "limit: there is no such setting" },
    {
      config: { limits: { evicted_byte: {} } },
      says: "limits.evicted_byte: there is no such metric; there are ooms, ",
    },
    {
      config: { limits: { evicted_bytes: { budget: "12 parsecs" } } },
      says: "limits.evicted_bytes.budget: ",
    },
    {
      config: { limits: { evicted_bytes: { level: "error" } } },
      says: "limits.evicted_bytes.level",
    },
    {
      config: { stages: [{ match: "*", limits: { ooms: {} } }] },
      says: "stages.0.limits.ooms: there is no such metric; there are stage_evicted_bytes",
    },
    {
      config: {
        checks: [
          { id: "a", sql: "a.sql" },
          { id: "a", sql: "b.sql" },
        ],
      },
      says: "the id a is used twice",
    },
    { config: { evidence: { accuracy: 80 } }, says: "evidence.accuracy" },
    { config: [], says: "the file: " },
  ])("that is wrong says where: $says", ({ config, says }) => {
    expect(() => parseConfig(config)).toThrow(says);
  });

  test("has a JSON schema that editors complete from, and the published one is up to date", () => {
    const published: unknown = JSON.parse(
      readFileSync(
        join(import.meta.dirname, "../../packages/report/src/checks/respark.config.schema.json"),
        "utf8",
      ),
    );
    expect(published).toEqual(configJsonSchema());
    const text = JSON.stringify(published);
    for (const { id } of metrics) expect(text).toContain(`"${id}"`);
  });

  test("that the schema takes is taken, and one that it refuses is refused", () => {
    const schema = configJsonSchema() as object;
    const validate = new Ajv2020({ strict: false }).compile(schema);
    for (const config of [
      {},
      { $schema: "x", baseline: "memory.baseline.json", ignore: ["spills"] },
      {
        limits: {
          evicted_bytes: { level: "warn", fail: { relative: 0.1, absolute: "32 MiB" }, budget: 5 },
        },
      },
      { limits: { evicted_bytes: { budget: "32 parsecs" } } },
      { evidence: { level: "none" } },
      { checks: [{ id: "No Spaces", sql: "x" }] },
      { nothing: 1 },
    ]) {
      let taken = true;
      try {
        parseConfig(config);
      } catch {
        taken = false;
      }
      expect([config, validate(config)]).toEqual([config, taken]);
    }
  });
});

test("every metric is named with its unit, and says where to look further", () => {
  for (const { id, unit, title, lookFurther } of metrics) {
    expect(id).toMatch(/^[a-z][a-z_]*$/);
    expect(id.endsWith(`_${unit}`)).toBe(unit !== "count");
    expect(title.length).toBeGreaterThan(4);
    expect(lookFurther).not.toContain("\n");
  }
  expect(new Set(metrics.map(({ id }) => id)).size).toBe(metrics.length);
});

function troubleWith(text: string): string {
  try {
    parseBaseline(text);
    return "none";
  } catch (error) {
    return error instanceof Error ? error.name : "unknown";
  }
}
