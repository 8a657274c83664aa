/**
 * Zstandard (`.zstd` of Spark), frame after frame; blocks are fed one by one, so that damage costs
 * a block and not the decoder.
 */
import type { PackedInput } from "../packed-input.ts";
import { BlockOutput, type CodecFormat, hasBytes, lineFeed, type TellDamage } from "./codec.ts";
import { ZstdDecoder } from "./zstd-decoder.ts";

const magic = [0x28, 0xb5, 0x2f, 0xfd];
const blockHeaderBytes = 3;
const maxBlockBytes = 128 * 1024;
/** What `zstd --long=27` writes; a frame that wants more memory is not from Spark. */
const maxWindowBytes = 128 * 1024 * 1024;
const blockRle = 1;
const blockReserved = 3;
const lostBlock = Buffer.of(lineFeed);

export const zstd: CodecFormat = {
  codec: "zstd",
  extensions: ["zstd", "zst"],
  begins: (head) => hasBytes(head, 0, magic) || isSkippable(head, 0),
  decode,
};

/** RFC 8878, section 3.1.2. */
function isSkippable(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xf0) === 0x50 && hasBytes(bytes, at + 1, [0x2a, 0x4d, 0x18]);
}

async function* decode(input: PackedInput, damaged: TellDamage): AsyncGenerator<Uint8Array> {
  const decoder = await ZstdDecoder.open();
  const output = new BlockOutput();
  try {
    while (await input.fill(1)) {
      if (!(yield* decodeNext(input, { decoder, output }, damaged))) break;
    }
    if (output.length > 0) yield output.chunk();
  } finally {
    decoder.close();
  }
}

interface Decoding {
  readonly decoder: ZstdDecoder;
  readonly output: BlockOutput;
}

/** A frame of either kind; false when nothing more can be read. */
async function* decodeNext(
  input: PackedInput,
  decoding: Decoding,
  damaged: TellDamage,
): AsyncGenerator<Uint8Array, boolean> {
  if (!(await input.fill(4))) {
    damaged({
      code: "codec_truncated",
      offset: input.offset,
      what: "the file ends inside a frame's beginning",
    });
    return false;
  }
  if (isSkippable(input.bytes, input.at)) {
    if (await skipFrame(input)) return true;
    damaged({
      code: "codec_truncated",
      offset: input.offset,
      what: "the file ends inside a skippable frame",
    });
    return false;
  }
  if (hasBytes(input.bytes, input.at, magic)) return yield* decodeFrame(input, decoding, damaged);
  damaged({
    code: "codec_trailing_bytes",
    offset: input.offset,
    what: "no zstd frame where one should begin; nothing behind it was read",
  });
  return false;
}

/** False when nothing more can be read. RFC 8878, section 3.1.1. */
async function* decodeFrame(
  input: PackedInput,
  { decoder, output }: Decoding,
  damaged: TellDamage,
): AsyncGenerator<Uint8Array, boolean> {
  const frameOffset = input.offset;
  await input.fill(18);
  const header = frameHeader(input.bytes, input.at, input.end);
  if (typeof header === "string") {
    damaged({
      code: header === "cut" ? "codec_truncated" : "codec_corrupt",
      offset: frameOffset,
      what: header === "cut" ? "the file ends inside a frame's header" : header,
    });
    return false;
  }
  decoder.decode(input.bytes.subarray(input.at, input.at + header.bytes), output);
  input.at += header.bytes;
  let skipping = false;
  for (;;) {
    if (input.held < blockHeaderBytes && !(await input.fill(blockHeaderBytes))) break;
    const word = input.bytes.readUIntLE(input.at, 3);
    const kind = (word >> 1) & 3;
    const size = kind === blockRle ? 1 : word >> 3;
    if (kind === blockReserved || word >> 3 > maxBlockBytes) {
      damaged({
        code: "codec_corrupt",
        offset: input.offset,
        what: "a zstd block that cannot be; nothing behind it was read",
      });
      return false;
    }
    const whole = blockHeaderBytes + size;
    if (input.held < whole && !(await input.fill(whole))) break;
    if (!skipping) {
      if (!output.fits(maxBlockBytes)) yield output.chunk();
      const before = output.length;
      if (!decoder.decode(input.bytes.subarray(input.at, input.at + whole), output)) {
        damaged({
          code: "codec_corrupt",
          offset: input.offset,
          what: "a zstd block cannot be decoded; the rest of its frame is left out",
        });
        skipping = true;
        decoder.reset();
        output.length = before;
        output.append(lostBlock);
      }
    }
    input.at += whole;
    const isLast = (word & 1) === 1;
    if (!isLast) continue;
    if (!header.hasChecksum) return true;
    if (!(await input.fill(4))) break;
    if (!skipping && !decoder.decode(input.bytes.subarray(input.at, input.at + 4), output)) {
      decoder.reset();
      damaged({
        code: "codec_checksum",
        offset: input.offset,
        what: "a zstd frame's content does not fit its checksum",
      });
    }
    input.at += 4;
    return true;
  }
  damaged({
    code: "codec_truncated",
    offset: input.offset + input.held,
    what: `the file ends inside a zstd frame that begins at byte ${frameOffset}`,
  });
  return false;
}

async function skipFrame(input: PackedInput): Promise<boolean> {
  if (!(await input.fill(8))) return false;
  let left = input.bytes.readUInt32LE(input.at + 4);
  input.at += 8;
  while (left > 0) {
    if (!(await input.fill(1))) return false;
    const skipped = Math.min(left, input.held);
    input.at += skipped;
    left -= skipped;
  }
  return true;
}

interface FrameHeader {
  readonly bytes: number;
  readonly hasChecksum: boolean;
}

/** The frame's header, "cut", or what is wrong with it. RFC 8878, section 3.1.1.1. */
function frameHeader(bytes: Buffer, at: number, end: number): FrameHeader | string {
  if (end - at < 5) return "cut";
  const descriptor = bytes[at + 4] ?? 0;
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = sizeFlag === 0 ? (singleSegment ? 1 : 0) : 1 << sizeFlag;
  const length = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  if ((descriptor & 0x08) !== 0) return "a zstd frame with a reserved bit";
  if (end - at < length) return "cut";
  if (
    dictionaryBytes > 0 &&
    bytes.readUIntLE(at + length - sizeBytes - dictionaryBytes, dictionaryBytes) !== 0
  ) {
    return "a zstd frame that needs a dictionary";
  }
  const windowBytes = singleSegment
    ? contentSize(bytes, at + length - sizeBytes, sizeBytes)
    : windowSize(bytes[at + 5] ?? 0);
  if (windowBytes > maxWindowBytes) {
    return `a zstd frame that needs ${windowBytes} bytes of memory`;
  }
  return { bytes: length, hasChecksum: (descriptor & 0x04) !== 0 };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(bytes: Buffer, at: number, length: number): number {
  if (length === 8) return Number(bytes.readBigUInt64LE(at));
  const size = bytes.readUIntLE(at, length);
  return length === 2 ? size + 256 : size;
}
