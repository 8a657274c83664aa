/// <reference types="node" />
/**
 * Replays from a real history server (`pyspark`, Java) by each form of address that people paste,
 * and holds every table against a replay of the log on disk. Run by `.ci/run`; exit 1 where one
 * differs.
 */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSchema, openDatabase } from "@respark/report";
import { respark } from "../cli/run-respark.ts";
import { startHistoryServer } from "./server.ts";

const id = "app-20261121023659-0000";
const log = join(import.meta.dirname, `../../fixtures/runs/s35-f-base-dbg/${id}.lz4`);
const folder = await mkdtemp(join(tmpdir(), "respark-history-server-"));
const forms = [
  `/history/${id}/`,
  `/history/${id}/jobs/job/?id=0`,
  `/api/v1/applications/${id}`,
  `/api/v1/applications/${id}/logs`,
];

/** Where a file lies and how it is packed differs; what it says must not. */
const OF_FILES = new Set(["source_files", "diagnostics"]);

async function tablesOf(database: string): Promise<Map<string, string>> {
  const opened = await openDatabase(database);
  const tables = new Map<string, string>();
  for (const { name, kind } of await describeSchema()) {
    // Tables of what-if are there only once it was asked.
    if (kind !== "table" || OF_FILES.has(name) || name.startsWith("whatif_")) continue;
    const rows = await opened.rows(`select md5(string_agg(r::varchar, chr(10) order by r::varchar))
      as digest, count(*) as n from ${name} r`);
    tables.set(
      name,
      JSON.stringify(rows, (_, value) => String(value)),
    );
  }
  opened.close();
  return tables;
}

async function replayed(from: string, name: string): Promise<Map<string, string>> {
  const output = join(folder, `${name}.duckdb`);
  const { code, stderr } = await respark(["replay", from, "-o", output, "--quiet"]);
  if (code !== 0) throw new Error(`${from}: exit ${code}: ${stderr}`);
  return tablesOf(output);
}

const logs = await mkdtemp(join(folder, "logs-"));
await cp(log, join(logs, `${id}.lz4`));
const server = await startHistoryServer(logs);
try {
  const onDisk = await replayed(join(logs, `${id}.lz4`), "disk");
  for (const [at, form] of forms.entries()) {
    const asked = await replayed(`http://localhost:18480${form}`, `form-${at}`);
    const different = [...onDisk].flatMap(([name, digest]) =>
      asked.get(name) === digest ? [] : [`${name}: ${digest} / ${asked.get(name) ?? "-"}`],
    );
    if (different.length > 0) process.exitCode = 1;
    process.stdout.write(`${form}: ${different.join("; ") || `${onDisk.size} equal tables`}\n`);
  }
} finally {
  server.stop();
  await rm(folder, { recursive: true, force: true });
}
