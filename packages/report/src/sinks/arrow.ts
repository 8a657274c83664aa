/** Arrow IPC files, a record batch at a time: DuckDB's columns as they lie, integers without BigInt. */
import { type FileHandle, open } from "node:fs/promises";
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBType } from "@duckdb/node-api";
import { DuckDBListValue, DuckDBTypeId } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
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

export async function writeArrow(
  connection: DuckDBConnection,
  sql: string,
  path: string,
): Promise<void> {
  const result = await connection.stream(sql);
  const schema = schemaOf(result);
  const writer = new RecordBatchFileWriter();
  const file = await open(path, "w");
  // The writer queues what it is given; this empties the queue meanwhile.
  const written = pour(writer, file);
  try {
    // The schema is written even where there are no rows.
    writer.reset(undefined, schema);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      writer.write(recordBatch(schema, chunk));
    }
    writer.finish();
    await written;
  } catch (error) {
    writer.abort(error);
    await written.catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

async function pour(bytes: AsyncIterable<Uint8Array>, file: FileHandle): Promise<void> {
  for await (const some of bytes) await file.write(some);
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
    case DuckDBTypeId.BIGINT:
      return new Int64();
    case DuckDBTypeId.INTEGER:
      return new Int32();
    case DuckDBTypeId.DOUBLE:
      return new Float64();
    case DuckDBTypeId.BOOLEAN:
      return new Bool();
    case DuckDBTypeId.TIMESTAMP:
      return new TimestampMicrosecond();
    case DuckDBTypeId.LIST:
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
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
  const nullBitmap = validityOf(vector, length);
  const raw = (bytes: number): ArrayBuffer => {
    return Uint8Array.from(duckdb.vector_get_data(vector, length * bytes)).buffer;
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
  return texts(chunk, index, nullBitmap);
}

function validityOf(vector: duckdb.Vector, length: number): Uint8Array {
  // A vector without NULL has no mask until one is asked for.
  duckdb.vector_ensure_validity_writable(vector);
  return Uint8Array.from(duckdb.vector_get_validity(vector, Math.ceil(length / 64) * 8));
}

function bitsOf(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8);
  for (const [at, value] of values.entries()) {
    if (value !== 0) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bits;
}

function texts(chunk: DuckDBDataChunk, index: number, nullBitmap: Uint8Array): Data<Utf8> {
  const values = chunk.getColumnValues(index).map((value) => (value === null ? "" : String(value)));
  const valueOffsets = new Int32Array(values.length + 1);
  const encoded = values.map((value) => Buffer.from(value));
  for (const [at, { length }] of encoded.entries()) {
    valueOffsets[at + 1] = (valueOffsets[at] ?? 0) + length;
  }
  return makeData({
    type: new Utf8(),
    length: values.length,
    nullBitmap,
    valueOffsets,
    data: Buffer.concat(encoded),
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
    if (value instanceof DuckDBListValue) {
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
