/**
 * The matcher of wordings: literals and placeholders compiled to steps over the bytes of a message.
 */
import { Literal } from "./line-bytes.ts";
import { PrintedSizeReader } from "./printed-size.ts";
import { shortText } from "./short-text.ts";

const GAP = 1;
const INT = 2;
const SIZE = 3;
const WORD = 4;
const TEXT = 5;
const END = 6;
/** A word with a literal behind it that begins with another letter than a blank. */
const TIGHT_WORD = 7;
const KINDS: Readonly<Record<string, number>> = {
  gap: GAP,
  int: INT,
  size: SIZE,
  word: WORD,
  text: TEXT,
};

/**
 * Where each step's numbers stand in a compiled wording: what it is, and its literal's end. Behind
 * them, the literal's words. What it is, from the low bits: three of the kind behind the literal,
 * five of the field, the rest is the literal's length.
 */
const WHAT = 0;
const LAST = 1;
const MASK = 2;
const WORDS = 3;
const KIND_BITS = 7;
const FIELD_SHIFT = 3;
const FIELD_BITS = 31;
const LENGTH_SHIFT = 8;

const SPACE = 32;
/** A blank in each of four bytes; the lowest bit of each; the highest. */
const BLANKS = 0x20_20_20_20;
const LOW_BITS = 0x01_01_01_01;
const HIGH_BITS = 0x80_80_80_80 | 0;
/** `0` in each of four bytes; what carries each byte above 9 into its highest bit. */
const ZEROS = 0x30_30_30_30;
const BEYOND_NINE = 0x76_76_76_76;
const TENS: readonly number[] = [1, 10, 100, 1000, 10_000];
const TAB = 9;
const MINUS = 45;
const COLON = 58;
/** `free` as one little-endian word */
const FREE = 0x65_65_72_66;
const ZERO = 48;
const sizes = new PrintedSizeReader();

/**
 * Scratch of the match under way: positions of texts, numbers, keys of sizes. Matching is
 * synchronous and never nested.
 */
const starts = new Int32Array(32);
const ends = new Int32Array(32);
const numbers = new Float64Array(32);
const intervals = Array.from({ length: 32 });

/** A wording compiled to steps over bytes: no string is made before all of it matches. */
export class Wording {
  /** The literal it starts with; empty where a placeholder comes first. */
  readonly prefix: Literal;
  /** It holds a text, which can swallow anything. */
  readonly openEnded: boolean;
  /**
   * All steps in one array: this is the hottest loop of all, and pointers are dear. It may stand
   * anywhere in a longer one.
   */
  readonly program: Int32Array;
  /** The literal behind each step's placeholder. */
  private readonly literals: readonly Literal[];
  /** Kinds of the values, in order. */
  private readonly fields: readonly number[];
  /**
   * How many of the values, from the first, are asked for: no string is made of the others. Behind
   * these three bits, two of each one's form.
   */
  private readonly asked: number;

  /** `takes`: how many values, and what is around them, a fact is made of. */
  constructor(says: string, takes = 0) {
    const program: number[] = [];
    const fields: number[] = [];
    const literals: Literal[] = [];
    let literal = "";
    let stepAt = 0;
    let kindBefore = END;
    const step = (kind: number): void => {
      const made = new Literal(literal);
      const { length, lastWord, mask, words } = made;
      // A literal of whole words ends in the last word, which is compared on its own.
      const before = words.subarray(0, Math.max(Math.ceil(length / 4) - 1, 0));
      const what = kind | (fields.length << FIELD_SHIFT) | (length << LENGTH_SHIFT);
      if (made.length > 0 && made.first !== SPACE && kindBefore === WORD) {
        program[stepAt] = (program[stepAt] ?? 0) | TIGHT_WORD;
      }
      stepAt = program.length;
      kindBefore = kind;
      program.push(what, lastWord, mask, ...before);
      literals.push(made);
      literal = "";
    };
    for (const piece of says.split(/(\{(?:int|size|word|text|gap)\})/)) {
      const kind = KINDS[/^\{(\w+)\}$/.exec(piece)?.[1] ?? ""];
      if (kind === undefined) literal += piece;
      else {
        step(kind);
        if (kind > GAP) fields.push(kind);
      }
    }
    step(END);
    this.program = Int32Array.from(program);
    this.openEnded = says.includes("{text}");
    this.fields = fields;
    const asked = fields.slice(0, Math.min(takes, fields.length, ASKED_BITS));
    this.asked = asked.reduce(
      (bits, kind, i) => bits | (formOf(kind) << (FORMS_SHIFT + 2 * i)),
      asked.length,
    );
    this.literals = literals;
    this.prefix = literals[0] ?? new Literal("");
  }

