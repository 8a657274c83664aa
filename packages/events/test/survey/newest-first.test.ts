import { expect, test } from "vitest";
import { readApplication } from "../../src/observations/read-application.ts";
import { ReversedFeed } from "../../src/survey/reversed-feed.ts";
import { anExecutorsLog, FACTS, stock } from "../executor-log/an-executors-log.ts";
import { surveyTexts, textSource } from "./texts.ts";

const LOG = anExecutorsLog();
const RECORDS = LOG.map((one) => [stock(one), ...one.trace].join("\n"));
const LINES = RECORDS.flatMap((record) => record.split("\n"));

async function factsOf(
  text: string,
): Promise<{ kinds: string[]; lines: number[]; errors: unknown[] }> {
  const { applications } = await surveyTexts({ "logs/stderr": text });
  const kinds: string[] = [];
  const lines: number[] = [];
  const errors: unknown[] = [];
  for (const application of applications) {
    await readApplication(application, {
      observe: ({ fact, line }) => {
        kinds.push(fact.kind);
        lines.push(line);
        if (fact.kind === "task_finished") errors.push(fact.errorClass);
      },
      report: () => {},
    });
  }
  return { kinds, lines, errors };
}

test.each([
  ["records, each with its trace below it", [...RECORDS].reverse().join("\n")],
  ["lines, traces standing on their heads", [...LINES].reverse().join("\n")],
  [
    "a table, its names of columns first",
    `"Time","Line"\n${[...RECORDS]
      .reverse()
      .map((record) => `"2024-07-24","${record}"`)
      .join("\n")}`,
  ],
  [
    "an object a line",
    [...LINES]
      .reverse()
      .map((log) => JSON.stringify({ log, stream: "stderr" }))
      .join("\n"),
  ],
  [
    "a JSON document's list",
    JSON.stringify([...LINES].reverse().map((line) => ({ line, pod: "a" }))),
  ],
])("a log written newest first is read from its end: %s", async (_, text) => {
  const { kinds, errors } = await factsOf(`${text}\n`);
  expect(kinds).toEqual(FACTS);
  expect(errors).toEqual(["java.lang.OutOfMemoryError"]);
});

test("lines keep the numbers that they have in the file", async () => {
  const { lines } = await factsOf(`${[...RECORDS].reverse().join("\n")}\n`);
  expect(lines[0]).toBe(14);
  expect(lines.at(-1)).toBe(1);
});

test("an application's files say that they were written newest first; others do not", async () => {
  const { files } = await surveyTexts({
    "a/stderr": RECORDS.join("\n"),
    "b/stderr": [...RECORDS].reverse().join("\n"),
  });
  expect(files.map(({ newestFirst }) => newestFirst)).toEqual([undefined, "lines"]);
});

test.each([1, 7, 30_000])(
  "text of %i lines comes back from its end, whatever its blocks cut",
  async (count) => {
    const stamp = "26/11/21 02:36:35 ";
    const lines = Array.from(
      { length: count },
      (_, i) => `${stamp}${i} ${"x".repeat((i * 7) % 90)}`,
    );
    const feed = new ReversedFeed(textSource("a", lines.join("\n"), 65_536).parts);
    const back: string[] = [];
    const numbers: number[] = [];
    while (await feed.read()) {
      for (let line = feed.next(); line !== undefined; line = feed.next()) {
        numbers.push(line.number);
        back.push(line.buffer.latin1Slice(line.start, line.end));
      }
    }
    await feed.close();
    expect(back).toEqual(lines.reverse());
    expect(numbers).toEqual(lines.map((_, i) => count - i));
  },
);
