/** The door for rows of an answer: what DuckDB gave becomes numbers, texts and flags once, here. */
import type { QueryValue } from "./query.ts";

/** One row of an answer, by column name; null is unknown. */
export type Row = Readonly<Record<string, QueryValue>>;
/** How a column's values are read; a `key` is a text that every row has. */
export type Kind = "key" | "text" | "number" | "flag" | "texts";
/** What columns an answer has. */
export type Shape = Readonly<Record<string, Kind>>;

declare const columns: unique symbol;
/**
 * A row as it came of which it is known what columns it has: the readers below take no other name
 * of it, and none of another kind.
 */
export type Of<Columns extends Shape> = Row & { readonly [columns]: Columns };

/** Names of a row's columns of some kinds; any name of a row of which nothing is known. */
type Column<Known extends Row, Wanted extends Kind> =
  Known extends Of<infer Columns>
    ? { [Name in keyof Columns]: Columns[Name] extends Wanted ? Name : never }[keyof Columns] &
        string
    : string;

/** Asks and gives all rows: for small answers. */
export type Ask = (sql: string) => Promise<readonly Row[]>;

/** undefined for NULL, and where there is no row. */
export function numberIn<Known extends Row>(
  row: Known | undefined,
  column: Column<Known, "number">,
): number | undefined {
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
export function textIn<Known extends Row>(
  row: Known | undefined,
  column: Column<Known, "key" | "text">,
): string | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  if (typeof value === "object") throw new TypeError(`${column} is a list, no text`);
  return String(value);
}

/** undefined for NULL, and where there is no row. */
export function flagIn<Known extends Row>(
  row: Known | undefined,
  column: Column<Known, "flag">,
): boolean | undefined {
  const value = cell(row, column);
  if (value === null) return undefined;
  if (typeof value !== "boolean") throw new TypeError(`${column} is neither true nor false`);
  return value;
}

/** The texts of a list; empty for NULL. */
export function textsIn<Known extends Row>(row: Known, column: Column<Known, "texts">): string[] {
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
