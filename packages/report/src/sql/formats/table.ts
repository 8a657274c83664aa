/**
 * A table of characters; widths come from the first rows, so that any number of rows can follow.
 */
import { alignedLine, columnWidths, cutToWidth, printableValue } from "@respark/core";
import type { QueryValue, ResultColumn } from "../query.ts";
import { cellText } from "./cell.ts";
import { records, saidOnce } from "./records.ts";
import type { ResultFormat } from "./result-format.ts";

/** Rows that the widths are taken from. */
const MEASURED_ROWS = 2000;
const CELL_WIDTH = 60;

export const table: ResultFormat = async function* (
  columns,
  batches,
  { cellWidth = CELL_WIDTH, columns: lineWidth },
) {
  const right = columns.map(({ type }) => isNumeric(type));
  const cells = (row: readonly QueryValue[]): string[] =>
    columns.map((_, index) =>
      cutToWidth(printableValue(cellText(row[index] ?? null) ?? ""), cellWidth),
    );
  let waiting: string[][] = [];
  let widths: readonly number[] | undefined;
  for await (const batch of batches) {
    const rows = batch.map(cells);
    if (widths !== undefined) {
      yield rows.map((row) => line(row, widths ?? [], right)).join("");
      continue;
    }
    waiting.push(...rows);
    if (waiting.length < MEASURED_ROWS) continue;
    widths = widthsOf(columns, waiting);
    yield begun(columns, waiting, widths, right);
    waiting = [];
  }
  if (widths === undefined) {
    yield lineWidth === undefined
      ? begun(columns, waiting, widthsOf(columns, waiting), right)
      : fitted(columns, waiting, right, lineWidth);
    if (waiting.length === 0) yield "(no rows)\n";
  }
};

export function isNumeric(type: string): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL.*)$/.test(type);
}

function fitted(
  columns: readonly ResultColumn[],
  rows: readonly (readonly string[])[],
  right: readonly boolean[],
  lineWidth: number,
): string {
  const fits = (widths: readonly number[]): boolean =>
    widths.reduce((sum, one) => sum + one + 2, -2) <= lineWidth;
  const all = widthsOf(columns, rows);
  if (fits(all) || rows.length === 0) return begun(columns, rows, all, right);
  const once = saidOnce({ names: columns.map(({ name }) => printableValue(name)), rows });
  const pick = <Item>(items: readonly Item[]): Item[] =>
    once.kept.flatMap((index) => items.slice(index, index + 1));
  const [left, cells] = [pick(columns), rows.map(pick)];
  const widths = widthsOf(left, cells);
  const text = fits(widths)
    ? begun(left, cells, widths, pick(right))
    : records({ names: left.map(({ name }) => printableValue(name)), rows: cells });
  return once.said === undefined ? text : `${text}(${once.said})\n`;
}

function begun(
  columns: readonly ResultColumn[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  right: readonly boolean[],
): string {
  const names = columns.map(({ name }) => printableValue(name));
  const rule = `${widths.map((width) => "─".repeat(width)).join("  ")}\n`;
  return line(names, widths, right) + rule + rows.map((row) => line(row, widths, right)).join("");
}

function widthsOf(
  columns: readonly ResultColumn[],
  rows: readonly (readonly string[])[],
): number[] {
  return columnWidths([columns.map(({ name }) => printableValue(name)), ...rows]);
}

function line(
  cells: readonly string[],
  widths: readonly number[],
  right: readonly boolean[],
): string {
  return `${alignedLine(cells, widths, right)}\n`;
}
