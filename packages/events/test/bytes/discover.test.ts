/** Which files are one log, in what order, and what is odd about them. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { logText, packLz4, packTar } from "./packing.ts";
import { bytesOf, directoryOf, discovered, discoveredIn } from "./reading.ts";

test("each file of a directory is a log of its own, ordered by path; checksums and markers are none", async () => {
  const { logs, diagnostics } = await discovered({
    "b/app-2": "two",
    "b/.app-2.crc": "crc",
    "b/_SUCCESS": "",
    "a/app-1.inprogress": "one",
    "executor-0.log": "zero",
    "executor-1.log": "one",
  });
  expect(logs()).toEqual({
    "a/app-1.inprogress": ["app-1.inprogress"],
    "b/app-2": ["app-2"],
    "executor-0.log": ["executor-0.log"],
    "executor-1.log": ["executor-1.log"],
  });
  expect(diagnostics).toEqual([]);
});

test("a rolled event log is one log, its parts in the order of their numbers", async () => {
  const { sources, bytes, diagnostics } = await discovered({
    "eventlog_v2_app-1/appstatus_app-1": "",
    "eventlog_v2_app-1/events_10_app-1": "ten\n",
    ...Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [
        `eventlog_v2_app-1/events_${n}_app-1.lz4`,
        packLz4(Buffer.from(`${n}\n`)),
      ]),
    ),
  });
  expect(sources).toMatchObject([
    { grouping: "rolling", compacted: false, beginsLate: false, inProgress: false },
  ]);
  expect((await bytes("eventlog_v2_app-1")).toString()).toBe("1\n2\n3\n4\n5\n6\n7\n8\n9\nten\n");
  expect(diagnostics).toEqual([]);
});

test("a compacted part replaces all up to its number", async () => {
  const { sources, logs, codes } = await discovered({
    "eventlog_v2_app-1_2/appstatus_app-1_2.inprogress": "",
    "eventlog_v2_app-1_2/events_1_app-1_2.zstd": "1",
    "eventlog_v2_app-1_2/events_2_app-1_2.zstd.compact": "c2",
    "eventlog_v2_app-1_2/events_3_app-1_2.zstd": "3",
    "eventlog_v2_app-1_2/events_4_app-1_2.zstd": "4",
    "eventlog_v2_app-1_2/events_4_app-1_2.zstd.compact": "c4",
    "eventlog_v2_app-1_2/events_5_app-1_2.zstd": "5",
  });
  expect(sources).toMatchObject([{ compacted: true, beginsLate: false, inProgress: true }]);
  expect(logs()).toEqual({
    "eventlog_v2_app-1_2": ["events_4_app-1_2.zstd.compact", "events_5_app-1_2.zstd"],
  });
  expect(codes().sort()).toEqual([
    "rolling_compacted",
    "rolling_in_progress",
    ...Array.from({ length: 4 }, () => "rolling_part_superseded"),
  ]);
});

test("a rolled log with missing and doubled parts is read with what is there", async () => {
  const { sources, logs, diagnostics } = await discovered({
    "eventlog_v2_a/events_3_a": "short",
    "eventlog_v2_a/events_3_a.zstd": "the longer one",
    "eventlog_v2_a/events_7_a": "seven",
  });
  expect(sources[0]?.beginsLate).toBe(true);
  expect(logs()).toEqual({ eventlog_v2_a: ["events_3_a.zstd", "events_7_a"] });
  expect(diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
    "rolling_part_twice warning",
    "rolling_first_part_missing warning",
    "rolling_part_missing warning",
  ]);
  expect(diagnostics[2]?.message).toContain("3 parts are missing");
});

test("a directory of Spark 1.2 is one log; its markers tell the version and whether it ended", async () => {
  const { sources } = await discovered({
    "app-1/EVENT_LOG_1": "events",
    "app-1/SPARK_VERSION_1.2.0": "",
    "app-1/APPLICATION_COMPLETE": "",
    "app-2/EVENT_LOG_1": packLz4(Buffer.from("events")),
    "app-2/SPARK_VERSION_1.1.1": "",
    "app-2/COMPRESSION_CODEC_org.apache.spark.io.LZ4CompressionCodec": "",
  });
  expect(sources).toMatchObject([
    { grouping: "directory", sparkVersion: "1.2.0", inProgress: false },
    { grouping: "directory", sparkVersion: "1.1.1", inProgress: true },
  ]);
});

test("a marker with bytes in it is a file like others", async () => {
  const { logs } = await discovered({
    "old/EVENT_LOG_1": "",
    "old/APPLICATION_COMPLETE": "one\n",
    "eventlog_v2_app-1/appstatus_app-1": "two\n",
    "eventlog_v2_app-1/events_1_app-1": "three\n",
  });
  expect(Object.keys(logs())).toEqual([
    "eventlog_v2_app-1",
    "eventlog_v2_app-1/appstatus_app-1",
    "old",
    "old/APPLICATION_COMPLETE",
  ]);
});

test("Databricks' dated parts come before the one being written", async () => {
  const { sources, bytes } = await discovered({
    "logs/eventlog": "now",
    "logs/eventlog-2021-06-15--15-00.gz": gzipSync("15h "),
    "logs/eventlog-2021-06-14--23-00.gz": gzipSync("yesterday "),
    "logs/log4j-active.log": "text",
  });
  expect(sources.map(({ grouping }) => grouping)).toEqual(["dated", "single"]);
  expect((await bytes("logs/eventlog")).toString()).toBe("yesterday 15h now");
});

test.each([
  ["by number", ["stderr.10", "stderr.2.gz", "stderr.1", "stderr"]],
  [
    "by Spark's clock",
    ["stderr--2024-01-31--22", "stderr--2024-01-31--23.gz", "stderr--2024-02-01--00", "stderr"],
  ],
  [
    "by Spark's size",
    ["stdout--2024-01-31--22-00-01--0001", "stdout--2024-01-31--22-00-01--0342", "stdout"],
  ],
  ["by log4j's day", ["executor.log.2024-01-31", "executor.log.2024-02-01", "executor.log"]],
  [
    "by log4j 2's day and number",
    [
      "executor-2024-01-31-1.log.gz",
      "executor-2024-01-31-2.log.gz",
      "executor-2024-02-01-1.log",
      "executor.log",
    ],
  ],
  ["by logrotate's date", ["driver.log-20240131", "driver.log-20240201.gz", "driver.log"]],
])("a log rotated %s is read oldest first", async (_how, names) => {
  const files = Object.fromEntries(
    names.map((name, n) => [name, name.endsWith(".gz") ? gzipSync(`${n}`) : `${n}`]),
  );
  const { sources, bytes } = await discovered(files);
  expect(sources).toMatchObject([{ grouping: "rotated" }]);
  expect((await bytes()).toString()).toBe(names.map((_, n) => `${n}`).join(""));
});

test.each([
  ["a second younger each", 1000, "first second third "],
  // Copied together, their times say nothing: log4j's own order holds, in which 1 is the newest.
  ["at nearly the same time", 999, "second first third "],
])("numbers count upwards where files were written %s", async (_how, apartMs, read) => {
  const root = directoryOf({ "app.log.1": "first ", "app.log.2": "second ", "app.log": "third " });
  const began = Date.UTC(2026, 10, 21, 2, 37);
  for (const [nth, name] of ["app.log.1", "app.log.2", "app.log"].entries()) {
    const at = new Date(began + nth * apartMs);
    utimesSync(join(root, name), at, at);
  }
  const { bytes } = await discoveredIn(root);
  expect((await bytes()).toString()).toBe(read);
});

test.each([
  ["upwards", ["10:00:00", "11:00:00"], "12"],
  ["downwards", ["11:00:00", "10:00:00"], "21"],
])(
  "parts that were copied together count %s as their first times say",
  async (_how, clocks, read) => {
    const [first = "", second = ""] = clocks;
    const root = directoryOf({
      "app.log.1": `half a line\n24/08/14 ${first} INFO A: 1\n`,
      "app.log.2": `24/08/14 ${second} INFO A: 2\n`,
      "app.log": "24/08/14 12:00:00 INFO A: 3\n",
    });
    const at = new Date(Date.UTC(2026, 10, 21));
    for (const name of ["app.log.1", "app.log.2", "app.log"]) utimesSync(join(root, name), at, at);
    const { bytes } = await discoveredIn(root);
    expect(
      (await bytes())
        .toString()
        .match(/(?<=A: )\d/g)
        ?.join(""),
    ).toBe(`${read}3`);
  },
);

test("executors, applications and attempts with numbers in their names are not rotated logs", async () => {
  const names = [
    "executor-0.log",
    "executor-1.log",
    "executor-10.log",
    "app-20161115172038-0000",
    "app-20161115172038-0001",
    "local-1430917381535_1",
    "local-1430917381535_2",
    "stderr",
    "stdout",
    "application_1553914137147_0018.lz4",
  ];
  const { sources } = await discovered(Object.fromEntries(names.map((name) => [name, name])));
  expect(sources.map(({ grouping }) => grouping)).toEqual(names.map(() => "single"));
});

async function* piped(...chunks: Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

test("standard input is one log of any codec, read as often as wanted, or a tar of some", async () => {
  const packed = packLz4(logText(100_000));
  const one = await discovered(
    {},
    { paths: ["-"], standardInput: piped(packed.subarray(0, 7), packed.subarray(7)) },
  );
  for (let times = 0; times < 2; times++)
    expect((await one.bytes("standard input")).equals(logText(100_000))).toBe(true);
  expect(one.sources[0]?.parts[0]?.codec).toBe("lz4");
  const tar = await discovered(
    {},
    {
      paths: ["-"],
      standardInput: piped(gzipSync(packTar([{ name: "l/app-1", plain: Buffer.from("1") }]))),
    },
  );
  expect(tar.logs()).toEqual({ "standard input!l/app-1": ["app-1"] });
});

test("paths that are not there or cannot be read are told, and the rest is read", async () => {
  const { sources, diagnostics } = await discovered(
    { "app-1": "x" },
    { paths: ["app-2", "app-1", "app-1/x"] },
  );
  expect(sources).toHaveLength(1);
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
    ["path_missing", "error"],
    ["path_missing", "error"],
  ]);
});

test("links that lead in circles or to nothing, and the same file twice, do no harm", async () => {
  const { root } = await discovered({ "a/app-1": "x", "b/app-2": "y" });
  symlinkSync(root, join(root, "a/loop"));
  symlinkSync(join(root, "gone"), join(root, "a/nothing"));
  linkSync(join(root, "b/app-2"), join(root, "b/app-3"));
  const { logs, codes } = await discoveredIn(root, { paths: [".", "a"] });
  expect(Object.keys(logs())).toEqual(["a/app-1", "b/app-2"]);
  expect(codes().sort()).toEqual([
    "duplicate_file",
    "path_unreadable",
    "symlink_loop",
    "symlink_loop",
  ]);
});

test("a pipe in a directory is not waited for", async () => {
  const { root } = await discovered({ "app-1": "x" });
  execFileSync("mkfifo", [join(root, "pipe")]);
  const { sources, codes } = await discoveredIn(root);
  expect(sources).toHaveLength(1);
  expect(codes()).toEqual(["not_a_log_file"]);
});

test("a file that grows is read to its size at discovery; one that shrinks is told", async () => {
  const { root, sources, bytes, codes } = await discovered({ "app-1": "one\n" });
  appendFileSync(join(root, "app-1"), "two\n");
  expect((await bytes()).toString()).toBe("one\n");
  expect(codes()).toEqual([]);
  truncateSync(join(root, "app-1"), 2);
  expect((await bytes()).toString()).toBe("on");
  expect(codes()).toEqual(["file_shrunk"]);
  const part = sources[0]?.parts[0];
  execFileSync("rm", [join(root, "app-1")]);
  expect(part && (await bytesOf(part))).toHaveLength(0);
  expect(codes()).toEqual(["file_shrunk", "path_unreadable"]);
});

test("empty files and files of nothing but zeros are logs without content", async () => {
  const { sources, bytes, codes } = await discovered({
    empty: "",
    zeros: Buffer.alloc(10_000),
    "bad.zip": "PK\u0003\u0004",
    "half.gz": gzipSync("x").subarray(0, 5),
  });
  expect(sources.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))).toEqual([
    "empty",
    "half.gz",
    "zeros",
  ]);
  expect(await bytes("zeros")).toHaveLength(10_000);
  expect(await bytes("half.gz")).toHaveLength(0);
  expect(codes()).toEqual(["archive_corrupt", "empty_file", "codec_truncated"]);
});

test("the data of a sampled source survives other readers", async () => {
  const { root } = await discovered({});
  writeFileSync(join(root, "app-1"), logText(3_000_000));
  const { sources } = await discoveredIn(root);
  const part = sources[0]?.parts[0];
  if (part === undefined) throw new Error("one part");
  const [a, b] = await Promise.all([bytesOf(part), bytesOf(part, { limitBytes: 2_000_000 })]);
  expect(a.equals(logText(3_000_000))).toBe(true);
  expect(b.equals(logText(2_000_000))).toBe(true);
});

const aName = (end: number): Buffer => Buffer.concat([Buffer.from("app-caf"), Buffer.of(end)]);

/** Some file systems take no name that is not UTF-8. */
function holdsAnyName(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "respark-names-"));
  try {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), aName(0xe9)]), "");
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.runIf(holdsAnyName())(
  "names that are not UTF-8 are read: in a folder, in folders of such names, and given as an argument",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "respark-names-"));
    const at = (...parts: readonly Buffer[]): Buffer =>
      Buffer.concat([Buffer.from(folder), ...parts.flatMap((part) => [Buffer.from("/"), part])]);
    const below = Buffer.of(0xfc, 0x62);
    writeFileSync(at(aName(0xe9)), "one");
    mkdirSync(at(below));
    writeFileSync(at(below, aName(0xe8)), "two");
    writeFileSync(at(below, Buffer.from("app-é")), "three");
    const inFolder = await discoveredIn(folder, { paths: ["."] });
    expect(inFolder.logs()).toEqual({
      "app-caf\\xe9": ["app-caf\\xe9"],
      "\\xfcb/app-caf\\xe8": ["app-caf\\xe8"],
      "\\xfcb/app-é": ["app-é"],
    });
    expect((await inFolder.bytes("\\xfcb/app-caf\\xe8")).toString()).toBe("two");
    expect((await inFolder.bytes("\\xfcb/app-é")).toString()).toBe("three");
    expect(inFolder.diagnostics).toEqual([]);

    const named = await discoveredIn(folder, { paths: ["\uFFFDb/app-caf\uFFFD", "app-x\uFFFD"] });
    expect(named.logs()).toEqual({ "\\xfcb/app-caf\\xe8": ["app-caf\\xe8"] });
    expect(named.codes()).toEqual(["path_missing"]);

    writeFileSync(at(aName(0xea)), "four");
    const either = await discoveredIn(folder, { paths: ["app-caf\uFFFD"] });
    expect(either.logs()).toEqual({});
    expect(either.diagnostics).toMatchObject([{ code: "path_missing", severity: "error" }]);
    expect(either.diagnostics[0]?.message).toContain("name the folder they are in");
    rmSync(folder, { recursive: true });
  },
);
