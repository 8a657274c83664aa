/**
 * How a table is declared: what a row of it is, and of each column its kind and its meaning. Rows,
 * columns, comments and documentation all follow from that (docs/decisions/0012).
 */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { LayoutValue, Origin, Triple } from "../row-parts.ts";

/** A kind of column, and the value that a row has for it. */
interface ValueOf {
  /** 64 bits: bytes, a duration, a count or an id */
  integer: number;
  /** 32 bits */
  small: number;
  fraction: number;
  /** epoch µs, UTC; UNKNOWN_TIME (the log prints no times) becomes NULL */
  moment: number;
  text: string;
  flag: boolean;
  integers: readonly number[];
  mode: MemoryMode;
}

/** Kinds that become several columns or whose meaning is always the same. */
interface ComposedOf {
  /** `executor_id` */
  executor: string;
  /** `ts`, `ts_min`, `ts_max`; the bounds are further fields of the row */
  happened: number;
  /** `x_bytes`, `x_bytes_min`, `x_bytes_max`, of three fields */
  between: number | undefined;
  /** the same of one field */
  interval: Triple;
  /** `x_bytes`, `x_origin` */
  laid: LayoutValue;
  /** `origin`, `source_file_id`, `source_line` */
  provenance: Origin;
  /** `source_file_id`, `source_line` */
  source: number | undefined;
}

/** What a column holds; with `?` it may be unknown: undefined in a row, NULL in SQL. */
export type ColumnKind = keyof ValueOf | `${keyof ValueOf}?` | keyof ComposedOf;

/** A column: its kind, and what it means, with its unit. */
export type DeclaredColumn = readonly [kind: ColumnKind, meaning?: string];

/** A table. `jobId` among its columns is the field of the row, and `job_id` the column in SQL. */
export interface DeclaredTable {
  /** what a row is */
  readonly comment: string;
  /** without app_id and attempt_id, which every table begins with */
  readonly columns: Readonly<Record<string, DeclaredColumn>>;
}

/** The value that a row has for a column of this kind. */
type FieldOf<Kind> = Kind extends keyof ValueOf
  ? ValueOf[Kind]
  : Kind extends keyof ComposedOf
    ? ComposedOf[Kind]
    : Kind extends `${infer Known extends keyof ValueOf}?`
      ? ValueOf[Known] | undefined
      : never;

/** Names of the further fields that columns of composed kinds stand for. */
type Further<Field extends string, Kind> = Kind extends "between" | "happened"
  ? `${Field}Min` | `${Field}Max`
  : Kind extends "provenance"
    ? "sourceFileId" | "sourceLine"
    : Kind extends "source"
      ? "sourceLine"
      : never;

type Fields<Columns extends DeclaredTable["columns"]> = {
  -readonly [Field in keyof Columns]: FieldOf<Columns[Field][0]>;
} & {
  -readonly [Field in keyof Columns & string as Further<Field, Columns[Field][0]>]:
    | number
    | undefined;
};

/** The row of a table; `Narrower` has the fields of which more is known than their kind. */
export type RowOf<
  Table extends DeclaredTable,
  Narrower extends Partial<Fields<Table["columns"]>> = object,
> = {
  [Field in keyof Fields<Table["columns"]>]: Field extends keyof Narrower
    ? Narrower[Field]
    : Fields<Table["columns"]>[Field];
};
