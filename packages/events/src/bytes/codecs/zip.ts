/**
 * zip and zip64, by the central directory; without one (a download that broke off) by the local
 * headers. Follows PKWARE's APPNOTE 6.3.
 */
import { readAt, type StoredBytes, StoredRegion } from "../stored-bytes.ts";
import type { ArchiveEntry, TellArchive } from "./archive-entry.ts";
import { hasBytes } from "./codec.ts";

const localHeader = [0x50, 0x4b, 0x03, 0x04];
const directoryHeader = [0x50, 0x4b, 0x01, 0x02];
const endRecord = [0x50, 0x4b, 0x05, 0x06];
const end64Locator = [0x50, 0x4b, 0x06, 0x07];
const end64Record = [0x50, 0x4b, 0x06, 0x06];
const endRecordBytes = 22;
const maxCommentBytes = 65_535;
const maxDirectoryBytes = 256 * 1024 * 1024;
const methodStored = 0;
const methodDeflated = 8;
/** Its content begins as a zstd file does. */
const methodZstd = 93;

export function isZip(head: Uint8Array): boolean {
  return hasBytes(head, 0, localHeader) || hasBytes(head, 0, endRecord);
}

export function zipEntries(
  stored: StoredBytes,
  maxEntries: number,
  tell: TellArchive,
): readonly ArchiveEntry[] {
  const directory = findDirectory(stored);
  const headers =
    directory === undefined ? undefined : directoryHeaders(directory, maxEntries, tell);
  if (directory === undefined || headers === undefined) {
    tell(
      "archive_corrupt",
      stored.size,
      "the zip has no directory (it is cut off, or damaged); its entries are searched for",
    );
    return entriesWithoutDirectory(stored, maxEntries, tell);
  }
  const placed = headers.flatMap((header) => {
    const entry = entryOf(stored, header, directory.shift, tell);
    return entry === undefined ? [] : [entry];
  });
  return apart(placed, tell);
}

/** An entry and the bytes of the archive that are its own. */
interface Placed {
  readonly entry: ArchiveEntry;
  readonly from: number;
  readonly to: number;
}

/**
 * Entries that share bytes are no archive but a bomb: a thousand names for one gigabyte. Of those
 * the first is kept.
 */
function apart(placed: readonly Placed[], tell: TellArchive): ArchiveEntry[] {
  const kept: ArchiveEntry[] = [];
  let end = 0;
  let shared = 0;
  let first: Placed | undefined;
  for (const one of [...placed].sort((a, b) => a.from - b.from)) {
    if (one.from < end) {
      shared++;
      first ??= one;
      continue;
    }
    end = one.to;
    kept.push(one.entry);
  }
  if (first !== undefined) {
    tell(
      "archive_limit",
      first.from,
      `${shared} ${shared === 1 ? "entry shares" : "entries share"} bytes with others, as in an archive bomb (${first.entry.name}); not read`,
    );
  }
  return kept;
}

interface Directory {
  readonly bytes: Buffer;
  readonly entries: number;
  /** Bytes before the archive's own beginning. */
  readonly shift: number;
}

interface Header {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly modifiedMs: number | undefined;
  readonly crc32: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
}

function findDirectory(stored: StoredBytes): Directory | undefined {
  const tailStart = Math.max(0, stored.size - endRecordBytes - maxCommentBytes);
  const tail = readAt(stored, tailStart, stored.size - tailStart);
  for (let at = tail.length - endRecordBytes; at >= 0; at--) {
    if (!hasBytes(tail, at, endRecord)) continue;
    let entries = tail.readUInt16LE(at + 10);
    let size = tail.readUInt32LE(at + 12);
    let offset = tail.readUInt32LE(at + 16);
    let end = tailStart + at;
    if (at >= 20 && hasBytes(tail, at - 20, end64Locator)) {
      const recordAt = Number(tail.readBigUInt64LE(at - 20 + 8));
      const record = readAt(stored, recordAt, 56);
      if (record.length === 56 && hasBytes(record, 0, end64Record)) {
        entries = Number(record.readBigUInt64LE(32));
        size = Number(record.readBigUInt64LE(40));
        offset = Number(record.readBigUInt64LE(48));
        end = recordAt;
      }
    }
    const shift = end - size - offset;
    if (shift < 0 || size > maxDirectoryBytes) continue;
    const bytes = readAt(stored, offset + shift, size);
    if (bytes.length === size) return { bytes, entries, shift };
  }
  return undefined;
}

/** undefined where the directory is not one. */
function directoryHeaders(
  { bytes, entries }: Directory,
  maxEntries: number,
  tell: TellArchive,
): Header[] | undefined {
  const headers: Header[] = [];
  for (let at = 0; headers.length < entries; ) {
    if (at + 46 > bytes.length || !hasBytes(bytes, at, directoryHeader)) {
      if (headers.length === 0) return undefined;
      tell(
        "archive_corrupt",
        at,
        `the zip's directory ends after ${headers.length} of ${entries} entries`,
      );
      break;
    }
    if (headers.length === maxEntries) {
      tell("archive_limit", at, `holds more than ${maxEntries} entries; the rest is not read`);
      break;
    }
    const nameBytes = bytes.readUInt16LE(at + 28);
    const extraBytes = bytes.readUInt16LE(at + 30);
    const commentBytes = bytes.readUInt16LE(at + 32);
    const nameEnd = at + 46 + nameBytes;
    const sizes = longSizes(bytes.subarray(nameEnd, nameEnd + extraBytes), [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 42),
    ]);
    headers.push({
      name: bytes.toString("utf8", at + 46, nameEnd),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      modifiedMs: dosTime(bytes.readUInt16LE(at + 14), bytes.readUInt16LE(at + 12)),
      crc32: bytes.readUInt32LE(at + 16),
      unpacked: sizes[0],
      packed: sizes[1],
      offset: sizes[2],
    });
    at = nameEnd + extraBytes + commentBytes;
  }
  return headers;
}

