/**
 * JSON that is safe to print: text from logs cannot move a cursor, recolour or reorder a terminal.
 */

/**
 * As JSON.stringify does, with bigints as numbers where these are exact and as text elsewhere, and
 * with every control and invisible formatting character (C1, bidi, line and paragraph separators)
 * as `\uXXXX`.
 */
export function safeJson(value: unknown, indent?: number): string {
  return escapedJson(JSON.stringify(value, withoutBigint, indent));
}

/**
 * Of a JSON text: what JSON.stringify leaves as it is and a terminal does not. Line feeds between
 * values stay.
 */
export function escapedJson(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join(""),
  );
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

function withoutBigint(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
