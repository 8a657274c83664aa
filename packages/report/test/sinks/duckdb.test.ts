/** What goes into a database comes out of it, and it appears whole or not at all. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Rows, TableName } from "@respark/core";
import { expect, test } from "vitest";
import { DuckDbSink, openDatabase } from "../../src/index.ts";
import { tables } from "../../src/tables/index.ts";
import { ask, replayed, scratchFolder } from "../replayed-by-hand.ts";
import { rowsByHand, three } from "../rows-by-hand.ts";

const names = Object.keys(tables) as TableName[];

function stamp(micros: number): string {
  const text = new Date(Math.floor(micros / 1000)).toISOString().replace("T", " ").replace("Z", "");
  const whole = text.replace(/\.\d+$/, "");
  const rest = String(micros % 1_000_000)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return rest === "" ? whole : `${whole}.${rest}`;
}

test.each(names)("a row of %s comes back as it went in", async (name) => {
  const path = await replayed((emit) => {
    emit(name, rowsByHand[name]);
  });
  const [row] = await ask(path, `from ${name}`);
  const expected = tables[name].columns.map((column) => {
    const value: unknown = Reflect.apply(column.value, undefined, [rowsByHand[name]]);
    switch (column.type) {
      case "BIGINT":
        return [column.name, BigInt(value as number)];
      case "BIGINT[]":
        return [column.name, (value as number[]).map(BigInt)];
      case "TIMESTAMP":
        return [column.name, stamp(value as number)];
      default:
        return [column.name, value];
    }
  });
  expect(row).toEqual({ app_id: "app-1", attempt_id: "1", ...Object.fromEntries(expected) });
});

test("integers are exact to the last bit of a safe integer, below zero too", async () => {
  const values = [
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 32,
    2 ** 32 - 1,
    2 ** 31,
    -1,
    0,
    -(2 ** 32),
  ];
  const path = await replayed((emit) => {
    for (const value of values) emit("executor_metrics", { ...rowsByHand.executor_metrics, value });
  });
  const rows = await ask(path, "select value from executor_metrics");
  expect(rows.map(({ value }) => value)).toEqual(values.map(BigInt));
});

test("a number that is no integer is our bug, and is not written as another one", async () => {
  const path = join(await scratchFolder(), "x.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const { emit } = sink.application({ appId: "app-1", attemptId: "1" });
  expect(() => emit("executor_metrics", { ...rowsByHand.executor_metrics, value: 0.5 })).toThrow(
    "value BIGINT: 0.5",
  );
  expect(() =>
    emit("executor_metrics", { ...rowsByHand.executor_metrics, value: 2 ** 53 }),
  ).toThrow("9007199254740992");
  await sink.abort();
});

const hostile = [
  "it's",
  '"quoted"',
  "'); drop table tasks; --",
  "two\nlines\r\n",
  "tab\tand nul\0inside",
  "emoji 🧨 and Zürich, longer than twelve bytes",
  "\u001b[31mred\u001b[0m",
  "\u202eright to left",
  "",
  " ",
  "a\0b",
  "x".repeat(100_000),
  "<script>alert(1)</script>",
  "\\N",
  "NULL",
];

test("hostile texts are data: quotes, SQL, line ends, NUL, escape sequences, emoji, very long ones", async () => {
  const path = await replayed(
    (emit) => {
      for (const value of hostile) emit("spark_conf", { key: value, value, isDefault: false });
    },
    "app'); drop table tasks; --\0🧨",
    "\u001b[2J",
  );
  const rows = await ask(path, "select * from spark_conf");
  expect(rows.map(({ key }) => key)).toEqual(hostile);
  expect(rows.map(({ value }) => value)).toEqual(hostile);
  expect(new Set(rows.map(({ app_id }) => app_id))).toEqual(
    new Set(["app'); drop table tasks; --\0🧨"]),
  );
  expect(new Set(rows.map(({ attempt_id }) => attempt_id))).toEqual(new Set(["\u001b[2J"]));
});

test("long texts are whole until they would fill the memory of whoever reads them; then they are cut, and say so", async () => {
  const plan = "Exchange hashpartitioning ".repeat(10_000);
  const path = await replayed((emit) => {
    for (let executionId = 0; executionId < 100; executionId += 1) {
      emit("sql_executions", {
        ...rowsByHand.sql_executions,
        executionId,
        plan: `${executionId} ${plan}`,
      });
    }
  });
  const rows = await ask(
    path,
    "select length(plan) > 260000 as whole, count(*) as n, max(right(plan, 27)) as ending from sql_executions group by all order by whole",
  );
  expect(rows).toEqual([
    { whole: false, n: 68n, ending: "(255907 characters left out)".slice(1) },
    { whole: true, n: 32n, ending: ` ${"Exchange hashpartitioning ".repeat(2)}`.slice(-27) },
  ]);
});

test("what is unknown is NULL in any row, batch after batch, whatever stood there before", async () => {
  const rows = 10_000;
  const path = await replayed((emit) => {
    const row: Rows["blocks"] = { ...rowsByHand.blocks };
    for (let at = 0; at < rows; at += 1) {
      row.blockId = `rdd_${at % 7}_${at}_with_a_long_name`;
      row.memoryBytes = at % 3 === 0 ? undefined : at;
      row.storageLevel = at % 5 === 0 ? undefined : `level ${at % 4000}`;
      row.firstStoredAt = at % 7 === 0 ? undefined : three + at;
      emit("blocks", row);
    }
  });
  const [found] = await ask(
    path,
    `with numbered as (select *, row_number() over () - 1 as place from blocks)
     select count(*) as n, count(*) filter (block_id = 'rdd_' || place % 7 || '_' || place || '_with_a_long_name') as named,
       count(*) filter (memory_bytes is not distinct from if(place % 3 = 0, null, place)) as sized,
       count(*) filter (storage_level is not distinct from if(place % 5 = 0, null, 'level ' || place % 4000)) as levelled,
       count(*) filter (first_stored_at is not distinct from if(place % 7 = 0, null, make_timestamp(${three} + place))) as timed
     from numbered`,
  );
  const all = BigInt(rows);
  expect(found).toEqual({ n: all, named: all, sized: all, levelled: all, timed: all });
});

test("a reused record may change as soon as emit returns", async () => {
  const path = await replayed((emit) => {
    const row = structuredClone(rowsByHand.memory_timeline);
    for (let seq = 0; seq < 5; seq += 1) {
      row.seq = seq;
      row.storageUsed.bytes = seq * 100;
      emit("memory_timeline", row);
    }
    const stage = { ...rowsByHand.stages, parentIds: [1, 2] };
    emit("stages", stage);
    stage.parentIds.push(3);
  });
  expect(
    await ask(path, "select seq, storage_used_bytes as used from memory_timeline order by seq"),
  ).toEqual([0n, 1n, 2n, 3n, 4n].map((seq) => ({ seq, used: seq * 100n })));
  expect(await ask(path, "select parent_ids from stages")).toEqual([{ parent_ids: [1n, 2n] }]);
});

test("every table, view and column of a written database has a comment", async () => {
  const path = await replayed(() => undefined);
  expect(
    await ask(
      path,
      `select table_name as name from duckdb_tables() where comment is null
       union all select view_name from duckdb_views() where not internal and comment is null
       union all select table_name || '.' || column_name from duckdb_columns() where not internal and comment is null
       union all select function_name from duckdb_functions() where not internal and comment is null`,
    ),
  ).toEqual([]);
});

test("until it is finished, there is only a partial file; afterwards only the database", async () => {
  const folder = await scratchFolder();
  const path = join(folder, "x.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const application = sink.application({ appId: "app-1", attemptId: "1" });
  application.emit("applications", rowsByHand.applications);
  await application.complete();
  expect((await readdir(folder)).filter((name) => !name.startsWith("x.duckdb.partial"))).toEqual(
    [],
  );
  await sink.finish();
  expect(await readdir(folder)).toEqual(["x.duckdb"]);
});

test("an aborted one leaves nothing, and what was there before as it was", async () => {
  const folder = await scratchFolder();
  const path = join(folder, "x.duckdb");
  const before = "checksumDUCK of before";
  await writeFile(path, before);
  const sink = await DuckDbSink.open({ path, mode: "overwrite" });
  sink
    .application({ appId: "app-1", attemptId: "1" })
    .emit("applications", rowsByHand.applications);
  await sink.abort();
  expect(await readdir(folder)).toEqual(["x.duckdb"]);
  expect(await readFile(path, "utf8")).toBe(before);
});

test("an application that was not completed is not in the result", async () => {
  const path = join(await scratchFolder(), "x.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const whole = sink.application({ appId: "whole", attemptId: "1" });
  whole.emit("applications", rowsByHand.applications);
  await whole.complete();
  const half = sink.application({ appId: "half", attemptId: "1" });
  for (let at = 0; at < 5000; at += 1) half.emit("spark_conf", rowsByHand.spark_conf);
  await sink.finish();
  expect(
    await ask(path, "select app_id from applications union select app_id from spark_conf"),
  ).toEqual([{ app_id: "whole" }]);
});

test("create refuses a database that exists, and overwrite replaces it", async () => {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
  });
  await expect(DuckDbSink.open({ path, mode: "create" })).rejects.toMatchObject({
    trouble: "exists",
    path,
  });
  const sink = await DuckDbSink.open({ path, mode: "overwrite" });
  await sink.finish();
  expect(await ask(path, "from applications")).toEqual([]);
});

test("append adds an application, and replaces the same one and no other", async () => {
  const path = await replayed((emit) => {
    emit("applications", { ...rowsByHand.applications, name: "old" });
    emit("spark_conf", { key: "only the old one has it", value: "", isDefault: false });
  });
  for (const [appId, attemptId, name] of [
    ["app-2", "1", "another"],
    ["app-1", "2", "second attempt"],
    ["app-1", "1", "new"],
  ] as const) {
    const sink = await DuckDbSink.open({ path, mode: "append" });
    const application = sink.application({ appId, attemptId });
    application.emit("applications", { ...rowsByHand.applications, name });
    await application.complete();
    await sink.finish();
  }
  expect(await ask(path, "select app_id, attempt_id, name from applications order by all")).toEqual(
    [
      { app_id: "app-1", attempt_id: "1", name: "new" },
      { app_id: "app-1", attempt_id: "2", name: "second attempt" },
      { app_id: "app-2", attempt_id: "1", name: "another" },
    ],
  );
  expect(await ask(path, "from spark_conf")).toEqual([]);
});

test("the same application twice in one run: the later one stays", async () => {
  const path = join(await scratchFolder(), "x.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  for (const name of ["first", "second"]) {
    const application = sink.application({ appId: "app-1", attemptId: "1" });
    application.emit("applications", { ...rowsByHand.applications, name });
    await application.complete();
  }
  await sink.finish();
  expect(await ask(path, "select name from applications")).toEqual([{ name: "second" }]);
});

test("append asks for a database that a replay of this version wrote", async () => {
  const folder = await scratchFolder();
  const missing = join(folder, "missing.duckdb");
  await expect(DuckDbSink.open({ path: missing, mode: "append" })).rejects.toMatchObject({
    trouble: "missing",
  });
  const text = join(folder, "text.duckdb");
  await writeFile(text, "no database at all".repeat(1000));
  await expect(DuckDbSink.open({ path: text, mode: "append" })).rejects.toMatchObject({
    trouble: "unreadable",
  });
  const foreign = join(folder, "foreign.duckdb");
  const instance = await DuckDBInstance.create(foreign);
  const connection = await instance.connect();
  await connection.run("create table tasks (a int)");
  await expect(DuckDbSink.open({ path: foreign, mode: "append" })).rejects.toMatchObject({
    trouble: expect.stringMatching(/locked|not_respark/),
  });
  connection.closeSync();
  instance.closeSync();
  await expect(DuckDbSink.open({ path: foreign, mode: "append" })).rejects.toMatchObject({
    trouble: "not_respark",
  });
  const other = await replayed(() => undefined);
  const opened = await DuckDBInstance.create(other);
  const changing = await opened.connect();
  await changing.run("update respark_meta set schema_version = 999");
  changing.closeSync();
  opened.closeSync();
  await expect(DuckDbSink.open({ path: other, mode: "append" })).rejects.toMatchObject({
    trouble: "other_schema",
  });
  expect((await readdir(folder)).sort()).toEqual(["foreign.duckdb", "text.duckdb"]);
});

test("resume goes on with the complete applications that a kept partial file has", async () => {
  const folder = await scratchFolder();
  const path = join(folder, "x.duckdb");
  const first = await DuckDbSink.open({ path, mode: "resume" });
  expect(first.completed).toEqual([]);
  const done = first.application({ appId: "done", attemptId: "1" });
  done.emit("applications", rowsByHand.applications);
  await done.complete();
  first
    .application({ appId: "half", attemptId: "1" })
    .emit("applications", rowsByHand.applications);
  await first.abort({ keep: true });
  expect(await readdir(folder)).toContain("x.duckdb.partial");
  const second = await DuckDbSink.open({ path, mode: "resume" });
  expect(second.completed).toMatchObject([{ appId: "done", attemptId: "1" }]);
  const half = second.application({ appId: "half", attemptId: "1" });
  half.emit("applications", rowsByHand.applications);
  await half.complete();
  await second.finish();
  expect(await ask(path, "select app_id from applications order by all")).toEqual([
    { app_id: "done" },
    { app_id: "half" },
  ]);
  expect(await readdir(folder)).toEqual(["x.duckdb"]);
});

test("what a crashed run left is replaced, what another program is writing is not", async () => {
  const folder = await scratchFolder();
  const path = join(folder, "x.duckdb");
  await writeFile(`${path}.partial`, "checksumDUCK half a file");
  await writeFile(`${path}.partial.wal`, "half a log");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  await sink.abort();
  const script = `
    const { DuckDBInstance } = require("@duckdb/node-api");
    DuckDBInstance.create(process.argv[1]).then((instance) => {
      globalThis.held = instance;
      console.log("open");
      setInterval(() => undefined, 1000);
    });`;
  const other = spawn(process.execPath, ["-e", script, `${path}.partial`], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(other.stdout, "data");
    await expect(DuckDbSink.open({ path, mode: "create" })).rejects.toMatchObject({
      trouble: "locked",
    });
  } finally {
    other.kill();
  }
});

test("the same rows make the same tables", async () => {
  const write = () =>
    replayed((emit) => {
      for (const name of names) emit(name, rowsByHand[name]);
    });
  const everything = async (path: string) => {
    const database = await openDatabase(path);
    try {
      return await Promise.all(names.map((name) => database.rows(`from ${name}`)));
    } finally {
      database.close();
    }
  };
  expect(await everything(await write())).toEqual(await everything(await write()));
});

test("small applications that are committed together keep their own rows", async () => {
  const path = join(await scratchFolder(), "x.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  for (const appId of ["app-1", "app-2", "app-3"]) {
    const writer = sink.application({ appId, attemptId: "1" });
    writer.emit("applications", { ...rowsByHand.applications, name: `name of ${appId}` });
    await writer.complete({ anotherFollows: appId !== "app-3" });
  }
  await sink.finish();
  const database = await openDatabase(path);
  try {
    expect(await database.rows("select app_id, name from applications order by all")).toEqual([
      { app_id: "app-1", name: "name of app-1" },
      { app_id: "app-2", name: "name of app-2" },
      { app_id: "app-3", name: "name of app-3" },
    ]);
    expect(await database.rows("select count(*)::int as n from respark_manifest")).toEqual([
      { n: 3 },
    ]);
  } finally {
    database.close();
  }
});
