/// <reference types="node" />
/**
 * DuckDB alone, on one thread, writing the very rows of a replayed database into another: what any
 * reader of the log would spend on the tables, were all else free. Prints its own CPU seconds, and
 * how many values it wrote.
 */
import { connectOneThread } from "./one-thread-duckdb.ts";

const [from = "", to = ""] = process.argv.slice(2);
const connection = await connectOneThread(to);
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
