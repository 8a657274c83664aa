/** Logs in archives, and in archives of archives: found as if they lay in directories. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { logText, packLz4, packTar, packZip, packZstdRaw } from "./packing.ts";
import { discovered } from "./reading.ts";

test("what archives hold is found as if it lay in directories", async () => {
  const entries = [
    { name: "eventlog_v2_app-1/events_1_app-1", plain: Buffer.from("one\n") },
    { name: "eventlog_v2_app-1/events_2_app-1.lz4", plain: packLz4(Buffer.from("two\n")) },
    { name: "app-9.gz", plain: gzipSync("nine") },
  ];
  const archives = {
    "a.zip": packZip(entries, { descriptor: true }),
    "b.tar": packTar(entries),
    "c.tar.gz": gzipSync(packTar(entries)),
    "d.tar.zst": packZstdRaw(packTar(entries)),
    "e.zip": packZip(entries, { zip64: true }),
    "f.zip": packZip([{ name: "deep/b.tar.gz", plain: gzipSync(packTar(entries)) }]),
    "g.zip": packZip(
      entries.map((entry) => ({ ...entry, method: 0 as const })),
      { before: Buffer.from("#!/bin/sh\n") },
    ).subarray(10),
  };
  const { sources, bytes, diagnostics } = await discovered(archives);
  expect(sources).toHaveLength(14);
  for (const at of [
    "a.zip!",
    "b.tar!",
    "c.tar.gz!",
    "d.tar.zst!",
    "e.zip!",
    "f.zip!deep/b.tar.gz!",
  ]) {
    expect((await bytes(`${at}eventlog_v2_app-1`)).toString()).toBe("one\ntwo\n");
    expect((await bytes(`${at}app-9.gz`)).toString()).toBe("nine");
  }
  expect(diagnostics).toEqual([]);
});

test("the zip of the history server is read, and a cut one as far as it goes", async () => {
  const text = logText(200_000);
  const zip = packZip(
    [
      { name: "app-1", plain: text },
      { name: "app-2", plain: text },
    ],
    { descriptor: true },
  );
  const { logs, bytes, codes } = await discovered({
    "logs.zip": zip.subarray(0, Math.floor(zip.length * 0.75)),
  });
  expect(Object.keys(logs())).toEqual(["logs.zip!app-1", "logs.zip!app-2"]);
  expect((await bytes("logs.zip!app-1")).equals(text)).toBe(true);
  const second = await bytes("logs.zip!app-2");
  expect(second.length).toBeGreaterThan(20_000);
  expect(second.equals(text.subarray(0, second.length))).toBe(true);
  expect(codes()).toEqual(["archive_corrupt", "codec_truncated"]);
});

test("a zip entry that does not fit its checksum, is encrypted or points nowhere is told", async () => {
  const zip = packZip([
    { name: "a", plain: Buffer.from("aaaa"), method: 0 },
    { name: "b", plain: Buffer.from("b"), encrypted: true },
  ]);
  zip[31] = 98;
  const { bytes, codes } = await discovered({ "x.zip": zip });
  expect((await bytes("x.zip!a")).toString()).toBe("baaa");
  expect(codes()).toEqual(["archive_entry_unsupported"]);
});

test("a deflated zip entry with a wrong checksum is told", async () => {
  const zip = packZip([{ name: "a", plain: logText(1000) }]);
  const central = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  zip[central + 16] = (zip[central + 16] ?? 0) ^ 1;
  const { bytes, codes } = await discovered({ "x.zip": zip });
  expect(await bytes()).toHaveLength(1000);
  expect(codes()).toEqual(["codec_checksum"]);
});

test("zip entries that share their bytes are read once: a bomb is a thousand names for one gigabyte", async () => {
  const zip = packZip(["a", "b", "c"].map((name) => ({ name, plain: logText(1000) })));
  const header = Buffer.from([0x50, 0x4b, 1, 2]);
  const second = zip.indexOf(header, zip.indexOf(header) + 1);
  // The directory's second entry points to the bytes of the first one.
  zip.writeUInt32LE(0, second + 42);
  const { logs, codes, diagnostics } = await discovered({ "x.zip": zip });
  expect(Object.keys(logs())).toEqual(["x.zip!a", "x.zip!c"]);
  expect(codes()).toEqual(["archive_limit"]);
  expect(diagnostics[0]?.message).toContain("1 entry shares bytes with others");
});

test("a tar with a damaged header loses that entry alone", async () => {
  const tar = packTar(
    ["a", "b", "c"].map((name) => ({ name, plain: Buffer.from(name.repeat(600)) })),
  );
  tar[1536 + 3] = 0xff;
  const { logs, codes } = await discovered({ "x.tar": tar });
  expect(Object.keys(logs())).toEqual(["x.tar!a", "x.tar!c"]);
  expect(codes()).toEqual(["archive_corrupt"]);
});

test("a cut tar gives the beginning of its last entry", async () => {
  const tar = packTar([{ name: "a", plain: logText(100_000) }]).subarray(0, 50_000);
  const { bytes, codes } = await discovered({ "x.tar": tar });
  expect((await bytes()).equals(logText(100_000).subarray(0, 50_000 - 512))).toBe(true);
  expect(codes()).toEqual(["archive_corrupt"]);
});

test.each([
  ["within a header", 1255],
  ["between two entries", 1024],
])("a tar that is cut %s says so", async (_, end) => {
  const tar = packTar([
    { name: "a", plain: Buffer.from("a log") },
    { name: "b", plain: Buffer.from("another") },
  ]);
  const { logs, codes } = await discovered({ "x.tar": tar.subarray(0, end) });
  expect(Object.keys(logs())).toEqual(["x.tar!a"]);
  expect(codes()).toEqual(["archive_corrupt"]);
  expect((await discovered({ "x.tar": tar })).codes()).toEqual([]);
});

test.each([
  ["a lone block of zeros", -512],
  ["half a block of zeros", -256],
])("a tar whose end is %s may lack entries, and says so", async (_, end) => {
  const tar = packTar([{ name: "a", plain: Buffer.from("a log") }]);
  expect(tar.length).toBe(4 * 512);
  const { logs, codes } = await discovered({ "x.tar": tar.subarray(0, end) });
  expect(Object.keys(logs())).toEqual(["x.tar!a"]);
  expect(codes()).toEqual(["archive_corrupt"]);
});

test("a tar that lost bytes, so that its blocks are none any more, says so", async () => {
  const tar = packTar([{ name: "a", plain: Buffer.from("a log") }]);
  const { codes } = await discovered({ "x.tar": Buffer.concat([tar, Buffer.alloc(161)]) });
  expect(codes()).toEqual(["archive_corrupt"]);
});

test("long names of GNU tar and of pax are whole", async () => {
  const long = `${"directory/".repeat(20)}app-1`;
  const record = `path=${long}\n`;
  const pax = `${record.length + 4} ${record}`;
  const gnu = packTar([
    { name: "././@LongLink", plain: Buffer.from(`${long}\0`), type: "L" },
    { name: long, plain: Buffer.from("x") },
  ]);
  const posix = packTar([
    { name: "PaxHeaders/x", plain: Buffer.from(pax), type: "x" },
    { name: long, plain: Buffer.from("x") },
  ]);
  const { logs } = await discovered({ "gnu.tar": gnu, "pax.tar": posix });
  expect(Object.keys(logs())).toEqual([`gnu.tar!${long}`, `pax.tar!${long}`]);
});

test("entries' names are data: nothing is written where they point", async () => {
  const entries = [
    { name: "../../../../tmp/respark-must-not-exist", plain: Buffer.from("evil") },
    { name: "/etc/respark-must-not-exist", plain: Buffer.from("evil") },
    { name: "a\u001b[31mb", plain: Buffer.from("red") },
  ];
  const { sources, codes } = await discovered({
    "x.tar": packTar(entries),
    "x.zip": packZip(entries),
  });
  expect(sources).toHaveLength(6);
  expect(codes()).toEqual(Array.from({ length: 4 }, () => "archive_entry_name"));
});

test("archives in archives in archives in archives are left, and more entries than the limit", async () => {
  let nested = packTar([{ name: "app", plain: Buffer.from("deep") }]);
  for (let depth = 0; depth < 3; depth++)
    nested = packTar([{ name: `${depth}.tar`, plain: nested }]);
  const many = packTar(
    Array.from({ length: 20 }, (_, n) => ({ name: `app-${n}`, plain: Buffer.from("x") })),
  );
  const { sources, codes } = await discovered(
    { "deep.tar": nested, "many.tar": many },
    { limits: { maxArchiveEntries: 5 } },
  );
  expect(sources).toHaveLength(5);
  expect(codes()).toEqual(["archive_limit", "archive_limit"]);
});

test("what is unpacked to a temporary file is limited", async () => {
  const tar = packTar([
    { name: "a", plain: Buffer.alloc(50_000) },
    { name: "b", plain: Buffer.alloc(500_000) },
  ]);
  const { logs, codes } = await discovered(
    { "x.tar.gz": gzipSync(tar) },
    { limits: { maxSpoolBytes: 100_000 } },
  );
  expect(Object.keys(logs())).toEqual(["x.tar.gz!a", "x.tar.gz!b"]);
  expect(codes()).toEqual(["archive_limit", "archive_corrupt"]);
});
