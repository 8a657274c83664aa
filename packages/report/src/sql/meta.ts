/** Whether a database is one that a replay wrote, with the tables of this respark. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { DatabaseError } from "../database-error.ts";
import { META_TABLE, SCHEMA_VERSION } from "./create.ts";

export async function requireOurs(connection: DuckDBConnection, path: string): Promise<void> {
  const there = await connection.runAndReadAll(
    `select 1 from duckdb_tables() where table_name = '${META_TABLE}'`,
  );
  if (there.currentRowCount === 0) {
    throw new DatabaseError("not_respark", path, `${path} was not written by respark`);
  }
  const meta = await connection.runAndReadAll(`select schema_version from ${META_TABLE}`);
  const version = meta.getRows()[0]?.[0];
  if (version !== SCHEMA_VERSION) {
    throw new DatabaseError(
      "other_schema",
      path,
      `${path} has tables of version ${String(version)}, this respark reads version ${SCHEMA_VERSION}: replay the logs again`,
    );
  }
}
