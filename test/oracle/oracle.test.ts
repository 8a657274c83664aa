/**
 * Core against vectors recorded from Spark's own classes, and the proof that a damaged vector would
 * be noticed.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { replayVectors, replayVectorText } from "./vectors.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/oracle");
const shared = join(import.meta.dirname, "../../../shared/data/oracle");

function vectorsIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".jsonl.gz")) : [];
}

test.each(vectorsIn(fixtures))("%s: core answers every op as Spark did", (name) => {
  const score = replayVectors(join(fixtures, name), name);
  expect(score.first).toBeUndefined();
  expect(score.skipped).toBe(0);
  expect(score.ops).toBeGreaterThan(0);
});

const others = vectorsIn(shared).filter((name) => !vectorsIn(fixtures).includes(name));
test(`the vectors beside the repository agree as well (${others.length === 0 ? "none at hand" : `${others.length} files`})`, () => {
  for (const name of others) {
    const score = replayVectors(join(shared, name), name);
    expect(score.first).toBeUndefined();
  }
});

function textOf(name: string): string {
  return gunzipSync(readFileSync(join(fixtures, name))).toString("utf8");
}

test.each([
  ["a pool size", "unified-2.4.8-hand.jsonl.gz", /"onHeapStorage":\{"poolSize":(\d+)/g],
  ["what a task holds", "unified-4.2.0-random-wait.jsonl.gz", /"tasks":\{"\d+":(\d+)/g],
  ["a grant", "static-1.6.1-hand.jsonl.gz", /"op":"acquireExec"[^\n]*"result":(\d+)/g],
  ["a derived size", "construct-unified-3.5.6-g1.jsonl.gz", /"pageSizeBytes":(\d+)/g],
  ["a released spill", "tmm-3.5.6-hand.jsonl.gz", /"released":(\d+)/g],
  ["who spills for whom in a race", "tmm-2.4.8-random.jsonl.gz", /"requested":1,"trigger":(\d+)/g],
  ["a task that is woken", "tmm-1.6.1-hand.jsonl.gz", /"woken":\[\{"ref":(\d+)/g],
  ["a printed size", "utils-4.2.0.jsonl.gz", /"result":"(\d+)\.\d [KM]iB"/g],
])("a vector with one wrong digit in %s does not pass", (_what, name, pattern) => {
  const whole = textOf(name);
  const places = [...whole.matchAll(pattern)].flatMap(
    (match) => match.indices?.[1]?.[0] ?? match.index + match[0].lastIndexOf(match[1] ?? ""),
  );
  const at = places[Math.floor(places.length / 2)];
  if (at === undefined) throw new Error(`nothing to damage in ${name}`);
  const digit = String((Number(whole.charAt(at)) + 1) % 10);
  const damaged = `${whole.slice(0, at)}${digit}${whole.slice(at + 1)}`;
  expect(replayVectorText(name, whole).mismatches).toBe(0);
  expect(replayVectorText(name, damaged).mismatches).toBeGreaterThan(0);
});
