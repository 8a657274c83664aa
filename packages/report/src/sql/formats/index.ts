/** Answers as text: one format a file. */
import type { QueryResult } from "../query.ts";
import { csv } from "./csv.ts";
import { json, ndjson } from "./json.ts";
import { markdown } from "./markdown.ts";
import type { FormatOptions, ResultFormat } from "./result-format.ts";
import { table } from "./table.ts";

export const resultFormats: Readonly<
  Record<"table" | "csv" | "json" | "ndjson" | "markdown", ResultFormat>
> = { table, csv, json, ndjson, markdown };

/** Names of the formats that an answer can be written in. */
export type ResultFormatName = keyof typeof resultFormats;

/** The answer as text, in pieces to be written one after the other. */
export function resultText(
  result: QueryResult,
  format: ResultFormatName,
  options: FormatOptions = {},
): AsyncIterable<string> {
  return resultFormats[format](result.columns, result.batches(), options);
}
