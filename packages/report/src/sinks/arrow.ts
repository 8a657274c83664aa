/**
 * Arrow IPC files, a record batch at a time: DuckDB's columns as they lie, integers without BigInt.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBType } from "@duckdb/node-api";
import bindings from "@duckdb/node-bindings";
import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import { duckdb } from "../duckdb.ts";

const STRING_BYTES = 16;
const INLINE_BYTES = 12;

export async function writeArrow(
  connection: DuckDBConnection,
  sql: string,
  path: string,
): Promise<void> {
  const result = await connection.stream(sql);
  const schema = schemaOf(result);
  const writer = new RecordBatchFileWriter();
  const file = await open(path, "w");
  // The writer queues what it is given without a bound, so the queue is emptied after each batch.
  const queue = new Queue(writer);
  try {
    // The schema is written even where there are no rows.
    writer.reset(undefined, schema);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      writer.write(recordBatch(schema, chunk));
      await queue.emptyInto(file);
    }
    writer.finish();
    await queue.emptyInto(file);
  } catch (error) {
    writer.abort(error);
    throw error;
  } finally {
    await file.close();
  }
}

/** What a writer has queued and what is not read yet. */
class Queue {
  readonly #read: Uint8Array[] = [];
  #failed: { readonly error: unknown } | undefined;

  constructor(writer: AsyncIterable<Uint8Array>) {
    this.#collect(writer).catch((error: unknown) => {
      this.#failed = { error };
    });
  }

  async emptyInto(file: FileHandle): Promise<void> {
    // What is queued is read by microtasks alone: after one turn of the event loop all of it is
    // here.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#failed !== undefined) throw this.#failed.error;
    const bytes = Buffer.concat(this.#read);
    this.#read.length = 0;
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at);
      at += bytesWritten;
    }
  }

  async #collect(writer: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const some of writer) this.#read.push(some);
  }
}

function schemaOf(result: DuckDBResult): Schema {
  return new Schema(
    result
      .columnNames()
      .map((name, index) => new Field(name, arrowType(result.columnType(index)), true)),
  );
}

function arrowType(type: DuckDBType): DataType {
  switch (type.typeId) {
    case duckdb.DuckDBTypeId.BIGINT:
      return new Int64();
    case duckdb.DuckDBTypeId.INTEGER:
      return new Int32();
    case duckdb.DuckDBTypeId.DOUBLE:
      return new Float64();
    case duckdb.DuckDBTypeId.BOOLEAN:
      return new Bool();
    case duckdb.DuckDBTypeId.TIMESTAMP:
      return new TimestampMicrosecond();
    case duckdb.DuckDBTypeId.LIST:
      return new List(new Field("item", new Int64(), true));
    default:
      return new Utf8();
  }
}

function recordBatch(schema: Schema, chunk: DuckDBDataChunk): RecordBatch {
  const children = schema.fields.map(({ type }, index) => column(type, chunk, index));
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: chunk.rowCount, nullCount: 0, children }),
  );
}

function column(type: DataType, chunk: DuckDBDataChunk, index: number): Data {
  const length = chunk.rowCount;
  const vector = bindings.data_chunk_get_vector(chunk.chunk, index);
  const nullBitmap = validityOf(vector, length);
  const raw = (bytes: number): ArrayBuffer => {
    return Uint8Array.from(bindings.vector_get_data(vector, length * bytes)).buffer;
  };
  if (type instanceof Int64) {
    return makeData({ type, length, nullBitmap, data: new BigInt64Array(raw(8)) });
  }
  if (type instanceof TimestampMicrosecond) {
    return makeData({ type, length, nullBitmap, data: new BigInt64Array(raw(8)) });
  }
  if (type instanceof Int32) {
    return makeData({ type, length, nullBitmap, data: new Int32Array(raw(4)) });
  }
  if (type instanceof Float64) {
    return makeData({ type, length, nullBitmap, data: new Float64Array(raw(8)) });
  }
  if (type instanceof Bool) {
    return makeData({ type, length, nullBitmap, data: bitsOf(new Uint8Array(raw(1))) });
  }
  if (type instanceof List) return lists(type, chunk, index, nullBitmap);
  return texts(raw(STRING_BYTES), length, nullBitmap);
}

function validityOf(vector: bindings.Vector, length: number): Uint8Array {
  // A vector without NULL has no mask until one is asked for.
  bindings.vector_ensure_validity_writable(vector);
  return Uint8Array.from(bindings.vector_get_validity(vector, Math.ceil(length / 64) * 8));
}

function bitsOf(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8);
  for (const [at, value] of values.entries()) {
    if (value !== 0) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bits;
}

/**
 * DuckDB's string_t is 16 bytes: 4 of length, then the text where it has at most 12 bytes, else 4
 * of it and a pointer to all of it. A chunk repeats its pointers (ids, names), so each is followed
 * once, and no text becomes a JavaScript string.
 */
function texts(raw: ArrayBuffer, length: number, nullBitmap: Uint8Array | null): Data<Utf8> {
  const bytes = new Uint8Array(raw);
  const view = new DataView(raw);
  const followed = new Map<bigint, Uint8Array>();
  const parts: Uint8Array[] = [];
  const valueOffsets = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) {
    const at = row * STRING_BYTES;
    // DuckDB leaves the bytes of a NULL as they were.
    const there = nullBitmap === null || ((nullBitmap[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
    const size = there ? view.getUint32(at, true) : 0;
    valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + size;
    if (size === 0) continue;
    if (size <= INLINE_BYTES) {
      parts.push(bytes.subarray(at + 4, at + 4 + size));
      continue;
    }
    const pointer = view.getBigUint64(at + 8, true);
    let text = followed.get(pointer);
    if (text?.length !== size) {
      text = Uint8Array.from(bindings.get_data_from_pointer(raw, at + 8, size));
      followed.set(pointer, text);
    }
    parts.push(text);
  }
  return makeData({
    type: new Utf8(),
    length,
    nullBitmap,
    valueOffsets,
    data: Buffer.concat(parts),
  });
}

function lists(
  type: List,
  chunk: DuckDBDataChunk,
  index: number,
  nullBitmap: Uint8Array,
): Data<List> {
  const values = chunk.getColumnValues(index);
  const valueOffsets = new Int32Array(values.length + 1);
  const items: bigint[] = [];
  for (const [at, value] of values.entries()) {
    if (value instanceof duckdb.DuckDBListValue) {
      for (const item of value.items) if (typeof item === "bigint") items.push(item);
    }
    valueOffsets[at + 1] = items.length;
  }
  const child = makeData({
    type: new Int64(),
    length: items.length,
    nullCount: 0,
    data: BigInt64Array.from(items),
  });
  return makeData({ type, length: values.length, nullBitmap, valueOffsets, child });
}
