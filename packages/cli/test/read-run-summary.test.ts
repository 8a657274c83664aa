/** What a summary reads out of a database: what is unknown there stays unknown. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LayoutValue, Rows } from "@respark/core";
import { DuckDbSink, openDatabase } from "@respark/report";
import { expect, onTestFinished, test } from "vitest";
import { readRunSummaries } from "../src/replay/read-run-summary.ts";
import type { RunSummary } from "../src/replay/run-summary.ts";

const MiB = 1024 * 1024;
const noon = 1_769_860_800_000_000;
const application: Rows["applications"] = {
  name: "by hand",
  sparkVersion: "3.5.6",
  memoryManager: "unified",
  startedAt: noon,
  endedAt: noon + 60_000_000,
  sparkUser: undefined,
  evidenceLevel: "info",
  modelEvidence: "vectors",
  statements: 0,
  statementsMet: 0,
  statementsExplained: 0,
  decisions: 0,
  decisionsForeseen: 0,
};
const untold: LayoutValue = { bytes: undefined, origin: undefined };
const executor: Rows["executors"] = {
  executorId: "1",
  host: undefined,
  cores: 2,
  addedAt: noon,
  removedAt: undefined,
  removedReason: undefined,
  removedClass: undefined,
  evidenceLevel: "info",
  memoryManager: "unified",
  resourceProfileId: undefined,
  jvmMaxMemory: untold,
  reserved: untold,
  userMemory: untold,
  maxMemory: untold,
  storageRegion: untold,
  executionRegion: untold,
  maxUnroll: untold,
  offHeapStorage: untold,
  offHeapExecution: untold,
  pageSize: untold,
  overhead: untold,
  statements: 0,
  statementsMet: 0,
  statementsExplained: 0,
  decisions: 0,
  decisionsForeseen: 0,
  sourceFileId: undefined,
  sourceLine: undefined,
};
const when = { ts: noon, tsMin: undefined, tsMax: undefined } as const;
const logged = { origin: "logged", sourceFileId: 1, sourceLine: 7 } as const;

function eviction(seq: number, memoryBytes: number | undefined): Rows["block_events"] {
  return {
    ...when,
    ...logged,
    executorId: "1",
    seq,
    blockId: `rdd_1_${seq}`,
    op: "evict",
    memoryBytes,
    memoryBytesMin: undefined,
    memoryBytesMax: undefined,
    diskBytes: undefined,
    mode: "on_heap",
    taskId: undefined,
    missKind: undefined,
    cause: undefined,
    causedByTaskId: undefined,
    causedByBlockId: undefined,
    rule: undefined,
    certainty: undefined,
  };
}

function lostBlock(seq: number): Rows["block_events"] {
  return { ...eviction(seq, undefined), op: "miss", missKind: "after_loss" };
}

function spill(seq: number, memoryBytes: number | undefined): Rows["spills"] {
  return {
    ...when,
    ...logged,
    executorId: "1",
    seq,
    taskId: 7,
    consumer: undefined,
    trigger: "unknown",
    forcedByTaskId: undefined,
    forcedByConsumer: undefined,
    memoryBytes,
    memoryBytesMin: undefined,
    memoryBytesMax: undefined,
    diskBytes: undefined,
  };
}

async function summaryOf(
  evictions: readonly (number | undefined)[],
  spills: readonly (number | undefined)[],
): Promise<RunSummary | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "respark-summary-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "run.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const key = { appId: "app-1", attemptId: "1" };
  const writer = sink.application(key);
  writer.emit("applications", application);
  writer.emit("executors", executor);
  for (const [seq, bytes] of evictions.entries()) writer.emit("block_events", eviction(seq, bytes));
  writer.emit("block_events", lostBlock(evictions.length));
  for (const [seq, bytes] of spills.entries()) writer.emit("spills", spill(seq, bytes));
  await writer.complete();
  await sink.finish();
  const database = await openDatabase(path);
  try {
    const [summary] = await readRunSummaries((sql) => database.rows(sql), [key]);
    return summary;
  } finally {
    database.close();
  }
}

test("evictions and spills of unknown size are counted beside the sum of the others", async () => {
  const summary = await summaryOf([12 * MiB, undefined, 2 * MiB], [undefined, undefined, 5 * MiB]);
  expect(summary?.executors).toMatchObject([
    {
      evictions: 3,
      evictedBytes: 14 * MiB,
      evictionsOfUnknownSize: 1,
      spills: 3,
      spilledBytes: 5 * MiB,
      spillsOfUnknownSize: 2,
    },
  ]);
  expect(summary?.missedAfterLoss).toBe(1);
});

test("where every size is known nothing is left out, and where none is there is no sum", async () => {
  const summary = await summaryOf([MiB], [undefined]);
  expect(summary?.executors).toMatchObject([
    { evictedBytes: MiB, evictionsOfUnknownSize: 0, spills: 1, spillsOfUnknownSize: 1 },
  ]);
  expect(summary?.executors[0]?.spilledBytes).toBeUndefined();
});
