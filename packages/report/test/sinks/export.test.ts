/**
 * Exports hold what the database holds, in any format, under names that no application can choose.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { TableName } from "@respark/core";
import { tableFromIPC } from "apache-arrow";
import { expect, onTestFinished, test } from "vitest";
import { DuckDbSink, exportDatabase } from "../../src/index.ts";
import { safeName } from "../../src/sinks/export.ts";
import { tables } from "../../src/tables/index.ts";
import { replayed, scratchFolder } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

const names = Object.keys(tables) as TableName[];

type Ask = (sql: string) => Promise<unknown[]>;

/** A DuckDB of its own, in which the replayed database is attached. */
async function besides(database: string): Promise<Ask> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  onTestFinished(() => {
    connection.closeSync();
    instance.closeSync();
  });
  await connection.run(`attach '${database}' as replayed (read_only)`);
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

/** A row in every table, then a row with only what cannot be missing, then texts of all kinds. */
function ofEveryKind(): Promise<string> {
  return replayed((emit) => {
    for (const name of names) emit(name, rowsByHand[name]);
    emit("jobs", { ...rowsByHand.jobs, submittedAt: undefined, error: undefined, stageIds: [] });
    emit("executor_metrics", {
      ...rowsByHand.executor_metrics,
      value: Number.MAX_SAFE_INTEGER,
      ts: undefined,
    });
    for (const value of [
      "",
      "a,b",
      'say "x"',
      "two\nlines",
      "🧨 longer than twelve bytes",
      "NULL",
    ]) {
      emit("spark_conf", { key: value, value, isDefault: value === "" });
    }
    for (let at = 0; at < 5000; at += 1) {
      emit("diagnostics", {
        ...rowsByHand.diagnostics,
        line: at % 3 === 0 ? undefined : at,
        message: `message number ${at % 2500}`,
      });
    }
  });
}

test("Parquet files hold the rows of their tables", async () => {
  const database = await ofEveryKind();
  const directory = join(await scratchFolder(), "out");
  const files = await exportDatabase({ database, directory, format: "parquet" });
  const ask = await besides(database);
  expect(files.map(({ table }) => table)).toEqual([...names, "replayed_inputs"]);
  for (const { path, table } of files) {
    expect(path).toBe(join(directory, table ?? "", "app_id=app-1", "attempt-1.parquet"));
    const read = `select 'app-1' as app_id, * from read_parquet('${path}', hive_partitioning = false)`;
    const differences = await ask(`
      (from replayed.${table} except all ${read})
      union all (${read} except all from replayed.${table})`);
    expect(differences).toEqual([]);
  }
});

test("CSV files hold the rows of their tables", async () => {
  const database = await ofEveryKind();
  const directory = join(await scratchFolder(), "out");
  const files = await exportDatabase({ database, directory, format: "csv" });
  const ask = await besides(database);
  for (const { path, table } of files) {
    const differences = await ask(`
      create or replace table again as from replayed.${table} limit 0;
      copy again from '${path}' (format csv, header true, allow_quoted_nulls false);
      from replayed.${table} except all from again`);
    expect(differences).toEqual([]);
  }
});

test("Arrow files hold the rows of their tables", async () => {
  const database = await ofEveryKind();
  const directory = join(await scratchFolder(), "out");
  const files = await exportDatabase({ database, directory, format: "arrow" });
  const ask = await besides(database);
  for (const { path, table } of files) {
    const arrow = tableFromIPC(await readFile(path));
    const rows = arrow
      .toArray()
      .map((row: { toJSON(): Record<string, unknown> }) =>
        Object.fromEntries(
          Object.entries(row.toJSON()).map(([name, value]) => [name, shown(value)]),
        ),
      );
    const columns = [
      { name: "app_id", type: "VARCHAR" },
      { name: "attempt_id", type: "VARCHAR" },
      ...tables[table as TableName].columns,
    ];
    const selected = columns.map(({ name, type }) => {
      if (type === "TIMESTAMP") return `(epoch_us("${name}") // 1000)::varchar as "${name}"`;
      return type === "BIGINT[]" ? `"${name}"::varchar as "${name}"` : `"${name}"`;
    });
    const expected = await ask(`select ${selected.join(", ")} from replayed.${table}`);
    expect(rows).toEqual(
      expected.map((row) =>
        Object.fromEntries(
          Object.entries(row as object).map(([name, value]) => [name, shown(value)]),
        ),
      ),
    );
  }
});

/** Integers as digits, lists as DuckDB shows them, the rest as it is. */
function shown(value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  if (typeof value === "object" && value !== null && Symbol.iterator in value)
    return `[${[...(value as Iterable<unknown>)].join(", ")}]`;
  return value;
}

test("each application has its own files, and one can be asked for", async () => {
  const path = join(await scratchFolder(), "x.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  for (const [appId, attemptId] of [
    ["app-1", "1"],
    ["app-1", "2"],
    ["app-2", "1"],
  ] as const) {
    const application = sink.application({ appId, attemptId });
    application.emit("applications", rowsByHand.applications);
    await application.complete();
  }
  await sink.finish();
  const directory = await scratchFolder();
  const written = await exportDatabase({
    database: path,
    directory,
    format: "csv",
    appId: "app-1",
    attemptId: "2",
  });
  expect(new Set(written.map(({ application }) => application.attemptId))).toEqual(new Set(["2"]));
  await exportDatabase({ database: path, directory, format: "csv" });
  expect(
    (await readdir(join(directory, "applications"), { recursive: true }))
      .filter((name) => name.endsWith(".csv"))
      .sort(),
  ).toEqual([
    "app_id=app-1/attempt-1.csv",
    "app_id=app-1/attempt-2.csv",
    "app_id=app-2/attempt-1.csv",
  ]);
});

test.each([
  ["../../etc/passwd", "..%2F..%2Fetc%2Fpasswd"],
  ["a b/ü\n", "a%20b%2F%C3%BC%0A"],
  ["app-20260131-0001", "app-20260131-0001"],
])("an id that a log chose names one directory: %j", (id, name) => {
  expect(safeName(id)).toBe(name);
});

test("a very long id names a directory of its own, short enough for any file system", () => {
  const [one, two] = [safeName(`${"x".repeat(5000)}1`), safeName(`${"x".repeat(5000)}2`)];
  expect(one.length).toBeLessThan(200);
  expect(one).not.toBe(two);
});

test("an id with slashes, quotes and dots stays inside the directory", async () => {
  const database = await replayed(
    (emit) => {
      emit("applications", rowsByHand.applications);
    },
    "../../it's/away",
    "../1",
  );
  const folder = await scratchFolder();
  for (const format of ["parquet", "csv", "arrow", "perfetto"] as const) {
    await exportDatabase({ database, directory: join(folder, "out"), format });
  }
  expect(await readdir(folder)).toEqual(["out"]);
  expect(await readdir(join(folder, "out", "applications"))).toEqual([
    "app_id=..%2F..%2Fit%27s%2Faway",
  ]);
});
