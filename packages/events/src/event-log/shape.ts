/** A shape: the literal skeleton of a line and where its holes are; learned by walking a line of valid JSON. */

export const numberHole = 1;
export const textHole = 2;
/** `true`, `false` or `null`. */
export const wordHole = 3;
/** The inside of an opaque array. */
const arrayHole = 4;

const maxHoles = 400;
const maxDepth = 16;
export const maxMetrics = 64;

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
export interface Shape {
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

/** 1: `true`, 2: `false`, 3: `null`, 0: none of them. */
export function wordAt(buffer: Buffer, at: number): number {
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
export function learnShape(line: Buffer, wanted: ShapeFields): Shape | undefined {
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
