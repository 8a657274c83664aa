/**
 * Views of blocks: what was evicted and regretted, what a cache is worth, what found no room. The
 * story is in a-short-run.ts.
 */
import { expect, test } from "vitest";
import { shortRunTold } from "./short-run-told.ts";

const shortRun = shortRunTold();

test("the ledger of evictions has victim, evictor, rule, later miss and cost", async () => {
  expect(await shortRun.saidBy("eviction_ledger")).toEqual([
    {
      executor_id: "1",
      seq: 5,
      ordinal: 1,
      ts: "2026-01-31 03:00:10",
      block_id: "rdd_7_0",
      rdd_name: "hot",
      memory_bytes: 400,
      kept_on_disk: false,
      cause: "execution",
      rule: "storage_borrowed_reclaimed",
      caused_by_task_id: 44,
      caused_by_stage_id: 3,
      caused_by_block_id: null,
      certainty: 0.8,
      regretted: true,
      regret: "recomputed",
      later_reads: 1,
      missed_at: "2026-01-31 03:00:14",
      missed_on_executor_id: "1",
      missed_by_task_id: 46,
      missed_after_ms: 4000,
      recompute_ms: 2000,
      recompute_ms_max: 3000,
      missed_task_run_ms: 3000,
      reread_bytes: 5000,
      origin: "logged",
      source_file_id: 1,
      source_line: 105,
    },
  ]);
  expect(await shortRun.saidBy("eviction_regret")).toEqual([
    {
      rdd_id: 7,
      name: "hot",
      storage_level: "MEMORY_ONLY",
      evictions: 1,
      evicted_bytes: 400,
      kept_on_disk: 0,
      regretted: 1,
      recomputed: 1,
      regretted_bytes: 400,
      regretted_share: 1,
      recompute_ms: 2000,
      missed_task_run_ms: 3000,
      reread_bytes: 5000,
      caused_by_execution: 1,
      caused_by_storage: 0,
      caused_by_unroll: 0,
    },
  ]);
});

test("cache efficiency counts reads, and byte-seconds that nobody read again", async () => {
  expect(await shortRun.saidBy("rdd_cache_efficiency")).toEqual([
    {
      rdd_id: 7,
      name: "hot",
      storage_level: "MEMORY_ONLY",
      partitions: 16,
      reads: 3,
      hits_memory: 1,
      hits_disk: 0,
      hits_remote: 0,
      misses_cold: 1,
      misses_after_evict: 1,
      misses_after_put_fail: 0,
      misses_after_loss: 0,
      memory_share: 0.3333,
      hit_share: 0.3333,
      hit_share_after_cold: 0.5,
      stored_bytes: 1600,
      failed_puts: 1,
      evictions: 1,
      // rdd_7_0: 400 for 10 s and again for 4 s; rdd_7_1: 800 for 19 s. Unread: all but the first 4
      // s of rdd_7_0.
      held_average_bytes: 1040,
      held_byte_seconds: 20_800,
      unread_byte_seconds: 19_200,
      unread_share: 0.9231,
    },
  ]);
});

test("a failed put stands beside what there was", async () => {
  expect(await shortRun.saidBy("put_failures")).toMatchObject([
    {
      block_id: "rdd_7_2",
      rdd_name: "hot",
      task_id: 46,
      stage_id: 3,
      rule: "same_rdd",
      memory_bytes: 1500,
      free_bytes: 500,
      storage_available_bytes: 1700,
      storage_used_bytes: 1200,
      execution_used_bytes: 300,
      stored_on_disk: false,
      missed_later: false,
    },
  ]);
});
