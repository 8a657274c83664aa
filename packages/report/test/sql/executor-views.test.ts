/**
 * Views of an executor: its layout, its peaks, its pressure, and its death. The story is in
 * a-short-run.ts.
 */
import { expect, test } from "vitest";
import { aShortRun } from "../a-short-run.ts";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand, second, three } from "../rows-by-hand.ts";
import { shortRunTold } from "./short-run-told.ts";

const shortRun = shortRunTold();

test("the summary has peaks, borrowing, evictions, failed puts, spills and waits", async () => {
  expect(await shortRun.saidBy("executor_memory_summary")).toEqual([
    {
      executor_id: "1",
      mode: "on_heap",
      evidence_level: "debug",
      max_memory_bytes: 2000,
      storage_peak_bytes: 1200,
      storage_peak_bytes_min: 1200,
      storage_peak_bytes_max: 2000,
      execution_peak_bytes: 900,
      execution_peak_bytes_min: 900,
      execution_peak_bytes_max: 900,
      used_peak_bytes: 1700,
      used_peak_at: "2026-01-31 03:00:10",
      borrowed_peak_bytes: 200,
      evictions: 1,
      evicted_bytes: 400,
      failed_puts: 1,
      spills: 1,
      spilled_bytes: 600,
      waits: 1,
      wait_ms: 1000,
      ooms: 1,
      tasks: 3,
      statements: 12,
      statements_met: 11,
    },
  ]);
});

test("spills that no log has a line of are not counted as none where tasks' totals have them", async () => {
  const path = await replayed((emit) => {
    aShortRun((table, row) => {
      if (table !== "spills") emit(table, row);
    });
    emit("tasks", { ...rowsByHand.tasks, taskId: 77, executorId: "1", memorySpilledBytes: 700 });
  });
  expect(await ask(path, "select spills, spilled_bytes from executor_memory_summary")).toEqual([
    { spills: null, spilled_bytes: 1300n },
  ]);
});

test("the layout adds up, each part with its origin", async () => {
  const parts = (await shortRun.saidBy("executor_memory_layout")).map(
    ({ part, bytes, share, origin }) => [part, bytes, share, origin],
  );
  expect(parts).toEqual([
    ["heap", 4000, 1, "logged"],
    ["  reserved", 1000, 0.25, "logged"],
    ["  user memory", 1000, 0.25, "logged"],
    ["  spark memory", 2000, 0.5, "logged"],
    ["    storage region", 1000, 0.25, "logged"],
    ["    execution region", 1000, 0.25, "logged"],
    ["    unroll cap", 200, 0.05, "derived"],
    ["page", 64, null, "derived"],
    ["overhead", 384, null, "assumed"],
  ]);
});

test("pressure is time: averages, nearly full, borrowing, waiting", async () => {
  const [row] = await shortRun.saidBy("executor_pressure");
  expect(row).toMatchObject({
    // 9 s of 1,200, 6 s of 800, 4 s of 1,200 in 20 s
    observed_ms: 20_000,
    storage_average_bytes: 1020,
    execution_average_bytes: 210,
    nearly_full_ms: 0,
    storage_borrowing_ms: 13_000,
    execution_borrowing_ms: 0,
    waiting_ms: 1000,
    gc_ms: 300,
    gc_share: 0.0111,
  });
});

test("pressure counts from when the executor was added: its log begins when its JVM does", async () => {
  const path = await replayed((emit) => {
    aShortRun((table, row) => {
      if (table !== "executors") emit(table, row);
    });
    emit("executors", { ...rowsByHand.executors, addedAt: three + 5 * second });
  });
  const [row] = await ask(
    path,
    "select observed_ms from executor_pressure where executor_id = '1'",
  );
  expect(row).toEqual({ observed_ms: 15_000n });
});

