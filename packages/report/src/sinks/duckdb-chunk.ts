/**
 * Column batches into DuckDB's memory: whole columns in one copy, texts by reference to their
 * dictionary.
 */
import type { DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import bindings from "@duckdb/node-bindings";
import type { ColumnType } from "../columns/column.ts";
import {
  BATCH_ROWS,
  type BatchColumn,
  type ColumnBatch,
  type ListValues,
  type NumberValues,
  notAnInteger,
  type TextValues,
  UNKNOWN_NUMBER,
  UNKNOWN_TEXT,
} from "../columns/column-batch.ts";
import type { TextDictionary } from "../columns/text-dictionary.ts";
import { duckdb } from "../duckdb.ts";

/**
 * DuckDB's string_t: 4 bytes of length, then up to 12 bytes of text, or 4 bytes of it and an 8-byte
 * pointer.
 */
const STRING_WORDS = 4;
const INLINE_BYTES = 12;
const TWO_32 = 4_294_967_296;

/** One chunk of a table, filled again and again. */
export class DuckDbChunk {
  readonly chunk: DuckDBDataChunk;
  readonly #strings = new Map<number, StringColumn>();

  constructor(types: readonly ColumnType[]) {
    this.chunk = duckdb.DuckDBDataChunk.create(types.map(duckDbType), BATCH_ROWS);
    for (const [index, type] of types.entries()) {
      if (type === "VARCHAR") this.#strings.set(index, new StringColumn());
    }
  }

  /** Valid until the batch or this is filled again. */
  fill<Row>(batch: ColumnBatch<Row>): DuckDBDataChunk {
    const { chunk } = this;
    const { rows } = batch;
    chunk.reset();
    chunk.rowCount = rows;
    for (const [index, column] of batch.columns().entries()) this.#fillColumn(index, column, rows);
    return chunk;
  }

  #fillColumn(index: number, column: BatchColumn, rows: number): void {
    if (column.kind === "list") {
      this.#fillLists(index, column, rows);
      return;
    }
    const vector = bindings.data_chunk_get_vector(this.chunk.chunk, index);
    let nulls = 0;
    if (column.kind === "number") {
      nulls = laidOut(column, rows);
      if (nulls === rows) {
        this.#fillWithNulls(vector, rows);
        return;
      }
      bindings.copy_data_to_vector(vector, 0, laid.buffer, 0, rows * bytesOf(column.column.type));
    } else {
      const strings = this.#strings.get(index);
      if (strings === undefined) return;
      nulls = strings.refer(column, rows);
      bindings.copy_data_to_vector(vector, 0, strings.references, 0, rows * STRING_WORDS * 4);
    }
    if (nulls > 0) {
      bindings.vector_ensure_validity_writable(vector);
      bindings.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, maskBytes(rows));
    }
  }

  /** Nothing but the mask is looked at: what stands in the vector stays. */
  #fillWithNulls(vector: bindings.Vector, rows: number): void {
    bindings.vector_ensure_validity_writable(vector);
    bindings.copy_data_to_vector_validity(vector, 0, noneValid.buffer, 0, maskBytes(rows));
  }

  #fillLists(index: number, { values }: ListValues, rows: number): void {
    const vector = this.chunk.getColumnVector(index);
    for (let at = 0; at < rows; at += 1) {
      const list = values[at];
      vector.setItem(at, list === undefined ? null : duckdb.listValue(list.map(BigInt)));
    }
    vector.flush();
  }
}

/** A column on its way to DuckDB, in DuckDB's layout. */
const laid = new Int32Array(2 * BATCH_ROWS);
const laidDoubles = new Float64Array(laid.buffer);
const laidBytes = new Uint8Array(laid.buffer);
/** A bit a row of that column, 1 where there is a value. */
const validity = new Uint8Array(BATCH_ROWS / 8);
const noneValid = new Uint8Array(BATCH_ROWS / 8);

/** A mask is made of 64-bit words. */
function maskBytes(rows: number): number {
  return Math.ceil(rows / 64) * 8;
}

/** Fills `laid`, and `validity` where there are NULLs; gives their number. */
function laidOut({ column, values }: NumberValues, rows: number): number {
  switch (column.type) {
    case "BIGINT":
    case "TIMESTAMP":
      return laidOutBig(column, values, rows);
    case "INTEGER":
      return laidOutSmall(column, values, rows);
    case "DOUBLE":
      laidDoubles.set(values.subarray(0, rows));
      return unknowns(values, rows);
    case "BOOLEAN":
      for (let at = 0; at < rows; at += 1) laidBytes[at] = values[at] ?? 0;
      return unknowns(values, rows);
  }
}

function laidOutBig(column: NumberValues["column"], values: Float64Array, rows: number): number {
  let nulls = 0;
  for (let at = 0; at < rows; at += 1) {
    const value = values[at] ?? 0;
    // Most are small: the same number in 32 bits, and its sign.
    const small = value | 0;
    if (small === value) {
      laid[2 * at] = small;
      laid[2 * at + 1] = small >> 31;
      continue;
    }
    if (value === UNKNOWN_NUMBER) {
      nulls += 1;
      continue;
    }
    if (!Number.isSafeInteger(value)) throw notAnInteger(column, value);
    const high = Math.floor(value / TWO_32);
    laid[2 * at] = value - high * TWO_32;
    laid[2 * at + 1] = high;
  }
  return nulls === 0 || nulls === rows ? nulls : unknowns(values, rows);
}

