/// <reference types="node" />
/**
 * DuckDB alone, on one thread, writing the very rows of a replayed database into another: what any reader of the log would spend on the
 * tables, were all else free. Prints its own CPU seconds, and how many values it wrote.
 */
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
}
interface Api {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Readonly<Record<string, string>>,
    ): Promise<{ connect(): Promise<Connection> }>;
  };
}

const [from = "", to = ""] = process.argv.slice(2);
const require = createRequire(join(import.meta.dirname, "../../packages/report/package.json"));
const api: Api = require("@duckdb/node-api");
rmSync(to, { force: true });
const instance = await api.DuckDBInstance.create(to, { threads: "1" });
const connection = await instance.connect();
await connection.run(`attach '${from.replaceAll("'", "''")}' as replayed (read_only)`);
const tables = await connection.runAndReadAll(
  "select table_name, column_count * estimated_size from duckdb_tables() where database_name = 'replayed'",
);
const before = process.cpuUsage();
let values = 0;
for (const [table, count] of tables.getRows()) {
  values += Number(count);
  await connection.run(`create table "${String(table)}" as from replayed."${String(table)}"`);
}
await connection.run("checkpoint");
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpu: (user + system) / 1e6, values })}\n`);
