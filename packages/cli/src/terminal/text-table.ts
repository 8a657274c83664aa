/** Rows in columns: a header, aligned cells, two blanks between. */
import { printableLine } from "./printable.ts";

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
    .filter((column) => column.cells.some((text) => text !== ""))
    .map((column) => ({
      ...column,
      width: Math.max(column.title.length, ...column.cells.map((text) => text.length)),
    }));
  const line = (textOf: (column: (typeof shown)[number]) => string): string =>
    shown
      .map((column) =>
        column.align === "right"
          ? textOf(column).padStart(column.width)
          : textOf(column).padEnd(column.width),
      )
      .join("  ")
      .trimEnd();
  return [
    line((column) => column.title),
    ...rows.map((_, index) => line((column) => column.cells[index] ?? "")),
  ];
}

function cell(text: string | undefined): string {
  return printableLine(text ?? "");
}

/** A blank between a number and its unit keeps them together. */
const BREAKS = /(?<!\d) | (?!(?:B|[KMGTP]iB|ms|s|min|h|%)(?![\w]))/;

/**
 * Breaks a paragraph at blanks into lines of at most `columns` characters, each after the first
 * indented.
 */
export function wrapped(text: string, columns: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BREAKS)) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}
