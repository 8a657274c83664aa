/** Rows of one table into DuckDB: a batch in our memory, an appender behind it, both bounded. */
import type { DuckDBAppender } from "@duckdb/node-api";
import type { Column, ColumnType } from "../columns/column.ts";
import { ColumnBatch } from "../columns/column-batch.ts";
import type { ApplicationKey, TableSpec } from "../tables/table.ts";
import { keyColumns } from "../tables/table.ts";
import { DuckDbChunk } from "./duckdb-chunk.ts";

/** The appender holds what it got outside DuckDB's memory limit, so it is emptied at this size. */
const APPENDER_BYTES = 1 << 20;

export interface RowWriter<Row> {
  take(row: Row): void;
  /** All rows are with DuckDB after it. */
  flush(): void;
  /** Forgets what is not flushed. */
  discard(): void;
}

export class TableWriter<Row> implements RowWriter<Row> {
  readonly table: TableSpec<Row>;
  readonly #batch: ColumnBatch<Row>;
  readonly #chunk: DuckDbChunk;
  readonly #appender: DuckDBAppender;
  readonly #rowBytes: number;
  #appendedBytes = 0;

  constructor(table: TableSpec<Row>, appender: DuckDBAppender, key: () => ApplicationKey) {
    this.table = table;
    const columns: readonly Column<Row>[] = [
      ...keyColumns.map((column) => ofTheApplication<Row>(column, key)),
      ...table.columns,
    ];
    this.#batch = new ColumnBatch(columns);
    this.#chunk = new DuckDbChunk(columns);
    this.#appender = appender;
    this.#rowBytes = columns.reduce((sum, { type }) => sum + bytesOf(type), 0);
  }

  take(row: Row): void {
    if (this.#batch.take(row)) this.#append();
  }

  flush(): void {
    if (this.#batch.rows > 0) this.#append();
    if (this.#appendedBytes > 0) this.#flushAppender();
  }

  discard(): void {
    this.#appender.clear();
    this.#appender.closeSync();
  }

  #append(): void {
    const batch = this.#batch;
    this.#appender.appendDataChunk(this.#chunk.fill(batch));
    this.#appendedBytes += batch.rows * this.#rowBytes + batch.textUnits;
    batch.clear();
    if (this.#appendedBytes >= APPENDER_BYTES) this.#flushAppender();
  }

  #flushAppender(): void {
    this.#appender.flushSync();
    this.#appendedBytes = 0;
  }
}

/** A column of the application's key has the same value in all rows of the application. */
function ofTheApplication<Row>(
  column: Column<ApplicationKey>,
  key: () => ApplicationKey,
): Column<Row> {
  if (column.type !== "VARCHAR") throw new TypeError(`${column.name} is no text`);
  const { value } = column;
  return { ...column, value: () => value(key()) };
}

function bytesOf(type: ColumnType): number {
  return type === "BOOLEAN" ? 1 : type === "INTEGER" ? 4 : type === "VARCHAR" ? 16 : 8;
}
