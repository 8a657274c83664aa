/** replay --resume --format parquet: a folder of tables that grows by what is new or changed. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";
import { duckdb } from "../../packages/report/src/duckdb.ts";
import { replayed, respark } from "./run-respark.ts";
import { log, ownId } from "./small-log.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});
const logs = join(scratch, "logs");
const tables = join(scratch, "tables");
const idOf = (nth: number): string => `app-20260101000000-000${nth}`;
const addApplication = (nth: number): void => {
  writeFileSync(join(logs, idOf(nth)), log.replaceAll(ownId, idOf(nth)));
};
const resume = () =>
  respark(["replay", logs, "--resume", "--format", "parquet", "-o", tables, "--json", "--quiet"]);

/** Answers of `views.sql`, as a reader of the folder has them. */
async function asked(sql: string): Promise<unknown> {
  const instance = await duckdb.DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run(`set file_search_path = '${tables}'`);
    await connection.run(readFileSync(join(tables, "views.sql"), "utf8"));
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test("a folder of Parquet takes what is new or changed, remembers its inputs, and reads nothing twice", async () => {
  mkdirSync(logs);
  for (const nth of [0, 1, 2]) addApplication(nth);
  writeFileSync(join(logs, "README"), "nothing of Spark\n");
  const first = await resume();
  expect(first.code).toBe(0);
  const { applications } = JSON.parse(first.stdout) as {
    applications: { appId: string; rows: number }[];
  };
  const whole = join(scratch, "whole.duckdb");
  await replayed([logs, "-o", whole]);
  expect(applications.map(({ appId }) => appId)).toEqual([idOf(0), idOf(1), idOf(2)]);
  const [[rows]] = (await asked(
    `select sum(n)::int from (${readdirSync(tables, { withFileTypes: true })
      .filter((one) => one.isDirectory() && one.name !== "replayed_inputs")
      .map(({ name }) => `select count(*) as n from ${name} where app_id = '${idOf(1)}'`)
      .join(" union all ")})`,
  )) as [[number]];
  expect(rows).toBe(applications[1]?.rows);

  const untouched = join(tables, `tasks/app_id=${idOf(0)}/attempt-1.parquet`);
  const { mtimeMs } = statSync(untouched);
  expect((await resume()).stdout).toContain('"applications": []');

  addApplication(3);
  appendFileSync(join(logs, idOf(2)), log.split("\n").at(-2) ?? "");
  const third = JSON.parse((await resume()).stdout) as { applications: { appId: string }[] };
  expect(third.applications.map(({ appId }) => appId).sort()).toEqual([idOf(2), idOf(3)]);
  expect(statSync(untouched).mtimeMs).toBe(mtimeMs);
  expect(readdirSync(tables)).not.toContain("_respark");
  expect(
    await asked(
      "select status, count(*)::int, count(distinct path)::int from replayed_inputs group by all order by 1",
    ),
  ).toEqual([
    ["no_application", 1, 1],
    ["replayed", 4, 4],
  ]);
});

test("a folder whose last replay was killed while it wrote the tables gets the rest first", async () => {
  rmSync(join(tables, "tasks"), { recursive: true });
  rmSync(join(tables, "replayed_inputs"), { recursive: true });
  mkdirSync(join(tables, "_respark"));
  await replayed([logs, "--resume", "-o", join(tables, "_respark/replayed.duckdb")]);
  expect((await resume()).stdout).toContain('"applications": []');
  expect(readdirSync(tables)).not.toContain("_respark");
  expect(await asked("select count(distinct app_id)::int from tasks")).toEqual([[4]]);
});

test("another application of the same id gets an attempt of its own beside what the folder has", async () => {
  const later = log
    .replaceAll(ownId, idOf(0))
    .replace(/("App Name":"[^"]*","App ID":"[^"]*","Timestamp":)\d+/, "$11999999999999");
  expect(later).toContain("1999999999999");
  writeFileSync(join(logs, "again"), later);
  rmSync(join(logs, idOf(0)));
  expect((await resume()).code).toBe(0);
  expect(await asked(`select count(*)::int from applications where app_id = '${idOf(0)}'`)).toEqual(
    [[2]],
  );
});