function laidOutSmall(column: NumberValues["column"], values: Float64Array, rows: number): number {
  let nulls = 0;
  for (let at = 0; at < rows; at += 1) {
    const value = values[at] ?? 0;
    const small = value | 0;
    if (small === value) laid[at] = small;
    else if (value === UNKNOWN_NUMBER) nulls += 1;
    else throw notAnInteger(column, value);
  }
  return nulls === 0 || nulls === rows ? nulls : unknowns(values, rows);
}

function unknowns(values: Float64Array, rows: number): number {
  let nulls = 0;
  for (let at = 0; at < rows; at += 1) {
    if (values[at] === UNKNOWN_NUMBER) {
      if (nulls === 0) validity.fill(0xff);
      nulls += 1;
      setNull(at);
    }
  }
  return nulls;
}

function setNull(at: number): void {
  validity[at >> 3] = (validity[at >> 3] ?? 0) & ~(1 << (at & 7));
}

/**
 * The string_t of each row. Long texts live in vectors of this column, as long as their generation
 * of the dictionary.
 */
class StringColumn {
  readonly #rows = new Int32Array(BATCH_ROWS * STRING_WORDS);
  readonly references: ArrayBuffer = this.#rows.buffer;
  #words = new Int32Array(64 * STRING_WORDS);
  #bytes = new Uint8Array(this.#words.buffer);
  #known = 0;
  #generation = 0;
  readonly #pages: StringPage[] = [];
  #pageInUse = 0;
  /** Of a constant, what all rows refer to. */
  #constant: number | undefined;

  /** Fills `references`, and `validity` where there are NULLs; gives their number. */
  refer({ codes, dictionary, isConstant }: TextValues, rows: number): number {
    this.#learn(dictionary);
    if (isConstant) {
      if (this.#constant !== codes[0]) this.#referTo(codes, BATCH_ROWS);
      this.#constant = codes[0];
      return 0;
    }
    return this.#referTo(codes, rows);
  }

  #referTo(codes: Int32Array, rows: number): number {
    const words = this.#words;
    const out = this.#rows;
    let nulls = 0;
    for (let at = 0; at < rows; at += 1) {
      const to = at * STRING_WORDS;
      const code = codes[at] ?? UNKNOWN_TEXT;
      if (code === UNKNOWN_TEXT) {
        if (nulls === 0) validity.fill(0xff);
        nulls += 1;
        setNull(at);
        out.fill(0, to, to + STRING_WORDS);
        continue;
      }
      const from = code * STRING_WORDS;
      out[to] = words[from] ?? 0;
      out[to + 1] = words[from + 1] ?? 0;
      out[to + 2] = words[from + 2] ?? 0;
      out[to + 3] = words[from + 3] ?? 0;
    }
    return nulls;
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
  readonly #chunk = duckdb.DuckDBDataChunk.create([duckdb.VARCHAR], BATCH_ROWS);
  #vector = bindings.data_chunk_get_vector(this.#chunk.chunk, 0);
  /** by place, the code of the text */
  readonly #codes: number[] = [];
  #copied = 0;

  /** Frees its texts: nothing may refer to them any more. */
  clear(): void {
    this.#chunk.reset();
    this.#vector = bindings.data_chunk_get_vector(this.#chunk.chunk, 0);
    this.#codes.length = 0;
    this.#copied = 0;
  }

  get isFull(): boolean {
    return this.#codes.length === BATCH_ROWS;
  }

  add(text: string, code: number): void {
    const bytes = text.length * 3 <= scratch.length ? encodedInScratch(text) : utf8.encode(text);
    bindings.vector_assign_string_element_len(this.#vector, this.#codes.length, bytes);
    this.#codes.push(code);
  }

  /** Copies the string_t of texts that were added since to their codes' places. */
  copyReferences(to: Uint8Array): void {
    if (this.#copied === this.#codes.length) return;
    const size = STRING_WORDS * 4;
    const strings = bindings.vector_get_data(this.#vector, BATCH_ROWS * size);
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
      return duckdb.BIGINT;
    case "INTEGER":
      return duckdb.INTEGER;
    case "DOUBLE":
      return duckdb.DOUBLE;
    case "TIMESTAMP":
      return duckdb.TIMESTAMP;
    case "VARCHAR":
      return duckdb.VARCHAR;
    case "BOOLEAN":
      return duckdb.BOOLEAN;
    case "BIGINT[]":
      return duckdb.LIST(duckdb.BIGINT);
  }
}

/** Bytes of a value in a vector. */
export function bytesOf(type: ColumnType): number {
  return type === "BOOLEAN" ? 1 : type === "INTEGER" ? 4 : type === "VARCHAR" ? 16 : 8;
}
