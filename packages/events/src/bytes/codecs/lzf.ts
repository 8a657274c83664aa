/**
 * LZF chunks (`.lzf` of Spark): `ZV`, a type, sizes, data. Follows LZFChunk and the decoder of
 * compress-lzf 1.1.
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

const magic = [0x5a, 0x56];
const typeRaw = 0;
const typePacked = 1;
const rawHeaderBytes = 5;
const packedHeaderBytes = 7;

export const lzf: CodecFormat = {
  codec: "lzf",
  extensions: ["lzf"],
  begins: (head) => hasBytes(head, 0, magic) && (head[2] === typeRaw || head[2] === typePacked),
  decode,
};

async function* decode(input: PackedInput, damaged: TellDamage): AsyncGenerator<Uint8Array> {
  const output = new BlockOutput();
  for (;;) {
    if (input.held < rawHeaderBytes && !(await input.fill(rawHeaderBytes))) break;
    const type = input.bytes[input.at + 2];
    if (!hasBytes(input.bytes, input.at, magic) || (type !== typeRaw && type !== typePacked)) {
      damaged({
        code: "codec_corrupt",
        offset: input.offset,
        what: "no LZF chunk where one should begin; nothing behind it was read",
      });
      if (output.length > 0) yield output.chunk();
      return;
    }
    const packed = input.bytes.readUInt16BE(input.at + 3);
    const header = type === typePacked ? packedHeaderBytes : rawHeaderBytes;
    if (input.held < header + packed && !(await input.fill(header + packed))) break;
    const from = input.at + header;
    const length = type === typePacked ? input.bytes.readUInt16BE(input.at + 5) : packed;
    if (!output.fits(length + 1)) yield output.chunk();
    const start = output.length;
    try {
      if (type === typeRaw) input.bytes.copy(output.bytes, start, from, from + packed);
      else lzfRaw(input.bytes, from, from + packed, output.bytes, start, start + length);
      output.length = start + length;
    } catch (error) {
      if (!(error instanceof BadBlock)) throw error;
      damaged({
        code: "codec_corrupt",
        offset: input.offset,
        what: `an LZF chunk of ${length} bytes is left out: ${error.message}`,
      });
      output.bytes[start] = lineFeed;
      output.length = start + 1;
    }
    input.at += header + packed;
  }
  if (output.length > 0) yield output.chunk();
  if (input.held > 0) {
    damaged({
      code: "codec_truncated",
      offset: input.offset + input.held,
      what: `the file ends inside an LZF chunk that begins at byte ${input.offset}`,
    });
  }
}

/** The data of one packed chunk; exactly fills `to` … `toEnd`. */
export function lzfRaw(
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
    const control = from[at++] ?? 0;
    if (control < 32) {
      const last = at + control + 1;
      if (last > end || out + control + 1 > toEnd) throw new BadBlock("literals run over");
      while (at < last) to[out++] = from[at++] ?? 0;
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += from[at++] ?? 0;
    if (at >= end) throw new BadBlock("ends inside a copy");
    let source = out - ((control & 31) << 8) - (from[at++] ?? 0) - 1;
    length += 2;
    if (source < toStart) throw new BadBlock("a copy from before the chunk");
    if (out + length > toEnd) throw new BadBlock("a copy runs over");
    for (const last = out + length; out < last; ) to[out++] = to[source++] ?? 0;
  }
  if (out !== toEnd) throw new BadBlock(`${out - toStart} bytes, should be ${toEnd - toStart}`);
}
