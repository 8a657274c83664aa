/** Every output: valid by its schema, whatever stands in the logs, and telling the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  baselineOf,
  baselineText,
  type GateResult,
  githubText,
  jsonText,
  junitText,
  markdownText,
  type Place,
  sarifText,
  terminalText,
} from "@respark/report/checks";
import { Ajv } from "ajv";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import MarkdownIt from "markdown-it";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aRun, judged, MIB, type RunByHand } from "./a-run.ts";

const ESC = "\u001b";
/** What a log could say to take over each output. */
const hostile = [
  `<script>alert(1)</script><img src=x onerror=alert(1)>`,
  `${ESC}]0;owned\u0007${ESC}[31mred${ESC}[2J`,
  "::error file=x::owned\n::add-mask::x",
  "##[command]owned",
  "| a | b |\n|---|---|\n# heading\n```\n@octocat #1 https://evil.example www.evil.example [x](http://evil.example) ![i](http://evil.example)",
  "\u202Egnp.exe ]]> &amp; --> \uFFFE \uD800 %0A::error::owned",
  `${"long ".repeat(500)}`,
].join(" ");

const good: RunByHand = {
  name: "nightly",
  metrics: { evicted_bytes: 0, spilled_bytes: 0, ooms: 0, cache_hit_share: 0.9 },
  stages: {
    "count at Job.scala": { stage_spilled_bytes: 0 },
    [hostile]: { stage_spilled_bytes: 0 },
  },
};
const bad: RunByHand = {
  name: hostile,
  appId: hostile,
  configuration: { "spark.memory.fraction": hostile },
  metrics: {
    evicted_bytes: 900 * MIB,
    spilled_bytes: [30 * MIB, 33 * MIB, 40 * MIB],
    ooms: 0,
    cache_hit_share: undefined,
  },
  stages: {
    "count at Job.scala": { stage_spilled_bytes: 0 },
    [hostile]: { stage_spilled_bytes: 900 * MIB },
  },
  causes: { evicted_bytes: [`900 MiB of RDD ${hostile} evicted`, hostile] },
};

const baseline = baselineText(baselineOf([aRun(good)]));
const place: Place = {
  database: `it's "a" run.duckdb`,
  baseline: { file: "ci/memory.baseline.json", text: baseline },
};
const allowed = { configChange: true };

const results: readonly { readonly what: string; readonly result: GateResult }[] = [
  { what: "a run that is worse, of a hostile log", result: judged([good], bad, { allowed }) },
  { what: "a run that passes", result: judged([good, good], good) },
  { what: "a run that cannot be compared", result: judged([good], bad) },
  {
    what: "a run with too little evidence",
    result: judged([good], { ...good, incomplete: [hostile] }),
  },
  {
    what: "a run without a baseline",
    result: judged([], bad, { config: { limits: { evicted_bytes: { budget: 1 } } } }),
  },
];

