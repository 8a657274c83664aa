/** A chunk: a header in JSON and the bytes of its columns; a file has one for each executor. */
import { bytesOf, type Column, type ColumnHeader, decodedColumn, joined } from "./columns.ts";

interface ChunkHeader {
  /** anything small that goes along */
  readonly json: unknown;
  readonly columns: Readonly<Record<string, ColumnHeader>>;
}

/** u32 length of the header, the header, the columns in its order. */
export function packed(columns: Readonly<Record<string, Column>>, json: unknown): Uint8Array {
  const header: ChunkHeader = {
    json,
    columns: Object.fromEntries(Object.entries(columns).map(([name, { header: h }]) => [name, h])),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return joined([length, text, ...Object.values(columns).map(({ bytes }) => bytes)]);
}

/** What stands in a chunk; a column that is not there is empty. */
export interface Unpacked {
  /** what went along, as the report wrote it: the one door through which it comes */
  json<Facts>(): Facts;
  has(name: string): boolean;
  /** NaN is NULL */
  numbers(name: string): Float64Array;
  /** null is NULL */
  texts(name: string): readonly (string | null)[];
}

export function unpacked(bytes: Uint8Array): Unpacked {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  const header: ChunkHeader = JSON.parse(text);
  const numbers = new Map<string, Float64Array>();
  let at = 4 + length;
  for (const [name, column] of Object.entries(header.columns)) {
    numbers.set(name, decodedColumn(bytes, at, column));
    at += bytesOf(column);
  }
  for (const [name, { f, m }] of Object.entries(header.columns)) {
    const base = f === undefined ? undefined : numbers.get(f);
    const apart = numbers.get(name);
    if (base === undefined || apart === undefined) continue;
    const side = m ?? 1;
    for (let i = 0; i < apart.length; i++) {
      apart[i] = (base[i] ?? Number.NaN) + side * (apart[i] ?? Number.NaN);
    }
  }
  return {
    json: <Facts>() => {
      const read: { readonly json: Facts } = JSON.parse(text);
      return read.json;
    },
    has: (name) => numbers.has(name),
    numbers: (name) => numbers.get(name) ?? new Float64Array(0),
    texts: (name) => {
      const words = header.columns[name]?.d ?? [];
      return Array.from(numbers.get(name) ?? [], (place) => words[place] ?? null);
    },
  };
}
