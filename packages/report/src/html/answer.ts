/** An answer of the database by columns: bytes and times as numbers, texts made safe to show. */
import type { Cells } from "../picture/facts.ts";
import type { Database, QueryValue } from "../sql/query.ts";
import { plainText } from "./html.ts";

export type Asking = Pick<Database, "query">;

export class Answer {
  readonly #columns: ReadonlyMap<string, QueryValue[]>;
  readonly rows: number;

  private constructor(columns: ReadonlyMap<string, QueryValue[]>, rows: number) {
    this.#columns = columns;
    this.rows = rows;
  }

  static async of(database: Asking, sql: string): Promise<Answer> {
    const result = await database.query(sql);
    const columns = result.columns.map((): QueryValue[] => []);
    const known = result.columns.map(() => new Map<string, string>());
    let rows = 0;
    for await (const batch of result.batches()) {
      for (const row of batch) {
        for (const [index, column] of columns.entries()) {
          column.push(kept(row[index] ?? null, known[index]));
        }
      }
      rows += batch.length;
    }
    return new Answer(
      new Map(result.columns.map(({ name }, index) => [name, columns[index] ?? []])),
      rows,
    );
  }

  /** Rows of answers with the same columns as one, by these columns; NULL comes last. */
  static merged(parts: readonly Answer[], by: readonly string[]): Answer {
    const [first, ...others] = parts.filter(({ rows }) => rows > 0);
    if (first === undefined) return parts[0] ?? new Answer(new Map(), 0);
    const columns = new Map<string, QueryValue[]>();
    for (const [name, own] of first.#columns) {
      columns.set(name, [...own, ...others.flatMap((other) => [...other.#values(name)])]);
    }
    const all = new Answer(
      columns,
      parts.reduce((sum, { rows }) => sum + rows, 0),
    );
    const keys = by.map((name) => all.#values(name));
    const order = Uint32Array.from({ length: all.rows }, (_, row) => row).sort((a, b) => {
      for (const key of keys) {
        const apart = compared(key[a] ?? null, key[b] ?? null);
        if (apart !== 0) return apart;
      }
      return a - b;
    });
    return new Answer(
      new Map(
        [...columns].map(([name, values]) => [
          name,
          Array.from(order, (row): QueryValue => values[row] ?? null),
        ]),
      ),
      all.rows,
    );
  }

  numbers(column: string): (number | null)[] {
    return this.#values(column).map((value) => {
      if (value === null) return null;
      const read = typeof value === "object" ? Number.NaN : Number(value);
      if (Number.isNaN(read)) throw new TypeError(`${column} holds what is no number`);
      return read;
    });
  }

  texts(column: string): (string | null)[] {
    return this.#values(column).map((value) => {
      return value === null ? null : plainText(textOf(value));
    });
  }

  /** Rows for a table that is shown as it is. */
  cells(): Cells[] {
    const columns = [...this.#columns];
    return Array.from({ length: this.rows }, (_, row) =>
      Object.fromEntries(columns.map(([name, values]) => [name, shown(values[row] ?? null)])),
    );
  }

  /** Where each value of a column begins and ends; rows come ordered by it. */
  spans(column: string): Map<string, readonly [number, number]> {
    const spans = new Map<string, readonly [number, number]>();
    let from = 0;
    const values = this.#values(column);
    for (let row = 1; row <= values.length; row++) {
      if (row < values.length && values[row] === values[from]) continue;
      spans.set(plainText(textOf(values[from] ?? null)), [from, row]);
      from = row;
    }
    return spans;
  }

  #values(column: string): readonly QueryValue[] {
    const values = this.#columns.get(column);
    if (values === undefined) throw new TypeError(`the answer has no column ${column}`);
    return values;
  }
}

function compared(a: QueryValue, b: QueryValue): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [one, other] = [textOf(a), textOf(b)];
  return one < other ? -1 : Number(one > other);
}

/** Beyond so many different texts of a column the next ones are likely to differ too. */
const SHARED_TEXTS = 4096;

/** In as little memory as it takes: integers as numbers, and of equal texts one. */
function kept(value: QueryValue, known: Map<string, string> | undefined): QueryValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || known === undefined) return value;
  const same = known.get(value);
  if (same !== undefined) return same;
  if (known.size < SHARED_TEXTS) known.set(value, value);
  return value;
}

function shown(value: QueryValue): Cells[string] {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  return plainText(textOf(value));
}

function textOf(value: QueryValue): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