const plainStyle = { bold: (text: string) => text, dim: (text: string) => text };
/** Whatever moves a cursor, turns writing round or is no character. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\uFFFE\uFFFF]/u;

describe("SARIF 2.1.0", () => {
  // The schema is of JSON schema draft 4, which spells two words differently.
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "schemas/sarif-2.1.0-rtm.5.json"), "utf8"),
    (key, value: unknown) => (key === "$schema" && typeof value === "string" ? undefined : value),
  ) as { id?: string };
  delete schema.id;
  const validate = new Ajv({
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
    allErrors: true,
  }).compile(schema);

  test.each(results)("$what is valid by the schema of the standard", ({ result }) => {
    const sarif: unknown = JSON.parse(sarifText(result, place, "0.1.0"));
    validate(sarif);
    expect(validate.errors ?? []).toEqual([]);
  });

  test("each result has a stable rule, a fingerprint and a line of the baseline", () => {
    const sarif = z
      .object({
        runs: z.array(
          z.object({
            results: z.array(
              z.object({
                ruleId: z.string(),
                level: z.string(),
                partialFingerprints: z.record(z.string(), z.string()),
                locations: z.array(
                  z.object({
                    physicalLocation: z.object({
                      artifactLocation: z.object({ uri: z.string() }),
                      region: z.object({ startLine: z.number() }),
                    }),
                  }),
                ),
              }),
            ),
          }),
        ),
      })
      .parse(JSON.parse(sarifText(results[0]?.result ?? neverResult(), place, "0.1.0")));
    const found = sarif.runs[0]?.results ?? [];
    expect(found.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ["evicted_bytes", "error"],
      ["spilled_bytes", "note"],
      ["stage_spilled_bytes", "warning"],
    ]);
    const location = found[0]?.locations[0]?.physicalLocation;
    expect(location?.artifactLocation.uri).toBe("ci/memory.baseline.json");
    expect(baseline.split("\n")[(location?.region.startLine ?? 0) - 1]).toContain(
      '"evicted_bytes"',
    );
    expect(new Set(found.map((one) => one.partialFingerprints["resparkCheck/v1"])).size).toBe(3);
  });
});

describe("JUnit XML", () => {
  // As junit-10.xsd of Jenkins's xUnit plugin, which servers hold reports against.
  const count = z.string().regex(/^\d+$/);
  const many = <Schema extends z.ZodType>(schema: Schema) =>
    z.union([z.array(schema), schema.transform((one) => [one])]).optional();
  const trouble = z.strictObject({
    "@message": z.string().optional(),
    "@type": z.string().optional(),
    "#text": z.string().optional(),
  });
  const testCase = z.strictObject({
    "@name": z.string().min(1),
    "@classname": z.string().optional(),
    "@time": z.string().optional(),
    failure: many(trouble),
    error: many(trouble),
    skipped: many(z.strictObject({ "@message": z.string().optional() })),
    "system-out": z.string().optional(),
  });
  const suite = z.strictObject({
    "@name": z.string().min(1),
    "@tests": count,
    "@failures": count,
    "@errors": count,
    "@skipped": count,
    "@time": z.string(),
    properties: z.strictObject({
      property: many(z.strictObject({ "@name": z.string(), "@value": z.string() })),
    }),
    testcase: many(testCase),
    "system-out": z.string().optional(),
  });
  const document = z.strictObject({
    "?xml": z.strictObject({ "@version": z.literal("1.0"), "@encoding": z.literal("UTF-8") }),
    testsuites: z.strictObject({
      "@name": z.string(),
      "@tests": count,
      "@failures": count,
      "@errors": count,
      testsuite: suite,
    }),
  });
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseTagValue: false,
  });

  test.each(results)("$what is well-formed and valid, and its counts are right", ({ result }) => {
    const xml = junitText(result, place);
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml.replace(/\n/g, "")).not.toMatch(UNSAFE);
    const { testsuites } = document.parse(parser.parse(xml));
    const cases = testsuites.testsuite.testcase ?? [];
    expect(cases.length).toBe(Number(testsuites["@tests"]));
    for (const [attribute, kind] of [
      ["@failures", "failure"],
      ["@errors", "error"],
    ] as const) {
      expect(cases.filter((one) => one[kind] !== undefined).length).toBe(
        Number(testsuites[attribute]),
      );
    }
  });

  test("a failure tells the numbers and who did it", () => {
    const xml = junitText(results[0]?.result ?? neverResult(), place);
    expect(xml).toMatch(
      /<failure message="900 MiB, but good is at most 32.0 MiB [^"]*" type="evicted_bytes">/,
    );
    expect(xml).toContain("- 900 MiB of RDD &lt;script&gt;");
  });

  test("a run that could not be judged is an error, not a success", () => {
    expect(junitText(results[2]?.result ?? neverResult(), place)).toContain('errors="1"');
    expect(junitText(results[3]?.result ?? neverResult(), place)).toContain('errors="1"');
  });
});

describe("Markdown", () => {
  const renderer = new MarkdownIt({ html: true, linkify: true });

  test.each(results)(
    "$what makes nothing but our own elements, and mentions nobody",
    ({ result }) => {
      const text = markdownText(result, place);
      expect(text.replace(/\n|\u200d|\ufe0f/g, "")).not.toMatch(UNSAFE);
      expect(text.length).toBeLessThan(65_536);
      const html = renderer.render(text);
      const elements = new Set([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name]) => name));
      expect(html.match(/<a [^>]*>/g) ?? []).toEqual([]);
      const ours = "h3 ul li p strong table thead tbody tr th td details summary code";
      expect([...elements].filter((name) => !ours.split(" ").includes(name ?? ""))).toEqual([]);
      expect(html.replace(/<code>[\s\S]*?<\/code>/g, "")).not.toMatch(/@\w|\s#\d/);
    },
  );

  test.each(results)("$what has tables of six cells a row", ({ result }) => {
    const html = renderer.render(markdownText(result, place));
    for (const [row] of html.matchAll(/<tr>[\s\S]*?<\/tr>/g)) {
      expect(row.match(/<t[dh][ >]/g)?.length).toBe(6);
    }
  });

  test("a thousand stages with the longest names fit into a comment", () => {
    const stages = (bytes: number): NonNullable<RunByHand["stages"]> =>
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [
          `${"<|>".repeat(150)}${index}`,
          { stage_spilled_bytes: bytes },
        ]),
      );
    const metrics = { spilled_bytes: 0 };
    const result = judged([{ metrics, stages: stages(0) }], { metrics, stages: stages(900 * MIB) });
    expect(result.verdicts.filter(({ status }) => status === "warn").length).toBe(1000);
    expect(markdownText(result, place).length).toBeLessThan(65_536);
  });

  test("a curve shows the baseline's runs and then this one", () => {
    const three = [100, 200, 300].map((mib) => ({ metrics: { evicted_bytes: mib * MIB } }));
    const text = markdownText(judged(three, { metrics: { evicted_bytes: 800 * MIB } }), place);
    expect(text).toContain("| ▂▃▄ → █ |");
  });
});

describe("GitHub annotations", () => {
  test.each(results)("$what is one known command a line", ({ result }) => {
    const text = githubText(result, place);
    for (const line of text.split("\n").slice(0, -1)) {
      expect(line).toMatch(/^::(?:error|warning|notice) (?:[a-z]+=[^:,\n]*,?)+::/);
    }
    expect(text.replace(/\n/g, "")).not.toMatch(UNSAFE);
  });

  test("a failure is an error at its line of the baseline", () => {
    const text = githubText(results[0]?.result ?? neverResult(), place);
    expect(text).toMatch(
      /^::error file=ci\/memory\.baseline\.json,line=\d+,title=evicted_bytes%3A memory evicted::900 MiB, but good/m,
    );
  });
});

describe("the terminal's text", () => {
  test.each(results)("$what moves no cursor and gives no orders to a CI server", ({ result }) => {
    const text = terminalText(result, place, plainStyle);
    expect(text.replace(/\n/g, "")).not.toMatch(UNSAFE);
    expect(text).not.toMatch(/^\s*::/m);
    expect(text).not.toContain("##[");
  });

  test("the numbers, who did it, and the question to ask next", () => {
    const run = {
      metrics: { evicted_bytes: 900 * MIB },
      causes: {
        evicted_bytes: ["900.0 MiB of RDD hot (60 blocks) evicted: tasks claimed execution memory"],
      },
    };
    const text = terminalText(
      judged([{ metrics: { evicted_bytes: 100 * MIB } }], run),
      { ...place, database: "run.duckdb" },
      plainStyle,
    );
    expect(text).toContain("memory gate regressed: 1 of 1 check failed");
    expect(text).toMatch(/✗ evicted_bytes {2}900 MiB +100 MiB +≤ 150 MiB {2}fail/);
    expect(text).toContain("RDD hot (60 blocks) evicted: tasks claimed execution memory");
    expect(text).toContain('ask on: respark query run.duckdb "from eviction_ledger"');
  });
});

test.each(results)("JSON of $what keeps the exact numbers and its shape", ({ result }) => {
  const json = z
    .strictObject({
      schema: z.literal(1),
      outcome: z.enum(["passed", "regressed", "too_little_evidence", "not_comparable"]),
      exit_code: z.int(),
      headline: z.string(),
      run: z.object({ app_id: z.string(), evidence_level: z.string().nullable() }),
      baseline: z.object({ runs: z.int() }).nullable(),
      differences: z.array(z.object({ kind: z.string(), name: z.string(), allowed: z.boolean() })),
      evidence: z.array(z.string()),
      remarks: z.array(z.string()),
      verdicts: z.array(
        z.object({
          check: z.string(),
          status: z.string(),
          value: z.number().nullable(),
          value_min: z.number().nullable(),
          value_max: z.number().nullable(),
          limit: z.number().nullable(),
          causes: z.array(z.string()),
          look_further: z.string().nullable(),
        }),
      ),
      subjects: z.array(z.object({ kind: z.string(), how: z.string() })),
    })
    .parse(JSON.parse(jsonText(result, 1)));
  expect(json.verdicts.length).toBe(result.verdicts.length);
  const unmeasured = json.verdicts.filter(({ status }) => status === "not_measured");
  expect(unmeasured.filter(({ value }) => value !== null)).toEqual([]);
});

function neverResult(): never {
  throw new Error("there is no such result");
}
