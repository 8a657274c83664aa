/**
 * What a paste or a tool put around every line alike: an indentation before it, marks or the logger
 * behind it.
 */
import { levelsIn } from "../layouts/head-shape.ts";
import { timeIn } from "../layouts/time-forms.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const SPACE = 32;
const OPEN = 123;
const TAB = 9;

/** Blanks that all lines begin with. */
export class Indentation implements Envelope {
  readonly name = "indentation";
  private readonly blanks: number;

  constructor(blanks: number) {
    this.blanks = blanks;
  }

  open(line: Unwrapped): boolean {
    if (blanksAt(line) < this.blanks) return false;
    line.start += this.blanks;
    return true;
  }
}

function blanksAt({ buffer, start, end }: Unwrapped): number {
  let at = start;
  while (at < end && (buffer[at] === SPACE || buffer[at] === TAB)) at++;
  return at - start;
}

/** The blanks that every line has at least; 0: some line has none. */
export function indentationOf(lines: readonly Unwrapped[]): number {
  return Math.min(...lines.map(blanksAt));
}

/** What stands behind each message: the same letters everywhere, or a word in brackets. */
export class Suffix implements Envelope {
  readonly name = "suffix";
  private readonly search: RegExp;

  constructor(search: RegExp) {
    this.search = search;
  }

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    const from = Math.max(start, end - SUFFIX_BYTES);
    const found = this.search.exec(buffer.latin1Slice(from, end));
    if (found === null) return false;
    line.end = from + found.index;
    return true;
  }
}

const SUFFIX_BYTES = 256;
/**
 * `(org.apache.spark.storage.BlockManager)`, `[main]`, `{}`: behind a blank, so no frame of a trace
 * ends in one.
 */
const IN_BRACKETS = /\s+(?:\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\})\s*$/;
/** Behind the message stands who said it, and where (`%m | %c (%F:%M(%L))`). */
const BEHIND_BAR = /\s*\|\s*[\w.$]+(?:\s+\([^()]*(?:\([^()]*\))?[^()]*\))?\s*$/;
/** A time in a column behind it (`aws logs … --output text`). */
const IN_A_COLUMN = /\t\d{10,19}\s*$/;
const LONGEST = 80;

/** A suffix without which clearly more lines end in words of Spark; undefined: none. */
export function suffixOf(lines: readonly Unwrapped[]): RegExp | undefined {
  // An object's end is its own.
  const objects = lines.filter(({ buffer, start }) => buffer[start] === OPEN).length;
  if (objects * 2 > lines.length) return undefined;
  const told = toldBy(lines, undefined);
  for (const search of [commonEnd(lines), IN_BRACKETS, BEHIND_BAR, IN_A_COLUMN]) {
    if (search !== undefined && toldBy(lines, search) > 1.4 * told + 1) return search;
  }
  return undefined;
}

function toldBy(lines: readonly Unwrapped[], search: RegExp | undefined): number {
  let told = 0;
  for (const line of lines) {
    const copy = line.copy();
    if (search !== undefined) new Suffix(search).open(copy);
    if (sparkWordsIn(copy.buffer, copy.start, copy.end) !== undefined) told++;
  }
  return told;
}

/** The longest text that most lines end in; those of traces have none of it. */
function commonEnd(lines: readonly Unwrapped[]): RegExp | undefined {
  const headed = lines.filter(hasHead);
  const ends = (headed.length > 0 ? headed : lines).map(({ buffer, start, end }) =>
    buffer.latin1Slice(Math.max(start, end - LONGEST), end).trimEnd(),
  );
  const counts = new Map<string, number>();
  for (const text of ends) {
    for (let length = 1; length <= text.length; length++) {
      const end = text.slice(-length);
      if (/[\w\s]$/.test(end)) break;
      if (/^\s/.test(end)) continue;
      counts.set(end, (counts.get(end) ?? 0) + 1);
    }
  }
  let best = "";
  for (const [end, count] of counts) {
    if (count >= ends.length * MOST && end.length > best.length) best = end;
  }
  return best === ""
    ? undefined
    : new RegExp(`${best.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")}\\s*$`);
}

const MOST = 0.85;
const HEAD_CHARS = 200;

/** It begins a record, as far as a time or a level near its start tells. */
function hasHead({ buffer, start, end }: Unwrapped): boolean {
  const text = buffer.latin1Slice(start, Math.min(end, start + HEAD_CHARS));
  return timeIn(text) !== undefined || levelsIn(text).length > 0;
}
