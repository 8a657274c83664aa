/** The door for rows of an answer: what DuckDB gave becomes numbers, texts and flags once, here. */
import type { QueryValue } from "./query.ts";

/** One row of an answer, by column name; null is unknown. */
export type Row = Readonly<Record<string, QueryValue>>;
/** Asks and gives all rows: for small answers. */
export type Ask = (sql: string) => Promise<readonly Row[]>;

/** undefined for NULL, and where there is no row. */
export function numberIn(row: Row | undefined, column: string): number | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  // A decimal and a sum of many come as their digits or as a bigint.
  const read = value === "" || typeof value === "boolean" ? Number.NaN : Number(value);
  if (Number.isNaN(read))
    throw new TypeError(
      `${column} is ${typeof value === "object" ? "a list" : value.toString()}, no number`,
    );
  // An id of a damaged line may have more digits than a number holds: it is none rather than
  // another.
  return Number.isInteger(read) && !Number.isSafeInteger(read) ? undefined : read;
}

/** undefined for NULL, and where there is no row. */
export function textIn(row: Row | undefined, column: string): string | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  if (typeof value === "object") throw new TypeError(`${column} is a list, no text`);
  return String(value);
}

/** undefined for NULL, and where there is no row. */
export function flagIn(row: Row | undefined, column: string): boolean | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  if (typeof value !== "boolean") throw new TypeError(`${column} is neither true nor false`);
  return value;
}

/** The texts of a list; empty for NULL. */
export function textsIn(row: Row, column: string): string[] {
  const value = cell(row, column);
  if (value === null) return [];
  if (!isList(value)) throw new TypeError(`${column} is no list`);
  return value.flatMap((item) => (item === null || typeof item === "object" ? [] : [String(item)]));
}

function cell(row: Row | undefined, column: string): QueryValue {
  if (row === undefined) return null;
  const value = row[column];
  // A column that the question did not ask for is a mistake of ours, not an unknown.
  if (value === undefined) throw new TypeError(`the answer has no column ${column}`);
  return value;
}

function isList(value: QueryValue): value is readonly QueryValue[] {
  return Array.isArray(value);
}
