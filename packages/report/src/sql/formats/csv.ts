/** CSV as RFC 4180 has it, exact; NULL is an empty field, an empty text is `""`. */

import { printableValue } from "@respark/core";
import type { QueryValue } from "../query.ts";
import { cellText } from "./cell.ts";
import type { ResultFormat } from "./result-format.ts";

/** What a spreadsheet takes for a formula. */
export const FORMULA: RegExp = /^[=+\-@\t\r]/;

export const csv: ResultFormat = async function* (
  columns,
  batches,
  { forTerminal = false, csvSafe = false },
) {
  const field = (text: string | null): string => {
    if (text === null) return "";
    const shown = forTerminal ? printableValue(text) : text;
    return shown === "" || /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  const safe = (value: QueryValue): string | null =>
    csvSafe && typeof value === "string" && FORMULA.test(value) ? `'${value}` : cellText(value);
  yield `${columns.map(({ name }) => field(name)).join(",")}\n`;
  for await (const batch of batches) {
    yield batch.map((row) => `${row.map((value) => field(safe(value))).join(",")}\n`).join("");
  }
};
