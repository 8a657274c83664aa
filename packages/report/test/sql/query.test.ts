/** Questions are answered exactly, change nothing, and reach no other file. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Database,
  DuckDbSink,
  type FormatOptions,
  openDatabase,
  QueryError,
  type ResultFormatName,
  resultText,
  runQuery,
} from "../../src/index.ts";
import { replayed, scratchFolder } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "respark-query-"));
  const path = join(folder, "run.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const application = sink.application({ appId: "app-1", attemptId: "1" });
  application.emit("applications", rowsByHand.applications);
  application.emit("spark_conf", {
    key: "a",
    value: "\u001b[31m<b>|it's\n\u202ered\u009b",
    isDefault: true,
  });
  await application.complete();
  await sink.finish();
  database = await openDatabase(path);
});
afterAll(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

async function answered(
  sql: string,
  format: ResultFormatName,
  options: FormatOptions = {},
): Promise<string> {
  let text = "";
  for await (const piece of resultText(await runQuery(database, sql), format, options))
    text += piece;
  return text;
}

test("JSON has integers of any size exactly, decimals, lists, records and NULL", async () => {
  const text = await answered(
    "select 9007199254740993 as big, 170141183460469231731687303715884105727::hugeint as huge, -1 as small, 1.50::decimal(9, 2) as price, 0.1::double as tenth, 'NaN'::double as nan, [1, 2] as list, {'a': 'x'} as record, null as nothing, true as yes, timestamp '2026-01-31 03:00:00.5' as ts",
    "json",
  );
  expect(text).toBe(
    '[\n  {"big": 9007199254740993, "huge": 170141183460469231731687303715884105727, "small": -1, "price": 1.50, "tenth": 0.1, "nan": null, "list": [1, 2], "record": {"a": "x"}, "nothing": null, "yes": true, "ts": "2026-01-31 03:00:00.5"}\n]\n',
  );
  expect(JSON.parse(text)).toHaveLength(1);
});

test("an answer without rows is an empty array, no lines, or only a header", async () => {
  expect(await answered("select 1 as a where false", "json")).toBe("[]\n");
  expect(await answered("select 1 as a where false", "ndjson")).toBe("");
  expect(await answered("select 1 as a where false", "csv")).toBe("a\n");
  expect(await answered("select 1 as a where false", "table")).toBe("a\n─\n(no rows)\n");
  expect(await answered("select 1 as a where false", "markdown")).toBe("| a |\n| ---: |\n");
});

test("a record a line for every row of many batches", async () => {
  const lines = (await answered("select range as n from range(10000)", "ndjson"))
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([
    ...Array(10_000).keys(),
  ]);
});

test("no format sends a terminal what could steer it; CSV for a file is exact", async () => {
  const steering = /[\p{Cc}\u202a-\u202e]/u;
  for (const format of ["table", "json", "ndjson", "markdown", "csv"] as const) {
    const text = await answered("from spark_conf", format, { forTerminal: true });
    expect(text.replaceAll("\n", "")).not.toMatch(steering);
  }
  expect(await answered("select value from spark_conf", "csv")).toBe(
    'value\n"\u001b[31m<b>|it\'s\n\u202ered\u009b"\n',
  );
  expect(JSON.parse(await answered("select value from spark_conf", "json"))).toEqual([
    { value: "\u001b[31m<b>|it's\n\u202ered\u009b" },
  ]);
  expect(await answered("select value from spark_conf", "markdown")).toContain(
    "| \\\\u{1b}\\[31m&lt;b&gt;\\|it's\\\\n\\\\u{202e}red\\\\u{9b} |",
  );
});

test("CSV tells an empty text from NULL", async () => {
  expect(
    await answered(
      "select '' as empty, null as nothing, 'a,b' as comma, 'say \"x\"' as quoted",
      "csv",
    ),
  ).toBe('empty,nothing,comma,quoted\n"",,"a,b","say ""x"""\n');
});

test("a table lines numbers up on the right and cuts long texts", async () => {
  expect(
    await answered("select 'a' as name, 5 as n union all select 'bcd', 1000 order by n", "table"),
  ).toBe("name     n\n────  ────\na        5\nbcd   1000\n");
  expect(await answered("select repeat('x', 100) as long", "table", { cellWidth: 10 })).toContain(
    `${"x".repeat(9)}…\n`,
  );
});

test("the name of a view or table asks for all of it", async () => {
  expect(JSON.parse(await answered(" applications \n", "json"))).toHaveLength(1);
  expect(JSON.parse(await answered("executor_memory_summary", "json"))).toEqual([]);
});

test.each([
  ["a file is written", "copy applications to 'stolen.csv'"],
  ["the database is exported", "export database 'stolen'"],
  ["another database is attached", "attach 'other.db'"],
  ["a file is read", "from read_csv('/etc/hostname')"],
  ["a text file is read", "from read_text('/etc/hostname')"],
  ["a file is named as a table", "from '/etc/hostname.csv'"],
  ["a table is made", "create table x (a int)"],
  ["rows are deleted", "delete from applications"],
  ["the lock is taken off", "set enable_external_access = true"],
  ["an extension is installed", "install httpfs"],
  ["an extension is loaded", "load httpfs"],
  ["a table is not there", "from nowhere"],
  ["it is no SQL", "selec 1"],
  ["a later one of several fails", "select 1; drop table applications"],
])("a question is refused with DuckDB's words when %s", async (_, sql) => {
  const error: unknown = await database.rows(sql).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(QueryError);
  expect(error).toMatchObject({ sql, message: expect.stringMatching(/Error/) });
  expect(await database.rows("select name from applications")).toEqual([{ name: "nightly join" }]);
  expect(await readdir(".")).not.toContain("stolen.csv");
});

test("an error in the middle of an answer is an error", async () => {
  const broken = database.rows(
    "select if(range > 90000, error('broken at ' || range), 1) from range(100000)",
  );
  await expect(broken).rejects.toThrow("broken at 90001");
});

test("questions asked at the same time are answered each in full", async () => {
  const sums = await Promise.all(
    [1, 2, 3, 4].map(async (times) => {
      const rows = await database.rows(`select range * ${times} as n from range(20000)`);
      return rows.reduce((sum, { n }) => sum + Number(n), 0);
    }),
  );
  expect(sums).toEqual([1, 2, 3, 4].map((times) => times * 199_990_000));
});

test("several can read one database at once", async () => {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
  });
  const [one, two] = await Promise.all([openDatabase(path), openDatabase(path)]);
  expect(await one.rows("select count(*) as n from applications")).toEqual(
    await two.rows("select count(*) as n from applications"),
  );
  one.close();
  two.close();
});

test("what is no replayed database is said to be none", async () => {
  const folder = await scratchFolder();
  await expect(openDatabase(join(folder, "nowhere.duckdb"))).rejects.toMatchObject({
    trouble: "missing",
  });
  await writeFile(join(folder, "text.duckdb"), "some text, some more text".repeat(500));
  await expect(openDatabase(join(folder, "text.duckdb"))).rejects.toMatchObject({
    trouble: "unreadable",
  });
  await writeFile(join(folder, "empty.duckdb"), "");
  await expect(openDatabase(join(folder, "empty.duckdb"))).rejects.toMatchObject({
    name: "DatabaseError",
  });
  await expect(openDatabase(folder)).rejects.toMatchObject({ name: "DatabaseError" });
});

const twoExecutors =
  "select 'app-1' as app_id, '1' as attempt_id, x as executor_id, n as storage_peak_bytes, null as spills from (values ('0', 5), ('1', 1000)) v(x, n) order by x";

test("a table that a terminal has room for stays whole; one that is too wide says its application once", async () => {
  expect(await answered(twoExecutors, "table", { columns: 100 })).toBe(
    await answered(twoExecutors, "table"),
  );
  expect(await answered(twoExecutors, "table", { columns: 45 })).toBe(
    [
      "executor_id  storage_peak_bytes",
      "───────────  ──────────────────",
      "0                             5",
      "1                          1000",
      "(in each row: app_id app-1; attempt_id 1; no spills)",
      "",
    ].join("\n"),
  );
});

test("on a terminal too narrow for a row each row is a record, without what is not there", async () => {
  expect(await answered(twoExecutors, "table", { columns: 30 })).toBe(
    [
      "── 1 ──────────────",
      "executor_id         0",
      "storage_peak_bytes  5",
      "── 2 ──────────────",
      "executor_id         1",
      "storage_peak_bytes  1000",
      "(in each row: app_id app-1; attempt_id 1; no spills)",
      "",
    ].join("\n"),
  );
  expect(await answered("select 1 as app_id where false", "table", { columns: 3 })).toBe(
    "app_id\n──────\n(no rows)\n",
  );
});
