/** Rows as typed columns: the only form in which any writer takes them. No BigInt, no object per row. */
import { ModelError } from "@respark/core";
import type { Column, FlagColumn, ListColumn, NumberColumn, TextColumn } from "./column.ts";
import { TextDictionary } from "./text-dictionary.ts";

/** Rows of a full batch; DuckDB's vector size. */
export const BATCH_ROWS = 2048;
/** A batch is full before it has all its rows when its texts (UTF-16 units) are this long. */
const BATCH_TEXT_UNITS = 4 << 20;
const TWO_32 = 4_294_967_296;

/** What all kinds of column values have: a bit a row, 1 where there is a value (the layout of DuckDB and Arrow). */
abstract class ColumnValues<Row> {
  readonly validity: Uint8Array<ArrayBuffer> = new Uint8Array(BATCH_ROWS / 8).fill(0xff);
  nulls = 0;

  abstract take(row: Row, at: number): void;

  clear(): void {
    if (this.nulls > 0) this.validity.fill(0xff);
    this.nulls = 0;
  }

  isNull(at: number): boolean {
    return this.nulls > 0 && ((this.validity[at >> 3] ?? 0) & (1 << (at & 7))) === 0;
  }

  protected setNull(at: number): void {
    this.nulls += 1;
    this.validity[at >> 3] = (this.validity[at >> 3] ?? 0) & ~(1 << (at & 7));
  }
}

/** 64-bit integers as two 32-bit halves, low first: exact for every safe integer. */
export class Int64Values<Row> extends ColumnValues<Row> {
  readonly kind = "int64";
  readonly halves: Int32Array<ArrayBuffer> = new Int32Array(2 * BATCH_ROWS);
  readonly #column: NumberColumn<Row>;

  constructor(column: NumberColumn<Row>) {
    super();
    this.#column = column;
  }

  override take(row: Row, at: number): void {
    const value = this.#column.value(row);
    if (value === undefined) {
      this.setNull(at);
      return;
    }
    if (!Number.isSafeInteger(value)) throw notAnInteger(this.#column, value);
    const high = Math.floor(value / TWO_32);
    this.halves[2 * at] = value - high * TWO_32;
    this.halves[2 * at + 1] = high;
  }

  get(at: number): number | undefined {
    if (this.isNull(at)) return undefined;
    return ((this.halves[2 * at] ?? 0) >>> 0) + (this.halves[2 * at + 1] ?? 0) * TWO_32;
  }
}

export class Int32Values<Row> extends ColumnValues<Row> {
  readonly kind = "int32";
  readonly values: Int32Array<ArrayBuffer> = new Int32Array(BATCH_ROWS);
  readonly #column: NumberColumn<Row>;

  constructor(column: NumberColumn<Row>) {
    super();
    this.#column = column;
  }

  override take(row: Row, at: number): void {
    const value = this.#column.value(row);
    if (value === undefined) {
      this.setNull(at);
      return;
    }
    if (value !== (value | 0)) throw notAnInteger(this.#column, value);
    this.values[at] = value;
  }

  get(at: number): number | undefined {
    return this.isNull(at) ? undefined : this.values[at];
  }
}

export class Float64Values<Row> extends ColumnValues<Row> {
  readonly kind = "float64";
  readonly values: Float64Array<ArrayBuffer> = new Float64Array(BATCH_ROWS);
  readonly #column: NumberColumn<Row>;

  constructor(column: NumberColumn<Row>) {
    super();
    this.#column = column;
  }

  override take(row: Row, at: number): void {
    const value = this.#column.value(row);
    if (value === undefined) this.setNull(at);
    else this.values[at] = value;
  }

  get(at: number): number | undefined {
    return this.isNull(at) ? undefined : this.values[at];
  }
}

/** A byte a row, 0 or 1. */
export class BooleanValues<Row> extends ColumnValues<Row> {
  readonly kind = "boolean";
  readonly values: Uint8Array<ArrayBuffer> = new Uint8Array(BATCH_ROWS);
  readonly #column: FlagColumn<Row>;

  constructor(column: FlagColumn<Row>) {
    super();
    this.#column = column;
  }

  override take(row: Row, at: number): void {
    const value = this.#column.value(row);
    if (value === undefined) this.setNull(at);
    else this.values[at] = value ? 1 : 0;
  }

