/** Column batches into DuckDB's memory: whole columns in one copy, texts by reference to their dictionary. */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  LIST,
  listValue,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { Column, ColumnType } from "../columns/column.ts";
import { BATCH_ROWS, type BatchColumn, type ColumnBatch } from "../columns/column-batch.ts";
import type { TextDictionary } from "../columns/text-dictionary.ts";

/** DuckDB's string_t: 4 bytes of length, then up to 12 bytes of text, or 4 bytes of it and an 8-byte pointer. */
const STRING_WORDS = 4;
const INLINE_BYTES = 12;

/** One chunk of a table, filled again and again. */
export class DuckDbChunk {
  readonly chunk: DuckDBDataChunk;
  readonly #strings: readonly StringColumn[];

  constructor(columns: readonly Column<never>[]) {
    this.chunk = DuckDBDataChunk.create(
      columns.map(({ type }) => duckDbType(type)),
      BATCH_ROWS,
    );
    this.#strings = columns.map(() => new StringColumn());
  }

  /** Valid until the batch or this is filled again. */
  fill<Row>(batch: ColumnBatch<Row>): DuckDBDataChunk {
    const { chunk } = this;
    chunk.reset();
    chunk.rowCount = batch.rows;
    for (const [index, column] of batch.columns.entries())
      this.#fillColumn(index, column, batch.rows);
    return chunk;
  }

  #fillColumn<Row>(index: number, column: BatchColumn<Row>, rows: number): void {
    if (column.kind === "list") {
      const vector = this.chunk.getColumnVector(index);
      for (let at = 0; at < rows; at += 1) {
        const list = column.get(at);
        vector.setItem(at, list === undefined ? null : listValue(list.map(BigInt)));
      }
      vector.flush();
      return;
    }
    const vector = duckdb.data_chunk_get_vector(this.chunk.chunk, index);
    switch (column.kind) {
      case "int64":
        duckdb.copy_data_to_vector(vector, 0, column.halves.buffer, 0, rows * 8);
        break;
      case "int32":
        duckdb.copy_data_to_vector(vector, 0, column.values.buffer, 0, rows * 4);
        break;
      case "float64":
        duckdb.copy_data_to_vector(vector, 0, column.values.buffer, 0, rows * 8);
        break;
      case "boolean":
        duckdb.copy_data_to_vector(vector, 0, column.values.buffer, 0, rows);
        break;
      case "text": {
        const strings = this.#strings[index]?.refer(column, rows);
        if (strings !== undefined) {
          duckdb.copy_data_to_vector(vector, 0, strings, 0, rows * STRING_WORDS * 4);
        }
        break;
      }
    }
    if (column.nulls > 0) {
      duckdb.vector_ensure_validity_writable(vector);
      // The mask is made of 64-bit words.
      const bytes = Math.ceil(rows / 64) * 8;
      duckdb.copy_data_to_vector_validity(vector, 0, column.validity.buffer, 0, bytes);
    }
  }
}

interface CodedTexts {
  readonly codes: Int32Array;
  readonly dictionary: TextDictionary;
  isNull(at: number): boolean;
}

/** The string_t of each row. Long texts live in vectors of this column, as long as their generation of the dictionary. */
class StringColumn {
  readonly #rows = new Int32Array(BATCH_ROWS * STRING_WORDS);
  #words = new Int32Array(64 * STRING_WORDS);
  #known = 0;
  #generation = 0;
  #pages: DuckDBDataChunk[] = [];
  #placesUsed = 0;

  refer(column: CodedTexts, rows: number): ArrayBuffer {
    this.#learn(column.dictionary);
    const words = this.#words;
    const out = this.#rows;
    const { codes } = column;
    for (let at = 0; at < rows; at += 1) {
      const to = at * STRING_WORDS;
      if (column.isNull(at)) {
        out.fill(0, to, to + STRING_WORDS);
        continue;
      }
      const from = (codes[at] ?? 0) * STRING_WORDS;
      out[to] = words[from] ?? 0;
      out[to + 1] = words[from + 1] ?? 0;
      out[to + 2] = words[from + 2] ?? 0;
      out[to + 3] = words[from + 3] ?? 0;
    }
    return out.buffer;
  }

  #learn({ texts, generation }: TextDictionary): void {
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#known = 0;
      this.#pages = [];
      this.#placesUsed = 0;
    }
    if (texts.length * STRING_WORDS > this.#words.length) {
      const more = new Int32Array(texts.length * STRING_WORDS * 2);
      more.set(this.#words);
      this.#words = more;
    }
    for (; this.#known < texts.length; this.#known += 1) {
      this.#encode(texts[this.#known] ?? "", this.#known * STRING_WORDS);
    }
  }

  #encode(text: string, at: number): void {
    const bytes = utf8.encode(text);
    if (bytes.length <= INLINE_BYTES) {
      const target = new Uint8Array(this.#words.buffer, at * 4, STRING_WORDS * 4);
      target.fill(0);
      target[0] = bytes.length;
      target.set(bytes, 4);
      return;
    }
    const place = this.#placesUsed % BATCH_ROWS;
    if (place === 0) this.#pages.push(DuckDBDataChunk.create([VARCHAR], BATCH_ROWS));
    this.#placesUsed += 1;
    const page = this.#pages.at(-1);
    if (page === undefined) return;
    const vector = duckdb.data_chunk_get_vector(page.chunk, 0);
    duckdb.vector_assign_string_element_len(vector, place, bytes);
    const strings = duckdb.vector_get_data(vector, BATCH_ROWS * STRING_WORDS * 4);
    const words = new Uint8Array(this.#words.buffer, at * 4, STRING_WORDS * 4);
    words.set(strings.subarray(place * STRING_WORDS * 4, (place + 1) * STRING_WORDS * 4));
  }
}

const utf8 = new TextEncoder();

function duckDbType(type: ColumnType): DuckDBType {
  switch (type) {
    case "BIGINT":
      return BIGINT;
    case "INTEGER":
      return INTEGER;
    case "DOUBLE":
      return DOUBLE;
    case "TIMESTAMP":
      return TIMESTAMP;
    case "VARCHAR":
      return VARCHAR;
    case "BOOLEAN":
      return BOOLEAN;
    case "BIGINT[]":
      return LIST(BIGINT);
  }
}
