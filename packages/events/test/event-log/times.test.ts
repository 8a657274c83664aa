/** Times of events: exact in microseconds, with the uncertainty that a replay adds. */
import { expect, test } from "vitest";
import { needTimeMs } from "../../src/event-log/json.ts";

const at = (time: unknown) => () => needTimeMs({ Timestamp: time }, "Timestamp");
const LAST_EXACT_MS = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

test("a time is taken as it is up to some days before microseconds stop being exact", () => {
  expect(at(1_795_228_809_225)()).toBe(1_795_228_809_225);
  const latest = 9_007_199_000_000;
  expect(at(latest)()).toBe(latest);
  expect(at(latest + 1)).toThrow(/no usable "Timestamp"/);
  expect(at(LAST_EXACT_MS)).toThrow(/no usable "Timestamp"/);
});
