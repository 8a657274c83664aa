/** The door for rows that answer an explanation's questions: what DuckDB gave becomes numbers, texts and times once, here. */
import type { QueryValue } from "../sql/query.ts";

export type Row = Readonly<Record<string, QueryValue>>;

/** undefined for NULL. */
export function number(row: Row | undefined, column: string): number | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  const read = typeof value === "number" ? value : Number(value);
  if (Number.isNaN(read)) throw new TypeError(`${column} is ${JSON.stringify(value)}, no number`);
  return read;
}

/** undefined for NULL. */
export function text(row: Row | undefined, column: string): string | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  if (typeof value === "object") throw new TypeError(`${column} is a list, no text`);
  return String(value);
}

/** undefined for NULL. */
export function flag(row: Row | undefined, column: string): boolean | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  if (typeof value !== "boolean") throw new TypeError(`${column} is neither true nor false`);
  return value;
}

function cell(row: Row | undefined, column: string): QueryValue {
  if (row === undefined) return null;
  const value = row[column];
  // A column that the question did not ask for is a mistake of ours, not an unknown.
  if (value === undefined) throw new TypeError(`the answer has no column ${column}`);
  return value;
}

/** The texts of a list; empty for NULL. */
export function texts(row: Row, column: string): string[] {
  const value = cell(row, column);
  if (value === null) return [];
  if (!isList(value)) throw new TypeError(`${column} is no list`);
  return value.flatMap((item) => (item === null || typeof item === "object" ? [] : [String(item)]));
}

function isList(value: QueryValue): value is readonly QueryValue[] {
  return Array.isArray(value);
}
