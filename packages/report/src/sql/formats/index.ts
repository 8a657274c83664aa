/** Answers as text: one format a file. */
import type { QueryResult, QueryValue, ResultColumn } from "../query.ts";
import { csv } from "./csv.ts";
import { json, ndjson } from "./json.ts";
import { markdown } from "./markdown.ts";
import { table } from "./table.ts";

/** Turns an answer into pieces of text, as its rows come. */
export type ResultFormat = (
  columns: readonly ResultColumn[],
  batches: AsyncIterable<readonly (readonly QueryValue[])[]>,
  options: FormatOptions,
) => AsyncIterable<string>;

export interface FormatOptions {
  /** The text goes to a terminal: what could steer it is shown, not sent (csv; the others never send it). */
  readonly forTerminal?: boolean;
  /** Characters of a table's cell at most; a longer text ends with `…`. */
  readonly cellWidth?: number;
}

export const resultFormats: Readonly<
  Record<"table" | "csv" | "json" | "ndjson" | "markdown", ResultFormat>
> = { table, csv, json, ndjson, markdown };

export type ResultFormatName = keyof typeof resultFormats;

/** The answer as text, in pieces to be written one after the other. */
export function resultText(
  result: QueryResult,
  format: ResultFormatName,
  options: FormatOptions = {},
): AsyncIterable<string> {
  return resultFormats[format](result.columns, result.batches(), options);
}
