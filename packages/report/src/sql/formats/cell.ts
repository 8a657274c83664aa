/** A value as the text of a cell, and texts that cannot steer a terminal. */
import type { QueryValue } from "../query.ts";
import { jsonValue } from "./json.ts";

/** `null` for NULL; lists and records as JSON. */
export function cellText(value: QueryValue): string | null {
  if (value === null) return null;
  if (typeof value === "object") return jsonValue(value);
  return String(value);
}

/**
 * Control characters (C0, DEL, C1), and marks that reorder, hide or join text, become visible
 * `\u{…}`.
 */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => {
    const known = NAMED.get(character);
    return known ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * All that is invisible, but for the joiners (U+200C, U+200D) that Persian, Hindi and emoji are
 * written with.
 */
const STEERING = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
