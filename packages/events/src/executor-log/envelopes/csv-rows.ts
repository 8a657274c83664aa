/**
 * Tables with a record's fields in columns of their own (Log Analytics): each row becomes a JSON
 * object of its header's names.
 */
import { cellsOf } from "./csv-table.ts";
import { type Layer, Unwrapped } from "./envelope.ts";

const ROW_CELLS = 1000;

export class CsvRows implements Layer {
  readonly name = "csv";
  private readonly separator: string;
  private names: readonly string[] | undefined = undefined;
  private cells: string[] = [];
  /** A quoted cell goes on in the next line. */
  private open = false;
  private readonly row = new Unwrapped();

  constructor(separator: string) {
    this.separator = separator;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const text = line.buffer.toString("utf8", line.start, line.end);
    const { cells, open } = cellsOf(text, this.separator, this.open);
    if (this.open) {
      const [rest = "", ...others] = cells;
      const last = this.cells.pop() ?? "";
      this.cells.push(`${last}\n${rest}`, ...others);
    } else {
      this.cells = [...cells];
      this.row.number = line.number;
      this.row.byteOffset = line.byteOffset;
    }
    this.open = open && this.cells.length < ROW_CELLS;
    if (this.open) return;
    if (this.names === undefined) {
      this.names = this.cells;
      return;
    }
    const pairs = this.names.flatMap((name, i) => {
      const cell = this.cells[i];
      return cell === undefined || cell === "" ? [] : [[name, cell] as const];
    });
    const json = Buffer.from(JSON.stringify(Object.fromEntries(pairs)));
    this.row.take(json, 0, json.length);
    next(this.row);
  }
}
