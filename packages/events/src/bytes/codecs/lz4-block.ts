/**
 * lz4-java's LZ4Block stream (`.lz4` of Spark): blocks with a magic, sizes and an xxHash32 each.
 * Follows LZ4BlockOutputStream, lz4-java 1.8.
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
import { xxhash32 } from "./xxhash32.ts";

const magic = [...Buffer.from("LZ4Block")];
const magicBytes = Buffer.from(magic);
/** Magic, token, packed length, length, checksum. */
const headerBytes = 21;
const checksumSeed = 0x9747b28c;
/** lz4-java's Checksum drops the upper four bits. */
const checksumMask = 0x0fffffff;
const methodRaw = 0x10;
const methodLz4 = 0x20;

export const lz4Block: CodecFormat = {
  codec: "lz4",
  extensions: ["lz4"],
  begins: (head) => hasBytes(head, 0, magic),
  decode,
};

async function* decode(input: PackedInput, damaged: TellDamage): AsyncGenerator<Uint8Array> {
  const output = new BlockOutput();
  let ended = false;
  for (;;) {
    if (input.held < headerBytes && !(await input.fill(headerBytes))) break;
    const header = headerAt(input.bytes, input.at);
    if (header === undefined) {
      damaged({
        code: ended ? "codec_trailing_bytes" : "codec_corrupt",
        offset: input.offset,
        what: "no LZ4 block where one should begin",
      });
      if (!(await seekBlock(input))) {
        if (output.length > 0) yield output.chunk();
        return;
      }
      if (!output.fits(1)) yield output.chunk();
      output.bytes[output.length++] = lineFeed;
      ended = false;
      continue;
    }
    const { packed, length } = header;
    if (length === 0) {
      // An end mark; a stream that was appended begins behind it.
      input.at += headerBytes;
      ended = true;
      continue;
    }
    ended = false;
    if (input.held < headerBytes + packed && !(await input.fill(headerBytes + packed))) break;
    if (!output.fits(length)) yield output.chunk();
    output.reserve(length);
    const start = output.length;
    const from = input.at + headerBytes;
    try {
      if (header.method === methodRaw) {
        input.bytes.copy(output.bytes, start, from, from + packed);
      } else {
        lz4Raw(input.bytes, from, from + packed, output.bytes, start, start + length);
      }
      const checksum = xxhash32(output.bytes, start, start + length, checksumSeed) & checksumMask;
      if (checksum !== header.checksum) {
        throw new BadBlock(
          `checksum ${checksum.toString(16)}, should be ${header.checksum.toString(16)}`,
        );
      }
      output.length = start + length;
    } catch (error) {
      if (!(error instanceof BadBlock)) throw error;
      damaged({
        code: error.message.startsWith("checksum") ? "codec_checksum" : "codec_corrupt",
        offset: input.offset,
        what: `an LZ4 block of ${length} bytes is left out: ${error.message}`,
      });
      output.bytes[start] = lineFeed;
      output.length = start + 1;
    }
    input.at += headerBytes + packed;
  }
  if (output.length > 0) yield output.chunk();
  if (input.held > 0 || !ended) {
    damaged({
      code: "codec_truncated",
      offset: input.offset + input.held,
      what:
        input.held > 0
          ? `the file ends inside an LZ4 block that begins at byte ${input.offset}`
          : "the file ends without an end mark",
    });
  }
}

interface BlockHeader {
  readonly method: number;
  readonly packed: number;
  readonly length: number;
  readonly checksum: number;
}

/** The header, if it is one that lz4-java would write. */
function headerAt(bytes: Buffer, at: number): BlockHeader | undefined {
  if (!hasBytes(bytes, at, magic)) return undefined;
  const token = bytes[at + 8] ?? 0;
  const method = token & 0xf0;
  const maxLength = 1 << (10 + (token & 0x0f));
  const packed = bytes.readInt32LE(at + 9);
  const length = bytes.readInt32LE(at + 13);
  const checksum = bytes.readInt32LE(at + 17);
  if (method !== methodRaw && method !== methodLz4) return undefined;
  if (length < 0 || packed < 0 || length > maxLength) return undefined;
  if ((length === 0) !== (packed === 0)) return undefined;
  if (method === methodRaw && length !== packed) return undefined;
  if (packed > maxLength + (maxLength >> 7) + 64) return undefined;
  return { method, packed, length, checksum };
}

/** Moves on to the next block's magic behind the current byte. */
async function seekBlock(input: PackedInput): Promise<boolean> {
  input.at++;
  for (;;) {
    const found = input.bytes.subarray(input.at, input.end).indexOf(magicBytes);
    if (found !== -1) {
      input.at += found;
      if (!(await input.fill(headerBytes))) return false;
      if (headerAt(input.bytes, input.at) !== undefined) return true;
      input.at++;
      continue;
    }
    input.at = Math.max(input.at, input.end - magic.length + 1);
    if (!(await input.fill(input.held + 1))) {
      input.at = input.end;
      return false;
    }
  }
}

/** One raw LZ4 block; exactly fills `to` … `toEnd`. Follows the LZ4 block format description. */
export function lz4Raw(
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
    const token = from[at++] ?? 0;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        more = from[at++] ?? 0;
        literals += more;
      } while (more === 255);
    }
    if (literals > 0) {
      if (at + literals > end || out + literals > toEnd) throw new BadBlock("literals run over");
      if (literals > 32) {
        from.copy(to, out, at, at + literals);
        out += literals;
        at += literals;
      } else {
        for (const last = at + literals; at < last; ) to[out++] = from[at++] ?? 0;
      }
      if (at === end) break;
    }
    if (at + 2 > end) throw new BadBlock("ends inside a match");
    const distance = (from[at] ?? 0) | ((from[at + 1] ?? 0) << 8);
    at += 2;
    let match = token & 15;
    if (match === 15) {
      let more: number;
      do {
        more = from[at++] ?? 0;
        match += more;
      } while (more === 255);
    }
    match += 4;
    let source = out - distance;
    if (distance === 0 || source < toStart) throw new BadBlock("a match before the block");
    if (out + match > toEnd) throw new BadBlock("a match runs over");
    if (match > 48 && distance >= match) {
      to.copyWithin(out, source, source + match);
      out += match;
    } else {
      for (const last = out + match; out < last; ) to[out++] = to[source++] ?? 0;
    }
  }
  if (out !== toEnd) throw new BadBlock(`${out - toStart} bytes, should be ${toEnd - toStart}`);
}
