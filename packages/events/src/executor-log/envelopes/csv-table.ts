/**
 * Exports as a table (Splunk, CloudWatch, Grafana, Kibana): Spark's line is a cell of each row,
 * which may be several lines.
 */
import { TimeReader, timeIn } from "../layouts/time-forms.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

export interface CsvColumns {
  readonly separator: string;
  /** which cell is Spark's line */
  readonly line: number;
  readonly time: number | undefined;
  readonly container: number | undefined;
}

export class CsvTable implements Layer {
  readonly name = "csv";
  private readonly columns: CsvColumns;
  private isHeader = true;
  /** In a quoted cell that goes on in the next line: which it is. */
  private open: number | undefined = undefined;
  private cells: string[] = [];
  private reader: TimeReader | undefined = undefined;

  constructor(columns: CsvColumns) {
    this.columns = columns;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const text = line.buffer.latin1Slice(line.start, line.end);
    const goesOn = this.open !== undefined;
    const { cells, open } = cellsOf(text, this.columns.separator, goesOn);
    const first = this.open ?? 0;
    if (!goesOn) this.cells = [];
    for (const [i, cell] of cells.entries()) this.cells[first + i] = cell;
    this.open = open ? first + cells.length - 1 : undefined;
    if (this.isHeader) {
      this.isHeader = this.open !== undefined;
      return;
    }
    const at = this.columns.line - first;
    const said = cells[at];
    if (said === undefined || (goesOn && at < 0)) return;
    const inner = Buffer.from(said, "latin1");
    const { container } = line;
    line.take(inner, 0, inner.length);
    line.utcMicros = this.micros();
    const name = this.columns.container;
    line.container = (name === undefined ? undefined : this.cells[name]) ?? container;
    next(line);
  }

  private micros(): number {
    const text = this.columns.time === undefined ? undefined : this.cells[this.columns.time];
    const found = text === undefined ? undefined : timeIn(text);
    if (text === undefined || found === undefined) return Number.NaN;
    const said = text.slice(found.start, found.end);
    this.reader ??= new TimeReader(found.form, [said]);
    return this.reader.read(said) && this.reader.zoned ? this.reader.micros : Number.NaN;
  }
}

/**
 * The cells of a line; `open`: the last one goes on. `goesOn`: the line begins inside a quoted
 * cell.
 */
export function cellsOf(
  text: string,
  separator: string,
  goesOn: boolean,
): { readonly cells: readonly string[]; readonly open: boolean } {
  const cells: string[] = [];
  let at = 0;
  let quoted = goesOn;
  for (;;) {
    let cell = "";
    if (!quoted && text[at] === '"') {
      quoted = true;
      at++;
    }
    if (quoted) {
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0) return { cells: [...cells, cell + text.slice(at)], open: true };
        cell += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at++;
      }
      quoted = false;
      const end = text.indexOf(separator, at);
      at = end < 0 ? text.length : end;
    } else {
      const end = text.indexOf(separator, at);
      cell = text.slice(at, end < 0 ? text.length : end);
      at = end < 0 ? text.length : end;
    }
    cells.push(cell);
    if (at >= text.length) return { cells, open: false };
    at += separator.length;
  }
}
