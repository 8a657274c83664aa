/** A Markdown table, as pull requests show it. */
import { printableValue } from "@respark/core";
import { cellText } from "./cell.ts";
import type { ResultFormat } from "./result-format.ts";
import { isNumeric } from "./table.ts";

export const markdown: ResultFormat = async function* (columns, batches) {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  yield line(columns.map(({ name }) => escaped(name)));
  yield line(columns.map(({ type }) => (isNumeric(type) ? "---:" : "---")));
  for await (const batch of batches) {
    yield batch.map((row) => line(row.map((value) => escaped(cellText(value) ?? "")))).join("");
  }
};

/** Nothing in a cell is markup: neither Markdown's nor HTML's. */
function escaped(text: string): string {
  return printableValue(text)
    .replace(/[\\`*_[\]|~]/g, (mark) => `\\${mark}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