  get(at: number): boolean | undefined {
    return this.isNull(at) ? undefined : this.values[at] === 1;
  }
}

/** Up to this many UTF-16 units, a text is never cut. */
const SHORT_TEXT_UNITS = 4096;
/** Longer ones stay whole while those of BATCH_ROWS rows come to less than this. */
const LONG_TEXTS_UNITS = 8 << 20;

/**
 * A code a row into a dictionary of texts that lives as long as it stays small.
 * DuckDB reads and writes BATCH_ROWS rows at once: thousands of plans of a megabyte each would be gigabytes in memory, for us and for whoever asks
 * for them. So long texts of one column have a limit, and one beyond it is cut, and says so.
 */
export class TextValues<Row> extends ColumnValues<Row> {
  readonly kind = "text";
  readonly codes: Int32Array<ArrayBuffer> = new Int32Array(BATCH_ROWS);
  readonly dictionary: TextDictionary = new TextDictionary();
  readonly #column: TextColumn<Row>;
  #rowsTaken = 0;
  #longUnits = 0;

  constructor(column: TextColumn<Row>) {
    super();
    this.#column = column;
  }

  override take(row: Row, at: number): void {
    const value = this.#column.value(row);
    if (value === undefined) this.setNull(at);
    else this.codes[at] = this.dictionary.codeOf(this.#bounded(value));
    this.#rowsTaken += 1;
    if (this.#rowsTaken % BATCH_ROWS === 0) this.#longUnits = 0;
  }

  #bounded(text: string): string {
    if (text.length <= SHORT_TEXT_UNITS) return text;
    if (this.#longUnits + text.length <= LONG_TEXTS_UNITS) {
      this.#longUnits += text.length;
      return text;
    }
    return `${text.slice(0, SHORT_TEXT_UNITS)}… (${text.length - SHORT_TEXT_UNITS} characters left out)`;
  }

  get(at: number): string | undefined {
    return this.isNull(at) ? undefined : this.dictionary.texts[this.codes[at] ?? 0];
  }

  override clear(): void {
    super.clear();
    this.dictionary.shed();
  }
}

/** Lists, for the few rows that have one. */
export class ListValues<Row> extends ColumnValues<Row> {
  readonly kind = "list";
  readonly values: (readonly number[] | undefined)[] = [];
  readonly #column: ListColumn<Row>;

  constructor(column: ListColumn<Row>) {
    super();
    this.#column = column;
  }

  override take(row: Row, at: number): void {
    const value = this.#column.value(row);
    if (value === undefined) this.setNull(at);
    const wrong = value?.find((item) => !Number.isSafeInteger(item));
    if (wrong !== undefined) throw notAnInteger(this.#column, wrong);
    this.values[at] = value === undefined ? undefined : [...value];
  }

  get(at: number): readonly number[] | undefined {
    return this.values[at];
  }

  override clear(): void {
    super.clear();
    this.values.length = 0;
  }
}

export type BatchColumn<Row> =
  | Int64Values<Row>
  | Int32Values<Row>
  | Float64Values<Row>
  | BooleanValues<Row>
  | TextValues<Row>
  | ListValues<Row>;

/** Up to BATCH_ROWS rows of one table. Copies what it takes; a value that its column cannot hold exactly is our bug. */
export class ColumnBatch<Row> {
  rows = 0;
  readonly columns: readonly BatchColumn<Row>[];
  readonly #texts: readonly TextDictionary[];

  constructor(columns: readonly Column<Row>[]) {
    this.columns = columns.map(valuesOf);
    this.#texts = this.columns.flatMap((column) =>
      column.kind === "text" ? [column.dictionary] : [],
    );
  }

  /** Takes a row, and says whether the batch is full now. */
  take(row: Row): boolean {
    const at = this.rows;
    for (const column of this.columns) column.take(row, at);
    this.rows = at + 1;
    return this.rows === BATCH_ROWS || this.textUnits > BATCH_TEXT_UNITS;
  }

  clear(): void {
    this.rows = 0;
    for (const column of this.columns) column.clear();
  }

  /** UTF-16 units of the distinct texts at hand. */
  get textUnits(): number {
    let units = 0;
    for (const dictionary of this.#texts) units += dictionary.units;
    return units;
  }
}

function valuesOf<Row>(column: Column<Row>): BatchColumn<Row> {
  switch (column.type) {
    case "BIGINT":
    case "TIMESTAMP":
      return new Int64Values(column);
    case "INTEGER":
      return new Int32Values(column);
    case "DOUBLE":
      return new Float64Values(column);
    case "BOOLEAN":
      return new BooleanValues(column);
    case "VARCHAR":
      return new TextValues(column);
    case "BIGINT[]":
      return new ListValues(column);
  }
}

function notAnInteger(column: { readonly name: string; readonly type: string }, value: number) {
  return new ModelError(`column ${column.name} ${column.type}: ${value} is no integer it can hold`);
}
