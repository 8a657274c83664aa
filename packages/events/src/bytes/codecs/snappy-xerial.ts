/**
 * snappy-java's stream (`.snappy` of Spark): a header, then raw snappy blocks behind their lengths.
 * Follows SnappyOutputStream, snappy-java 1.1.
 */
import type { PackedInput } from "../packed-input.ts";
import {
  BadBlock,
  BlockOutput,
  type CodecFormat,
  hasBytes,
  lineFeed,
  type TellDamage,
} from "./codec.ts";

const magic = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00];
/** Magic, version, oldest compatible version. */
const headerBytes = 16;
/** No element of a snappy block makes more than 64 bytes out of 3. */
const maxRatio = 22;
/** Spark's blocks have 32 KiB (`spark.io.compression.snappy.blockSize`). */
const maxPacked = 256 * 1024 * 1024;

export const snappyXerial: CodecFormat = {
  codec: "snappy",
  extensions: ["snappy"],
  begins: (head) => hasBytes(head, 0, magic),
  decode,
};

async function* decode(input: PackedInput, damaged: TellDamage): AsyncGenerator<Uint8Array> {
  const output = new BlockOutput();
  for (;;) {
    if (input.held < 4 && !(await input.fill(4))) break;
    // A stream that was appended to another begins with its own header.
    if (hasBytes(input.bytes, input.at, magic.slice(0, 4))) {
      if (input.held < headerBytes && !(await input.fill(headerBytes))) break;
      if (hasBytes(input.bytes, input.at, magic)) {
        input.at += headerBytes;
        continue;
      }
    }
    const packed = input.bytes.readInt32BE(input.at);
    if (packed <= 0 || packed > maxPacked) {
      damaged({
        code: "codec_corrupt",
        offset: input.offset,
        what: `a snappy block of ${packed} bytes cannot be; nothing behind it was read`,
      });
      if (output.length > 0) yield output.chunk();
      return;
    }
    if (input.held < 4 + packed && !(await input.fill(4 + packed))) break;
    const from = input.at + 4;
    const length = lengthAt(input.bytes, from, from + packed);
    try {
      if (length === undefined) throw new BadBlock("its length makes no sense");
      if (!output.fits(length.value)) yield output.chunk();
      output.reserve(length.value);
      const start = output.length;
      snappyRaw(input.bytes, length.end, from + packed, output.bytes, start, start + length.value);
      output.length = start + length.value;
    } catch (error) {
      if (!(error instanceof BadBlock)) throw error;
      damaged({
        code: "codec_corrupt",
        offset: input.offset,
        what: `a snappy block of ${packed} packed bytes is left out: ${error.message}`,
      });
      if (!output.fits(1)) yield output.chunk();
      output.bytes[output.length++] = lineFeed;
    }
    input.at += 4 + packed;
  }
  if (output.length > 0) yield output.chunk();
  if (input.held > 0) {
    damaged({
      code: "codec_truncated",
      offset: input.offset + input.held,
      what: `the file ends inside a snappy block that begins at byte ${input.offset}`,
    });
  }
}

/** The decoded length before a block, if such a block can have it. */
function lengthAt(
  bytes: Buffer,
  start: number,
  end: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let at = start, scale = 1; at < Math.min(end, start + 5); at++, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128)
      return value <= maxRatio * (end - start) + 64 ? { value, end: at + 1 } : undefined;
  }
  return undefined;
}

/**
 * One raw snappy block without its length; exactly fills `to` … `toEnd`. Follows snappy's
 * format_description.txt.
 */
export function snappyRaw(
  from: Buffer,
  start: number,
  end: number,
  to: Buffer,
  toStart: number,
  toEnd: number,
): void {
  let at = start;
  let out = toStart;
  while (at < end) {
    const tag = from[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const extra = length - 59;
        if (at + extra > end) throw new BadBlock("ends inside a length");
        length = from.readUIntLE(at, extra);
        at += extra;
      }
      length++;
      if (at + length > end || out + length > toEnd) throw new BadBlock("literals run over");
      if (length > 32) {
        from.copy(to, out, at, at + length);
        out += length;
        at += length;
      } else {
        for (const last = at + length; at < last; ) to[out++] = from[at++] ?? 0;
      }
      continue;
    }
    let length: number;
    let distance: number;
    if (kind === 1) {
      length = ((tag >> 2) & 7) + 4;
      distance = ((tag >> 5) << 8) | (from[at] ?? 0);
      at += 1;
    } else if (kind === 2) {
      length = (tag >> 2) + 1;
      distance = (from[at] ?? 0) | ((from[at + 1] ?? 0) << 8);
      at += 2;
    } else {
      if (at + 4 > end) throw new BadBlock("ends inside a copy");
      length = (tag >> 2) + 1;
      distance = from.readUInt32LE(at);
      at += 4;
    }
    if (at > end) throw new BadBlock("ends inside a copy");
    let source = out - distance;
    if (distance === 0 || source < toStart) throw new BadBlock("a copy from before the block");
    if (out + length > toEnd) throw new BadBlock("a copy runs over");
    for (const last = out + length; out < last; ) to[out++] = to[source++] ?? 0;
  }
  if (out !== toEnd) throw new BadBlock(`${out - toStart} bytes, should be ${toEnd - toStart}`);
}
