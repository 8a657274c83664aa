/** The door for rows that come back from a database: unknown values become numbers and texts once, here. */

export type DatabaseRow = Readonly<Record<string, unknown>>;
/** Asks a database and gives all rows: for small answers. */
export type Ask = (sql: string) => Promise<readonly DatabaseRow[]>;

/** undefined for NULL; a BIGINT may come as a bigint or as its digits. */
export function numberIn(row: DatabaseRow, column: string): number | undefined {
  const text = textIn(row, column);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isNaN(number)) throw new TypeError(`${column} is ${text}, no number`);
  return number;
}

/** undefined for NULL. */
export function textIn(row: DatabaseRow, column: string): string | undefined {
  const value = row[column];
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return value.toString();
  }
  throw new TypeError(`${column} is neither text nor number`);
}

/** A text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
