/** Text that comes again and again (executor ids, hosts), decoded once: bytes → the same string. */

const tableSize = 1024;
/** Longer text is not worth comparing. */
const maxInternedBytes = 128;

interface Entry {
  readonly bytes: Buffer;
  readonly text: string;
}

/** A direct-mapped cache: bounded, and a collision only costs a new decode. */
export class InternedText {
  readonly #entries: (Entry | undefined)[] = Array.from({ length: tableSize });

  /** UTF-8 text of `buffer[start, end)`. */
  read(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > maxInternedBytes) return buffer.toString("utf8", start, end);
    // The end tells ids and hosts apart; a collision costs a decode, never a wrong text.
    let hash = length;
    for (let at = length > 4 ? end - 4 : start; at < end; at++) {
      hash = Math.imul(hash, 31) + (buffer[at] ?? 0);
    }
    const place = (hash ^ (hash >>> 16)) & (tableSize - 1);
    const entry = this.#entries[place];
    if (entry !== undefined && holds(entry.bytes, buffer, start, length)) {
      return entry.text;
    }
    const bytes = Buffer.from(buffer.subarray(start, end));
    const text = bytes.toString("utf8");
    this.#entries[place] = { bytes, text };
    return text;
  }
}

function holds(bytes: Buffer, buffer: Buffer, start: number, length: number): boolean {
  if (bytes.length !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[at] !== buffer[start + at]) return false;
  return true;
}
