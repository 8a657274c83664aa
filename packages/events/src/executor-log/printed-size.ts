/** Printed sizes (`12.3 MiB`, `947.0 B`) read from bytes: every value that prints so (spec/memory-model.md 5.2). */
import type { ByteInterval } from "@respark/core";

const SPACE = 32;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const BIG_B = 66;
const SMALL_I = 105;
/** Of `K`, `M`, `G`, `T`, `P`, `E`: where they stand in the row of units; 0 is bytes. */
const UNIT_OF_LETTER: ReadonlyMap<number, number> = new Map(
  [..."KMGTPE"].map((letter, i) => [letter.charCodeAt(0), i + 1]),
);

/**
 * Reads sizes without making strings of them; `read` leaves the position behind the size in `end`.
 * Equal sizes share one interval: logs repeat few values very often.
 */
export class PrintedSizeReader {
  /** One past the last byte of the size read last. */
  end = 0;
  private tenths = 0;
  private unit = 0;
  private readonly keys = new Float64Array(4096).fill(Number.NaN);
  private readonly intervals = new Array<ByteInterval | undefined>(4096);

  /** True when a size starts at `start`; its value is then in `interval()`. */
  scan(buffer: Buffer, start: number, limit: number): boolean {
    let at = start;
    const negative = buffer[at] === MINUS;
    if (negative) at++;
    let tenths = 0;
    const first = at;
    let byte = buffer[at] ?? 0;
    while (at < limit && byte >= ZERO && byte <= NINE) {
      tenths = tenths * 10 + (byte - ZERO);
      byte = buffer[++at] ?? 0;
    }
    if (at === first || at + 3 >= limit || byte !== DOT) return false;
    const decimal = buffer[at + 1] ?? 0;
    if (decimal < ZERO || decimal > NINE || buffer[at + 2] !== SPACE) return false;
    tenths = tenths * 10 + (decimal - ZERO);
    at += 3;
    const letter = buffer[at] ?? 0;
    let unit = 0;
    if (letter === BIG_B) {
      at += 1;
    } else {
      unit = UNIT_OF_LETTER.get(letter) ?? -1;
      if (unit < 0) return false;
      at++;
      if (buffer[at] === SMALL_I) at++;
      if (at >= limit || buffer[at] !== BIG_B) return false;
      at++;
    }
    if (at > limit || tenths > Number.MAX_SAFE_INTEGER / 10) return false;
    this.tenths = negative ? -tenths : tenths;
    this.unit = unit;
    this.end = at;
    return true;
  }

  /** The value scanned last, as one number that `interval` understands. */
  get key(): number {
    return this.tenths * 8 + this.unit;
  }

  /** What `key` can mean; undefined when no safe integer prints so. */
  interval(key: number): ByteInterval | undefined {
    const slot = Math.abs((key ^ (key >>> 9)) & 4095);
    if (this.keys[slot] === key) return this.intervals[slot];
    const unit = ((key % 8) + 8) % 8;
    const made = intervalOf((key - unit) / 8, unit);
    this.keys[slot] = key;
    this.intervals[slot] = made;
    return made;
  }
}

/** Parse inverse of `bytesToString`: tenths and unit (0 bytes, 1 KiB …) to bytes, both ends included. */
function intervalOf(tenths: number, unit: number): ByteInterval | undefined {
  if (unit === 0) {
    // Bytes always end in `.0 B`, negative ones too.
    return tenths % 10 === 0 ? { atLeast: tenths / 10, atMost: tenths / 10 } : undefined;
  }
  if (tenths < 0) return undefined;
  const size = 1024n ** BigInt(unit);
  const t = BigInt(tenths);
  const least = (value: bigint): bigint => (value + 19n) / 20n;
  const low = least((2n * t - 1n) * size);
  const high = least((2n * t + 1n) * size) - 1n;
  const atLeast = low > 2n * size ? low : 2n * size;
  const top = 2n * size * 1024n - 1n;
  const atMost = unit < 6 && high > top ? top : high;
  if (atLeast > atMost || atMost > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return { atLeast: Number(atLeast), atMost: Number(atMost) };
}
