/** Files that were cut into parts to be sent: put together by their names, packed or as text. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { packTar } from "./packing.ts";
import { discovered } from "./reading.ts";

const text = Buffer.from(
  Array.from(
    { length: 400 },
    (_, i) => `24/07/24 04:20:01 INFO Executor: Got assigned task ${(i * 7919) % 977}\n`,
  ).join(""),
);
const packed = gzipSync(text, { level: 1 });

/** Cut where it does not suit anybody. */
function cut(bytes: Buffer, names: readonly string[]): Record<string, Buffer> {
  const size = Math.ceil(bytes.length / names.length) + 3;
  return Object.fromEntries(
    names.map((name, i) => [name, bytes.subarray(i * size, (i + 1) * size)]),
  );
}

test.each([
  [["stderr.gz.aa", "stderr.gz.ab", "stderr.gz.ac"]],
  [["stderr.gz.001", "stderr.gz.002", "stderr.gz.003"]],
  [["stderr.gz.part9", "stderr.gz.part10"]],
  [["xaa", "xab"]],
])("a packed file in parts is one: %j", async (names) => {
  const { logs, bytes, codes } = await discovered(cut(packed, names));
  expect(Object.keys(logs())).toEqual([names[0]]);
  expect((await bytes()).equals(text)).toBe(true);
  expect(codes()).toEqual(["split_log_joined"]);
});

test("an archive in parts is one, whatever order its parts are named in", async () => {
  const tar = packTar([{ name: "logs/stderr", plain: text }]);
  const names = ["logs.tgz.aa", "logs.tgz.ab"];
  const files = cut(gzipSync(tar), names);
  const { logs, bytes } = await discovered(files, { paths: ["logs.tgz.ab", "logs.tgz.aa"] });
  expect(Object.keys(logs())).toEqual(["logs.tgz.aa!logs/stderr"]);
  expect((await bytes()).equals(text)).toBe(true);
});

test("files that are packed each by itself stay apart", async () => {
  const { logs, codes } = await discovered({
    "app-1": gzipSync("one\n"),
    "app-2": gzipSync("two\n"),
    "app-3": "three\n",
  });
  expect(Object.keys(logs())).toEqual(["app-1", "app-2", "app-3"]);
  expect(codes()).toEqual([]);
});

test("a later part without the one before it is told", async () => {
  const { "stderr.gz.aa": _, ...later } = cut(packed, [
    "stderr.gz.aa",
    "stderr.gz.ab",
    "stderr.gz.ac",
  ]);
  const { diagnostics } = await discovered(later);
  expect(diagnostics.map(({ code }) => code)).toEqual(["split_part_alone", "split_part_alone"]);
  expect(diagnostics[0]?.message).toMatch(/stderr\.gz\.ab is a later part/);
});

test.each([
  [["stderr.aa", "stderr.ab"]],
  [["xaa", "xab", "xac"]],
  [["driver.log.001", "driver.log.002"]],
  [["log_part1.txt", "log_part2.txt"]],
])("a text in parts is read in the order in which it was cut: %j", async (names) => {
  const { sources, logs, bytes } = await discovered(cut(text, names));
  expect(sources).toMatchObject([{ grouping: "split" }]);
  expect(Object.values(logs())).toEqual([names]);
  expect((await bytes()).equals(text)).toBe(true);
});

test.each([
  // A part is missing, and what it held is no part of a line.
  [["stderr.aa", "stderr.ac"]],
  // The first is missing.
  [["stderr.ab", "stderr.ac"]],
  [["log_part3.txt", "log_part4.txt"]],
])("texts of which one is missing stay apart: %j", async (names) => {
  const { sources } = await discovered(cut(text, names));
  expect(sources.map(({ grouping }) => grouping)).toEqual(["single", "single"]);
});

test("parts of an event log are left to those who read its events", async () => {
  const events = Buffer.from(
    '{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}\n'.repeat(9),
  );
  const { sources } = await discovered(cut(events, ["xaa", "xab"]));
  expect(sources.map(({ grouping }) => grouping)).toEqual(["single", "single"]);
});
