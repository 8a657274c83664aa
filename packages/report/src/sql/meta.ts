/** Whether a database is one that a replay wrote, with the tables of this respark. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { DatabaseError } from "../database-error.ts";
import { storedTables } from "../tables/stored.ts";
import { META_TABLE, SCHEMA_VERSION, tablesHash } from "./create.ts";
import { sqlText } from "./literal.ts";

/**
 * Throws a DatabaseError: not_respark where a table of ours is missing or something else stands in
 * for it (a view could read any file), other_schema where another version wrote it.
 */
export async function requireOurs(connection: DuckDBConnection, path: string): Promise<void> {
  const there = await connection.runAndReadAll(
    "select table_name from duckdb_tables() where schema_name = 'main' and not temporary",
  );
  const names = new Set(there.getRows().map(([name]) => String(name)));
  if (!names.has(META_TABLE)) {
    throw new DatabaseError("not_respark", path, `${path} was not written by respark`);
  }
  const columns = await connection.runAndReadAll(
    `select column_name from duckdb_columns() where table_name = ${sqlText(META_TABLE)}`,
  );
  const hasHash = columns.getRows().some(([name]) => name === "tables_hash");
  const meta = await connection.runAndReadAll(
    `select schema_version, ${hasHash ? "tables_hash" : "null"} from ${META_TABLE}`,
  );
  const [version, hash] = meta.getRows()[0] ?? [];
  if (version !== SCHEMA_VERSION || hash !== tablesHash()) {
    const which =
      version === SCHEMA_VERSION ? "other tables" : `tables of version ${String(version)}`;
    throw new DatabaseError(
      "other_schema",
      path,
      `${path} has ${which} than this respark reads (version ${SCHEMA_VERSION}): replay the logs again`,
    );
  }
  const missing = storedTables.find(({ name }) => !names.has(name));
  if (missing !== undefined) {
    throw new DatabaseError(
      "not_respark",
      path,
      `${path} has no table ${missing.name}: it is no database as respark writes it`,
    );
  }
}
