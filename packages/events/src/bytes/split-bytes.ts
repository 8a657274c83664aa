/**
 * Packed files that `split` cut: their parts go on within one stream of bytes, and are put together
 * before anything is unpacked.
 */
import { codecOf, unsupportedCodec } from "./codecs/index.ts";
import { isTar } from "./codecs/tar.ts";
import { isZip } from "./codecs/zip.ts";
import { readAt, type StoredBytes, type StoredReader } from "./stored-bytes.ts";
import { isSystemError } from "./system-error.ts";

export interface NamedBytes {
  readonly directory: string;
  readonly name: string;
  readonly path: string;
  readonly stored: StoredBytes;
  /** Packed by the archive it stands in. */
  readonly deflated?: object | undefined;
}

/** Bytes of a head that tell what it is. */
const HEAD_BYTES = 512;
/** Fewer bytes need not hold a control character. */
const TELLING_BYTES = 64;

interface Joined<T> {
  readonly whole: T;
  /** What was put behind it. */
  readonly parts: readonly T[];
}

/**
 * The files with those joined that go on where the one before them by name ends: it begins packed,
 * they begin with nothing known. `lost`: parts whose predecessor is not there.
 */
export function joinSplits<T extends NamedBytes>(
  files: readonly T[],
): { readonly files: readonly Joined<T>[]; readonly lost: readonly T[] } {
  const byName = new Map(files.map((file) => [keyOf(file, file.name), file]));
  const taken = new Set<T>();
  const joined = new Map<T, readonly T[]>();
  for (const file of files) {
    if (counterOf(file.name) === undefined || !beginsPacked(file)) continue;
    const parts: T[] = [];
    for (let name = file.name; ; ) {
      name = nameAfter(name);
      const next = byName.get(keyOf(file, name));
      if (next === undefined || next === file || !goesOn(next)) break;
      parts.push(next);
      taken.add(next);
    }
    joined.set(file, parts);
  }
  const left = files.filter((file) => !taken.has(file));
  return {
    files: left.map((file) => {
      const parts = joined.get(file) ?? [];
      if (parts.length === 0) return { whole: file, parts };
      const stored = new JoinedBytes([file, ...parts].map((part) => part.stored));
      return { whole: { ...file, stored, name: stemOf(file.name) }, parts };
    }),
    lost: left.filter((file) => isPackedPart(file.name) && goesOn(file)),
  };
}

function keyOf({ directory }: NamedBytes, name: string): string {
  return `${directory}\n${name}`;
}

/** `stderr.gz.aa`, `logs.tar.gz.001`, `stderr.gz.part1`, `xaa`. */
const COUNTED = /^(.*?)(\d{1,6}|[a-z]{2,3})$/s;
const PACKED_PART =
  /\.(?:gz|tgz|zip|tar|zst|zstd|lz4|lzf|snappy)[._-]?(?:part)?[._-]?(?:\d{1,6}|[a-z]{2,3})$/i;

function counterOf(name: string): string | undefined {
  return COUNTED.exec(name)?.[2];
}

function isPackedPart(name: string): boolean {
  return PACKED_PART.test(name);
}

/** The name that the parts had together: it tells how they are packed. */
function stemOf(name: string): string {
  const stem = name.replace(/[._-]?(?:part)?[._-]?(?:\d{1,6}|[a-z]{2,3})$/i, "");
  return isPackedPart(name) && stem !== "" ? stem : name;
}

function nameAfter(name: string): string {
  const [, stem = "", counter = ""] = COUNTED.exec(name) ?? [];
  if (/\d/.test(counter)) return stem + String(Number(counter) + 1).padStart(counter.length, "0");
  return stem + lettersAfter(counter);
}

function lettersAfter(letters: string): string {
  const last = letters.at(-1);
  if (last === undefined) return "";
  const before = letters.slice(0, -1);
  if (last === "z") return `${lettersAfter(before)}a`;
  return before + String.fromCharCode(last.charCodeAt(0) + 1);
}

/** Empty of a file that cannot be read, which is said where it is opened. */
function headOf({ stored }: NamedBytes): Buffer {
  try {
    return readAt(stored, 0, HEAD_BYTES);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return Buffer.alloc(0);
  }
}

function isPacked(head: Buffer): boolean {
  return (
    codecOf(head) !== undefined ||
    unsupportedCodec(head) !== undefined ||
    isZip(head) ||
    isTar(head)
  );
}

function beginsPacked(file: NamedBytes): boolean {
  return file.deflated === undefined && isPacked(headOf(file));
}

/** Nothing begins here, and it is no text. */
function goesOn(file: NamedBytes): boolean {
  if (file.deflated !== undefined) return false;
  const head = headOf(file);
  if (head.length === 0 || isPacked(head)) return false;
  const isShort = head.length < TELLING_BYTES;
  return head.some((byte) => isNoText(byte) || (isShort && byte > 126));
}

/** Control characters other than tab, line ends and escape. */
function isNoText(byte: number): boolean {
  return byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27;
}

/** Several stored files as the one that they were. */
class JoinedBytes implements StoredBytes {
  readonly #parts: readonly StoredBytes[];
  readonly size: number;

  constructor(parts: readonly StoredBytes[]) {
    this.#parts = parts;
    this.size = parts.reduce((sum, { size }) => sum + size, 0);
  }

  reader(): StoredReader {
    const readers: (StoredReader | undefined)[] = this.#parts.map(() => undefined);
    return {
      read: (into, length, position) => {
        let done = 0;
        let start = 0;
        for (const [i, part] of this.#parts.entries()) {
          const from = position + done - start;
          if (done < length && from >= 0 && from < part.size) {
            const reader = readers[i] ?? part.reader();
            readers[i] = reader;
            const wanted = Math.min(length - done, part.size - from);
            const count = reader.read(into.subarray(done), wanted, from);
            done += count;
            if (count < wanted) return done;
          }
          start += part.size;
        }
        return done;
      },
      close: () => {
        for (const reader of readers) reader?.close();
      },
    };
  }
}
