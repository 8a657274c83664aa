/** What the words of a story mean: sizes, tasks, and the value behind a name. */
import type { ByteInterval } from "../../src/byte-interval.ts";
import { printedSize } from "../../src/units.ts";

/** The value behind a name in the rest of a line: `free 400`. */
export function after(rest: readonly string[], name: string): string | undefined {
  const at = rest.indexOf(name);
  return at < 0 ? undefined : rest[at + 1];
}

export const ANYTHING: ByteInterval = { atLeast: 0, atMost: 2 ** 40 };

export function size(word: string | undefined): ByteInterval {
  if (word === undefined) return ANYTHING;
  if (/^-?\d+$/.test(word)) return { atLeast: Number(word), atMost: Number(word) };
  const printed = printedSize(word.replace(/([A-Z])/, " $1"));
  if (printed === undefined) throw new Error(`no size: ${word}`);
  return printed;
}

export function taskId(word: string | undefined): number {
  return Number((word ?? "").replace("task-", ""));
}

export function number(word: string | undefined): number | undefined {
  return word === undefined ? undefined : Number(word);
}
