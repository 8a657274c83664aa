/** Every codec that Spark writes, whole and damaged. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { logText, noise, packLz4, packLzf, packSnappy, packZstdRaw } from "./packing.ts";
import { bytesOf, discovered } from "./reading.ts";

const text = logText(400_000);
const mixed = Buffer.concat([logText(100_000), noise(150_000), logText(50_000)]);

const packers: Record<string, (plain: Buffer) => Buffer> = {
  gzip: (plain) => gzipSync(plain),
  zstd: (plain) => packZstdRaw(plain),
  lz4: (plain) => packLz4(plain),
  snappy: (plain) => packSnappy(plain),
  lzf: (plain) => packLzf(plain),
};
const codecs = Object.keys(packers);

function packed(codec: string, plain: Buffer): Buffer {
  return packers[codec]?.(plain) ?? plain;
}

test.each(codecs)(
  "%s is known by its content, whatever the file is called, and read twice alike",
  async (codec) => {
    for (const plain of [text, mixed, Buffer.from("x"), Buffer.alloc(300_000, 97)]) {
      const { sources, diagnostics, bytes } = await discovered({ "app-1": packed(codec, plain) });
      expect(sources[0]?.parts[0]?.codec).toBe(codec);
      expect((await bytes()).equals(plain)).toBe(true);
      expect((await bytes()).equals(plain)).toBe(true);
      expect(diagnostics).toEqual([]);
    }
  },
);

test.each(codecs)("%s streams that were appended to one another are one log", async (codec) => {
  const { bytes, diagnostics } = await discovered({
    "app-1": Buffer.concat([packed(codec, text), packed(codec, mixed), packed(codec, text)]),
  });
  expect((await bytes()).equals(Buffer.concat([text, mixed, text]))).toBe(true);
  expect(diagnostics).toEqual([]);
});

test.each(codecs)(
  "%s cut anywhere gives what stands before the cut, and says so",
  async (codec) => {
    const whole = packed(codec, mixed);
    for (let cut = 20; cut < whole.length; cut += Math.ceil(whole.length / 37)) {
      const { bytes, codes } = await discovered({ "app-1": whole.subarray(0, cut) });
      const plain = await bytes();
      expect(plain.equals(mixed.subarray(0, plain.length))).toBe(true);
      // A block of zstd has 128 KiB, deflate looks ahead by less than 64 KiB.
      const blockBytes = 140_000;
      expect(plain.length).toBeGreaterThan(
        (cut / whole.length) * mixed.length - blockBytes - 100_000,
      );
      expect(codes()).toContain(cut < 40 && plain.length === 0 ? codes()[0] : "codec_truncated");
    }
  },
);

test.each(codecs)("%s damaged in the middle never throws, hangs or is silent", async (codec) => {
  const whole = packed(codec, text);
  for (let at = 25; at < whole.length - 30; at += Math.ceil(whole.length / 41)) {
    const bad = Buffer.from(whole);
    bad.fill(0xa5, at, at + 6);
    const { bytes, codes } = await discovered({ "app-1": bad });
    const plain = await bytes();
    // Without a checksum a changed letter is a letter; a changed structure never is.
    const isCheckedOrStructural =
      codec === "lz4" || codec === "gzip" || plain.length !== text.length;
    expect(codes().length > 0 || !isCheckedOrStructural).toBe(true);
  }
});

test("a damaged LZ4 block is left out, a line feed stands for it, and the rest is read", async () => {
  const blocks = [0, 1, 2].map((n) => Buffer.alloc(32_768, 97 + n));
  const [a, b, c] = blocks.map((block) => packLz4(block, { endMark: false }));
  if (a === undefined || b === undefined || c === undefined) throw new Error("three blocks");
  const bad = Buffer.from(b);
  bad[20] = (bad[20] ?? 0) ^ 1;
  const { bytes, diagnostics } = await discovered({
    app: Buffer.concat([a, bad, packLz4(blocks[2] ?? a)]),
  });
  const plain = await bytes();
  expect(plain.toString()).toBe(`${"a".repeat(32_768)}\n${"c".repeat(32_768)}`);
  expect(diagnostics.map(({ code, byteOffset }) => [code, byteOffset])).toEqual([
    ["codec_checksum", a.length],
  ]);
});

test("an LZ4 log that is cut ends at its last byte, within a block that began before", async () => {
  const one = packLz4(text.subarray(0, 1000), { endMark: false });
  const cut = Buffer.concat([one, one.subarray(0, 100)]);
  const { bytes, diagnostics } = await discovered({ app: cut });
  await bytes();
  expect(diagnostics.map(({ byteOffset, message }) => [byteOffset, message])).toEqual([
    [cut.length, expect.stringContaining(`block that begins at byte ${one.length}`)],
  ]);
});

test("junk between LZ4 blocks is passed over", async () => {
  const one = packLz4(text.subarray(0, 1000), { endMark: false });
  const { bytes, codes } = await discovered({
    app: Buffer.concat([one, noise(5000), packLz4(text.subarray(1000, 2000))]),
  });
  expect((await bytes()).toString()).toBe(
    `${text.toString("utf8", 0, 1000)}\n${text.toString("utf8", 1000, 2000)}`,
  );
  expect(codes()).toEqual(["codec_corrupt"]);
});

test("a damaged gzip checksum is told, and the content still given", async () => {
  const bad = gzipSync(text);
  bad[bad.length - 6] = (bad[bad.length - 6] ?? 0) ^ 255;
  const { bytes, codes } = await discovered({ "app.gz": Buffer.concat([bad, gzipSync(text)]) });
  expect((await bytes()).equals(Buffer.concat([text, text]))).toBe(true);
  expect(codes()).toEqual(["codec_checksum"]);
});

test("a gzip header may name its file, and zeros may follow the last member", async () => {
  const plain = gzipSync(text);
  const named = Buffer.concat([
    plain.subarray(0, 3),
    Buffer.of(8),
    plain.subarray(4, 10),
    Buffer.from("app-1\0"),
    plain.subarray(10),
  ]);
  const { bytes, codes } = await discovered({
    app: Buffer.concat([named, plain, Buffer.alloc(1000)]),
  });
  expect((await bytes()).equals(Buffer.concat([text, text]))).toBe(true);
  expect(codes()).toEqual([]);
});

test("bytes behind a gzip member that are none are told", async () => {
  const { bytes, codes } = await discovered({
    "app.gz": Buffer.concat([gzipSync(text), Buffer.from("not gzip at all")]),
  });
  expect((await bytes()).equals(text)).toBe(true);
  expect(codes()).toEqual(["codec_trailing_bytes"]);
});

test("a file that is gzip in gzip in zstd is read, one that is packed five times is not", async () => {
  const three = packZstdRaw(gzipSync(gzipSync(text)));
  expect((await (await discovered({ "a.gz": three })).bytes()).equals(text)).toBe(true);
  const five = gzipSync(gzipSync(gzipSync(gzipSync(gzipSync(text)))));
  const { bytes, codes } = await discovered({ "a.gz": five });
  expect(await bytes()).toHaveLength(0);
  expect(codes()).toContain("codec_limit");
});

test("a name that claims another codec is told, and the content believed", async () => {
  const { bytes, codes } = await discovered({
    "app.lz4": packSnappy(text),
    "app.zstd.inprogress": text,
  });
  expect((await bytes("app.lz4")).equals(text)).toBe(true);
  expect((await bytes("app.zstd.inprogress")).equals(text)).toBe(true);
  expect(codes()).toEqual(["codec_mismatch", "codec_mismatch"]);
});

test("what Spark does not write is named and left", async () => {
  const { bytes, diagnostics } = await discovered({ a: Buffer.from("BZh91AY&SY not really") });
  expect(await bytes()).toHaveLength(0);
  expect(diagnostics[0]?.message).toContain("bzip2");
});

test("a stream that unpacks to a thousand times its size is stopped", async () => {
  const bomb = gzipSync(gzipSync(Buffer.alloc(300 * 1024 * 1024)));
  const { sources, codes } = await discovered({ bomb }, { limits: { maxRatio: 100 } });
  let length = 0;
  for await (const chunk of sources[0]?.parts[0]?.chunks() ?? []) length += chunk.length;
  expect(length).toBe(64 * 1024 * 1024);
  expect(codes()).toEqual(["codec_limit"]);
});

test("a sample takes as many bytes as it wants and may keep its diagnostics to itself", async () => {
  const { sources, diagnostics } = await discovered({ app: packLz4(text).subarray(0, 9000) });
  const part = sources[0]?.parts[0];
  if (part === undefined) throw new Error("one part");
  expect(
    (await bytesOf(part, { limitBytes: 100, report: () => {} })).equals(text.subarray(0, 100)),
  ).toBe(true);
  expect(diagnostics).toEqual([]);
  await bytesOf(part, { sourceFileId: 7 });
  expect(diagnostics).toMatchObject([{ code: "codec_truncated", sourceFileId: 7 }]);
});

test("a hundred zstd files left half read and a hundred damaged ones leave a decoder that works", async () => {
  const frame = packZstdRaw(noise(500_000), { blockBytes: 1000 });
  const bad = Buffer.from(frame);
  bad.fill(255, 2000, 2100);
  const { sources, bytes } = await discovered({ bad, frame, good: packZstdRaw(text) });
  for (let n = 0; n < 100; n++) {
    for (const { parts } of sources)
      for (const part of parts) await bytesOf(part, { limitBytes: 1500, report: () => {} });
  }
  expect((await bytes("good")).equals(text)).toBe(true);
});
