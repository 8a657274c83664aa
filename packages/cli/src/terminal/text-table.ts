/** Rows in columns: a header, aligned cells, two blanks between. */
import { alignedLine, columnWidths, displayWidth, printableLine } from "@respark/core";

export interface TextColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Lines without a line feed. A column in which every cell is empty is left out. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string[] {
  const shown = columns
    .map((column, index) => ({ ...column, cells: rows.map((row) => cell(row[index])) }))
    .filter((column) => column.cells.some((text) => text !== ""));
  const lines = [
    shown.map(({ title }) => title),
    ...rows.map((_, index) => shown.map(({ cells }) => cells[index] ?? "")),
  ];
  const widths = columnWidths(lines);
  const right = shown.map(({ align }) => align === "right");
  return lines.map((cells) => alignedLine(cells, widths, right));
}

function cell(text: string | undefined): string {
  return printableLine(text ?? "");
}

/** A blank between a number and its unit keeps them together. */
const BREAKS = /(?<!\d) | (?!(?:B|[KMGTP]iB|ms|s|min|h|%)(?![\w]))/;

/**
 * Breaks a paragraph at blanks into lines of at most `columns` columns, each after the first
 * indented.
 */
export function wrapped(text: string, columns: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  for (const word of text.split(BREAKS)) {
    const wordWidth = displayWidth(word);
    if (line !== "" && width + 1 + wordWidth > columns) {
      lines.push(line);
      line = indent + word;
      width = indent.length + wordWidth;
    } else {
      width += (line === "" ? 0 : 1) + wordWidth;
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}
