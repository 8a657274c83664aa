/** Rows of one table into DuckDB: a batch in our memory, an appender behind it, both bounded. */
import type { DuckDBAppender } from "@duckdb/node-api";
import { ColumnBatch } from "../columns/column-batch.ts";
import type { ApplicationKey, TableSpec } from "../tables/table.ts";
import { keyColumns } from "../tables/table.ts";
import { bytesOf, DuckDbChunk } from "./duckdb-chunk.ts";

export interface RowWriter<Row> {
  take(row: Row): void;
  /**
   * All rows are with the appender after it, under the application at hand; DuckDB has them after
   * `flush`.
   */
  settle(): void;
  /** All rows are with DuckDB after it. */
  flush(): void;
  /** Forgets what is not flushed, and goes on. */
  forget(): void;
  /** Forgets what is not flushed, for good. */
  discard(): void;
}

/** What appenders hold, all tables together. It is outside DuckDB's memory limit. */
export interface AppendedBytes {
  bytes: number;
}

/**
 * An appender is emptied once all hold so much, if it holds a good part of it: each time is a query
 * of its own to DuckDB.
 */
const ALL_APPENDERS_BYTES = 12 << 20;
const APPENDER_BYTES = 1 << 20;

export class TableWriter<Row> implements RowWriter<Row> {
  readonly #table: TableSpec<Row>;
  readonly #key: () => ApplicationKey;
  readonly #appender: DuckDBAppender;
  readonly #rowBytes: number;
  readonly #all: AppendedBytes;
  /** There is one once there are rows: most tables have few or none. */
  #batch: ColumnBatch<Row> | undefined;
  #chunk: DuckDbChunk | undefined;
  #appendedBytes = 0;

  constructor(
    table: TableSpec<Row>,
    appender: DuckDBAppender,
    { key, appended }: { readonly key: () => ApplicationKey; readonly appended: AppendedBytes },
  ) {
    this.#table = table;
    this.#key = key;
    this.#appender = appender;
    this.#all = appended;
    this.#rowBytes = [...keyColumns, ...table.columns].reduce(
      (sum, { type }) => sum + bytesOf(type),
      0,
    );
  }

  take(row: Row): void {
    this.#batch ??= this.#newBatch();
    if (this.#batch.take(row)) this.#append(this.#batch);
  }

  settle(): void {
    if (this.#batch !== undefined && this.#batch.rows > 0) this.#append(this.#batch);
  }

  flush(): void {
    this.settle();
    if (this.#appendedBytes > 0) this.#flushAppender();
  }

  forget(): void {
    this.#batch?.clear();
    this.#appender.clear();
    this.#all.bytes -= this.#appendedBytes;
    this.#appendedBytes = 0;
  }

  discard(): void {
    this.#appender.clear();
    this.#appender.closeSync();
  }

  #newBatch(): ColumnBatch<Row> {
    return new ColumnBatch(
      keyColumns.map(({ value }) => {
        return () => value(this.#key());
      }),
      this.#table.columns,
    );
  }

  #append(batch: ColumnBatch<Row>): void {
    this.#chunk ??= new DuckDbChunk(
      [...keyColumns, ...this.#table.columns].map(({ type }) => type),
    );
    this.#appender.appendDataChunk(this.#chunk.fill(batch));
    const bytes = batch.rows * this.#rowBytes + batch.textUnits;
    this.#appendedBytes += bytes;
    this.#all.bytes += bytes;
    batch.clear();
    if (this.#all.bytes >= ALL_APPENDERS_BYTES && this.#appendedBytes >= APPENDER_BYTES) {
      this.#flushAppender();
    }
  }

  #flushAppender(): void {
    this.#appender.flushSync();
    this.#all.bytes -= this.#appendedBytes;
    this.#appendedBytes = 0;
  }
}
