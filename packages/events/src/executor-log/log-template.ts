/** One wording of one Spark log line: how it reads, which Spark says it, and what it means as a fact. */
import type { ByteInterval, LogFact } from "@respark/core";
import { Literal, textOf, viewOf } from "./line-bytes.ts";
import { PrintedSizeReader } from "./printed-size.ts";

export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";

/** What a template may know of the record around its message. */
export interface RecordAround {
  /** Last segment of the logger's name, without Scala's `$`. */
  readonly logger: string;
  /** First lines below the record (a stack trace), as far as kept. */
  readonly trace: readonly string[];
}

/** What stands between braces in a template's wording, and what becomes of it. */
export interface Placeholders {
  /** Digits, perhaps negative. */
  int: number;
  /** `12.3 MiB` */
  size: ByteInterval;
  /** Up to the next literal, no blanks in it: block ids, host:port, class@hash. */
  word: string;
  /** Up to the next literal, or all the rest. */
  text: string;
}

/** The values of a wording, in order: `"{int} of {size}"` gives `[number, ByteInterval]`. `{gap}` is one or more blanks and no value. */
export type Values<Says extends string> = Says extends `${string}{${infer Name}}${infer Rest}`
  ? Name extends keyof Placeholders
    ? [Placeholders[Name], ...Values<Rest>]
    : Values<Rest>
  : [];

export interface LogTemplate {
  /** Row of spec/log-templates.md. */
  readonly name: string;
  /** First and last Spark line that says it; undefined: from the first, to the last. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly level: LogLevel;
  readonly says: string;
  /** A real or source-true line: its test. */
  readonly example: string;
  /** The lines below belong to the fact (a trace, a multi-line reason): wait for them. */
  readonly awaitsTrace: boolean;
  readonly wording: Wording;
  /** False: known, and says nothing about memory. */
  readonly hasFact: boolean;
  /** What the match just made means: the scratch of `wording.matches` is still this one's. */
  readonly factOfMatch: (buffer: Buffer, around: RecordAround) => LogFact | undefined;
  /** The same from `wording.values`, kept while the lines below were awaited. */
  readonly factOf: (values: readonly unknown[], around: RecordAround) => LogFact | undefined;
}

export interface TemplateText<Says extends string> {
  readonly name: string;
  readonly since?: string;
  readonly until?: string;
  readonly level: LogLevel;
  readonly says: Says;
  readonly example: string;
  readonly awaitsTrace?: boolean;
  readonly fact?: (...values: [...Values<Says>, RecordAround]) => LogFact | undefined;
}

/** A template from its text. The one place where captured values get their types: `Wording` captures what `Values` promises. */
export function template<const Says extends string>(text: TemplateText<Says>): LogTemplate {
  const fact = text.fact as ((...values: unknown[]) => LogFact | undefined) | undefined;
  const wording = new Wording(text.says);
  return {
    name: text.name,
    since: text.since,
    until: text.until,
    level: text.level,
    says: text.says,
    example: text.example,
    awaitsTrace: text.awaitsTrace ?? false,
    wording,
    hasFact: fact !== undefined,
    factOfMatch: (buffer, around) => fact && wording.apply(fact, buffer, around),
    factOf: (values, around) => fact?.(...values, around),
  };
}

/** A known line that says nothing about memory. */
export function silent(name: string, level: LogLevel, says: string, example: string): LogTemplate {
  return template({ name, level, says, example });
}

const GAP = 1;
const INT = 2;
const SIZE = 3;
const WORD = 4;
const TEXT = 5;
const END = 6;
const KINDS: Readonly<Record<string, number>> = {
  gap: GAP,
  int: INT,
  size: SIZE,
  word: WORD,
  text: TEXT,
};

/** Where each step's numbers stand in a compiled wording: its literal, and what follows it. Behind them, the literal's words. */
const LENGTH = 0;
const LAST = 1;
const MASK = 2;
const KIND = 3;
const FIELD = 4;
const NEXT = 5;
const WORDS = 6;

