/** Secrets planted wherever a program or a person writes into an event log: a replayed database holds none of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, textIn } from "@respark/report";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { FREE_TEXTS } from "../../packages/cli/src/replay/redacted-rows.ts";
import { replayed } from "./run-respark.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
const log = join(import.meta.dirname, "../../fixtures/event-logs/spark-3.5.6.jsonl");
const PASSWORD = "hunter2hunter2";
const SIGNATURE = "c2lnbmF0dXJlc2ln";
/** Only the application's own regex knows it. */
const CARD = "card-4711";
const leaked = `${CARD} https://ann:${PASSWORD}@host/x?sig=${SIGNATURE} password=${PASSWORD}`;

const json = z.record(z.string(), z.unknown());

/** Every text that a user's program can choose gets the secret. */
function plant(value: unknown, key: string): unknown {
  if (typeof value === "string") return CHOSEN.has(key) ? `${value} ${leaked}` : value;
  if (Array.isArray(value)) return value.map((item) => plant(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, plant(inner, name)]),
  );
}

const CHOSEN = new Set([
  "App Name",
  "Stage Name",
  "Details",
  "Callsite",
  "Name",
  "spark.job.description",
  "description",
  "details",
  "physicalPlanDescription",
  "Removed Reason",
  "Message",
  "Description",
  "Full Stack Trace",
  "Failure Reason",
]);

beforeAll(async () => {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  const planted = lines.map((line) => {
    const event = json.parse(JSON.parse(line));
    if (event["Event"] === "SparkListenerEnvironmentUpdate") {
      const properties = json.parse(event["Spark Properties"]);
      event["Spark Properties"] = {
        ...properties,
        "spark.app.apiKey": PASSWORD,
        "spark.app.url": `redis://:${PASSWORD}@cache`,
        "spark.redaction.string.regex": "(?i)card-\\d{4}",
        "fs.azure.account.key.acc": SIGNATURE,
      };
    }
    return JSON.stringify(plant(event, ""));
  });
  const removed = {
    Event: "SparkListenerExecutorRemoved",
    Timestamp: 1_790_000_000_000,
    "Executor ID": "0",
    "Removed Reason": leaked,
  };
  const broken = `{"Event":"SparkListenerJobStart","password":"${PASSWORD}", ${leaked}`;
  const file = join(scratch, "app-planted");
  writeFileSync(file, `${planted.join("\n")}\n${JSON.stringify(removed)}\n${broken}\n`);
  await replayed([file, "-o", database]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

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
  source_files: "path codec identity_evidence layout line_kinds missing_kinds incomplete",
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

test("what the application's own regex for texts matches is hidden in them", async () => {
  const open = await openDatabase(database);
  try {
    const [row] = await open.rows(`
      with known as (select app_id from spark_conf where key = 'spark.redaction.string.regex')
      select count(*) as texts, count(*) filter (contains(text, '${CARD}')) as leaks from (
        select app_id, name as text from applications union all
        select app_id, details from stages union all select app_id, call_site from rdds)
      where app_id in (from known) and text is not null`);
    expect(Number(row?.["texts"])).toBeGreaterThan(3);
    expect(Number(row?.["leaks"])).toBe(0);
  } finally {
    open.close();
  }
});

test("no text column of any table holds a planted secret, and what was hidden is counted", async () => {
  const open = await openDatabase(database);
  try {
    const columns = z
      .array(z.object({ t: z.string(), c: z.string() }))
      .parse(
        await open.rows(
          "select table_name as t, column_name as c from duckdb_columns() where data_type = 'VARCHAR' and not internal order by all",
        ),
      );
    expect(columns.length).toBeGreaterThan(100);
    const found: string[] = [];
    let hiding = 0;
    for (const { t, c } of columns) {
      const [row] = await open.rows(
        `select count(*) filter (contains("${c}", '${PASSWORD}') or contains("${c}", '${SIGNATURE}')) as leaks, ` +
          `count(*) filter (contains("${c}", '(redacted)')) as hidden from "${t}"`,
      );
      if (Number(row?.["leaks"]) > 0) found.push(`${t}.${c}`);
      if (Number(row?.["hidden"]) > 0) hiding++;
    }
    expect(found).toEqual([]);
    // Names, details, descriptions, reasons, settings: a corpus that planted nothing would pass too.
    expect(hiding).toBeGreaterThan(8);
    const [told] = await open.rows("select count from diagnostics where code = 'secrets_hidden'");
    expect(Number(told?.["count"])).toBeGreaterThan(8);
  } finally {
    open.close();
  }
});
