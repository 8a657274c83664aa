/**
 * Rows as columns of numbers and of texts by code: the only form in which any writer takes them. No
 * BigInt, no object per row.
 */
import { ModelError } from "@respark/core";
import type { Column, FlagColumn, ListColumn, NumberColumn, TextColumn } from "./column.ts";
import { TextDictionary, type TextTally } from "./text-dictionary.ts";

/** Rows of a full batch; DuckDB's vector size. */
export const BATCH_ROWS = 2048;
/** A batch is full before it has all its rows when its texts (UTF-16 units) are this long. */
const BATCH_TEXT_UNITS = 4 << 20;
/**
 * A row's numbers lie this far apart: a little more than a batch, since at powers of two all would
 * share a few lines of the processor's cache.
 */
const STRIDE = BATCH_ROWS + 8;

/** undefined among numbers: no column can hold this one. */
export const UNKNOWN_NUMBER: number = -(2 ** 63);
/** undefined among codes */
export const UNKNOWN_TEXT = -1;

/** A number a row; flags are 1 and 0. Not looked at yet: whether its column can hold it. */
export interface NumberValues {
  readonly kind: "number";
  readonly column: NumberColumn<never> | FlagColumn<never>;
  readonly values: Float64Array;
}

/** A code a row into a dictionary of texts that lives as long as it stays small. */
export interface TextValues {
  readonly kind: "text";
  readonly codes: Int32Array;
  readonly dictionary: TextDictionary;
  /** All rows have the text of the first. */
  readonly isConstant: boolean;
}

/** Lists, for the few rows that have one. */
export interface ListValues {
  readonly kind: "list";
  readonly values: readonly (readonly number[] | undefined)[];
}

export type BatchColumn = NumberValues | TextValues | ListValues;

/** Up to BATCH_ROWS rows of one table. Copies what it takes. */
export class ColumnBatch<Row> {
  rows = 0;
  readonly #columns: readonly BatchColumn[];
  readonly #numbers: Float64Array;
  readonly #numberOf: readonly NumberColumn<Row>["value"][];
  readonly #flags: Float64Array;
  readonly #flagOf: readonly FlagColumn<Row>["value"][];
  readonly #texts: readonly TextTaker<Row>[];
  readonly #constants: readonly ConstantText[];
  readonly #lists: readonly ListTaker<Row>[];
  readonly #tally: TextTally = { units: 0 };

