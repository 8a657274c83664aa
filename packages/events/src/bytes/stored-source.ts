/**
 * A byte source over stored bytes: unpacks what its content says, layer by layer, within limits.
 */
import type { ReportDiagnostic } from "../diagnostic.ts";
import type { ByteSource, ChunkOptions, Codec } from "./byte-source.ts";
import type { TellDamage } from "./codecs/codec.ts";
import { bareName, codecHeadBytes, codecNamed, codecOf, unsupportedCodec } from "./codecs/index.ts";
import { Inflater } from "./codecs/inflate.ts";
import { PackedInput } from "./packed-input.ts";
import { readAt, type StoredBytes, storedChunks } from "./stored-bytes.ts";
import { isSystemError, refusal } from "./system-error.ts";

/** How an archive packed an entry, apart from the entry's own codec. */
export interface EntryPacking {
  /** Both undefined where the archive's directory is lost. */
  readonly unpackedBytes: number | undefined;
  readonly crc32: number | undefined;
}

export interface StoredSourceOptions {
  readonly path: string;
  readonly name: string;
  readonly stored: StoredBytes;
  /** Deflated by a zip archive. */
  readonly deflated?: EntryPacking | undefined;
  readonly modifiedMs?: number | undefined;
  readonly report: ReportDiagnostic;
  readonly maxRatio: number;
  readonly maxLayers: number;
}

/** No ratio is judged before this many bytes. */
const ratioFloorBytes = 64 * 1024 * 1024;

export class StoredSource implements ByteSource {
  readonly #options: StoredSourceOptions;
  readonly path: string;
  readonly name: string;
  readonly codec: Codec;
  readonly modifiedMs?: number;
  readonly compressedBytes: number;

  private constructor(options: StoredSourceOptions, codec: Codec) {
    this.#options = options;
    this.path = options.path;
    this.name = bareName(options.name);
    this.codec = codec;
    if (options.modifiedMs !== undefined) this.modifiedMs = options.modifiedMs;
    this.compressedBytes = options.stored.size;
  }

  /** Looks at the first bytes. Throws what the file system throws. */
  static async open(options: StoredSourceOptions): Promise<StoredSource> {
    const packed = new StoredSource(options, "none");
    let head: Buffer = Buffer.alloc(0);
    if (options.deflated === undefined) head = readAt(options.stored, 0, codecHeadBytes);
    else
      for await (const chunk of packed.#stored(
        () => {},
        () => {},
      )) {
        head = Buffer.concat([head, chunk]);
        if (head.length >= codecHeadBytes) break;
      }
    return new StoredSource(options, codecOf(head)?.codec ?? "none");
  }

  async *chunks(options: ChunkOptions = {}): AsyncGenerator<Uint8Array> {
    const report = options.report ?? this.#options.report;
    let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    const tell = (code: string, offset: number, what: string): void =>
      report({
        sourceFileId: options.sourceFileId,
        byteOffset: offset,
        code,
        severity: code === "codec_trailing_bytes" ? "info" : "warning",
        message: `${this.path}: ${what}`,
      });
    const damaged: TellDamage = ({ code, offset, what }) => tell(code, offset, what);
    try {
      if (left <= 0) return;
      for await (const chunk of this.#unpacked(tell, damaged, options.chunkBytes)) {
        if (chunk.length >= left) {
          yield chunk.subarray(0, left);
          return;
        }
        left -= chunk.length;
        if (chunk.length > 0) yield chunk;
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      tell("path_unreadable", 0, `cannot be read: ${refusal(error)}`);
    }
  }

  async *#unpacked(
    tell: (code: string, offset: number, what: string) => void,
    damaged: TellDamage,
    chunkBytes: number | undefined,
  ): AsyncGenerator<Uint8Array> {
    const { maxRatio, stored } = this.#options;
    const most = Math.max(ratioFloorBytes, maxRatio * stored.size);
    const counted = this.#stored(tell, damaged, chunkBytes);
    let made = 0;
    for await (const chunk of unpackLayers(counted, this.#options, tell, damaged, 0)) {
      made += chunk.length;
      if (made > most) {
        tell(
          "codec_limit",
          0,
          `unpacks to more than ${maxRatio} times its size; what comes after ${most} bytes was not read`,
        );
        yield chunk.subarray(0, chunk.length - (made - most));
        return;
      }
      yield chunk;
    }
  }

  /** The entry as it was before its archive packed it. */
  async *#stored(
    tell: (code: string, offset: number, what: string) => void,
    damaged: TellDamage,
    chunkBytes?: number,
  ): AsyncGenerator<Buffer> {
    const { stored, deflated } = this.#options;
    const shrunk = (at: number): void =>
      tell("file_shrunk", at, `became shorter while it was read: ${at} of ${stored.size} bytes`);
    const chunks = storedChunks(stored, shrunk, chunkBytes);
    if (deflated === undefined) yield* chunks;
    else yield* inflated(chunks, deflated, damaged);
  }
}

