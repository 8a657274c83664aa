/// <reference types="node" />
/**
 * Whether two builds of respark say the same: both replay each log, and every public table and view
 * is compared row by row.
 *
 *   node --conditions=@respark/source --import tsx bench/replay/same-rows.ts \
 *     <respark.mjs before> <respark.mjs after> <log or folder …>
 *
 * Exits 1 where any differ. Sizes of the databases are printed beside.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Connection, connectOneThread } from "./one-thread-duckdb.ts";

const [before, after, ...logs] = process.argv.slice(2);
if (before === undefined || after === undefined || logs.length === 0) {
  throw new Error("same-rows.ts <respark.mjs before> <respark.mjs after> <log or folder …>");
}
const folder = mkdtempSync(join(tmpdir(), "respark-same-"));
let different = 0;
try {
  for (const log of logs) if (!(await isSame(log, { before, after }))) different++;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${logs.length - different} of ${logs.length} logs: the same rows\n`);
process.exitCode = different === 0 ? 0 : 1;

async function isSame(log: string, of: { before: string; after: string }): Promise<boolean> {
  const [one, other] = (["before", "after"] as const).map((name) => {
    const database = join(folder, `${name}.duckdb`);
    rmSync(database, { force: true });
    const ran = spawnSync(process.execPath, [of[name], "replay", log, "-o", database, "--quiet"], {
      encoding: "utf8",
    });
    return { database, code: ran.status ?? -1 };
  });
  if (one === undefined || other === undefined) return false;
  if (one.code !== other.code) {
    process.stdout.write(`${log}: exit ${one.code} before, ${other.code} after\n`);
    return false;
  }
  if (one.code !== 0) return true;
  const found = await differences(one.database, other.database);
  const sizes = [one, other].map(({ database }) => statSync(database).size);
  process.stdout.write(
    `${basename(log)}: ${found.length === 0 ? "same" : found.join(", ")}; ${sizes.join(" and ")} bytes\n`,
  );
  return found.length === 0;
}

async function differences(before: string, after: string): Promise<string[]> {
  const [one, other] = [await fingerprints(before), await fingerprints(after)];
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name));
}

/**
 * Of each public table and view: its columns with their types, how many rows, and what all of them
 * come to in whatever order.
 */
async function fingerprints(database: string): Promise<Map<string, string>> {
  const connection = await connectOneThread(":memory:");
  await connection.run(`attach '${database.replaceAll("'", "''")}' as d (read_only); use d`);
  const shown = await connection.runAndReadAll(`
    select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index)
    from duckdb_columns() where database_name = 'd' and schema_name = 'main' and table_name not like 'respark%'
    group by all order by all`);
  const prints = new Map<string, string>();
  for (const [name, columns] of shown.getRows()) {
    prints.set(String(name), `${String(columns)} ${await printOf(connection, String(name))}`);
  }
  return prints;
}

async function printOf(connection: Connection, table: string): Promise<string> {
  const rows = await connection.runAndReadAll(
    `select count(*)::varchar, sum(hash(t)::hugeint)::varchar from (from "${table}") t`,
  );
  return JSON.stringify(rows.getRows());
}
