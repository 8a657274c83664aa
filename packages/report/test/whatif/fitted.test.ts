/** Fitted numbers stay near what recorded runs show: a slip of a digit is noticed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LAZY_BROADCAST } from "../../../core/src/simulate/task-times.ts";
import { EXECUTOR_START_SPREAD } from "../../src/whatif/fitted.ts";

const folder = join(import.meta.dirname, "../../../../fixtures/event-logs");

/** Of each application: ms from its start to the registration of its executors. */
function startsIn(path: string): number[][] {
  const applications: number[][] = [];
  let began = 0;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (!/"SparkListener(?:ApplicationStart|ExecutorAdded)"/.test(line)) continue;
    const { Event, Timestamp } = JSON.parse(line) as { Event: string; Timestamp: number };
    if (Event.endsWith("ExecutorAdded")) applications.at(-1)?.push(Timestamp - began);
    else {
      began = Timestamp;
      applications.push([]);
    }
  }
  return applications;
}

test("executors of a run start as far apart as those of the fixtures, within a factor of 3", () => {
  let squares = 0;
  let free = 0;
  const logs = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  for (const starts of logs.flatMap((name) => startsIn(join(folder, name)))) {
    const logarithms = starts.map(Math.log);
    const mean = logarithms.reduce((sum, log) => sum + log, 0) / logarithms.length;
    for (const log of logarithms) squares += (log - mean) ** 2;
    free += Math.max(0, starts.length - 1);
  }
  expect(free).toBeGreaterThan(4);
  const spread = Math.sqrt(squares / free);
  expect(EXECUTOR_START_SPREAD).toBeGreaterThan(spread / 3);
  expect(EXECUTOR_START_SPREAD).toBeLessThan(spread * 3);
});

// The tenths of 20 reads in recorded runs of Spark 3.5.
test.each([
  ["waitMillis", 65, 225],
  ["millisPerMiB", 3, 20],
  ["valueMillis", 37, 300],
] as const)(
  "how long a broadcast takes to read lies within what was recorded: %s",
  (name, least, most) => {
    expect(LAZY_BROADCAST[name]).toBeGreaterThan(least);
    expect(LAZY_BROADCAST[name]).toBeLessThan(most);
  },
);
