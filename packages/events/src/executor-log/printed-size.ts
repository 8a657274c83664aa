/**
 * Printed sizes (`12.3 MiB`, `947.0 B`) read from bytes: every value that prints so
 * (spec/memory-model.md 5.2).
 */
import { type ByteInterval, printedSize } from "@respark/core";

const SPACE = 32;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const BIG_B = 66;
const SMALL_I = 105;
/**
 * Of `B`, `K`, `M`, `G`, `T`, `P`, `E`: where they stand in the row of units, from 0; -1 for other
 * letters.
 */
const UNIT_OF_LETTER: Int8Array = Int8Array.from({ length: 256 }, (_, byte) =>
  "BKMGTPE".indexOf(String.fromCharCode(byte)),
);
const LABELS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;
const REMEMBERED = 65_536;
/** Sizes of up to eight bytes, which are nearly all, are known again by these. */
const SHORT = 8;
/** Few, so that they stay in the nearest cache: a miss there costs as much as the reading. */
const SHORT_REMEMBERED = 1024;

/**
 * Reads sizes without making strings of them; `read` leaves the position behind the size in `end`.
 * Equal sizes share one interval: logs repeat few values very often, so eight bytes that were read
 * before are not read again.
 */
export class PrintedSizeReader {
  /** One past the last byte of the size read last. */
  end = 0;
  private tenths = 0;
  private unit = 0;
  private readonly keys = new Float64Array(REMEMBERED).fill(Number.NaN);
  private readonly intervals: (ByteInterval | undefined)[] = Array.from({ length: REMEMBERED });

  /** Eight bytes that began with a size, as two words; how long the size is, and what it is. */
  private readonly shortWords = new Int32Array(2 * SHORT_REMEMBERED);
  private readonly shortLengths = new Uint8Array(SHORT_REMEMBERED);
  private readonly shortIntervals: (ByteInterval | undefined)[] = Array.from({
    length: SHORT_REMEMBERED,
  });

  /**
   * What the size that starts at `start` can mean; undefined when none does, or no safe integer
   * prints so.
   */
  read(view: DataView, start: number, limit: number): ByteInterval | undefined {
    if (start + SHORT > limit) return this.readWhole(view, start, limit);
    const first = view.getInt32(start, true);
    const second = view.getInt32(start + 4, true);
    const hash = Math.imul(Math.imul(first, 0x9e_37_79_b1) ^ second, 0x85_eb_ca_6b);
    const slot = (hash >>> 15) & (SHORT_REMEMBERED - 1);
    const words = this.shortWords;
    if (words[2 * slot] === first && words[2 * slot + 1] === second) {
      const length = this.shortLengths[slot] ?? 0;
      if (length > 0) {
        this.end = start + length;
        return this.shortIntervals[slot];
      }
    }
    const interval = this.readWhole(view, start, limit);
    if (interval !== undefined && this.end <= start + SHORT) {
      words[2 * slot] = first;
      words[2 * slot + 1] = second;
      this.shortLengths[slot] = this.end - start;
      this.shortIntervals[slot] = interval;
    }
    return interval;
  }

  private readWhole(view: DataView, start: number, limit: number): ByteInterval | undefined {
    return this.scan(view, start, limit) ? this.interval(this.key) : undefined;
  }

  /** True when a size starts at `start`; its value is then in `interval()`. */
  private scan(view: DataView, start: number, limit: number): boolean {
    let at = start;
    // The shortest: `0.0 B`
    if (at + 5 > limit) return false;
    const negative = view.getUint8(at) === MINUS;
    if (negative) at++;
    let tenths = 0;
    const first = at;
    let byte = view.getUint8(at);
    while (byte >= ZERO && byte <= NINE) {
      tenths = tenths * 10 + (byte - ZERO);
      if (++at >= limit) return false;
      byte = view.getUint8(at);
    }
    if (at === first || at + 3 >= limit || byte !== DOT) return false;
    const decimal = view.getUint8(at + 1);
    if (decimal < ZERO || decimal > NINE || view.getUint8(at + 2) !== SPACE) return false;
    tenths = tenths * 10 + (decimal - ZERO);
    at += 3;
    const unit = UNIT_OF_LETTER[view.getUint8(at)] ?? -1;
    if (unit < 0) return false;
    at++;
    if (unit > 0) {
      if (at < limit && view.getUint8(at) === SMALL_I) at++;
      if (at >= limit || view.getUint8(at) !== BIG_B) return false;
      at++;
    }
    if (tenths > Number.MAX_SAFE_INTEGER / 10) return false;
    this.tenths = negative ? -tenths : tenths;
    this.unit = unit;
    this.end = at;
    return true;
  }

  /** The value scanned last, as one number that `interval` understands. */
  private get key(): number {
    return this.tenths * 8 + this.unit;
  }

  /** What `key` can mean; undefined when no safe integer prints so. */
  private interval(key: number): ByteInterval | undefined {
    const slot = (key ^ (key >>> 16)) & (REMEMBERED - 1);
    if (this.keys[slot] === key) return this.intervals[slot];
    const unit = ((key % 8) + 8) % 8;
    const tenths = (key - unit) / 8;
    const made = printedSize(`${(tenths / 10).toFixed(1)} ${LABELS[unit] ?? ""}`);
    this.keys[slot] = key;
    this.intervals[slot] = made;
    return made;
  }
}
