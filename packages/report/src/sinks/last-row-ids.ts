/** Where the rows of a database end, table by table: what is written later is told apart by it. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { sqlName, sqlText } from "../sql/literal.ts";
import { storedTables } from "../tables/stored.ts";

/** Rows that come later have higher ids, in the same transaction already. Only tables with rows. */
export async function lastRowIds(connection: DuckDBConnection): Promise<Map<string, bigint>> {
  const selects = storedTables.map(({ name }) => {
    return `select ${sqlText(name)}, max(rowid) from ${sqlName(name)}`;
  });
  const reader = await connection.runAndReadAll(selects.join(" union all "));
  const last = new Map<string, bigint>();
  for (const [name, rowId] of reader.getRows()) {
    if (typeof name === "string" && typeof rowId === "bigint") last.set(name, rowId);
  }
  return last;
}
