/** Lines of a log, between which a process hears of what else goes on. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ByteSource } from "../../src/bytes/byte-source.ts";
import { discover } from "../../src/bytes/discover.ts";
import { openLines } from "../../src/survey/line-feed.ts";

test("the event loop turns between the chunks of a log", async () => {
  const folder = mkdtempSync(join(tmpdir(), "respark-feed-"));
  try {
    const path = join(folder, "executor-1.log");
    writeFileSync(path, "a line of some length\n".repeat(50_000));
    const [source] = await discover([path], { report: () => undefined });
    const chunkBytes = 65_536;
    const feed = openLines(source ?? { parts: [] }, { chunkBytes });
    let turns = 0;
    let isReading = true;
    const turned = (): void => {
      turns++;
      if (isReading) setImmediate(turned);
    };
    setImmediate(turned);
    while (await feed.read());
    isReading = false;
    expect(feed.lines).toBe(50_000);
    expect(turns).toBeGreaterThanOrEqual(Math.floor(feed.bytes / chunkBytes));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A file of these bytes; cut off: from the one before. */
function file(path: string, text: string, continues: ByteSource["continues"] = true): ByteSource {
  return {
    path,
    name: path,
    codec: "none",
    compressedBytes: text.length,
    continues,
    async *chunks() {
      yield Buffer.from(text);
    },
  };
}

test("a line goes on in the file that was cut off from its own", async () => {
  // Of fewer bytes the encoding would still be open.
  const long = "1".repeat(10_000);
  const feed = openLines({
    parts: [
      file("a", `${long}\ntw`, false),
      file("b", "o\nthree\n"),
      file("c", "four\nfi"),
      file("d", "five\n", false),
    ],
  });
  const found: [number, string][] = [];
  while (await feed.read()) {
    for (let line = feed.next(); line; line = feed.next()) {
      found.push([line.number, line.buffer.toString("utf8", line.start, line.end)]);
    }
  }
  expect(found).toEqual([
    [1, long],
    [2, "two"],
    [3, "three"],
    [4, "four"],
    [5, "fi"],
    [6, "five"],
  ]);
  // Where the first line of each file stands in the whole.
  expect(feed.parts.map(({ path, firstLine }) => [path, firstLine])).toEqual([
    ["a", 1],
    ["b", 2],
    ["c", 4],
    ["d", 6],
  ]);
});

// A log's first part may be shorter than what tells its encoding.
const FIRST = "1".repeat(10_000);

test("a line goes on over parts too short to tell their encoding", async () => {
  const feed = openLines({
    parts: [
      file("log.2", "Spark Executor", false),
      file("log.1", " Command: java", "where_cut"),
      file("log", " -Xmx1g\nnext\n", "where_cut"),
    ],
  });
  const lines: [number, string][] = [];
  while (await feed.read())
    for (let line = feed.next(); line !== undefined; line = feed.next())
      lines.push([line.number, line.buffer.toString("utf8", line.start, line.end)]);
  expect(lines).toEqual([
    [1, "Spark Executor Command: java -Xmx1g"],
    [2, "next"],
  ]);
  expect(feed.parts.map(({ firstLine }) => firstLine)).toEqual([1, 1, 1]);
});

test.each([
  // Its own line goes on.
  ["locks, free memory is 25.3 MiB\nnext", [FIRST, "1 blocks, free memory is 25.3 MiB", "next"]],
  // The rest of the cut line is lost, and the part begins with a record.
  ["26/11/21 02:38:24 INFO A: b\nnext", [FIRST, "1 b", "26/11/21 02:38:24 INFO A: b", "next"]],
  ["[INFO] A: b\n", [FIRST, "1 b", "[INFO] A: b"]],
])("a part cut by its size goes on unless it begins with a record: %s", async (rest, expected) => {
  const feed = openLines({
    parts: [file("log.1", `${FIRST}\n1 b`, false), file("log", rest, "where_cut")],
  });
  const lines: string[] = [];
  while (await feed.read())
    for (let line = feed.next(); line !== undefined; line = feed.next())
      lines.push(line.buffer.toString("utf8", line.start, line.end));
  expect(lines).toEqual(expected);
  expect(feed.lines).toBe(expected.length);
});
