/** A log of which a search for one or two classes is all that was kept. */
import { expect, test } from "vitest";
import { filteredTo, LogSample } from "../../src/survey/log-sample.ts";

function sampleOf(loggers: readonly string[], records = 10): LogSample {
  const log = new LogSample();
  log.info = true;
  log.records = records;
  for (const logger of loggers) log.by(logger, undefined);
  return log;
}

test.each([
  ["one class", ["MemoryStore"], ["MemoryStore"]],
  ["two classes", ["MemoryStore", "BlockManager"], ["MemoryStore", "BlockManager"]],
  [
    "three, which nobody searches for",
    ["MemoryStore", "BlockManager", "TorrentBroadcast"],
    undefined,
  ],
  ["what spills", ["ExternalSorter"], ["ExternalSorter"]],
  ["a class beyond memory", ["MemoryStore", "Executor"], undefined],
])("%s", (_, loggers, left) => {
  expect(filteredTo(sampleOf(loggers))).toEqual(left);
});

test("two lines are too few to tell", () => {
  expect(filteredTo(sampleOf(["MemoryStore"], 2))).toBeUndefined();
});
