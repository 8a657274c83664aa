/** CSV, written by DuckDB: a header, NULL as an empty field, times in UTC. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { sqlText } from "../sql/literal.ts";

export async function writeCsv(
  connection: DuckDBConnection,
  sql: string,
  path: string,
): Promise<void> {
  await connection.run(`copy (${sql}) to ${sqlText(path)} (format csv, header true)`);
}
