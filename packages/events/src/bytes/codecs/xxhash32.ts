/** xxHash32, the checksum of LZ4Block streams. Follows the xxHash specification 0.1.1. */

const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

/** Of `bytes` from `start` to `end`; unsigned 32 bit. */
export function xxhash32(bytes: Buffer, start: number, end: number, seed: number): number {
  const { imul } = Math;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  let hash: number;
  if (end - start >= 16) {
    let a = (seed + prime1 + prime2) | 0;
    let b = (seed + prime2) | 0;
    let c = seed | 0;
    let d = (seed - prime1) | 0;
    for (const last = end - 16; at <= last; at += 16) {
      a = (a + imul(words.getInt32(at, true), prime2)) | 0;
      a = imul((a << 13) | (a >>> 19), prime1);
      b = (b + imul(words.getInt32(at + 4, true), prime2)) | 0;
      b = imul((b << 13) | (b >>> 19), prime1);
      c = (c + imul(words.getInt32(at + 8, true), prime2)) | 0;
      c = imul((c << 13) | (c >>> 19), prime1);
      d = (d + imul(words.getInt32(at + 12, true), prime2)) | 0;
      d = imul((d << 13) | (d >>> 19), prime1);
    }
    hash =
      (((a << 1) | (a >>> 31)) +
        ((b << 7) | (b >>> 25)) +
        ((c << 12) | (c >>> 20)) +
        ((d << 18) | (d >>> 14))) |
      0;
  } else {
    hash = (seed + prime5) | 0;
  }
  hash = (hash + (end - start)) | 0;
  for (; at + 4 <= end; at += 4) {
    hash = (hash + imul(words.getInt32(at, true), prime3)) | 0;
    hash = imul((hash << 17) | (hash >>> 15), prime4);
  }
  for (; at < end; at++) {
    hash = (hash + imul(bytes[at] ?? 0, prime5)) | 0;
    hash = imul((hash << 11) | (hash >>> 21), prime1);
  }
  hash = imul(hash ^ (hash >>> 15), prime2);
  hash = imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