  /**
   * True when the bytes say exactly this (blanks at the end aside); the values are then in the
   * scratch, until the next call. `code` holds a copy of the program from `origin` on.
   */
  matches(code: Int32Array, origin: number, view: DataView, start: number, end: number): boolean {
    let at = start;
    let counter = origin;
    for (let i = 1; ; i++) {
      const what = code[counter + WHAT] ?? 0;
      const length = what >> LENGTH_SHIFT;
      let next = counter + WORDS;
      if (length > 0) {
        const behind = at + length;
        if (behind > end || behind < 4) return false;
        // Shorter than a word: its bytes stand last in the word, and the mask leaves out what is
        // before.
        const last =
          (view.getInt32(behind - 4, true) ^ (code[counter + LAST] ?? 0)) &
          (code[counter + MASK] ?? 0);
        if (last !== 0) return false;
        for (; at < behind - 4; at += 4) {
          if (view.getInt32(at, true) !== code[next++]) return false;
        }
        at = behind;
      }
      const field = (what >> FIELD_SHIFT) & FIELD_BITS;
      const kind = what & KIND_BITS;
      counter = next;
      switch (kind) {
        case INT: {
          const negative = at < end && view.getUint8(at) === MINUS;
          if (negative) at++;
          const from = at;
          let value = 0;
          for (;;) {
            // Four letters at once: how many of them are digits, and what these are worth.
            if (at + 4 > end) {
              for (; at < end; at++) {
                const digit = view.getUint8(at) - ZERO;
                if (digit < 0 || digit > 9) break;
                value = value * 10 + digit;
              }
              break;
            }
            const letters = view.getInt32(at, true) ^ ZEROS;
            const others = ((letters + BEYOND_NINE) | letters) & HIGH_BITS;
            const digits = others === 0 ? 4 : (31 - Math.clz32(others & -others)) >> 3;
            if (digits === 0) break;
            const tens = letters << (32 - 8 * digits);
            const hundreds = Math.imul(tens, 10) + (tens >>> 8);
            value =
              value * (TENS[digits] ?? 0) + (hundreds & 255) * 100 + ((hundreds >>> 16) & 255);
            at += digits;
            if (digits < 4) break;
          }
          if (at === from || value > Number.MAX_SAFE_INTEGER) return false;
          numbers[field] = negative ? -value : value;
          break;
        }
        case SIZE: {
          const interval = sizes.read(view, at, end);
          if (interval === undefined) return false;
          if (interval.atMost < 0 && !isFree(view, at)) return false;
          intervals[field] = interval;
          at = sizes.end;
          break;
        }
        case GAP: {
          const from = at;
          while (at < end && view.getUint8(at) === SPACE) at++;
          if (at === from) return false;
          break;
        }
        case WORD:
        case TIGHT_WORD: {
          const from = at;
          // A literal that begins with a blank is compared by the next step; another may stand
          // within the word.
          at = findBlank(view, at, end);
          if (kind === TIGHT_WORD) at = this.endOfTightWord(view, from, at, end, i);
          if (at <= from) return false;
          starts[field] = from;
          ends[field] = at;
          break;
        }
        case TEXT: {
          const from = at;
          at = this.behindText(view, at, end, i, (code[counter] ?? END) & KIND_BITS);
          if (at < 0) return false;
          starts[field] = from;
          ends[field] = at;
          break;
        }
        default:
          return at >= end || trimmed(view, at, end) <= at;
      }
    }
  }

  /** Where the literal before step `i` begins, in a word that ends by `blank`; -1 nowhere. */
  private endOfTightWord(
    view: DataView,
    from: number,
    blank: number,
    end: number,
    i: number,
  ): number {
    const literal = this.literals[i];
    if (literal === undefined) return -1;
    return literal.find(view, from, Math.min(blank + literal.length, end), false);
  }

