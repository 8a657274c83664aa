/** The check that stands before JSON.parse agrees with it. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { JsonCheck } from "../../src/event-log/json-check.ts";
import { decoded } from "./decoded.ts";

const check = new JsonCheck();

function mayBe(text: string): boolean {
  const bytes = Buffer.from(`{${text}"`);
  return check.mayBeJson(bytes, 1, bytes.length - 1);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("JSON is JSON, and what a byte was taken from or put into is what JSON.parse says it is", () => {
  const hurt = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", "{", "}", "[", '"', ",", "\\", "0", "-", "\t"))
    .map(([text, where, put]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + put + text.slice(put === "" ? at + 1 : at);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), hurt), (text) => {
      expect([text, mayBe(text)]).toEqual([text, parses(text)]);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  "",
  "-",
  "01",
  "1.",
  "1e",
  "+1",
  ".5",
  '"\\x"',
  '"\\u12g4"',
  "nul",
  "truee",
  "{a:1}",
  "[1,]",
  '{"a":1,}',
])("%j is no JSON", (text) => expect([mayBe(text), parses(text)]).toEqual([false, false]));

test("what is nested too deep to look into is left to JSON.parse", () => {
  const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
  expect(mayBe(deep)).toBe(true);
  expect(mayBe(`{"a":${deep},"b"`)).toBe(true);
});

test("behind a thousand broken lines whole ones are read as ever", () => {
  const broken = `{"Event":"SparkListenerJobEnd","Job ID":1\ngarbage\n`.repeat(500);
  const { facts, troubles, decoder } = decoded(
    `${broken}{"Event":"SparkListenerUnpersistRDD","RDD ID":7}\n`,
  );
  expect(facts.at(-1)).toMatchObject({ kind: "unpersist_rdd", rddId: 7 });
  expect(troubles).toHaveLength(1000);
  expect(decoder.counts().lostLines).toBe(1000);
});
