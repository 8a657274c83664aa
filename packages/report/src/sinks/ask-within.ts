/** Questions of a writer to its own database: with much memory, of which nothing stays. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { askOn } from "../sql/query.ts";
import type { Ask } from "../sql/row.ts";

/** Questions over a whole application sort and join: what they do not need, they do not take. */
const LARGEST = "1GiB";

/**
 * DuckDB keeps what it read as long as there is room: of many applications all would stay. After
 * each question the limit is `memoryLimitBytes` again.
 */
export function askWithin(connection: DuckDBConnection, memoryLimitBytes: number): Ask {
  const ask = askOn(connection);
  return async (sql) => {
    await connection.run(`set memory_limit = '${LARGEST}'`);
    try {
      return await ask(sql);
    } finally {
      // What cannot go yet goes at the next.
      await connection.run(`set memory_limit = '${memoryLimitBytes}B'`).catch(() => undefined);
    }
  };
}
