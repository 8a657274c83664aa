/**
 * Secrets planted one by one in every place of logs: none is in the database, nor in what any
 * command prints of the logs or of it.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, textIn } from "@respark/report";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FREE_TEXTS } from "../../packages/cli/src/replay/redacted-rows.ts";
import { CARD, Planter, plantedEvents, plantedLines } from "./planted.ts";
import { type Ran, respark } from "./run-respark.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const at = (name: string): string => join(scratch, name);
const fixtures = join(import.meta.dirname, "../../fixtures");
const logs = at("logs");
const database = at("app.duckdb");
const guarantees = readFileSync(join(import.meta.dirname, "../../docs/guarantees.md"), "utf8");
const plant = new Planter();
let printed: Ran;
let planted: string;

beforeAll(async () => {
  const app = "app-20261121023527-0000";
  const read = (name: string): string =>
    readFileSync(join(fixtures, name), "utf8").replaceAll("app-20261121023807-0000", app);
  mkdirSync(logs);
  const texts = {
    [app]: plantedEvents(read("event-logs/spark-3.5.6.jsonl"), plant),
    "executor-1.log": plantedLines(read("runs/s35-o-base-info/executor-1.log"), "executor", plant),
    "driver.log": plantedLines(read("runs/s35-o-base-info/driver.log"), "driver", plant),
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(logs, name), text);
  planted = Object.values(texts).join("");
  printed = await respark(["replay", logs, "-o", database]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const leaksIn = (text: string): readonly string[] =>
  plant.planted.filter(({ secret }) => text.includes(secret)).map(({ place }) => place);

test("none of them is in the database's bytes, or printed by its replay", () => {
  expect(printed).toMatchObject({ code: 0 });
  expect(leaksIn(planted).length).toBe(plant.planted.length);
  expect(guarantees).toContain(`plants ${plant.planted.length} of them`);
  const bytes = readFileSync(database, "latin1");
  expect(leaksIn(bytes)).toEqual([]);
  expect(bytes.includes(CARD)).toBe(false);
  expect(leaksIn(printed.stdout + printed.stderr)).toEqual([]);
});

test("most of them would be in it, were they not hidden", async () => {
  await respark(["replay", logs, "-o", at("shown.duckdb"), "--show-secrets"]);
  const shown = at("shown");
  await respark(["export", at("shown.duckdb"), "--format", "csv", "-o", shown]);
  const texts = readdirSync(shown, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
  // More than sixty, says docs/guarantees.md.
  expect(leaksIn(texts.join("")).length).toBeGreaterThan(60);
  expect(texts.join("").includes(CARD)).toBe(true);
  rmSync(at("shown.duckdb"));
  rmSync(shown, { recursive: true });
});

test.each([
  ["inspect", logs, "--full"],
  ["inspect", logs, "--json"],
  ["inspect", logs, "--properties", at("properties")],
  ["explain", database, "--json"],
  ["export", database, "--format", "csv", "-o", at("csv")],
  ["export", database, "--format", "perfetto", "-o", at("perfetto")],
  ["report", database, "-o", `${at("pages")}/`],
])("%s %s %s %s", async (...args) => {
  const { code, stdout, stderr } = await respark(args);
  expect({ code, stderr }).not.toMatchObject({ code: 70 });
  expect(leaksIn(stdout + stderr)).toEqual([]);
});

test("none of them is in a file that was written", () => {
  const written = readdirSync(scratch, { recursive: true, withFileTypes: true }).filter(
    (file) => file.isFile() && file.parentPath !== logs,
  );
  expect(written.length).toBeGreaterThan(20);
  for (const { parentPath, name } of written) {
    const text = readFileSync(join(parentPath, name), "latin1");
    expect({ name, leaks: leaksIn(text) }).toEqual({ name, leaks: [] });
    expect(text.includes(CARD)).toBe(false);
  }
});

test("what was hidden is counted", async () => {
  const open = await openDatabase(database);
  try {
    const [told] = await open.rows(
      "select max(count) as count from diagnostics where code = 'secrets_hidden'",
    );
    expect(Number(told?.["count"])).toBeGreaterThan(35);
  } finally {
    open.close();
  }
});

/**
 * Columns that hold words of respark or of Spark, ids, hosts and classes: nothing that a person
 * wrote.
 */
const NO_FREE_TEXT: Readonly<Record<string, string>> = {
  "*": "app_id attempt_id executor_id host origin kind mode status severity rule block_id",
  applications: "spark_version memory_manager spark_user evidence_level model_evidence",
  block_events: "op miss_kind cause caused_by_block_id",
  blocks: "storage_level",
  clock_offsets: "zone evidence",
  diagnostics: "code",
  exclusions: "scope change",
  executors:
    "removed_class evidence_level memory_manager jvm_max_memory_origin reserved_origin " +
    "user_memory_origin max_memory_origin storage_region_origin execution_region_origin " +
    "max_unroll_origin off_heap_storage_origin off_heap_execution_origin page_size_origin overhead_origin",
  failures: "what class error_class",
  memory_events: "op consumer",
  oom_events: "class",
  rdds: "storage_level",
  // The reason is hidden before it is a row.
  replayed_inputs: "path respark_version reason",
  replay_checks: "quantity used_for outcome explanation",
  resource_profiles: "resource scope",
  respark_meta: "tables_hash",
  respark_metric_samples: "other_name",
  source_files: "path parts codec identity_evidence layout line_kinds missing_kinds incomplete",
  // Hidden by its key and its value, before it is a row.
  spark_conf: "key value",
  spills: "consumer trigger forced_by_consumer",
  sql_plan_nodes: "name",
  task_sql_metrics: "name",
  tasks: "locality failure_class",
  // Asked of the tables above, in which secrets are hidden already.
  findings:
    "finding_id title evidence change change_key change_value effect certainty more more_why facts source_says",
};

test("each text column of each table is hidden in, or is known to hold no free text", async () => {
  const open = await openDatabase(database);
  try {
    const rows =
      await open.rows(`select t.table_name as t, c.column_name as c from duckdb_columns() c
      join duckdb_tables() t using (table_name) where c.data_type like 'VARCHAR%' and not c.internal`);
    const unknown = rows.flatMap((row) => {
      const [table, column] = [textIn(row, "t") ?? "", textIn(row, "c") ?? ""];
      const hidden = Object.entries(FREE_TEXTS)
        .filter(([name]) => name === table)
        .flatMap(([, columns]) => columns.map((name) => snakeCase(String(name))));
      const plain = `${NO_FREE_TEXT["*"]} ${NO_FREE_TEXT[table] ?? ""}`.split(" ");
      return hidden.includes(column) || plain.includes(column) ? [] : [`${table}.${column}`];
    });
    expect(rows.length).toBeGreaterThan(100);
    expect(unknown).toEqual([]);
  } finally {
    open.close();
  }
});

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
