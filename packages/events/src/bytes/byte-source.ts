/**
 * Bytes as they were before anyone packed them: one file or archive entry, readable as often as
 * wanted.
 */
import type { ReportDiagnostic } from "../diagnostic.ts";

/** How a source is packed, found by content; of several layers the outermost. */
export type Codec = "none" | "gzip" | "zstd" | "lz4" | "snappy" | "lzf";

/** How much is read of a source, in bytes. */
export interface ChunkOptions {
  /** Stop once this many decoded bytes were given; the last chunk is cut to fit. */
  readonly limitBytes?: number;
  /**
   * Stored bytes read at a time, 1 MiB if absent: less where hundreds of sources are open at once.
   */
  readonly chunkBytes?: number;
  /** Goes into the diagnostics of this reading. */
  readonly sourceFileId?: number;
  /**
   * Takes the diagnostics of this reading in place of the callback given at discovery (a sample may
   * want none).
   */
  readonly report?: ReportDiagnostic;
}

/** A file, part of an archive or standard input, as decoded bytes. */
export interface ByteSource {
  /** For people: `dir/app.zip!app-1`. Names are data: they may hold anything, and lead nowhere. */
  readonly path: string;
  /** The last part of `path`, without the endings of codecs. */
  readonly name: string;
  readonly codec: Codec;
  /** Epoch ms. */
  readonly modifiedMs?: number;
  /** As stored; a file that grows is read up to its size at discovery. */
  readonly compressedBytes: number | undefined;
  /**
   * Cut off from the file before it, perhaps within a line. `where_cut`: only where that one ends
   * within a line and this one does not begin with a record.
   */
  readonly continues?: boolean | "where_cut";
  /**
   * The decoded bytes in order, from the start at every call. A chunk (up to a few MB) is valid
   * only until the next is asked for. Damage ends the bytes early, or skips what cannot be read,
   * and is reported: never thrown.
   */
  chunks(options?: ChunkOptions): AsyncIterable<Uint8Array>;
}
