/**
 * The fast path of hot events: a line's literal skeleton is learned once from JSON that parsed, then later lines
 * are verified against it byte for byte, and only the holes (numbers, text, flags) are read.
 *
 * A line that matches is valid JSON with the same keys in the same places, so the result never depends on Spark's
 * key order; a line that does not match is declined and goes through JSON.parse. Only the inside of opaque arrays
 * is skipped unread.
 */
import type { LineBytes } from "./event.ts";
import { InternedText } from "./interned-text.ts";

const numberHole = 1;
const textHole = 2;
const wordHole = 3;
const arrayHole = 4;

const maxShapes = 16;
/** Lines that teach nothing cost a walk each; after so many, no further ones are tried. */
const maxRefusals = 256;
const maxHoles = 400;
const maxDepth = 16;
const maxMetrics = 64;

interface Field {
  readonly path: string;
  readonly kind: number;
  readonly required: boolean;
}

/** The fields that a decoder wants of a line, each with a slot of its own. */
export class ShapeFields {
  readonly fields: Field[] = [];
  /** Arrays whose content is skipped and handed over as a range of bytes. */
  readonly arrays: string[] = [];
  /** The object whose numbers are all wanted, whatever their keys (executor metrics). */
  metricsPath: string | undefined;

  /** An integer; a shape without it is not learned. */
  need(...path: readonly string[]): number {
    return this.#add(path, numberHole, true);
  }

  /** Text; a shape without it is not learned. */
  needText(...path: readonly string[]): number {
    return this.#add(path, textHole, true);
  }

  integer(...path: readonly string[]): number {
    return this.#add(path, numberHole, false);
  }

  text(...path: readonly string[]): number {
    return this.#add(path, textHole, false);
  }

  flag(...path: readonly string[]): number {
    return this.#add(path, wordHole, false);
  }

  array(...path: readonly string[]): number {
    return this.arrays.push(joined(path)) - 1;
  }

  metrics(...path: readonly string[]): void {
    this.metricsPath = joined(path);
  }

  #add(path: readonly string[], kind: number, required: boolean): number {
    return this.fields.push({ path: joined(path), kind, required }) - 1;
  }
}

/** A raw line feed cannot stand in a JSON key, so paths cannot collide. */
function joined(path: readonly string[]): string {
  return path.map((key) => `\n${key}`).join("");
}

