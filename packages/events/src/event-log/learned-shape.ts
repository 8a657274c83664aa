/**
 * The fast path of hot events: a line's literal skeleton is learned once from JSON that parsed,
 * then later lines are verified against it byte for byte, and only the holes (numbers, text, flags)
 * are read.
 *
 * A line that matches is valid JSON with the same keys in the same places, so the result never
 * depends on Spark's key order; a line that does not match is declined and goes through JSON.parse.
 * Only the inside of opaque arrays is skipped unread: damage in there goes unnoticed unless another
 * event begins in it.
 */
import { holdsEvent, type LineBytes } from "./event.ts";
import { InternedText } from "./interned-text.ts";
import {
  type Constancy,
  learnShape,
  maxMetrics,
  numberHole,
  type Shape,
  type ShapeFields,
  textHole,
  wordAt,
  wordHole,
} from "./shape.ts";

const maxShapes = 24;
/** Lines that teach nothing cost a walk each; after so many, no further ones are tried. */
const maxRefusals = 256;

/**
 * Every so many lines of a shape one is looked at for what is constant, until there were so many.
 */
const lookEvery = 17;
const looksToFreeze = 8;
/** Then each line that differs after all is looked at, up to so many in all. */
const maxLooks = 48;
const maxLookBytes = 64 * 1024;
/**
 * How many misses more than hits a frozen shape may have before its general sister is tried first.
 */
const frozenCredit = 64;

const noNames: readonly string[] = [];

/** The shapes learned for one event, and the values read from the line that matched last. */
export class LearnedShapes {
  readonly #wanted: ShapeFields;
  readonly #shapes: Shape[] = [];
  readonly #numbers: Float64Array;
  /** Start and end of each text, then of each array; −1: absent. */
  readonly #ranges: Int32Array;
  readonly #interned = new InternedText();
  #refusals = 0;
  #matched = false;
  #buffer: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #metricNames = noNames;
  /** General shape → the frozen one made of it. */
  readonly #sisters = new Map<Shape, Shape>();
  /** The shape whose constants stand in the slots. */
  #filled: Shape | undefined;

  constructor(wanted: ShapeFields) {
    this.#wanted = wanted;
    this.#numbers = new Float64Array(wanted.fields.length + maxMetrics).fill(Number.NaN);
    this.#ranges = new Int32Array(2 * (wanted.fields.length + wanted.arrays.length)).fill(-1);
  }

