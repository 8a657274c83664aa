/** An event log as a source of the merge, where its lines are odd. */
import { expect, test } from "vitest";
import type { ByteSource } from "../../src/bytes/byte-source.ts";
import { EventLogSource } from "../../src/observations/event-log-source.ts";
import { LineFeed } from "../../src/survey/line-feed.ts";

const longest = 64 * 1024 * 1024;

/** A job start of one list that never ends: too long to hold, and the file stops inside it. */
function cutInAHugeLine(): ByteSource {
  return {
    path: "app-1",
    name: "app-1",
    codec: "none",
    compressedBytes: undefined,
    async *chunks() {
      yield Buffer.from('{"Event":"SparkListenerJobStart","Job ID":1,"Stage Infos":["');
      const filler = Buffer.alloc(4 * 1024 * 1024, "x");
      for (let bytes = 0; bytes <= longest; bytes += filler.length) yield filler;
    },
  };
}

test("a log that ends inside a line too long to hold is cut, not damaged", async () => {
  const codes: string[] = [];
  const source = new EventLogSource({
    sourceFileId: 1,
    rank: 0,
    lead: 0,
    feed: new LineFeed([cutInAHugeLine()]),
    lines: undefined,
    report: ({ code, severity }) => codes.push(`${code} ${severity}`),
  });
  while (source.state !== "ended") await source.refill();
  expect(codes).toEqual(["truncated_line info"]);
});