  /** Where a text ends that begins at `at`, before step `i`; -1 nowhere. */
  private behindText(view: DataView, at: number, end: number, i: number, nextKind: number): number {
    const next = this.literals[i];
    if (next !== undefined && next.length > 0) return next.find(view, at, end, false);
    return nextKind === GAP ? findBlank(view, at, end) : trimmed(view, at, end);
  }

  /** The values of the match just made, in order. */
  values(buffer: Buffer): unknown[] {
    return this.fields.map((kind, i) => matchedValue(buffer, i, formOf(kind)));
  }

  /**
   * Calls `take` with the values of the match just made: without an array between them, as this is
   * the hottest path.
   */
  apply<Result>(take: (...values: unknown[]) => Result, buffer: Buffer, around: unknown): Result {
    const forms = this.asked >> FORMS_SHIFT;
    switch (this.asked & ASKED_BITS) {
      case 0:
        return take(around);
      case 1:
        return take(matchedValue(buffer, 0, forms), around);
      case 2:
        return take(matchedValue(buffer, 0, forms), matchedValue(buffer, 1, forms >> 2), around);
      case 3:
        return take(
          matchedValue(buffer, 0, forms),
          matchedValue(buffer, 1, forms >> 2),
          matchedValue(buffer, 2, forms >> 4),
          around,
        );
      case 5:
        return take(
          matchedValue(buffer, 0, forms),
          matchedValue(buffer, 1, forms >> 2),
          matchedValue(buffer, 2, forms >> 4),
          matchedValue(buffer, 3, forms >> 6),
          matchedValue(buffer, 4, forms >> 8),
          around,
        );
      case 6:
        return take(
          matchedValue(buffer, 0, forms),
          matchedValue(buffer, 1, forms >> 2),
          matchedValue(buffer, 2, forms >> 4),
          matchedValue(buffer, 3, forms >> 6),
          matchedValue(buffer, 4, forms >> 8),
          matchedValue(buffer, 5, forms >> 10),
          around,
        );
      default:
        return take(...this.values(buffer), around);
    }
  }
}

/** In `Wording.asked`; seven stands for all, however many. */
const ASKED_BITS = 7;
const FORMS_SHIFT = 3;
const NUMBER_FORM = 0;
const SIZE_FORM = 1;
const TEXT_FORM = 2;

function formOf(kind: number): number {
  if (kind === INT) return NUMBER_FORM;
  return kind === SIZE ? SIZE_FORM : TEXT_FORM;
}

/** Value `i` of the match just made; the two lowest bits of `forms` are its form. */
function matchedValue(buffer: Buffer, i: number, forms: number): unknown {
  const form = forms & 3;
  if (form === NUMBER_FORM) return numbers[i];
  if (form === SIZE_FORM) return intervals[i];
  return shortText(buffer, starts[i] ?? 0, ends[i] ?? 0);
}

/** The first blank, or `end`; four bytes at a time. */
function findBlank(view: DataView, from: number, end: number): number {
  let at = from;
  for (; at + 4 <= end; at += 4) {
    // A byte that is a blank becomes 0, and the lowest 0 is the lowest byte that borrows.
    const zeros = view.getInt32(at, true) ^ BLANKS;
    const found = (zeros - LOW_BITS) & ~zeros & HIGH_BITS;
    if (found !== 0) return at + ((31 - Math.clz32(found & -found)) >> 3);
  }
  while (at < end && view.getUint8(at) !== SPACE) at++;
  return at;
}

function trimmed(view: DataView, from: number, end: number): number {
  let at = end;
  while (at > from) {
    const byte = view.getUint8(at - 1);
    if (byte !== SPACE && byte !== TAB) break;
    at--;
  }
  return at;
}

/**
 * `free -1.0 MiB`, `free: -1.0 MiB`: only what is free may be below nothing (the driver's,
 * log-templates 1). Anything else is damage.
 */
function isFree(view: DataView, at: number): boolean {
  let behind = at - 1;
  while (behind > 3 && (view.getUint8(behind) === SPACE || view.getUint8(behind) === COLON))
    behind--;
  return behind > 3 && view.getInt32(behind - 3, true) === FREE;
}
