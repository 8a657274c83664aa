/** Which lines are heads whose message stands in the next line, and how many of them make a layout. */
import { expect, test } from "vitest";
import { Unwrapped } from "../../src/executor-log/envelopes/envelope.ts";
import { twoLineHeadsOf } from "../../src/executor-log/envelopes/two-line-heads.ts";

const SAID = "org.apache.spark.storage.memory.MemoryStore - MemoryStore cleared";

function lines(...texts: readonly string[]): Unwrapped[] {
  return texts.map((text) => {
    const line = new Unwrapped();
    const buffer = Buffer.from(text);
    line.take(buffer, 0, buffer.length);
    return line;
  });
}

test.each([
  ["24/07/24 04:20:06 INFO", true],
  ["24/07/24 04:20:06 INFO [main]", true],
  ["24/07/24 04:20:06 INFO [Executor task launch worker for task 0.0 in stage 1.0 (TID 7)]", true],
  ["24/07/24 04:20:06 INFO dispatcher event-loop", true],
  // A sentence is a message, and words before the level are a record of their own.
  ["24/07/24 04:20:06 INFO dispatcher event-loop ready", false],
  ["24/07/24 04:20:06 main INFO", false],
  ["24/07/24 04:20:06 INFO and WARN", false],
  ["24/07/24 04:20:06", false],
])("%s: a head of the next line is %s", (head, isHead) => {
  expect(twoLineHeadsOf(lines(head, SAID)) !== undefined).toBe(isHead);
});

test("more than six in ten lines with Spark's words stand below such a head", () => {
  const below = ["24/07/24 04:20:06 INFO [main]", SAID];
  const alone = ["24/07/24 04:20:06 INFO MemoryStore: MemoryStore cleared"];
  const of = (heads: number, others: number) =>
    twoLineHeadsOf(
      lines(...Array(heads).fill(below).flat(), "a trace", ...Array(others).fill(alone).flat()),
    );
  expect(of(7, 4)).toBeDefined();
  expect(of(6, 4)).toBeUndefined();
});
