import { expect, test } from "vitest";
import type { SampledFile } from "../../src/survey/sampled-file.ts";
import { type SampleOptions, sampleFile } from "../../src/survey/sampler.ts";
import { textSource } from "./texts.ts";

const MiB = 1024 * 1024;

async function sampled(text: string, how: Partial<SampleOptions> = {}): Promise<SampledFile> {
  const options = { pattern: undefined, full: false, logs: 1, ...how };
  const [file] = await sampleFile(textSource("a.log", text, 64 * 1024), 1, options);
  if (file === undefined) throw new Error("no file");
  return file;
}

const record = (time: string, message = "MemoryStore cleared"): string =>
  `26/11/21 ${time} INFO MemoryStore: ${message}\n`;

test.each([
  ["nothing", "", "it is empty"],
  ["other words", "hello\nworld\n", "neither an event log nor a log of Spark"],
  [
    "another program's records",
    "26/11/21 02:36:35 INFO Own: begun\n26/11/21 02:36:36 INFO Own: done\n",
    "no line of Spark's executors or driver in it",
  ],
  ["Spark's records", record("02:36:35"), undefined],
])("%s: %j is unread as: %s", async (_, text, unread) => {
  expect((await sampled(text)).unread).toBe(unread);
});

// The finest that is printed counts: a line at a whole second may have milliseconds too.
test.each([
  ["seconds", record("02:36:35") + record("02:36:36"), 1000, false],
  ["milliseconds", record("02:36:35.001") + record("02:36:35.020"), 1, false],
  [
    "UTC",
    `{"ts":"2026-11-21T02:47:07.708Z","level":"INFO","msg":"MemoryStore cleared","logger":"MemoryStore"}\n`,
    1,
    true,
  ],
])("times of %s", async (_, text, resolutionMs, zoned) => {
  expect(await sampled(text)).toMatchObject({ resolutionMs, zoned, unread: undefined });
});

// A log written newest first has times that fall; one thread late by a second makes no such log.
test.each([
  ["04 03 02 01", "lines"],
  ["03 02 01", undefined],
  ["01 02 03 04", undefined],
  ["09 08 07 06 05 04 03 02 01 05", "lines"],
  ["05 04 03 02 01 02", "lines"],
  ["05 04 03 02 01 02 03", undefined],
])("seconds %s: newest first: %s", async (seconds, newestFirst) => {
  const text = seconds.split(" ").map((second) => record(`02:36:${second}`));
  expect((await sampled(text.join(""))).newestFirst).toBe(newestFirst);
});

test("files that are the same in their first 64 KiB have the same hash, and no others", async () => {
  // 64 lines of 1 KiB, line ends included.
  const lines = Array.from({ length: 80 }, (_, i) => `${i} `.padEnd(1023, "x"));
  const hashWith = async (line: number, end: string): Promise<string> => {
    const text = lines.map((own, i) => (i === line ? own.slice(0, -1) + end : own)).join("\n");
    return (await sampled(text)).firstBytesHash;
  };
  const same = await hashWith(0, "x");
  expect(await hashWith(0, "y")).not.toBe(same);
  expect(await hashWith(63, "y")).not.toBe(same);
  expect(await hashWith(64, "y")).toBe(same);
  // Of one long line it is the line's beginning.
  const long = "x".repeat(64 * 1024);
  const [short, longer, other] = await Promise.all(
    [`${long}`, `${long}y`, `${long.slice(0, -1)}y`].map((text) => sampled(text)),
  );
  expect(longer?.firstBytesHash).toBe(short?.firstBytesHash);
  expect(other?.firstBytesHash).not.toBe(short?.firstBytesHash);
});

/** Records of `bytes` bytes in all. */
function recordsOf(bytes: number): string {
  const one = record("02:36:35", `MemoryStore cleared ${"x".repeat(64 * 1024 - 60)}`);
  const many = one.repeat(Math.floor(bytes / one.length));
  return many + "y".repeat(bytes - many.length);
}

// 8 MiB are read whole, of all logs together 512 MiB; of larger ones 4 MiB of the beginning.
test.each<[number, Partial<SampleOptions>, boolean]>([
  [8 * MiB, {}, true],
  [8 * MiB + 1, {}, false],
  [8 * MiB, { logs: 64 }, true],
  [8 * MiB, { logs: 65 }, false],
  [4.5 * MiB, { logs: 128 }, false],
  [8 * MiB + 1, { full: true }, true],
])("a log of %i bytes, %j: is read whole: %s", async (bytes, how, readWhole) => {
  const file = await sampled(recordsOf(bytes), how);
  expect(file).toMatchObject({ readWhole, bytes, unread: undefined });
});

test("what shows no kind is searched for a first event, in parts of 1 GiB where logs are many", async () => {
  const event = '{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}\n';
  const junk = `no log at all${"x".repeat(2000)}\n`.repeat(32);
  const unread = async (before: number, logs: number): Promise<string | undefined> =>
    (await sampled(junk.repeat(Math.ceil(before / junk.length)) + event, { logs })).unread;
  // Of 4 logs each has the whole room; of 16,384 a quarter of a MiB.
  expect(await unread(6 * MiB, 4)).toBeUndefined();
  expect(await unread(MiB, 16_384)).toBe("neither an event log nor a log of Spark");
});

test("what is full of NULs is given up after 16 MiB", async () => {
  const event = '{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}\n';
  const nuls = `${"\0".repeat(1023)}\n`;
  const unread = async (kib: number): Promise<string | undefined> =>
    (await sampled(nuls.repeat(kib) + event)).unread;
  expect(await unread(15 * 1024)).toBeUndefined();
  expect(await unread(17 * 1024)).toBe("neither an event log nor a log of Spark");
});
