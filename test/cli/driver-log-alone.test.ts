/** A driver's log alone: blocks of executors are logged, what tasks hold and what is read is not. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const DRIVER = `22/05/28 01:20:00 INFO SparkContext: Running Spark version 3.2.1
22/05/28 01:20:01 INFO MemoryStore: MemoryStore started with capacity 366.3 MiB
22/05/28 01:20:02 INFO BlockManagerMasterEndpoint: Registering block manager node-8:43353 with 366.3 MiB RAM, BlockManagerId(8, node-8, 43353, None)
22/05/28 01:20:12 INFO BlockManagerInfo: Added rdd_3_0 in memory on node-8:43353 (size: 200.0 MiB, free: 166.3 MiB)
22/05/28 01:20:20 INFO BlockManagerInfo: Removed rdd_3_0 on node-8:43353 in memory (size: 200.0 MiB, free: 366.3 MiB)
22/05/28 01:20:21 INFO BlockManagerInfo: Added rdd_4_0 in memory on node-8:43353 (size: 220.0 MiB, free: 146.3 MiB)
`;

beforeAll(async () => {
  const log = join(scratch, "driver.log");
  writeFileSync(log, DRIVER);
  await replayed([log, "-o", database]);
});

test("storage is known, execution is not", async () => {
  const { stdout } = await respark([
    "query",
    database,
    `select max(storage_used_bytes)::bigint as held, count(execution_used_bytes) as execution
     from memory_timeline where executor_id = '8'`,
    "--format",
    "json",
  ]);
  const [row] = JSON.parse(stdout) as Record<string, unknown>[];
  expect(Number(row?.["held"])).toBeCloseTo(220 * 1024 * 1024, -5);
  expect(Number(row?.["execution"])).toBe(0);
});

test("the verdict names the eviction, and does not say that nobody read the block later", async () => {
  const { stdout } = await respark(["explain", database]);
  expect(stdout).toContain("1 eviction (200 MiB) from RDD 3");
  expect(stdout).not.toContain("none read later");
  expect(stdout).not.toContain("TIME WAS LOST");
  expect(stdout).toContain("Evidence: a driver's log alone");
  expect(stdout).not.toMatch(/executor logs at|an event log with/u);
});
