/** One wording of one Spark log line: how it reads, which Spark says it, and what it means as a fact. */
import type { ByteInterval, LogFact } from "@respark/core";
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
  /** Undefined: known, and says nothing about memory. */
  readonly fact:
    | ((values: readonly unknown[], around: RecordAround) => LogFact | undefined)
    | undefined;
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
  const fact = text.fact;
  return {
    name: text.name,
    since: text.since,
    until: text.until,
    level: text.level,
    says: text.says,
    example: text.example,
    awaitsTrace: text.awaitsTrace ?? false,
    wording: new Wording(text.says),
    fact:
      fact &&
      ((values, around) => fact(...([...values, around] as [...Values<Says>, RecordAround]))),
  };
}

/** A known line that says nothing about memory. */
export function silent(name: string, level: LogLevel, says: string, example: string): LogTemplate {
  return template({ name, level, says, example });
}

type Part =
  | { readonly kind: "literal"; readonly bytes: Uint8Array }
  | { readonly kind: "gap" }
  | { readonly kind: keyof Placeholders; readonly field: number };

const SPACE = 32;
const TAB = 9;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
/** Longest text kept of a value; messages can be megabytes. */
const TEXT_LIMIT = 65_536;
const sizes = new PrintedSizeReader();
/** Scratch of the match under way: positions of texts, numbers, keys of sizes. Matching is synchronous and never nested. */
const starts = new Int32Array(32);
const ends = new Int32Array(32);
const numbers = new Float64Array(32);

/** A wording compiled to steps over bytes: no string is made before all of it matches. */
export class Wording {
  /** The literal it starts with; empty where a placeholder comes first. */
  readonly prefix: Uint8Array;
  private readonly parts: readonly Part[];
  private readonly fields: readonly (keyof Placeholders)[];

  constructor(says: string) {
    const parts: Part[] = [];
    const fields: (keyof Placeholders)[] = [];
    for (const piece of says.split(/(\{(?:int|size|word|text|gap)\})/)) {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (piece === "") continue;
      if (name === "int" || name === "size" || name === "word" || name === "text") {
        parts.push({ kind: name, field: fields.length });
        fields.push(name);
      } else if (name === "gap") parts.push({ kind: "gap" });
      else parts.push({ kind: "literal", bytes: Buffer.from(piece) });
    }
    this.parts = parts;
    this.fields = fields;
    const first = parts[0];
    this.prefix = first?.kind === "literal" ? first.bytes : new Uint8Array(0);
  }

  /** The values in order, when the bytes say exactly this (blanks at the end aside). */
  match(buffer: Buffer, start: number, end: number): unknown[] | undefined {
    return this.holds(buffer, start, end) ? this.values(buffer) : undefined;
  }

  /** True when the bytes say this; the positions found are then in the scratch. */
  private holds(buffer: Buffer, start: number, end: number): boolean {
    const parts = this.parts;
    let at = start;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part === undefined) return false;
      switch (part.kind) {
        case "literal": {
          const bytes = part.bytes;
          const length = bytes.length;
          if (at + length > end) return false;
          for (let k = 0; k < length; k++) if (buffer[at + k] !== bytes[k]) return false;
          at += length;
          break;
        }
        case "gap": {
          const from = at;
          while (at < end && buffer[at] === SPACE) at++;
          if (at === from) return false;
          break;
        }
        case "int": {
          const negative = buffer[at] === MINUS;
          if (negative) at++;
          const from = at;
          let value = 0;
          while (at < end) {
            const digit = (buffer[at] ?? 0) - ZERO;
            if (digit < 0 || digit > NINE - ZERO) break;
            value = value * 10 + digit;
            at++;
          }
          if (at === from || value > Number.MAX_SAFE_INTEGER) return false;
          numbers[part.field] = negative ? -value : value;
          break;
        }
        case "size": {
          if (!sizes.scan(buffer, at, end)) return false;
          numbers[part.field] = sizes.key;
          at = sizes.end;
          break;
        }
        case "word":
        case "text": {
          const next = parts[i + 1];
          starts[part.field] = at;
          if (next?.kind === "literal")
            at = find(buffer, at, end, next.bytes, part.kind === "word");
          else if (next?.kind === "gap") at = findBlank(buffer, at, end);
          else if (part.kind === "word") at = findBlank(buffer, at, end);
          else at = trimmed(buffer, at, end);
          if (at < 0 || (part.kind === "word" && at === starts[part.field])) return false;
          ends[part.field] = at;
          break;
        }
      }
    }
    return at >= end || trimmed(buffer, at, end) <= at;
  }

  private values(buffer: Buffer): unknown[] | undefined {
    const values: unknown[] = [];
    for (let i = 0; i < this.fields.length; i++) {
      const kind = this.fields[i];
      const number = numbers[i] ?? 0;
      if (kind === "int") values.push(number);
      else if (kind === "size") {
        const interval = sizes.interval(number);
        if (interval === undefined) return undefined;
        values.push(interval);
      } else values.push(textOf(buffer, starts[i] ?? 0, ends[i] ?? 0));
    }
    return values;
  }
}

/** Text of bytes: Latin-1 is cheaper and the same while all are ASCII. */
export function textOf(buffer: Buffer, start: number, end: number): string {
  const limit = Math.min(end, start + TEXT_LIMIT);
  for (let i = start; i < limit; i++) {
    if ((buffer[i] ?? 0) > 127) return buffer.toString("utf8", start, limit);
  }
  return buffer.toString("latin1", start, limit);
}

/** Where `literal` begins, or -1; with `word`, -1 as soon as a blank comes first. */
function find(
  buffer: Buffer,
  from: number,
  end: number,
  literal: Uint8Array,
  word: boolean,
): number {
  const first = literal[0];
  const last = end - literal.length;
  for (let at = from; at <= last; at++) {
    const byte = buffer[at];
    if (byte === first) {
      let k = 1;
      while (k < literal.length && buffer[at + k] === literal[k]) k++;
      if (k === literal.length) return at;
    }
    if (word && byte === SPACE) return -1;
  }
  return -1;
}

function findBlank(buffer: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && buffer[at] !== SPACE) at++;
  return at;
}

function trimmed(buffer: Buffer, from: number, end: number): number {
  let at = end;
  while (at > from && (buffer[at - 1] === SPACE || buffer[at - 1] === TAB)) at--;
  return at;
}
