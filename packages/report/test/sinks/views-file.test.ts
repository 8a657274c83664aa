/**
 * views.sql over exported Parquet: every table and view answers like the database that it came
 * from.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { TableName } from "@respark/core";
import { expect, test } from "vitest";
import { exportDatabase } from "../../src/index.ts";
import { tables } from "../../src/tables/index.ts";
import { replayed, scratchFolder } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

test("every view answers like the database, also after a second export into the folder", async () => {
  const path = await replayed((emit) => {
    for (const name of Object.keys(tables) as TableName[]) emit(name, rowsByHand[name]);
  });
  const directory = await scratchFolder();
  for (let nth = 0; nth < 2; nth += 1) {
    await exportDatabase({ database: path, directory, format: "parquet" });
  }
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows = async (sql: string): Promise<unknown[][]> =>
    (await connection.runAndReadAll(sql)).getRowsJson();
  await connection.run(`set file_search_path = '${directory}'`);
  await connection.run(await readFile(join(directory, "views.sql"), "utf8"));
  await connection.run(`attach '${path}' as replayed (read_only)`);
  const names = await rows(
    "select view_name from duckdb_views() where database_name = 'memory' and not internal order by 1",
  );
  expect(names.length).toBeGreaterThan(60);
  const answers = async (database: string, name: string): Promise<unknown> => {
    await connection.run(`use ${database}`);
    const described = await rows(`describe ${name}`);
    return [
      described.map(([column, type]) => [column, type]),
      await rows(`select * from ${name} order by all`),
    ];
  };
  const different: string[] = [];
  for (const name of names.map(String)) {
    const expected = JSON.stringify(await answers("replayed", name));
    if (JSON.stringify(await answers("memory", name)) !== expected) different.push(name);
  }
  connection.closeSync();
  instance.closeSync();
  expect(different).toEqual([]);
});
