/** JSON, with integers of any size exact; one array, or a record a line. */
import { escapedJson } from "@respark/core";
import type { QueryValue, ResultColumn } from "../query.ts";
import type { ResultFormat } from "./result-format.ts";

/** One array of records. */
export const json: ResultFormat = async function* (columns, batches) {
  let before = "[";
  for await (const batch of batches) {
    let text = "";
    for (const row of batch) {
      text += `${before}\n  ${recordText(columns, row)}`;
      before = ",";
    }
    yield text;
  }
  yield before === "[" ? "[]\n" : "\n]\n";
};

/** A record a line. */
export const ndjson: ResultFormat = async function* (columns, batches) {
  for await (const batch of batches) {
    yield batch.map((row) => `${recordText(columns, row)}\n`).join("");
  }
};

function recordText(columns: readonly ResultColumn[], row: readonly QueryValue[]): string {
  const fields = columns.map(({ name, type }, index) => {
    return `${quoted(name)}: ${jsonValue(row[index] ?? null, type)}`;
  });
  return `{${fields.join(", ")}}`;
}

/**
 * Numbers as their digits, whatever their size; what JSON has no number for (NaN, infinities) is
 * null.
 */
export function jsonValue(value: QueryValue, type?: string): string {
  if (value === null) return "null";
  // Decimals come as their digits.
  if (typeof value === "string")
    return type?.startsWith("DECIMAL") === true ? value : quoted(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map((item) => jsonValue(item)).join(", ")}]`;
  const fields = Object.entries(value).map(
    ([field, item]) => `${quoted(field)}: ${jsonValue(item)}`,
  );
  return `{${fields.join(", ")}}`;
}

function isList(value: object): value is readonly QueryValue[] {
  return Array.isArray(value);
}

function quoted(text: string): string {
  return escapedJson(JSON.stringify(text));
}
