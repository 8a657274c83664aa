/** The codecs that a log may be packed with, told apart by content. */
import type { CodecFormat } from "./codec.ts";
import { hasBytes } from "./codec.ts";
import { gzip } from "./gzip.ts";
import { lz4Block } from "./lz4-block.ts";
import { lzf } from "./lzf.ts";
import { snappyXerial } from "./snappy-xerial.ts";
import { zstd } from "./zstd.ts";

export const codecs: readonly CodecFormat[] = [gzip, zstd, lz4Block, snappyXerial, lzf];

/** Bytes of a file's head that tell its codec. */
export const codecHeadBytes = 16;

export function codecOf(head: Uint8Array): CodecFormat | undefined {
  return codecs.find((codec) => codec.begins(head));
}

/** Packed with something that Spark does not write and respark does not read. */
export function unsupportedCodec(head: Uint8Array): string | undefined {
  if (hasBytes(head, 0, [0x04, 0x22, 0x4d, 0x18])) return "the LZ4 frame format";
  if (hasBytes(head, 0, [0x42, 0x5a, 0x68]) && hasBytes(head, 4, [0x31, 0x41, 0x59, 0x26]))
    return "bzip2";
  if (hasBytes(head, 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return "xz";
  if (hasBytes(head, 0, [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]))
    return "framed snappy";
  if (hasBytes(head, 0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])) return "7-Zip";
  return undefined;
}

/** The codec that a file's name claims. */
export function codecNamed(name: string): CodecFormat | undefined {
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return codecs.find((codec) => codec.extensions.includes(extension));
}

/** A file's name without the endings that say how it is packed or that it is not finished. */
export function bareName(name: string): string {
  let bare = name;
  for (;;) {
    const ending = /\.(?:inprogress|compact)$/i.exec(bare)?.[0];
    const cut = ending ?? (codecNamed(bare) ? bare.slice(bare.lastIndexOf(".")) : undefined);
    if (cut === undefined || cut.length === bare.length) return bare;
    bare = bare.slice(0, -cut.length);
  }
}
