/** A column: its name, type and meaning, and how its value comes out of a row. */

/** SQL types of columns. TIMESTAMP is UTC in microseconds; `BIGINT[]` is a list. */
export type ColumnType =
  | "BIGINT"
  | "INTEGER"
  | "DOUBLE"
  | "TIMESTAMP"
  | "VARCHAR"
  | "BOOLEAN"
  | "BIGINT[]";

interface Described {
  /** snake_case; `_bytes` for bytes, `_ms` for milliseconds */
  readonly name: string;
  readonly nullable: boolean;
  /** what it means, with its unit; becomes the column's COMMENT */
  readonly comment: string;
}

/** A safe integer in BIGINT, TIMESTAMP (epoch microseconds) and INTEGER. */
export interface NumberColumn<Row> extends Described {
  readonly type: "BIGINT" | "INTEGER" | "DOUBLE" | "TIMESTAMP";
  readonly value: (row: Row) => number | undefined;
}

export interface TextColumn<Row> extends Described {
  readonly type: "VARCHAR";
  readonly value: (row: Row) => string | undefined;
}

export interface FlagColumn<Row> extends Described {
  readonly type: "BOOLEAN";
  readonly value: (row: Row) => boolean | undefined;
}

export interface ListColumn<Row> extends Described {
  readonly type: "BIGINT[]";
  readonly value: (row: Row) => readonly number[] | undefined;
}

export type Column<Row> = NumberColumn<Row> | TextColumn<Row> | FlagColumn<Row> | ListColumn<Row>;
