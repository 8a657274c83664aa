/** gzip, one member after another. Follows RFC 1952. */
import type { PackedInput } from "../packed-input.ts";
import { type CodecFormat, hasBytes, type TellDamage } from "./codec.ts";
import { Inflater } from "./inflate.ts";

const magic = [0x1f, 0x8b, 0x08];
const trailerBytes = 8;
/** A file name or comment in a member's header is not longer. */
const maxTextBytes = 64 * 1024;

export const gzip: CodecFormat = {
  codec: "gzip",
  extensions: ["gz", "gzip", "tgz"],
  begins: (head) => hasBytes(head, 0, magic),
  decode,
};

async function* decode(input: PackedInput, damaged: TellDamage): AsyncGenerator<Uint8Array> {
  for (let members = 0; await input.fill(1); members++) {
    const begin = input.offset;
    const header = await skipHeader(input);
    if (header === "other" && members > 0) {
      if (await isPadding(input)) return;
      damaged({
        code: "codec_trailing_bytes",
        offset: begin,
        what: "bytes that are no gzip member follow the last one; they were not read",
      });
      return;
    }
    if (header !== "whole") {
      damaged({
        code: header === "cut" ? "codec_truncated" : "codec_corrupt",
        offset: begin,
        what:
          header === "cut" ? "the file ends inside a gzip header" : "a gzip header that cannot be",
      });
      return;
    }
    if (!(yield* decodeMember(input, damaged))) return;
  }
}

/** False when nothing more can be read. */
async function* decodeMember(
  input: PackedInput,
  damaged: TellDamage,
): AsyncGenerator<Uint8Array, boolean> {
  const inflater = new Inflater();
  const begin = input.offset;
  try {
    while (inflater.failure === undefined && !inflater.isOverrun()) {
      const before = inflater.consumed;
      const packed = await input.take();
      if (packed === undefined) break;
      yield* inflater.inflate(packed);
      if (inflater.isOverrun()) input.giveBack(packed.length - (inflater.consumed - before));
    }
    yield* inflater.finish();
    const { failure, sum, length } = inflater;
    if (failure !== undefined) {
      const cut = failure.message === "unexpected end of file";
      damaged({
        code: cut ? "codec_truncated" : "codec_corrupt",
        offset: begin + inflater.given,
        what: cut
          ? "the file ends inside a gzip member"
          : `gzip: ${failure.message}; nothing behind it was read`,
      });
      return false;
    }
    if (!(await input.fill(trailerBytes))) {
      damaged({
        code: "codec_truncated",
        offset: input.offset,
        what: "the file ends before a gzip checksum",
      });
      return false;
    }
    const saidSum = input.bytes.readUInt32LE(input.at);
    const saidLength = input.bytes.readUInt32LE(input.at + 4);
    if (saidSum !== sum || saidLength !== length % 2 ** 32) {
      damaged({
        code: "codec_checksum",
        offset: input.offset,
        what: "a gzip member's content does not fit its checksum",
      });
    }
    input.at += trailerBytes;
    return true;
  } finally {
    inflater.close();
  }
}

async function skipHeader(input: PackedInput): Promise<"whole" | "cut" | "other"> {
  await input.fill(10);
  if (
    !hasBytes(input.bytes.subarray(input.at, input.end), 0, magic.slice(0, Math.min(3, input.held)))
  )
    return "other";
  if (input.held < 10) return "cut";
  const flags = input.bytes[input.at + 3] ?? 0;
  if ((flags & 0xe0) !== 0) return "other";
  input.at += 10;
  if ((flags & 4) !== 0) {
    if (!(await input.fill(2))) return "cut";
    const length = 2 + input.bytes.readUInt16LE(input.at);
    if (!(await input.fill(length))) return "cut";
    input.at += length;
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = await endOfText(input);
    if (end === undefined) return "cut";
    input.at = end + 1;
  }
  if ((flags & 2) !== 0) {
    if (!(await input.fill(2))) return "cut";
    input.at += 2;
  }
  return "whole";
}

/** Where the zero behind a text stands in the window. */
async function endOfText(input: PackedInput): Promise<number | undefined> {
  for (let asked = 1; asked <= maxTextBytes; asked = input.held + 1) {
    const isHeld = await input.fill(asked);
    const found = input.bytes.subarray(0, input.end).indexOf(0, input.at);
    if (found !== -1) return found;
    if (!isHeld) return undefined;
  }
  return undefined;
}

/** Zeros up to the end, as tapes and block devices leave them. */
async function isPadding(input: PackedInput): Promise<boolean> {
  for (let bytes = await input.take(); bytes !== undefined; bytes = await input.take()) {
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}
