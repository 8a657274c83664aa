import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { readApplication } from "../../src/observations/read-application.ts";
import type { SurveyedApplication } from "../../src/survey/surveyed.ts";
import { smallApplication } from "./small-application.ts";
import { surveyTexts } from "./texts.ts";

const texts = smallApplication({ tasks: 12 });
const paths = Object.keys(texts);

/** One way of hurting a text. */
const damage = fc.oneof(
  fc.record({ what: fc.constant("cut" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    what: fc.constant("drop" as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 400 }),
  }),
  fc.record({
    what: fc.constant("put" as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    text: fc.oneof(
      fc.constantFrom("\0", "\n\n", "99/99/99 99:99:99 ", "26/12/31 23:59:59 INFO Executor: "),
      fc.string({ unit: "binary", maxLength: 40 }).filter((text) => !text.includes("{")),
    ),
  }),
);

type Wound = typeof damage extends fc.Arbitrary<infer One> ? One : never;

function hurt(text: string, wounds: readonly Wound[]): string {
  let hurtText = text;
  for (const wound of wounds) {
    const at = Math.floor(wound.at * hurtText.length);
    if (wound.what === "cut") hurtText = hurtText.slice(0, at);
    else if (wound.what === "drop") {
      hurtText = hurtText.slice(0, at) + hurtText.slice(at + wound.length);
    } else hurtText = hurtText.slice(0, at) + wound.text + hurtText.slice(at);
  }
  return hurtText;
}

/** Lines out of order, times that go back in a log, times outside their bounds. */
async function oddities(application: SurveyedApplication): Promise<string[]> {
  const odd: string[] = [];
  const last = new Map<number, { ts: number; line: number }>();
  await readApplication(application, {
    observe: ({ source, sourceFileId, line, ts = Number.NaN, tsMin = ts, tsMax = ts }) => {
      const before = last.get(sourceFileId);
      const at = `file ${sourceFileId}, line ${line}`;
      if (before && line <= before.line) odd.push(`${at}: after line ${before.line}`);
      if (source !== "event_log" && before && ts < before.ts) odd.push(`${at}: time goes back`);
      if (tsMin > ts || tsMax < ts) odd.push(`${at}: ${ts} is not in ${tsMin} to ${tsMax}`);
      last.set(sourceFileId, { ts: Number.isNaN(ts) ? (before?.ts ?? ts) : ts, line });
    },
    report: () => {},
  });
  return odd;
}

test("damaged logs are surveyed and read without a crash, times in order, lines in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ path: fc.constantFrom(...paths), wounds: fc.array(damage) })),
      fc.integer({ min: 1, max: 5000 }),
      async (wounded, chunk) => {
        const hurtTexts = { ...texts };
        for (const { path, wounds } of wounded) hurtTexts[path] = hurt(texts[path] ?? "", wounds);
        const survey = await surveyTexts(hurtTexts, { chunk });
        expect(survey.files.length).toBe(paths.length);
        for (const application of survey.applications) {
          expect(await oddities(application)).toEqual([]);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("one line with a far date between others does not move what follows", async () => {
  const log = texts["app/executor-0.log"] ?? "";
  const at = log.indexOf("\n", log.length / 2) + 1;
  const stray =
    "39/01/01 00:00:00 INFO MemoryStore: Block rdd_9_9 stored as values in memory (estimated size 1024.0 KiB, free 100.0 MiB)\n";
  const survey = await surveyTexts({
    ...texts,
    "app/executor-0.log": log.slice(0, at) + stray + log.slice(at),
  });
  const [application] = survey.applications;
  if (application?.endedAt === undefined) throw new Error("no end of the application");
  const { endedAt } = application;
  const late: (number | undefined)[] = [];
  await readApplication(application, {
    observe: ({ source, ts }) => {
      if (source === "executor_log" && (ts ?? 0) > endedAt) late.push(ts);
    },
    report: () => {},
  });
  expect(late).toEqual([]);
});
