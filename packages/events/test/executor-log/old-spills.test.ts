/** Spills as Spark 1.0 and 1.1 print them: sizes in whole units, the fraction cut off. */
import type { LogFact } from "@respark/core";
import { expect, test } from "vitest";
import { LogDecoder } from "../../src/executor-log/log-decoder.ts";

function factsOf(message: string): LogFact[] {
  const decoder = new LogDecoder({ report: () => {}, pattern: undefined });
  const facts: LogFact[] = [];
  const buffer = Buffer.from(`14/11/13 19:20:43 INFO ExternalSorter: ${message}`);
  const take = ({ fact }: { readonly fact: LogFact | undefined }): void => {
    if (fact !== undefined) facts.push(fact);
  };
  const line = { buffer, start: 0, end: buffer.length, number: 1, byteOffset: 0, terminated: true };
  decoder.decode(line, take);
  decoder.flush(take);
  return facts;
}

test.each([
  ["Thread 60 spilling in-memory batch of 4792 B to disk (1 spill so far)", 4792, 4792],
  ["Thread 60 spilling in-memory batch of 4 MB to disk (2 spills so far)", 4_194_304, 5_242_879],
  ["Spilling in-memory map of 0 MB to disk (199 times so far)", 0, 1_048_575],
])("%s", (message, atLeast, atMost) => {
  expect(factsOf(message)).toMatchObject([{ kind: "spill", size: { atLeast, atMost } }]);
});

test("a size beyond what a number holds gives no spill", () => {
  const message = "Spilling in-memory map of 9007199254740991 MB to disk (1 time so far)";
  expect(factsOf(message)).toEqual([]);
});
