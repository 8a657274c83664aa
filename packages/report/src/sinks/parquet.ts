/** Parquet, written by DuckDB. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { sqlText } from "../sql/literal.ts";

export async function writeParquet(
  connection: DuckDBConnection,
  sql: string,
  path: string,
): Promise<void> {
  await connection.run(`copy (${sql}) to ${sqlText(path)} (format parquet, compression zstd)`);
}
