/** Secrets planted wherever a program or a person writes into an event log: a replayed database holds none of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@respark/report";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { replayed } from "./run-respark.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
const log = join(import.meta.dirname, "../../fixtures/event-logs/spark-3.5.6.jsonl");
const PASSWORD = "hunter2hunter2";
const SIGNATURE = "c2lnbmF0dXJlc2ln";
const leaked = `https://ann:${PASSWORD}@host/x?sig=${SIGNATURE} password=${PASSWORD}`;

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
