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
    let rows = 0;
    for await (const batch of result.batches()) {
      for (const row of batch) {
        for (const [index, column] of columns.entries()) column.push(row[index] ?? null);
      }
      rows += batch.length;
    }
    return new Answer(
      new Map(result.columns.map(({ name }, index) => [name, columns[index] ?? []])),
      rows,
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

function shown(value: QueryValue): Cells[string] {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  return plainText(textOf(value));
}

function textOf(value: QueryValue): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
