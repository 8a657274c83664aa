import { expect, test } from "vitest";
import {
  ExecutorLogSource,
  type ExecutorLogSourceOptions,
} from "../../src/observations/executor-log-source.ts";
import { merge } from "../../src/observations/merge.ts";
import { LineFeed } from "../../src/survey/line-feed.ts";
import { fixedRule } from "../../src/survey/zone.ts";
import { textSource } from "../survey/texts.ts";

const [ms, second, hour] = [1e3, 1e6, 3600e6];
const midnight = Date.UTC(2026, 10, 21) * 1000;

/** The file's lines, each with its record's time of day: seconds, or milliseconds too. */
function logOf(times: readonly string[]): string {
  return times.map((time) => `26/11/21 ${time} INFO MemoryStore: MemoryStore cleared\n`).join("");
}

/** Times that the log's records get, least, likely and most, µs after midnight. */
async function timesOf(
  text: string,
  how: Partial<ExecutorLogSourceOptions> = {},
): Promise<(number | undefined)[][]> {
  const feed = new LineFeed(textSource("a.log", text, 100).parts, { report: () => {} });
  const source = new ExecutorLogSource({
    sourceFileId: 1,
    rank: 1,
    source: "executor_log",
    executorId: "1",
    clock: { rule: fixedRule(0), segments: [], skewMs: 0 },
    aligned: true,
    startsAt: undefined,
    feed,
    newestFirst: false,
    container: undefined,
    others: new Set(),
    pattern: undefined,
    tasks: undefined,
    report: () => {},
    ...how,
  });
  const found: (number | undefined)[][] = [];
  await merge([source], ({ ts, tsMin, tsMax }) => {
    found.push([tsMin, ts, tsMax].map((time) => time && time - midnight));
  });
  return found;
}

const at = (h: number, rest = 0): number => h * hour + rest;

test("a line's printed moment is as long as its last digit", async () => {
  expect(await timesOf(logOf(["01:00:00.014"]))).toEqual([
    [at(1, 14 * ms), at(1, 14 * ms), at(1, 14 * ms + 999)],
  ]);
  expect(await timesOf(logOf(["01:00:00"]))).toEqual([[at(1), at(1, 500_000), at(1, 999_999)]]);
});

test("lines of one second are spread over it, and so those of the next", async () => {
  const found = await timesOf(logOf(["01:00:00", "01:00:00", "01:00:01", "01:00:02"]));
  expect(found.map(([, ts]) => (ts ?? 0) - at(1))).toEqual([
    250_000, 749_999, 1_500_000, 2_500_000,
  ]);
  expect(found.map(([least, , most]) => [(least ?? 0) - at(1), (most ?? 0) - at(1)])).toEqual([
    [0, 999_999],
    [0, 999_999],
    [second, second + 999_999],
    [2 * second, 2 * second + 999_999],
  ]);
});

test("a line that is printed late stands at the line before, within what both say", async () => {
  expect(await timesOf(logOf(["01:00:00.500", "01:00:00.400"]))).toEqual([
    [at(1, 500 * ms), at(1, 500 * ms), at(1, 500 * ms + 999)],
    [at(1, 400 * ms), at(1, 500 * ms), at(1, 500 * ms)],
  ]);
  // Of whole seconds, the later one has just begun where the next line is of the one before.
  const found = await timesOf(logOf(["01:00:01", "01:00:00", "01:00:01"]));
  expect(found.map(([, ts]) => ts)).toEqual([at(1, second), at(1, second), at(1, 1_500_000)]);
});

// A date more than 6 h ahead of the line before and 1 h of the line behind is a damaged one.
test.each([
  ["07:00:00.001", "01:00:00.002", at(1)],
  ["07:00:00.000", "01:00:00.002", at(7)],
  ["09:00:00.000", "07:40:00.000", at(1)],
  // Back by less than an hour: a line that is printed late.
  ["09:00:00.000", "08:15:00.000", at(9)],
])("01:00, then %s, then %s", async (jumped, next, ts) => {
  const found = await timesOf(logOf(["01:00:00.000", jumped, next]));
  expect(found[1]?.[1]).toBe(ts);
});

test("where the zone is unknown no bounds are given", async () => {
  expect(await timesOf(logOf(["01:00:00.014"]), { aligned: false })).toEqual([
    [undefined, at(1, 14 * ms), undefined],
  ]);
});

test("a clock's skew is added, and its zone taken off, but of what is printed as UTC", async () => {
  const clock = { rule: fixedRule(hour / 1000), segments: [], skewMs: 5000 };
  const likely = async (text: string): Promise<number | undefined> =>
    (await timesOf(text, { clock }))[0]?.[1];
  expect(await likely(logOf(["02:00:00.014"]))).toBe(at(1, 5 * second + 14 * ms));
  const utc = {
    ts: "2026-11-21T02:00:00.014Z",
    level: "INFO",
    msg: "MemoryStore cleared",
    logger: "MemoryStore",
  };
  expect(await likely(`${JSON.stringify(utc)}\n`)).toBe(at(2, 5 * second + 14 * ms));
});