  /** `constants` are texts that change between batches alone; they come first. */
  constructor(constants: readonly (() => string)[], columns: readonly Column<Row>[]) {
    const numbers = columns.filter(isNumber);
    const flags = columns.filter(isFlag);
    this.#numberOf = numbers.map(({ value }) => value);
    this.#flagOf = flags.map(({ value }) => value);
    this.#numbers = new Float64Array(numbers.length * STRIDE);
    this.#flags = new Float64Array(flags.length * STRIDE);
    this.#constants = constants.map((text) => new ConstantText(text));
    const texts: TextTaker<Row>[] = [];
    const lists: ListTaker<Row>[] = [];
    const valuesOf = (column: Column<Row>): BatchColumn => {
      switch (column.type) {
        case "VARCHAR": {
          const taker = new TextTaker(column, this.#tally);
          texts.push(taker);
          return taker;
        }
        case "BIGINT[]": {
          const taker = new ListTaker(column);
          lists.push(taker);
          return taker;
        }
        case "BOOLEAN":
          return { kind: "number", column, values: part(this.#flags, flags.indexOf(column)) };
        default:
          return { kind: "number", column, values: part(this.#numbers, numbers.indexOf(column)) };
      }
    };
    this.#columns = [...this.#constants, ...columns.map(valuesOf)];
    this.#texts = texts;
    this.#lists = lists;
  }

  /** Takes a row, and says whether the batch is full now. */
  take(row: Row): boolean {
    const at = this.rows;
    const numbers = this.#numbers;
    let place = at;
    for (const numberOf of this.#numberOf) {
      const value = numberOf(row);
      numbers[place] = value === undefined ? UNKNOWN_NUMBER : value;
      place += STRIDE;
    }
    place = at;
    for (const flagOf of this.#flagOf) {
      const value = flagOf(row);
      this.#flags[place] = value === undefined ? UNKNOWN_NUMBER : value ? 1 : 0;
      place += STRIDE;
    }
    for (const text of this.#texts) text.take(row, at);
    for (const list of this.#lists) list.take(row, at);
    this.rows = at + 1;
    return this.rows === BATCH_ROWS || this.#tally.units > BATCH_TEXT_UNITS;
  }

  /** The columns of the rows taken, constants first; valid until the next row. */
  columns(): readonly BatchColumn[] {
    for (const constant of this.#constants) constant.settle();
    return this.#columns;
  }

  clear(): void {
    this.rows = 0;
    for (const text of this.#texts) text.clear();
    for (const list of this.#lists) list.clear();
  }

  /** UTF-16 units of the distinct texts at hand. */
  get textUnits(): number {
    return this.#tally.units;
  }
}

/** Up to this many UTF-16 units, a text is never cut. */
const SHORT_TEXT_UNITS = 4096;
/** Longer ones stay whole while those of BATCH_ROWS rows come to less than this. */
const LONG_TEXTS_UNITS = 8 << 20;

/**
 * DuckDB reads and writes BATCH_ROWS rows at once: thousands of plans of a megabyte each would be
 * gigabytes in memory, for us and for whoever asks for them. So long texts of one column have a
 * limit, and one beyond it is cut, and says so.
 */
class TextTaker<Row> implements TextValues {
  readonly kind = "text";
  readonly isConstant = false;
  readonly codes: Int32Array = new Int32Array(BATCH_ROWS);
  readonly dictionary: TextDictionary;
  readonly #textOf: TextColumn<Row>["value"];
  #rowsTaken = 0;
  #longUnits = 0;

  constructor(column: TextColumn<Row>, tally: TextTally) {
    this.#textOf = column.value;
    this.dictionary = new TextDictionary(tally);
  }

  take(row: Row, at: number): void {
    const text = this.#textOf(row);
    this.codes[at] =
      text === undefined ? UNKNOWN_TEXT : this.dictionary.codeOf(this.#bounded(text));
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

  clear(): void {
    this.dictionary.shed();
  }
}

/** A text that is the same in all rows of a batch. */
class ConstantText implements TextValues {
  readonly kind = "text";
  readonly isConstant = true;
  readonly codes: Int32Array = new Int32Array(BATCH_ROWS);
  readonly dictionary: TextDictionary = new TextDictionary({ units: 0 });
  readonly #text: () => string;

  constructor(text: () => string) {
    this.#text = text;
  }

  settle(): void {
    const code = this.dictionary.codeOf(this.#text());
    if (this.codes[0] !== code) this.codes.fill(code);
  }
}

class ListTaker<Row> implements ListValues {
  readonly kind = "list";
  readonly values: (readonly number[] | undefined)[] = [];
  readonly #column: ListColumn<Row>;

  constructor(column: ListColumn<Row>) {
    this.#column = column;
  }

  take(row: Row, at: number): void {
    const value = this.#column.value(row);
    const wrong = value?.find((item) => !Number.isSafeInteger(item));
    if (wrong !== undefined) throw notAnInteger(this.#column, wrong);
    this.values[at] = value === undefined ? undefined : [...value];
  }

  clear(): void {
    this.values.length = 0;
  }
}

function part(values: Float64Array, index: number): Float64Array {
  return values.subarray(index * STRIDE, index * STRIDE + BATCH_ROWS);
}

function isNumber<Row>(column: Column<Row>): column is NumberColumn<Row> {
  const { type } = column;
  return type === "BIGINT" || type === "INTEGER" || type === "DOUBLE" || type === "TIMESTAMP";
}

function isFlag<Row>(column: Column<Row>): column is FlagColumn<Row> {
  return column.type === "BOOLEAN";
}

/** A value that its column cannot hold exactly is our bug. */
export function notAnInteger(
  { name, type }: Pick<Column<never>, "name" | "type">,
  value: number,
): ModelError {
  return new ModelError(`column ${name} ${type}: ${value} is no integer it can hold`);
}
