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
  #bytes = new Uint8Array(this.#words.buffer);
  #known = 0;
  #generation = 0;
  readonly #pages: StringPage[] = [];
  #pageInUse = 0;

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
      // DuckDB's memory is not the collector's to see: pages are used again rather than left to it.
      for (const page of this.#pages) page.clear();
      this.#pageInUse = 0;
    }
    if (this.#known === texts.length) return;
    this.#makeRoom(texts.length);
    for (; this.#known < texts.length; this.#known += 1) {
      this.#encode(texts[this.#known] ?? "", this.#known);
    }
    for (const page of this.#pages) page.copyReferences(this.#bytes);
  }

  #makeRoom(texts: number): void {
    if (texts * STRING_WORDS <= this.#words.length) return;
    const more = new Int32Array(texts * STRING_WORDS * 2);
    more.set(this.#words);
    this.#words = more;
    this.#bytes = new Uint8Array(more.buffer);
  }

  #encode(text: string, code: number): void {
    const at = code * STRING_WORDS;
    if (text.length <= INLINE_BYTES) {
      const { read, written } = utf8.encodeInto(text, inlined);
      if (read === text.length) {
        this.#words.fill(0, at, at + STRING_WORDS);
        this.#words[at] = written;
        for (let byte = 0; byte < written; byte += 1) {
          this.#bytes[at * 4 + 4 + byte] = inlined[byte] ?? 0;
        }
        return;
      }
    }
    if (this.#pages[this.#pageInUse]?.isFull === true) this.#pageInUse += 1;
    const page = this.#pages[this.#pageInUse] ?? new StringPage();
    this.#pages[this.#pageInUse] = page;
    page.add(text, code);
  }
}

/** A vector that holds texts for others to refer to. */
class StringPage {
  readonly #chunk = DuckDBDataChunk.create([VARCHAR], BATCH_ROWS);
  #vector = duckdb.data_chunk_get_vector(this.#chunk.chunk, 0);
  /** by place, the code of the text */
  readonly #codes: number[] = [];
  #copied = 0;

  /** Frees its texts: nothing may refer to them any more. */
  clear(): void {
    this.#chunk.reset();
    this.#vector = duckdb.data_chunk_get_vector(this.#chunk.chunk, 0);
    this.#codes.length = 0;
    this.#copied = 0;
  }

  get isFull(): boolean {
    return this.#codes.length === BATCH_ROWS;
  }

  add(text: string, code: number): void {
    const bytes = text.length * 3 <= scratch.length ? encodedInScratch(text) : utf8.encode(text);
    duckdb.vector_assign_string_element_len(this.#vector, this.#codes.length, bytes);
    this.#codes.push(code);
  }

  /** Copies the string_t of texts that were added since to their codes' places. */
  copyReferences(to: Uint8Array): void {
    if (this.#copied === this.#codes.length) return;
    const size = STRING_WORDS * 4;
    const strings = duckdb.vector_get_data(this.#vector, BATCH_ROWS * size);
    for (; this.#copied < this.#codes.length; this.#copied += 1) {
      const from = this.#copied * size;
      const at = (this.#codes[this.#copied] ?? 0) * size;
      for (let byte = 0; byte < size; byte += 1) to[at + byte] = strings[from + byte] ?? 0;
    }
  }
}

const utf8 = new TextEncoder();
const inlined = new Uint8Array(INLINE_BYTES);
const scratch = new Uint8Array(4096);

function encodedInScratch(text: string): Uint8Array {
  return scratch.subarray(0, utf8.encodeInto(text, scratch).written);
}

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
