/** What Spark's own codec classes wrote decodes to the same bytes, and up to any cut. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { discovered, discoveredIn } from "./reading.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes outside V8's heap that something still holds: what waits to be collected is none. */
function externalHeld(): number {
  collectGarbage();
  return process.memoryUsage().external;
}

const fixtures = join(import.meta.dirname, "../../../../fixtures");
const plain = readFileSync(join(fixtures, "runs/s35-g-base-dbg/app-20261121023728-0000"));
const names = ["app.lz4", "app.lzf", "app.snappy", "app.zstd"];

test("an event log packed by each of Spark's codecs is the same bytes", async () => {
  const { bytes, diagnostics } = await discoveredIn(join(fixtures, "codecs"), { paths: names });
  for (const name of names) expect((await bytes(name)).equals(plain)).toBe(true);
  expect(diagnostics).toEqual([]);
});

test.each(names)("%s cut every 4 KiB decodes up to the cut", async (name) => {
  const whole = readFileSync(join(fixtures, "codecs", name));
  // The beginning packs worse than the rest. Largest block that Spark writes with this codec.
  const blockBytes = name.endsWith("zstd") ? 131_072 : 65_536;
  for (let cut = 4096; cut < whole.length; cut += 4096) {
    const { bytes, codes } = await discovered({ [name]: whole.subarray(0, cut) });
    const decoded = await bytes();
    expect(decoded.equals(plain.subarray(0, decoded.length))).toBe(true);
    expect(decoded.length).toBeGreaterThan((cut / whole.length) * plain.length * 0.5 - blockBytes);
    expect(codes()).toEqual(["codec_truncated"]);
  }
});

test("hundreds of damaged zstd files cost no memory, and the next whole one is read", async () => {
  const whole = readFileSync(join(fixtures, "codecs/app.zstd"));
  const bad = Buffer.from(whole);
  bad.fill(0x5a, 9000, 9040);
  const { bytes, codes } = await discovered({ bad, whole });
  await bytes("bad");
  const before = externalHeld();
  for (let times = 0; times < 200; times++) await bytes("bad");
  expect(externalHeld() - before).toBeLessThan(64 << 20);
  expect(new Set(codes())).toEqual(new Set(["codec_corrupt"]));
  expect((await bytes("whole")).equals(plain)).toBe(true);
});
