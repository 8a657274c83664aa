/** Views over a replayed run as a page to read: a table each, with the columns that a person asks for. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDbSink, openDatabase, type QueryValue } from "@respark/report";
import { replayInto, surveyed } from "./replayed-run.ts";

/** View → its columns; times and source places are left out, they are in the tables behind. */
const SHOWN: Readonly<Record<string, string>> = {
  eviction_ledger:
    "executor_id, block_id, memory_bytes, kept_on_disk, cause, rule, caused_by_task_id, caused_by_block_id, regret, later_reads, missed_by_task_id, reread_bytes",
  eviction_regret:
    "name, storage_level, evictions, evicted_bytes, regretted, recomputed, regretted_bytes, caused_by_execution, caused_by_storage, caused_by_unroll",
  rdd_cache_efficiency:
    "name, partitions, reads, hits_memory, hits_disk, hits_remote, misses_cold, misses_after_evict, misses_after_put_fail, misses_after_loss, stored_bytes, failed_puts, evictions",
  spill_causes:
    'executor_id, stage_id, consumer, "trigger", forced_by_consumer, spills, tasks, memory_bytes, disk_bytes, largest_memory_bytes',
  wait_summary:
    "executor_id, stage_id, waits, tasks, requested_bytes, active_tasks, smallest_pool_bytes, held_by_task_id, held_bytes, origin",
  put_failures:
    "executor_id, block_id, task_id, rule, memory_bytes, storage_available_bytes, storage_used_bytes, execution_used_bytes, stored_on_disk, missed_later",
  headroom:
    "executor_id, mode, max_memory_bytes, used_peak_bytes, headroom_bytes, headroom_bytes_min, headroom_bytes_max, execution_peak_bytes",
  high_water_marks:
    "executor_id, mode, quantity, peak_bytes, peak_bytes_min, peak_bytes_max, share, active_tasks, biggest_task_id",
  executor_pressure:
    "executor_id, mode, storage_average_bytes, execution_average_bytes, nearly_full_ms, storage_borrowing_ms, execution_borrowing_ms, waiting_ms",
  memory_outside_pools:
    "executor_id, jvm_heap_peak_bytes, jvm_max_memory_bytes, heap_pools_peak_bytes, heap_outside_pools_bytes_min, direct_peak_bytes, jvm_rss_peak_bytes, overhead_bytes, overhead_left_bytes_max",
  oom_context:
    "executor_id, class, task_id, requested_bytes, granted_bytes, storage_used_bytes, execution_used_bytes, running_tasks, biggest_task_id, removed_class",
};

/** Of a long view its first rows, in the view's own order. */
const ROWS = 12;

export async function viewsText(path: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "respark-golden-"));
  try {
    const database = join(folder, "run.duckdb");
    await replayToDatabase(path, database);
    return await pageOf(database);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function replayToDatabase(path: string, database: string): Promise<void> {
  const sink = await DuckDbSink.open({ path: database, mode: "create" });
  for (const application of await surveyed([path])) {
    const { appId, attemptId } = application;
    const target = sink.application({ appId, attemptId });
    await replayInto(application, target.emit);
    await target.complete();
  }
  await sink.finish();
}

async function pageOf(database: string): Promise<string> {
  const opened = await openDatabase(database);
  try {
    const parts: string[] = [];
    for (const [view, columns] of Object.entries(SHOWN)) {
      const rows = await opened.rows(`select ${columns} from ${view}`);
      if (rows.length > 0) parts.push(tableOf(view, rows));
    }
    return parts.join("\n");
  } finally {
    opened.close();
  }
}

function tableOf(view: string, rows: readonly Readonly<Record<string, QueryValue>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.slice(0, ROWS).map((row) => names.map((name) => said(row[name])))];
  const widths = names.map((_, at) => Math.max(...cells.map((line) => (line[at] ?? "").length)));
  const lines = cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const more = rows.length > ROWS ? `… ${rows.length} rows\n` : "";
  return `${view}\n${lines.join("\n")}\n${more}`;
}

/** What is unknown is a dash. */
function said(value: QueryValue | undefined): string {
  return value === null || value === undefined ? "–" : String(value);
}
