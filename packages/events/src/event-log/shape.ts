/**
 * A shape: the literal skeleton of a line and where its holes are; learned by walking a line of
 * valid JSON.
 */

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

/** The one copy that V8 has of a text: the same text is then the same pointer. */
function internalized(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
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
  /**
   * Number slots that no hole of this shape fills, and what they hold: NaN where the shape lacks
   * the field.
   */
  readonly constantSlots: Int32Array;
  readonly constants: Float64Array;
  /** Text and array slots that this shape lacks. */
  readonly absentRanges: Int32Array;
  /** Finds what never changes in lines of this shape; undefined where that was done already. */
  readonly constancy: Constancy | undefined;
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

/**
 * undefined: this line has something that no skeleton can hold (lists of objects, escaped or
 * repeated keys).
 */
export function learnShape(line: Buffer, wanted: ShapeFields): Shape | undefined {
  const walk = new ShapeWalk(Buffer.from(line), wanted);
  return walk.walked()
    ? shapeOf(walk, wanted, () => false, new Constancy(walk, wanted))
    : undefined;
}

/**
 * Which numbers and flags of a shape were equal in all lines looked at: most numbers of most tasks
 * are 0.
 */
export class Constancy {
  readonly #first: ShapeWalk;
  readonly #wanted: ShapeFields;
  readonly #steady: boolean[];
  /** How many lines were looked at. */
  lines = 1;

  constructor(first: ShapeWalk, wanted: ShapeFields) {
    this.#first = first;
    this.#wanted = wanted;
    this.#steady = first.holes.map(({ kind }) => kind === numberHole || kind === wordHole);
  }

  /** Another line of the shape. */
  see(line: Buffer): void {
    const walk = new ShapeWalk(line, this.#wanted);
    this.lines++;
    if (!walk.walked()) return;
    for (const [k, steady] of this.#steady.entries()) {
      if (steady && walk.textOf(k) !== this.#first.textOf(k)) this.#steady[k] = false;
    }
  }

  /** The same shape with all that is constant taken for literal. */
  frozen(metricNames: readonly string[]): Shape {
    const isSteady = (_: Hole, k: number): boolean => this.#steady[k] === true;
    return shapeOf(this.#first, this.#wanted, isSteady, undefined, metricNames);
  }
}

function shapeOf(
  walk: ShapeWalk,
  { fields, arrays }: ShapeFields,
  isLiteral: (hole: Hole, k: number) => boolean,
  constancy: Constancy | undefined,
  metricNames: readonly string[] = walk.metricNames,
): Shape {
  const holes = walk.holes.filter((hole, k) => !isLiteral(hole, k));
  const pieces: Buffer[] = [];
  const starts: number[] = [0];
  let length = 0;
  let from = 0;
  for (const { from: to, to: next } of [...holes, { from: walk.line.length, to: 0 }]) {
    pieces.push(walk.line.subarray(from, to));
    length += to - from;
    starts.push(length);
    from = next;
  }
  const literals = Buffer.concat(pieces);
  const constants = new Map<number, number>();
  fields.forEach(({ kind, path }, slot) => {
    if (kind !== textHole && !walk.seen.has(path)) constants.set(slot, Number.NaN);
  });
  walk.holes.forEach((hole, k) => {
    if (hole.slot >= 0 && isLiteral(hole, k)) constants.set(hole.slot, constantOf(walk.textOf(k)));
  });
  return {
    literals,
    literalView: new DataView(literals.buffer, literals.byteOffset, literals.byteLength),
    literalStarts: Int32Array.from(starts),
    kinds: Uint8Array.from(holes, (hole) => hole.kind),
    slots: Int32Array.from(holes, (hole) => hole.slot),
    tails: new Int32Array(holes.length),
    metricNames,
    constantSlots: Int32Array.from(constants.keys()),
    constants: Float64Array.from(constants.values()),
    absentRanges: Int32Array.from([
      ...[...fields.keys()].filter((slot) => {
        const field = fields[slot];
        return field?.kind === textHole && !walk.seen.has(field.path);
      }),
      ...[...arrays.keys()]
        .filter((array) => !walk.seen.has(arrays[array] ?? ""))
        .map((array) => fields.length + array),
    ]),
    constancy,
    hits: 0,
  };
}

/** A number, or a flag as `LearnedShapes` holds it. */
function constantOf(text: string): number {
  if (text === "true") return 1;
  if (text === "false") return 0;
  return text === "null" ? Number.NaN : Number(text);
}

/** Walks one line of valid JSON and notes its holes. */
class ShapeWalk {
  readonly line: Buffer;
  readonly holes: Hole[] = [];
  readonly metricNames: string[] = [];
  /** Paths of wanted fields and arrays that the line has. */
  readonly seen: Set<string> = new Set();
  readonly #wanted: ShapeFields;
  #at = 0;

  constructor(line: Buffer, wanted: ShapeFields) {
    this.line = line;
    this.#wanted = wanted;
  }

  walked(): boolean {
    return (
      this.#value("", 0) &&
      this.holes.length <= maxHoles &&
      this.metricNames.length <= maxMetrics &&
      this.#wanted.fields.every((field) => !field.required || this.seen.has(field.path))
    );
  }

  textOf(hole: number): string {
    const { from = 0, to = 0 } = this.holes[hole] ?? {};
    return this.line.toString("latin1", from, to);
  }

  #value(path: string, depth: number): boolean {
    this.#skipSpace();
    const byte = this.line[this.#at];
    if (byte === 0x7b) return depth < maxDepth && this.#object(path, depth);
    if (byte === 0x5b) return this.#array(path);
    if (byte === 0x22) {
      const from = this.#at + 1;
      this.#skipText();
      // The event's name stays literal: a shape belongs to one event.
      return path === "\nEvent" || this.#hole(textHole, from, this.#at - 1, path);
    }
    const from = this.#at;
    const word = wordAt(this.line, from);
    if (word > 0) {
      this.#at += word === 2 ? 5 : 4;
      return this.#hole(wordHole, from, this.#at, path);
    }
    while (/[-+.eE\d]/.test(String.fromCharCode(this.line[this.#at] ?? 0))) this.#at++;
    return this.#hole(numberHole, from, this.#at, path);
  }

  #object(path: string, depth: number): boolean {
    this.#at++;
    for (;;) {
      this.#skipSpace();
      const byte = this.line[this.#at];
      if (byte === 0x7d) {
        this.#at++;
        return true;
      }
      if (byte === 0x2c) {
        this.#at++;
        continue;
      }
      // Lines that a shape fits are not checked for being JSON: a walk may not leave them.
      if (byte !== 0x22) return false;
      const from = this.#at + 1;
      this.#skipText();
      const key = this.line.toString("utf8", from, this.#at - 1);
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
      const byte = this.line[this.#at];
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
    if (array < 0) return this.line.toString("latin1", from, to).trim() === "";
    if (this.seen.has(path)) return false;
    this.seen.add(path);
    this.holes.push({ kind: arrayHole, from, to, slot: this.#wanted.fields.length + array });
    return true;
  }

  #hole(kind: number, from: number, to: number, path: string): boolean {
    this.holes.push({ kind, from, to, slot: -1 });
    const { fields, metricsPath } = this.#wanted;
    const slot = fields.findIndex((field) => field.path === path);
    const isMetric =
      metricsPath !== undefined &&
      path.startsWith(`${metricsPath}\n`) &&
      !path.slice(metricsPath.length + 1).includes("\n");
    if (slot < 0 && !isMetric) return true;
    if (this.seen.has(path)) return false;
    this.seen.add(path);
    if (isMetric) {
      if (kind !== numberHole) return false;
      const name = internalized(path.slice(metricsPath.length + 1));
      this.holes.pop();
      this.holes.push({ kind, from, to, slot: fields.length + this.metricNames.push(name) - 1 });
      return true;
    }
    if (fields[slot]?.kind !== kind) return false;
    this.holes.pop();
    this.holes.push({ kind, from, to, slot });
    return true;
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(String.fromCharCode(this.line[this.#at] ?? 0))) this.#at++;
  }

  /** From an opening quote to behind the closing one. */
  #skipText(): void {
    this.#at++;
    while (this.line[this.#at] !== 0x22 && this.#at < this.line.length) {
      this.#at += this.line[this.#at] === 0x5c ? 2 : 1;
    }
    this.#at++;
  }
}
