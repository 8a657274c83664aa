/**
 * replay --resume: what is finished is not read again, and an interrupted replay ends like an
 * undisturbed one.
 */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@respark/report";
import { afterAll, beforeEach, expect, test } from "vitest";
import { commandLine } from "../tested-bundle.ts";
import { replayed, respark } from "./run-respark.ts";
import { log, ownId } from "./small-log.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

let logs = "";
let database = "";
let count = 0;
const path = (nth: number): string =>
  join(logs, `app-20260101000000-${String(nth).padStart(4, "0")}`);

function addApplication(nth: number): void {
  writeFileSync(
    path(nth),
    log.replaceAll(ownId, `app-20260101000000-${String(nth).padStart(4, "0")}`),
  );
}

beforeEach(() => {
  count += 1;
  logs = join(scratch, `logs-${count}`);
  database = join(scratch, `fleet-${count}.duckdb`);
  mkdirSync(logs);
  for (let nth = 0; nth < 6; nth += 1) addApplication(nth);
});

async function rows(sql: string, of = database): Promise<readonly unknown[]> {
  const opened = await openDatabase(of);
  try {
    return await opened.rows(sql);
  } finally {
    opened.close();
  }
}

/** Every table whole, in an order of its own. */
async function contents(of: string): Promise<unknown> {
  const names = await rows(
    "select table_name as name from duckdb_tables() where table_name not like 'respark%' order by 1",
    of,
  );
  const all: unknown[] = [];
  for (const row of names) {
    const [name] = Object.values(row as object).map(String);
    // Ids of files are given a survey, and two surveys see different files: only what they lead to
    // is the same.
    all.push([
      name,
      await rows(
        `select hash(list(t order by t)) as h, count(*) as n from (select columns(c -> c not in ('source_file_id')) from "${name}") t`,
        of,
      ),
    ]);
  }
  return all;
}

const resume = (...more: string[]) =>
  respark(["replay", logs, "--resume", "-o", database, ...more]);

test("a second run reads nothing and leaves the database as it is", async () => {
  expect((await resume()).code).toBe(0);
  const before = readFileSync(database);
  const { code, stdout } = await resume();
  expect(code).toBe(0);
  expect(stdout).toContain("Nothing is new: 6 files");
  expect(readFileSync(database).equals(before)).toBe(true);
});

test("a new application is the only one read, and a changed one is read again", async () => {
  await resume();
  addApplication(6);
  appendFileSync(path(2), log.split("\n").at(-2) ?? "");
  const { code, stdout } = await resume("--json");
  expect(code).toBe(0);
  const { applications } = JSON.parse(stdout) as { applications: { appId: string }[] };
  expect(applications.map(({ appId }) => appId).sort()).toEqual([
    "app-20260101000000-0002",
    "app-20260101000000-0006",
  ]);
  expect(await rows("select count(*)::int as n from applications")).toEqual([{ n: 7 }]);
  expect(
    await rows(
      "select count(*)::int as n, count(distinct path)::int as files from replayed_inputs",
    ),
  ).toEqual([{ n: 7, files: 7 }]);
});

test("a later executor log is replayed with the event log that it belongs to", async () => {
  const run = join(root, "fixtures/runs/s35-f-base-dbg");
  rmSync(logs, { recursive: true });
  mkdirSync(logs);
  const names = readdirSync(run, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const eventLog = names.find(
    ({ name }) => /^(?:app-|local-|eventlog)/.test(name) || name.includes("event"),
  );
  expect(eventLog).toBeDefined();
  if (eventLog === undefined) return;
  copyFileSync(join(eventLog.parentPath, eventLog.name), join(logs, eventLog.name));
  await resume();
  expect(await rows("select distinct evidence_level as l from applications")).not.toEqual([
    { l: "debug" },
  ]);
  for (const one of names) {
    if (one === eventLog) continue;
    const folder = join(logs, one.parentPath.slice(run.length));
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(one.parentPath, one.name), join(folder, one.name));
  }
  expect((await resume()).code).toBe(0);
  const whole = join(scratch, `whole-${count}.duckdb`);
  await replayed([logs, "-o", whole]);
  const seen = "select app_id, attempt_id, evidence_level, statements from applications";
  expect(await rows(seen)).toEqual(await rows(seen, whole));
});

test("a file that is no log is remembered, and is no trouble", async () => {
  await resume();
  writeFileSync(join(logs, "README"), "nothing of Spark\n");
  expect((await resume()).code).toBe(0);
  expect((await resume()).stdout).toContain("Nothing is new: 7 files");
});

test.each([
  ["empty", 0],
  ["cut within its head", 12_288],
])("a partial that a kill left %s is begun anew", async (_, bytes) => {
  const whole = join(scratch, "whole.duckdb");
  await replayed([logs, "--overwrite", "-o", whole]);
  rmSync(database, { force: true });
  writeFileSync(`${database}.partial`, readFileSync(whole).subarray(0, bytes));
  expect(await resume()).toMatchObject({ code: 0 });
  expect(existsSync(`${database}.partial`)).toBe(false);
});

test("killed at any moment and started again, the rows are those of an undisturbed run", async () => {
  for (let nth = 6; nth < 40; nth += 1) addApplication(nth);
  const whole = join(scratch, "undisturbed.duckdb");
  await replayed([logs, "--resume", "-o", whole]);
  for (const millis of [400, 1100]) {
    rmSync(database, { force: true });
    const child = spawn(
      process.execPath,
      [...commandLine(), "replay", logs, "--resume", "-o", database],
      { stdio: "ignore" },
    );
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => setTimeout(resolve, millis));
    child.kill("SIGKILL");
    await ended;
    expect((await resume()).code).toBe(0);
    expect(await contents(database)).toEqual(await contents(whole));
  }
}, 60_000);

test.each([
  [["--resume", "--overwrite"], "contradict"],
  [["--resume", "--append"], "contradict"],
  [["--resume", "--format", "arrow"], "--format duckdb or parquet"],
])("%j is refused", async (options, why) => {
  const { code, stderr } = await respark(["replay", logs, "-o", database, ...options]);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});