test("high-water marks name the moment and the biggest task", async () => {
  const marks = (await shortRun.saidBy("high_water_marks")).map(
    ({ quantity, peak_bytes, seq, biggest_task_id, biggest_task_bytes }) => [
      quantity,
      peak_bytes,
      seq,
      biggest_task_id,
      biggest_task_bytes,
    ],
  );
  expect(marks).toEqual([
    ["storage", 1200, 2, null, null],
    ["execution", 900, 6, 44, 900],
    ["used", 1700, 6, 44, 900],
  ]);
});

test("an executor's need is what its blocks and its tasks wanted, as if at one time", async () => {
  const needs = (await shortRun.saidBy("memory_need")).map(
    ({
      executor_id,
      mode,
      storage_need_bytes,
      spill_need_bytes,
      execution_peak_bytes,
      need_bytes,
    }) => [
      executor_id,
      mode,
      storage_need_bytes,
      spill_need_bytes,
      execution_peak_bytes,
      need_bytes,
    ],
  );
  expect(needs).toEqual([["1", "on_heap", 2700, 3300, 900, 6000]]);
});

test("storage borrowed twice, and once execution claimed it back", async () => {
  const periods = (await shortRun.saidBy("storage_borrowed")).map(
    ({ ts, end_ts, duration_ms, borrowed_peak_bytes, evictions, evicted_for_execution_bytes }) => {
      return [ts, end_ts, duration_ms, borrowed_peak_bytes, evictions, evicted_for_execution_bytes];
    },
  );
  expect(periods).toEqual([
    ["2026-01-31 03:00:01", "2026-01-31 03:00:10", 9000, 200, 1, 400],
    ["2026-01-31 03:00:16", null, 4000, 200, 0, 0],
  ]);
  expect(await shortRun.saidBy("execution_reclaimed")).toEqual([
    {
      executor_id: "1",
      ts: "2026-01-31 03:00:10",
      first_seq: 5,
      task_id: 44,
      stage_id: 3,
      requested_bytes: 900,
      granted_bytes: 900,
      blocks: 1,
      reclaimed_bytes: 400,
      to_disk: 0,
      regretted: 1,
      largest_block_id: "rdd_7_0",
      certainty: 0.8,
    },
  ]);
});

test("an out-of-memory stands beside the pools, and what they did not hold", async () => {
  expect(await shortRun.saidBy("oom_context")).toMatchObject([
    {
      class: "task_memory",
      task_id: 44,
      stage_id: 3,
      requested_bytes: 900,
      granted_bytes: 100,
      storage_used_bytes: 1200,
      execution_used_bytes: 0,
      free_bytes: 800,
      max_memory_bytes: 2000,
      jvm_max_memory_bytes: 4000,
      outside_pools_bytes: 2800,
      overhead_bytes: 384,
      running_tasks: 1,
    },
  ]);
  expect(await shortRun.saidBy("memory_outside_pools")).toMatchObject([
    {
      jvm_heap_peak_bytes: 3500,
      heap_pools_peak_bytes: 1900,
      heap_outside_pools_bytes_min: 1600,
      user_and_reserved_bytes: 2000,
      direct_peak_bytes: 50,
      jvm_rss_peak_bytes: 4300,
      python_rss_peak_bytes: null,
      rss_beyond_heap_bytes_min: 300,
      overhead_left_bytes_max: 84,
    },
  ]);
  expect(await shortRun.saidBy("headroom")).toMatchObject([
    {
      used_peak_bytes: 1700,
      headroom_bytes: 300,
      headroom_share: 0.15,
      execution_available_least_bytes: 300,
      jvm_heap_headroom_bytes: 500,
    },
  ]);
});

test("memory_at says how it stood at a moment", async () => {
  const rows = await shortRun.rows(
    "select mode, storage_used_bytes, execution_used_bytes, biggest_task_id from memory_at('2026-01-31 03:00:11.5') where app_id = 'app-1'",
  );
  expect(rows).toEqual([
    {
      mode: "on_heap",
      storage_used_bytes: 800n,
      execution_used_bytes: 900n,
      biggest_task_id: 44n,
    },
  ]);
});
