/**
 * Bytes that stay where they are and can be read at any place: a file, a part of one, or a
 * temporary one without a name.
 */
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiskPath } from "./disk-path.ts";
import { isSystemError } from "./system-error.ts";

export interface StoredReader {
  /** Reads up to `length` bytes of `position` … into `into`; fewer only at the end. */
  read(into: Buffer, length: number, position: number): number;
  close(): void;
}

export interface StoredBytes {
  /** Fixed when found: a file that grows is read to here. */
  readonly size: number;
  reader(): StoredReader;
}

/** Decoders are fed this much at a time. */
const usualChunkBytes = 1 << 20;

/** A file by its path; opened anew for each reading. */
export class StoredFile implements StoredBytes {
  readonly #path: DiskPath;
  readonly size: number;

  constructor(path: DiskPath, size: number) {
    this.#path = path;
    this.size = size;
  }

  reader(): StoredReader {
    const fd = openSync(this.#path, "r");
    return {
      read: (into, length, position) => readFully(fd, into, length, position),
      close: () => closeSync(fd),
    };
  }
}

/**
 * Unpacked or piped bytes in a temporary file, which loses its name at once: it goes when the
 * process goes, however that ends.
 */
export class Spool implements StoredBytes {
  readonly #fd: number;
  #size = 0;

  constructor() {
    const directory = mkdtempSync(join(tmpdir(), "respark-"));
    try {
      this.#fd = openSync(join(directory, "spool"), "w+", 0o600);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  get size(): number {
    return this.#size;
  }

  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length; ) {
      const count = writeSync(this.#fd, bytes, written, bytes.length - written, this.#size);
      written += count;
      this.#size += count;
    }
  }

  reader(): StoredReader {
    return {
      read: (into, length, position) => readFully(this.#fd, into, length, position),
      close: () => {},
    };
  }

  /** Gives the room back before the process ends; nothing can be read afterwards. */
  drop(): void {
    if (fstatSync(this.#fd).isFile()) closeSync(this.#fd);
  }
}

/** Bytes that temporary files may still take before their disk is full; without end: unknown. */
export function freeRoom(): number {
  try {
    const { bavail, bsize } = statfsSync(tmpdir());
    return bavail * bsize;
  } catch (error) {
    // Writing there tells what is wrong, if anything is.
    if (isSystemError(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Some of the bytes of something stored: an entry of an archive. */
export class StoredRegion implements StoredBytes {
  readonly #whole: StoredBytes;
  readonly #start: number;
  readonly size: number;

  constructor(whole: StoredBytes, start: number, size: number) {
    this.#whole = whole;
    this.#start = start;
    this.size = Math.max(0, Math.min(size, whole.size - start));
  }

  reader(): StoredReader {
    const reader = this.#whole.reader();
    return {
      read: (into, length, position) =>
        reader.read(
          into,
          Math.min(length, Math.max(0, this.size - position)),
          this.#start + position,
        ),
      close: () => reader.close(),
    };
  }
}

/** `length` bytes from `start`; fewer at the end. */
export function readAt(stored: StoredBytes, start: number, length: number): Buffer {
  const reader = stored.reader();
  try {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, stored.size - start)));
    return bytes.subarray(0, reader.read(bytes, bytes.length, start));
  } finally {
    reader.close();
  }
}

/**
 * From the start to the size at discovery, in chunks that are valid until the next is asked for.
 */
export async function* storedChunks(
  stored: StoredBytes,
  shrunk: (at: number) => void,
  chunkBytes: number = usualChunkBytes,
): AsyncGenerator<Buffer> {
  const reader = stored.reader();
  try {
    const chunk = Buffer.allocUnsafeSlow(Math.max(1, Math.min(chunkBytes, stored.size)));
    for (let at = 0; at < stored.size; ) {
      const length = reader.read(chunk, Math.min(chunk.length, stored.size - at), at);
      if (length === 0) {
        shrunk(at);
        return;
      }
      at += length;
      yield chunk.subarray(0, length);
    }
  } finally {
    reader.close();
  }
}

function readFully(fd: number, into: Buffer, length: number, position: number): number {
  let done = 0;
  while (done < length) {
    const count = readSync(fd, into, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
