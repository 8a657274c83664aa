/**
 * tar: ustar, GNU long names and pax, read from header to header without touching the contents.
 * Follows POSIX pax and GNU tar's manual.
 */
import { readAt, type StoredBytes, StoredRegion } from "../stored-bytes.ts";
import type { ArchiveEntry, TellArchive } from "./archive-entry.ts";

const block = 512;
/** Longer names and pax records are not taken. */
const maxMetadataBytes = 1 << 20;

export function isTar(head: Uint8Array): boolean {
  return head.length >= block && headerFits(Buffer.from(head.buffer, head.byteOffset, block));
}

export function tarEntries(
  stored: StoredBytes,
  maxEntries: number,
  tell: TellArchive,
): readonly ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  const reader = stored.reader();
  const header = Buffer.alloc(block);
  let next: Metadata = {};
  let lost = false;
  /** blocks of zeros before this place: two end a tar */
  let zeros = 0;
  /** The missing rest is reported. */
  let isTold = false;
  try {
    for (let at = 0; at + block <= stored.size; ) {
      if (reader.read(header, block, at) < block) break;
      if (header.every((byte) => byte === 0)) {
        zeros++;
        at += block;
        continue;
      }
      zeros = 0;
      if (!headerFits(header)) {
        if (!lost)
          tell(
            "archive_corrupt",
            at,
            "a tar header's checksum is wrong; searching for the next entry",
          );
        lost = true;
        at += block;
        continue;
      }
      lost = false;
      const size = next.size ?? number(header, 124, 12);
      const data = at + block;
      at = data + Math.ceil(size / block) * block;
      const type = String.fromCharCode(header[156] ?? 0);
      if (type === "L" || type === "x" || type === "K" || type === "g") {
        if (type === "L")
          next = { ...next, name: text(readAt(stored, data, Math.min(size, maxMetadataBytes))) };
        if (type === "x")
          next = { ...next, ...paxRecords(readAt(stored, data, Math.min(size, maxMetadataBytes))) };
        continue;
      }
      const name = next.name ?? headerName(header);
      const modified = next.modifiedMs ?? number(header, 136, 12) * 1000;
      next = {};
      if (type === "S")
        tell("archive_entry_unsupported", data, `${name} is stored sparse and is not read`);
      if (type !== "0" && type !== "\0" && type !== "7") continue;
      if (data + size > stored.size) {
        isTold = true;
        tell(
          "archive_corrupt",
          stored.size,
          `the tar ends inside ${name}: ${stored.size - data} of ${size} bytes`,
        );
      }
      if (entries.length === maxEntries) {
        isTold = true;
        tell("archive_limit", at, `holds more than ${maxEntries} entries; the rest is not read`);
        break;
      }
      entries.push({
        name,
        stored: new StoredRegion(stored, data, size),
        deflated: undefined,
        modifiedMs: modified,
      });
    }
  } finally {
    reader.close();
  }
  if (!isTold && (zeros < 2 || stored.size % block !== 0)) {
    tell(
      "archive_corrupt",
      stored.size,
      "the tar does not end as one does, in whole blocks of which two are zeros: it is cut, and entries may be missing",
    );
  }
  return entries;
}

interface Metadata {
  readonly name?: string;
  readonly size?: number;
  readonly modifiedMs?: number;
}

/** The header's sum, its own field taken as blanks. */
function headerFits(header: Buffer): boolean {
  let sum = 8 * 32;
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0;
  const said = /^[ \0]*([0-7]{1,8})[ \0]*$/.exec(header.toString("latin1", 148, 156))?.[1];
  return said !== undefined && Number.parseInt(said, 8) === sum;
}

function headerName(header: Buffer): string {
  const name = text(header.subarray(0, 100));
  const isUstar = header.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? text(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Octal, or base 256 where GNU tar needs more room; nothing sensible is 0. */
function number(header: Buffer, at: number, length: number): number {
  if (((header[at] ?? 0) & 0x80) !== 0) {
    let value = (header[at] ?? 0) & 0x7f;
    for (let i = at + 1; i < at + length; i++) value = value * 256 + (header[i] ?? 0);
    return Number.isSafeInteger(value) ? value : 0;
  }
  const digits = /^[ ]*([0-7]+)/.exec(header.toString("latin1", at, at + length))?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 8);
}

/** `27 path=some/long/name\n`, one after another. */
function paxRecords(bytes: Buffer): Metadata {
  const found: { name?: string; size?: number; modifiedMs?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(32, at);
    const length = blank === -1 ? Number.NaN : Number(bytes.toString("latin1", at, blank));
    if (!(length > blank - at)) break;
    const record = bytes.toString("utf8", blank + 1, at + length - 1);
    const equals = record.indexOf("=");
    const value = record.slice(equals + 1);
    switch (record.slice(0, equals)) {
      case "path":
        found.name = value;
        break;
      case "size":
        if (/^\d{1,15}$/.test(value)) found.size = Number(value);
        break;
      case "mtime":
        if (/^\d{1,11}(?:\.\d+)?$/.test(value)) found.modifiedMs = Math.round(Number(value) * 1000);
        break;
      default:
        break;
    }
    at += length;
  }
  return found;
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
}
