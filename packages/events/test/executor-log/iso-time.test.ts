/** ISO times at the very end of what was read. */
import { expect, test } from "vitest";
import { viewOf } from "../../src/executor-log/line-bytes.ts";
import { IsoTime } from "../../src/executor-log/log-time.ts";

test.each([
  ["2026-11-21T02:47:02", false],
  ["2026-11-21T02:47:02.", false],
  ["2026-11-21T02:47:02.5", false],
  ["2026-11-21T02:47:02Z", true],
])("nothing stands behind %s", (text, zoned) => {
  const bytes = Uint8Array.from(Buffer.from(text)); // no byte of a pool behind it
  const time = new IsoTime();
  expect(time.read(viewOf(Buffer.from(bytes.buffer)), 0, bytes.length)).toBe(true);
  expect({ zoned: time.zoned, end: time.end }).toEqual({ zoned, end: text.length });
});
