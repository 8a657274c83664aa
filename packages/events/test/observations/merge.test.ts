/** Many sources in one order, delivered with turns of the event loop between. */
import type { Observation } from "@respark/core";
import { expect, test } from "vitest";
import { type MergeSource, merge, type SourceState } from "../../src/observations/merge.ts";

/** A log that is read at once: its observations at these times. */
function logOf(rank: number, times: readonly number[]): MergeSource {
  let at = 0;
  return {
    rank,
    get key() {
      return times[at] ?? Number.POSITIVE_INFINITY;
    },
    get state(): SourceState {
      return at < times.length ? "ready" : "ended";
    },
    get head() {
      return { ts: times[at], sourceFileId: rank } as Observation;
    },
    settle: () => false,
    advance: () => void at++,
    refill: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at);

test("the loop turns within a long run of one log, and the order stays that of times", async () => {
  const delivered: string[] = [];
  let turns = 0;
  let isMerging = true;
  const turned = (): void => {
    turns++;
    if (isMerging) setImmediate(turned);
  };
  setImmediate(turned);
  await merge([logOf(1, upTo(5000)), logOf(2, [2499.5, 4000])], ({ ts, sourceFileId }) => {
    delivered.push(`${sourceFileId}:${ts}`);
  });
  isMerging = false;
  const first = upTo(5000).map((ts) => `1:${ts}`);
  expect(delivered).toEqual([
    ...first.slice(0, 2500),
    "2:2499.5",
    ...first.slice(2500, 4001),
    "2:4000",
    ...first.slice(4001),
  ]);
  expect(turns).toBeGreaterThanOrEqual(4);
});