const SPACE = 32;
const TAB = 9;
const MINUS = 45;
const ZERO = 48;
const sizes = new PrintedSizeReader();
/** Scratch of the match under way: positions of texts, numbers, keys of sizes. Matching is synchronous and never nested. */
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
  /** All steps in one array: this is the hottest loop of all, and pointers are dear. */
  private readonly program: Int32Array;
  /** The literal behind each step's placeholder. */
  private readonly literals: readonly Literal[];
  /** Kinds of the values, in order. */
  private readonly fields: readonly number[];

  constructor(says: string) {
    const program: number[] = [];
    const fields: number[] = [];
    const literals: Literal[] = [];
    let literal = "";
    const step = (kind: number): void => {
      const made = new Literal(literal);
      const { length, lastWord, mask, words } = made;
      const next = program.length + WORDS + words.length;
      program.push(length, lastWord, mask, kind, fields.length, next, ...words);
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
    this.literals = literals;
    this.prefix = literals[0] ?? new Literal("");
  }

  /** True when the bytes say exactly this (blanks at the end aside); the values are then in the scratch, until the next call. */
  matches(buffer: Buffer, start: number, end: number): boolean {
    const program = this.program;
    const view = viewOf(buffer);
    let at = start;
    let counter = 0;
    for (let i = 1; ; i++) {
      const length = program[counter + LENGTH] ?? 0;
      if (length > 0) {
        const behind = at + length;
        if (behind > end || behind < 4) return false;
        // Shorter than a word: its bytes stand last in the word, and the mask leaves out what is before.
        const last =
          (view.getInt32(behind - 4, true) ^ (program[counter + LAST] ?? 0)) &
          (program[counter + MASK] ?? 0);
        if (last !== 0) return false;
        for (let k = counter + WORDS; at < behind - 4; k++, at += 4) {
          if (view.getInt32(at, true) !== program[k]) return false;
        }
        at = behind;
      }
      const kind = program[counter + KIND];
      const field = program[counter + FIELD] ?? 0;
      counter = program[counter + NEXT] ?? 0;
      switch (kind) {
        case INT: {
          if (at >= end) return false;
          let digit = view.getUint8(at);
          const negative = digit === MINUS;
          if (negative) digit = ++at < end ? view.getUint8(at) : 0;
          digit -= ZERO;
          if (digit < 0 || digit > 9) return false;
          let value = 0;
          do {
            value = value * 10 + digit;
            if (++at >= end) break;
            digit = view.getUint8(at) - ZERO;
          } while (digit >= 0 && digit <= 9);
          if (value > Number.MAX_SAFE_INTEGER) return false;
          numbers[field] = negative ? -value : value;
          break;
        }
        case SIZE: {
          if (!sizes.scan(view, at, end)) return false;
          const interval = sizes.interval(sizes.key);
          if (interval === undefined) return false;
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
        case TEXT: {
          const from = at;
          at = this.behindText(view, at, end, i, kind, program[counter + KIND] ?? END);
          if (at < 0 || (kind === WORD && at === from)) return false;
          starts[field] = from;
          ends[field] = at;
          break;
        }
        default:
          return at >= end || trimmed(view, at, end) <= at;
      }
    }
  }

  /** Where a word or text ends that begins at `at`, before step `i`; -1 nowhere. */
  private behindText(
    view: DataView,
    at: number,
    end: number,
    i: number,
    kind: number,
    nextKind: number,
  ): number {
    const next = this.literals[i];
    if (next !== undefined && next.length > 0) return next.find(view, at, end, kind === WORD);
    return kind === WORD || nextKind === GAP ? findBlank(view, at, end) : trimmed(view, at, end);
  }

  /** The values of the match just made, in order. */
  values(buffer: Buffer): unknown[] {
    return this.fields.map((_, i) => this.value(buffer, i));
  }

  /** Calls `take` with the values of the match just made: without an array between them, as this is the hottest path. */
  apply<Result>(
    take: (...values: unknown[]) => Result,
    buffer: Buffer,
    around: RecordAround,
  ): Result {
    switch (this.fields.length) {
      case 0:
        return take(around);
      case 1:
        return take(this.value(buffer, 0), around);
      case 2:
        return take(this.value(buffer, 0), this.value(buffer, 1), around);
      case 3:
        return take(this.value(buffer, 0), this.value(buffer, 1), this.value(buffer, 2), around);
      case 5:
        return take(
          this.value(buffer, 0),
          this.value(buffer, 1),
          this.value(buffer, 2),
          this.value(buffer, 3),
          this.value(buffer, 4),
          around,
        );
      case 6:
        return take(
          this.value(buffer, 0),
          this.value(buffer, 1),
          this.value(buffer, 2),
          this.value(buffer, 3),
          this.value(buffer, 4),
          this.value(buffer, 5),
          around,
        );
      default:
        return take(...this.values(buffer), around);
    }
  }

  private value(buffer: Buffer, i: number): unknown {
    const kind = this.fields[i];
    if (kind === INT) return numbers[i];
    if (kind === SIZE) return intervals[i];
    return textOf(buffer, starts[i] ?? 0, ends[i] ?? 0);
  }
}

function findBlank(view: DataView, from: number, end: number): number {
  let at = from;
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