  /** True when the line has a learned shape; its values can then be read until the next call. */
  match(line: LineBytes): boolean {
    const { buffer, start, end } = line;
    if (this.#buffer !== buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    }
    const shapes = this.#shapes;
    for (let k = 0; k < shapes.length; k++) {
      const shape = shapes[k];
      if (shape === undefined) break;
      if (this.#fits(shape, buffer, start, end)) {
        if (shape !== this.#filled) this.#fillConstants(shape);
        shape.hits++;
        this.#promote(shape, k);
        if (shape.constancy !== undefined) this.#look(shape, shape.constancy, line);
        this.#matched = true;
        return true;
      }
      // It may have filled some slots before it failed.
      this.#filled = undefined;
    }
    this.#matched = false;
    return false;
  }

  /**
   * Learns from the line that was matched last, which is valid JSON; nothing to learn if a shape
   * did fit.
   */
  learn({ buffer, start, end }: LineBytes): void {
    if (this.#matched || this.#shapes.length >= maxShapes || this.#refusals >= maxRefusals) return;
    const shape = learnShape(buffer.subarray(start, end), this.#wanted);
    if (shape === undefined) this.#refusals++;
    else this.#shapes.push(shape);
  }

  /** The number in a slot; NaN when this line has none. */
  number(slot: number): number {
    return this.#numbers[slot] ?? Number.NaN;
  }

  integer(slot: number): number | undefined {
    const value = this.#numbers[slot];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  flag(slot: number): boolean | undefined {
    const value = this.#numbers[slot];
    return value === undefined || Number.isNaN(value) ? undefined : value === 1;
  }

  text(slot: number): string | undefined {
    const start = this.#ranges[2 * slot] ?? -1;
    if (start < 0) return undefined;
    return this.#interned.read(this.#buffer, start, this.#ranges[2 * slot + 1] ?? start);
  }

  /**
   * Where an opaque array's content begins and ends in the line's buffer; undefined when absent.
   */
  arrayStart(array: number): number | undefined {
    const start = this.#ranges[2 * (this.#wanted.fields.length + array)] ?? -1;
    return start < 0 ? undefined : start;
  }

  arrayEnd(array: number): number {
    return this.#ranges[2 * (this.#wanted.fields.length + array) + 1] ?? -1;
  }

  /** Keys of the metrics object in this line's shape; the same array for the same shape. */
  get metricNames(): readonly string[] {
    return this.#metricNames;
  }

  metric(index: number): number {
    return this.#numbers[this.#wanted.fields.length + index] ?? Number.NaN;
  }

  #promote(shape: Shape, k: number): void {
    const before = this.#shapes[k - 1];
    if (before === undefined || before.hits >= shape.hits) return;
    this.#shapes[k - 1] = shape;
    this.#shapes[k] = before;
  }

  #fits(shape: Shape, buffer: Buffer, start: number, end: number): boolean {
    const { kinds, literals, literalStarts, literalView, slots } = shape;
    const view = this.#view;
    const numbers = this.#numbers;
    const ranges = this.#ranges;
    const holes = kinds.length;
    let at = start;
    for (let hole = 0; ; hole++) {
      let from = literalStarts[hole] ?? 0;
      const to = literalStarts[hole + 1] ?? 0;
      if (at + to - from > end) return false;
      if (to - from >= 8) {
        for (; from + 8 <= to; from += 8, at += 8) {
          if (literalView.getFloat64(from, true) !== view.getFloat64(at, true)) return false;
        }
        // The rest with the last eight bytes again, whole.
        if (from < to) {
          at += to - from;
          if (literalView.getFloat64(to - 8, true) !== view.getFloat64(at - 8, true)) return false;
        }
      } else for (; from < to; from++, at++) if (literals[from] !== buffer[at]) return false;
      if (hole === holes) break;

      const slot = slots[hole] ?? -1;
      const kind = kinds[hole];
      if (kind === numberHole) {
        // What ends a number is verified by the literal behind it: fractions, exponents and leading
        // zeros do not fit.
        let byte = buffer[at] ?? 0;
        const negative = byte === 0x2d;
        if (negative) byte = buffer[++at] ?? 0;
        let value = byte - 0x30;
        if (value < 0 || value > 9) return false;
        byte = buffer[++at] ?? 0;
        if (value !== 0 && byte >= 0x30 && byte <= 0x39) {
          const first = at;
          do {
            value = value * 10 + (byte - 0x30);
            byte = buffer[++at] ?? 0;
          } while (byte >= 0x30 && byte <= 0x39);
          // Beyond 15 digits, doubles may not hold it.
          if (at - first > 14) return false;
        }
        if (slot >= 0) numbers[slot] = negative ? -value : value;
      } else if (kind === textHole) {
        const first = at;
        for (let byte = buffer[at]; byte !== 0x22; byte = buffer[++at]) {
          // Escapes are left to JSON.parse, raw control characters are its to refuse.
          if (byte === undefined || byte === 0x5c || byte < 0x20 || at >= end) return false;
        }
        if (slot >= 0) {
          ranges[2 * slot] = first;
          ranges[2 * slot + 1] = at;
        }
      } else if (kind === wordHole) {
        const word = wordAt(buffer, at);
        if (word === 0) return false;
        at += word === 2 ? 5 : 4;
        if (slot >= 0) numbers[slot] = word === 1 ? 1 : word === 2 ? 0 : Number.NaN;
      } else {
        const close = this.#closeOf(shape, hole, at, end);
        if (close < 0) return false;
        if (slot >= 0) {
          ranges[2 * slot] = at;
          ranges[2 * slot + 1] = close;
        }
        at = close;
      }
    }
    if (at !== end) return false;
    return true;
  }

  /**
   * What this shape's holes do not fill. Nothing overwrites it while the same shape fits line after
   * line.
   */
  #fillConstants(shape: Shape): void {
    shape.constantSlots.forEach((slot, k) => {
      this.#numbers[slot] = shape.constants[k] ?? Number.NaN;
    });
    for (const slot of shape.absentRanges) this.#ranges[2 * slot] = -1;
    this.#metricNames = shape.metricNames;
    this.#filled = shape;
  }

  /**
   * A line that the general shape took. Once enough were looked at, a frozen sister, with constants
   * for literals, is tried before it; a line that still comes here shows which of them is none.
   */
  #look(shape: Shape, constancy: Constancy, { buffer, start, end }: LineBytes): void {
    if (constancy.lines >= maxLooks || end - start > maxLookBytes) return;
    const isFrozen = constancy.lines >= looksToFreeze;
    if (!isFrozen && shape.hits % lookEvery !== 0) return;
    constancy.see(buffer.subarray(start, end));
    if (constancy.lines < looksToFreeze) return;
    const frozen = constancy.frozen(shape.metricNames);
    frozen.hits = shape.hits + frozenCredit;
    const sister = this.#sisters.get(shape);
    if (sister !== undefined) this.#shapes.splice(this.#shapes.indexOf(sister), 1);
    this.#shapes.splice(this.#shapes.indexOf(shape), 0, frozen);
    this.#sisters.set(shape, frozen);
  }

  /**
   * Where an opaque array closes: at the literal that follows it, `]},"Next Key":…`. That literal
   * holds an unescaped quoted key, which no string can, so a hit is never inside a value of the
   * array. Looked for near the line's end first, where it was last time: accumulables can be 90 %
   * of a line.
   */
  #closeOf(shape: Shape, hole: number, at: number, end: number): number {
    const from = shape.literalStarts[hole + 1] ?? 0;
    const length = (shape.literalStarts[hole + 2] ?? 0) - from;
    if (hole + 1 === shape.kinds.length) return end - length >= at ? end - length : -1;
    const tail = shape.tails[hole] ?? 0;
    const near = Math.max(at, end - tail);
    let close = this.#find(shape, from, length, near, end);
    if (close < 0 && near > at) close = this.#find(shape, from, length, at, end);
    const needed = end - close + 64;
    if (close >= 0 && (needed > tail || needed < tail - 512)) shape.tails[hole] = needed;
    return holdsEvent(this.#buffer, at, close) ? -1 : close;
  }

  #find(shape: Shape, from: number, length: number, start: number, end: number): number {
    const { literals, literalView } = shape;
    const view = this.#view;
    const head = literalView.getInt32(from, true);
    const last = end - length;
    search: for (let at = start; at <= last; at++) {
      if (view.getInt32(at, true) !== head) continue;
      for (let k = 4; k < length; k++) {
        if (literals[from + k] !== this.#buffer[at + k]) continue search;
      }
      return at;
    }
    return -1;
  }
}
