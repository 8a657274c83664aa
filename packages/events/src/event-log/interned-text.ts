/** Text that comes again and again (executor ids, hosts), decoded once: bytes → the same string. */

const tableSize = 1024;
/** Longer text is not worth comparing. */
const maxInternedBytes = 128;

interface Entry {
  readonly hash: number;
  readonly bytes: Buffer;
  readonly text: string;
}

/** A direct-mapped cache: bounded, and a collision only costs a new decode. */
export class InternedText {
  readonly #entries: (Entry | undefined)[] = new Array<Entry | undefined>(tableSize).fill(
    undefined,
  );

  /** UTF-8 text of `buffer[start, end)`. */
  read(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > maxInternedBytes) return buffer.toString("utf8", start, end);
    let hash = length;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (buffer[at] ?? 0)) | 0;
    const place = (hash ^ (hash >>> 16)) & (tableSize - 1);
    const entry = this.#entries[place];
    if (entry !== undefined && entry.hash === hash && holds(entry.bytes, buffer, start, length)) {
      return entry.text;
    }
    const bytes = Buffer.from(buffer.subarray(start, end));
    const text = bytes.toString("utf8");
    this.#entries[place] = { hash, bytes, text };
    return text;
  }
}

function holds(bytes: Buffer, buffer: Buffer, start: number, length: number): boolean {
  if (bytes.length !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[at] !== buffer[start + at]) return false;
  return true;
}
