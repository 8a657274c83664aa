/** What a format is: a function from an answer to pieces of text. */
import type { QueryValue, ResultColumn } from "../query.ts";

/** Turns an answer into pieces of text, as its rows come. */
export type ResultFormat = (
  columns: readonly ResultColumn[],
  batches: AsyncIterable<readonly (readonly QueryValue[])[]>,
  options: FormatOptions,
) => AsyncIterable<string>;

/** How an answer is written for a terminal or a spreadsheet. */
export interface FormatOptions {
  /**
   * The text goes to a terminal: what could steer it is shown, not sent (csv; the others never send
   * it).
   */
  readonly forTerminal?: boolean;
  /** A text that a spreadsheet would take for a formula gets `'` in front (csv). */
  readonly csvSafe?: boolean;
  /** Characters of a table's cell at most; a longer text ends with `…`. */
  readonly cellWidth?: number;
  /**
   * Characters of a line at most: a wider table leaves out what is the same in each row, then
   * becomes a record of lines for each.
   */
  readonly columns?: number;
}