/**
 * Unpacked and packed size and offset; each too large for its field stands in the zip64 extra, in
 * this order.
 */
function longSizes(
  extra: Buffer,
  fields: readonly [number, number, number],
): [number, number, number] {
  const sizes: [number, number, number] = [...fields];
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 0x0001) continue;
    let from = at + 4;
    for (const [index, field] of fields.entries()) {
      if (field !== 0xffffffff || from + 8 > extra.length) continue;
      sizes[index] = Number(extra.readBigUInt64LE(from));
      from += 8;
    }
    break;
  }
  return sizes;
}

function entryOf(
  stored: StoredBytes,
  header: Header,
  shift: number,
  tell: TellArchive,
): Placed | undefined {
  const { name, method } = header;
  if (name.endsWith("/")) return undefined;
  const at = header.offset + shift;
  const local = readAt(stored, at, 30);
  if (local.length < 30 || !hasBytes(local, 0, localHeader)) {
    tell("archive_corrupt", at, `the zip's directory points to no entry for ${name}`);
    return undefined;
  }
  if ((header.flags & 1) !== 0) {
    tell("archive_entry_unsupported", at, `${name} is encrypted`);
    return undefined;
  }
  if (method !== methodStored && method !== methodDeflated && method !== methodZstd) {
    tell("archive_entry_unsupported", at, `${name} is packed with the unknown method ${method}`);
    return undefined;
  }
  const start = at + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const entry = {
    name,
    stored: new StoredRegion(stored, start, header.packed),
    deflated:
      method === methodDeflated
        ? { unpackedBytes: header.unpacked, crc32: header.crc32 }
        : undefined,
    modifiedMs: header.modifiedMs,
  };
  return { entry, from: at, to: start + header.packed };
}

/** Local headers in the order of the file; an entry goes on to the next one. */
function entriesWithoutDirectory(
  stored: StoredBytes,
  maxEntries: number,
  tell: TellArchive,
): ArchiveEntry[] {
  const starts = localHeaders(stored, maxEntries);
  return starts.flatMap((at, index) => {
    const local = readAt(stored, at, 30);
    const nameBytes = local.readUInt16LE(26);
    const name = readAt(stored, at + 30, nameBytes).toString("utf8");
    const method = local.readUInt16LE(8);
    if (name.endsWith("/")) return [];
    if ((local.readUInt16LE(6) & 1) !== 0) {
      tell("archive_entry_unsupported", at, `${name} is encrypted`);
      return [];
    }
    const start = at + 30 + nameBytes + local.readUInt16LE(28);
    const end = starts[index + 1] ?? stored.size;
    const said = local.readUInt32LE(18);
    const packed = said > 0 && said < 0xffffffff ? Math.min(said, end - start) : end - start;
    return [
      {
        name,
        stored: new StoredRegion(stored, start, packed),
        deflated:
          method === methodDeflated ? { unpackedBytes: undefined, crc32: undefined } : undefined,
        modifiedMs: dosTime(local.readUInt16LE(12), local.readUInt16LE(10)),
      },
    ];
  });
}

function localHeaders(stored: StoredBytes, maxEntries: number): number[] {
  const reader = stored.reader();
  const window = Buffer.alloc(1 << 20);
  const signature = Buffer.from(localHeader);
  const starts: number[] = [];
  try {
    for (let base = 0; base < stored.size && starts.length < maxEntries; ) {
      const length = reader.read(window, window.length, base);
      const bytes = window.subarray(0, length);
      for (let at = bytes.indexOf(signature); at !== -1; at = bytes.indexOf(signature, at + 4)) {
        if (at + 30 <= length && isLikelyLocalHeader(bytes, at)) starts.push(base + at);
      }
      if (length < window.length) break;
      base += length - 30;
    }
  } finally {
    reader.close();
  }
  return [...new Set(starts)];
}

/** Four bytes may stand in packed data by chance; not with all of this. */
function isLikelyLocalHeader(bytes: Buffer, at: number): boolean {
  const method = bytes.readUInt16LE(at + 8);
  const nameBytes = bytes.readUInt16LE(at + 26);
  return (
    bytes.readUInt16LE(at + 4) <= 63 &&
    (method === methodStored || method === methodDeflated || method === methodZstd) &&
    nameBytes > 0 &&
    nameBytes < 4096
  );
}

/** Local time without a zone, taken as UTC. */
function dosTime(date: number, time: number): number | undefined {
  const month = (date >> 5) & 15;
  const day = date & 31;
  if (month < 1 || month > 12 || day < 1) return undefined;
  const year = 1980 + (date >> 9);
  return Date.UTC(year, month - 1, day, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}