/** What was learned from one line: literals between holes, and where each hole's value goes. */
interface Shape {
  /** All literals, one after the other. */
  readonly literals: Buffer;
  readonly literalView: DataView;
  /** Where literal k begins in `literals`; one more than literals. */
  readonly literalStarts: Int32Array;
  readonly kinds: Uint8Array;
  /** Slot of each hole's value; −1: not wanted. */
  readonly slots: Int32Array;
  /** Of array holes: how far from the line's end their end was seen last, and a little more. */
  readonly tails: Int32Array;
  readonly metricNames: readonly string[];
  /** Slots of wanted fields that this shape lacks. */
  readonly absentNumbers: Int32Array;
  readonly absentTexts: Int32Array;
  readonly absentArrays: Int32Array;
  hits: number;
}

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

  constructor(wanted: ShapeFields) {
    this.#wanted = wanted;
    this.#numbers = new Float64Array(wanted.fields.length + maxMetrics).fill(Number.NaN);
    this.#ranges = new Int32Array(2 * (wanted.fields.length + wanted.arrays.length)).fill(-1);
  }

  /** True when the line has a learned shape; its values can then be read until the next call. */
  match({ buffer, start, end }: LineBytes): boolean {
    if (this.#buffer !== buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    }
    const shapes = this.#shapes;
    for (let k = 0; k < shapes.length; k++) {
      const shape = shapes[k];
      if (shape === undefined || !this.#fits(shape, buffer, start, end)) continue;
      shape.hits++;
      this.#promote(shape, k);
      this.#metricNames = shape.metricNames;
      this.#matched = true;
      return true;
    }
    this.#matched = false;
    return false;
  }

  /** Learns from the line that was matched last, which is valid JSON; nothing to learn if a shape did fit. */
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

  /** Where an opaque array's content begins and ends in the line's buffer; undefined when absent. */
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
      for (; from + 4 <= to; from += 4, at += 4) {
        if (literalView.getInt32(from, true) !== view.getInt32(at, true)) return false;
      }
      for (; from < to; from++, at++) if (literals[from] !== buffer[at]) return false;
      if (hole === holes) break;

      const slot = slots[hole] ?? -1;
      const kind = kinds[hole];
      if (kind === numberHole) {
        // Overshooting the line is caught by the next literal's bound: a number is never last.
        let byte = buffer[at] ?? 0;
        const negative = byte === 0x2d;
        if (negative) byte = buffer[++at] ?? 0;
        const first = at;
        let value = 0;
        while (byte >= 0x30 && byte <= 0x39) {
          value = value * 10 + (byte - 0x30);
          byte = buffer[++at] ?? 0;
        }
        const digits = at - first;
        // Fractions, exponents, leading zeros and numbers that may exceed 2^53 are left to JSON.parse.
        if (digits === 0 || digits > 15 || byte === 0x2e || byte === 0x45 || byte === 0x65) {
          return false;
        }
        if (digits > 1 && buffer[first] === 0x30) return false;
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
    for (const slot of shape.absentNumbers) numbers[slot] = Number.NaN;
    for (const slot of shape.absentTexts) ranges[2 * slot] = -1;
    for (const slot of shape.absentArrays) ranges[2 * slot] = -1;
    return true;
  }

  /**
   * Where an opaque array closes: at the literal that follows it, `]},"Next Key":…`. That literal holds an unescaped
   * quoted key, which no string can, so a hit is never inside a value of the array. Looked for near the line's end
   * first, where it was last time: accumulables can be 90 % of a line.
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
    return close;
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

/** 1: `true`, 2: `false`, 3: `null`, 0: none of them. */
function wordAt(buffer: Buffer, at: number): number {
  const byte = buffer[at];
  if (byte === 0x74) return spells(buffer, at, "true") ? 1 : 0;
  if (byte === 0x66) return spells(buffer, at, "false") ? 2 : 0;
  return spells(buffer, at, "null") ? 3 : 0;
}

function spells(buffer: Buffer, at: number, word: string): boolean {
  for (let k = 0; k < word.length; k++) if (buffer[at + k] !== word.charCodeAt(k)) return false;
  return true;
}

interface Hole {
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly slot: number;
}

/** undefined: this line has something that no skeleton can hold (lists of objects, escaped or repeated keys). */
function learnShape(line: Buffer, wanted: ShapeFields): Shape | undefined {
  const walk = new ShapeWalk(line, wanted);
  return walk.walked() ? walk.shape() : undefined;
}

/** Walks one line of valid JSON and notes its holes. */
class ShapeWalk {
  readonly #line: Buffer;
  readonly #wanted: ShapeFields;
  readonly #holes: Hole[] = [];
  readonly #metricNames: string[] = [];
  readonly #seen = new Set<string>();
  #at = 0;

  constructor(line: Buffer, wanted: ShapeFields) {
    this.#line = line;
    this.#wanted = wanted;
  }

  walked(): boolean {
    return (
      this.#value("", 0) &&
      this.#holes.length <= maxHoles &&
      this.#metricNames.length <= maxMetrics &&
      this.#wanted.fields.every((field) => !field.required || this.#seen.has(field.path))
    );
  }

  shape(): Shape {
    const holes = this.#holes;
    const pieces: Buffer[] = [];
    const starts = new Int32Array(holes.length + 2);
    let length = 0;
    let from = 0;
    holes.forEach((hole, k) => {
      pieces.push(this.#line.subarray(from, hole.from));
      length += hole.from - from;
      starts[k + 1] = length;
      from = hole.to;
    });
    pieces.push(this.#line.subarray(from));
    starts[holes.length + 1] = length + this.#line.length - from;
    const literals = Buffer.concat(pieces);
    const { fields, arrays } = this.#wanted;
    const absent = (kinds: readonly number[]): Int32Array =>
      Int32Array.from(
        [...fields.keys()].filter((slot) => {
          const field = fields[slot];
          return field && kinds.includes(field.kind) && !this.#seen.has(field.path);
        }),
      );
    return {
      literals,
      literalView: new DataView(literals.buffer, literals.byteOffset, literals.byteLength),
      literalStarts: starts,
      kinds: Uint8Array.from(holes, (hole) => hole.kind),
      slots: Int32Array.from(holes, (hole) => hole.slot),
      tails: new Int32Array(holes.length),
      metricNames: this.#metricNames,
      absentNumbers: absent([numberHole, wordHole]),
      absentTexts: absent([textHole]),
      absentArrays: Int32Array.from(
        [...arrays.keys()]
          .filter((array) => !this.#seen.has(arrays[array] ?? ""))
          .map((array) => fields.length + array),
      ),
      hits: 0,
    };
  }

  #value(path: string, depth: number): boolean {
    this.#skipSpace();
    const byte = this.#line[this.#at];
    if (byte === 0x7b) return depth < maxDepth && this.#object(path, depth);
    if (byte === 0x5b) return this.#array(path);
    if (byte === 0x22) {
      const from = this.#at + 1;
      this.#skipText();
      // The event's name stays literal: a shape belongs to one event.
      return path === "\nEvent" || this.#hole(textHole, from, this.#at - 1, path);
    }
    const from = this.#at;
    const word = wordAt(this.#line, from);
    if (word > 0) {
      this.#at += word === 2 ? 5 : 4;
      return this.#hole(wordHole, from, this.#at, path);
    }
    while (/[-+.eE\d]/.test(String.fromCharCode(this.#line[this.#at] ?? 0))) this.#at++;
    return this.#hole(numberHole, from, this.#at, path);
  }

  #object(path: string, depth: number): boolean {
    this.#at++;
    for (;;) {
      this.#skipSpace();
      const byte = this.#line[this.#at];
      if (byte === 0x7d) {
        this.#at++;
        return true;
      }
      if (byte === 0x2c) {
        this.#at++;
        continue;
      }
      const from = this.#at + 1;
      this.#skipText();
      const key = this.#line.toString("utf8", from, this.#at - 1);
      if (key.includes("\\")) return false;
      this.#skipSpace();
      this.#at++;
      if (!this.#value(`${path}\n${key}`, depth + 1)) return false;
    }
  }

  #array(path: string): boolean {
    const from = ++this.#at;
    const array = this.#wanted.arrays.indexOf(path);
    let open = 1;
    while (open > 0) {
      const byte = this.#line[this.#at];
      if (byte === undefined) return false;
      if (byte === 0x22) {
        this.#skipText();
        continue;
      }
      if (byte === 0x5b) open++;
      else if (byte === 0x5d) open--;
      this.#at++;
    }
    const to = this.#at - 1;
    if (array < 0) return this.#line.toString("latin1", from, to).trim() === "";
    if (this.#seen.has(path)) return false;
    this.#seen.add(path);
    this.#holes.push({ kind: arrayHole, from, to, slot: this.#wanted.fields.length + array });
    return true;
  }

  #hole(kind: number, from: number, to: number, path: string): boolean {
    this.#holes.push({ kind, from, to, slot: -1 });
    const { fields, metricsPath } = this.#wanted;
    const slot = fields.findIndex((field) => field.path === path);
    const isMetric =
      metricsPath !== undefined &&
      path.startsWith(`${metricsPath}\n`) &&
      !path.slice(metricsPath.length + 1).includes("\n");
    if (slot < 0 && !isMetric) return true;
    if (this.#seen.has(path)) return false;
    this.#seen.add(path);
    if (isMetric) {
      if (kind !== numberHole) return false;
      const name = path.slice(metricsPath.length + 1);
      this.#holes.pop();
      this.#holes.push({ kind, from, to, slot: fields.length + this.#metricNames.push(name) - 1 });
      return true;
    }
    if (fields[slot]?.kind !== kind) return false;
    this.#holes.pop();
    this.#holes.push({ kind, from, to, slot });
    return true;
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(String.fromCharCode(this.#line[this.#at] ?? 0))) this.#at++;
  }

  /** From an opening quote to behind the closing one. */
  #skipText(): void {
    this.#at++;
    while (this.#line[this.#at] !== 0x22 && this.#at < this.#line.length) {
      this.#at += this.#line[this.#at] === 0x5c ? 2 : 1;
    }
    this.#at++;
  }
}