async function* inflated(
  chunks: AsyncIterable<Buffer>,
  entry: EntryPacking,
  damaged: TellDamage,
): AsyncGenerator<Buffer> {
  const inflater = new Inflater();
  try {
    for await (const packed of chunks) {
      yield* inflater.inflate(packed);
      if (inflater.failure !== undefined || inflater.isOverrun()) break;
    }
    yield* inflater.finish();
    const { failure, sum, length } = inflater;
    if (failure !== undefined) {
      const cut = failure.message === "unexpected end of file";
      damaged({
        code: cut ? "codec_truncated" : "codec_corrupt",
        offset: inflater.given,
        what: `a deflated zip entry: ${failure.message}`,
      });
    } else if (sum !== (entry.crc32 ?? sum) || length !== (entry.unpackedBytes ?? length)) {
      damaged({
        code: "codec_checksum",
        offset: inflater.given,
        what: `a zip entry of ${length} bytes, should be ${entry.unpackedBytes}, does not fit its checksum`,
      });
    }
  } finally {
    inflater.close();
  }
}

/** Decodes as long as the content begins like a codec's, `maxLayers` deep. */
async function* unpackLayers(
  chunks: AsyncIterable<Uint8Array>,
  options: StoredSourceOptions,
  tell: (code: string, offset: number, what: string) => void,
  damaged: TellDamage,
  layer: number,
): AsyncGenerator<Uint8Array> {
  const input = new PackedInput(chunks);
  try {
    await input.fill(codecHeadBytes);
    const head = input.bytes.subarray(input.at, Math.min(input.end, input.at + codecHeadBytes));
    const codec = codecOf(head);
    const unsupported = unsupportedCodec(head);
    if (unsupported !== undefined) {
      tell("codec_unsupported", 0, `is packed with ${unsupported}, which respark does not read`);
      return;
    }
    if (layer === 0) checkName(options.name, codec?.codec, head.length, tell);
    if (codec === undefined) {
      for (let bytes = await input.take(); bytes !== undefined; bytes = await input.take())
        yield bytes;
      return;
    }
    if (layer >= options.maxLayers) {
      tell(
        "codec_limit",
        0,
        `is packed more than ${options.maxLayers} times over; it was not read`,
      );
      return;
    }
    yield* unpackLayers(codec.decode(input, damaged), options, tell, damaged, layer + 1);
  } finally {
    await input.close();
  }
}

function checkName(
  name: string,
  found: Codec | undefined,
  headBytes: number,
  tell: (code: string, offset: number, what: string) => void,
): void {
  const claimed = codecNamed(name.replace(/(?:\.inprogress|\.compact)+$/i, ""))?.codec;
  if (claimed === undefined || claimed === found || headBytes === 0) return;
  tell(
    "codec_mismatch",
    0,
    `is called ${claimed} but its content is ${found ?? "not"} ${found === undefined ? "packed, or damaged from its first byte" : ""}`.trimEnd(),
  );
}
