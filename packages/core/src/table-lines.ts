/** Cells in columns: as wide as the widest, two blanks between, nothing behind the last. */
import { displayWidth, padded } from "./display-width.ts";

/** The columns that each column of some rows takes. */
export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
  return widths;
}

/** A row as a line. `right`: which columns stand at their right edge, as numbers do. */
export function alignedLine(
  cells: readonly string[],
  widths: readonly number[],
  right: readonly boolean[] = [],
): string {
  return cells
    .map((cell, index) =>
      padded(cell, widths[index] ?? 0, right[index] === true ? "right" : "left"),
    )
    .join("  ")
    .trimEnd();
}
