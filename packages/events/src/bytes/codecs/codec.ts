/**
 * What a codec is to its readers: found by its first bytes, pulled block by block, its damage told
 * and never thrown.
 */
import type { Codec } from "../byte-source.ts";
import type { PackedInput } from "../packed-input.ts";

/** What is wrong with a packed stream. */
export interface Damage {
  readonly code:
    | "codec_truncated"
    | "codec_corrupt"
    | "codec_checksum"
    | "codec_trailing_bytes"
    | "codec_unsupported";
  /** In the packed stream. */
  readonly offset: number;
  readonly what: string;
}

export type TellDamage = (damage: Damage) => void;

export interface CodecFormat {
  readonly codec: Codec;
  /** Without the dot. */
  readonly extensions: readonly string[];
  /** Do these first bytes of a file (up to 16) begin a stream of this codec? */
  readonly begins: (head: Uint8Array) => boolean;
  /**
   * Chunks are valid until the next is asked for. A block that cannot be decoded stands as a line
   * feed, so that two half lines never become one.
   */
  readonly decode: (input: PackedInput, damaged: TellDamage) => AsyncIterable<Uint8Array>;
}

/** Stands for a block that was lost. */
export const lineFeed = 10;

/** Does `bytes` begin like this at `at`? */
export function hasBytes(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** A block that is not what its codec says: caught where the block is known. */
export class BadBlock extends Error {
  override readonly name = "BadBlock";
}

/**
 * Decoded blocks gathered to chunks worth handing on; the memory of a chunk is used again for the
 * next.
 */
export class BlockOutput {
  bytes: Buffer = Buffer.allocUnsafeSlow(1 << 20);
  length = 0;

  /** Is there room for a block of this size? If not, hand on `chunk()` first. */
  fits(size: number): boolean {
    return this.length === 0 || this.length + size <= this.bytes.length;
  }

  /** Makes room in an empty output; a block may be larger than the usual chunk. */
  reserve(size: number): void {
    if (this.length + size > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** Copies these bytes behind the others, for which there must be room or which must be few. */
  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * length);
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    this.bytes.set(bytes, this.length);
    this.length = length;
  }

  /** The gathered bytes; the output is empty then. */
  chunk(): Buffer {
    const chunk = this.bytes.subarray(0, this.length);
    this.length = 0;
    return chunk;
  }
}
