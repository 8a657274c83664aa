/** Views of tasks and stages: spills, waits, memory and skew. The story is in a-short-run.ts. */
import { expect, test } from "vitest";
import { aShortRun } from "../a-short-run.ts";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";
import { shortRunTold } from "./short-run-told.ts";

const shortRun = shortRunTold();

test("spills and waits say who forced whom, and who held the memory", async () => {
  expect(await shortRun.saidBy("spill_causes")).toEqual([
    {
      executor_id: "1",
      stage_id: 3,
      consumer: "ExternalSorter",
      trigger: "other_consumer",
      forced_by_consumer: "UnsafeExternalSorter",
      spills: 1,
      tasks: 1,
      memory_bytes: 600,
      disk_bytes: 200,
      largest_memory_bytes: 600,
      largest_ordinal: 1,
      first_ts: "2026-01-31 03:00:12",
      last_ts: "2026-01-31 03:00:12",
      forced_by_another_task: 1,
      share_at_spill_bytes: 500,
    },
  ]);
  expect(await shortRun.saidBy("wait_summary")).toEqual([
    {
      executor_id: "1",
      mode: "on_heap",
      stage_id: 3,
      waits: 1,
      tasks: 1,
      wait_ms: 1000,
      wait_ms_min: 500,
      wait_ms_max: 1000,
      longest_ms: 1000,
      requested_bytes: 300,
      active_tasks: 2,
      smallest_pool_bytes: 1000,
      held_by_task_id: 44,
      held_bytes: 900,
      origin: "logged",
    },
  ]);
});

test("a stage's memory and skew", async () => {
  expect(await shortRun.saidBy("stage_memory")).toMatchObject([
    {
      stage_id: 3,
      tasks: 3,
      failed_tasks: 1,
      run_ms: 27_000,
      gc_ms: 300,
      execution_peak_bytes: 900,
      logged_execution_peak_bytes: 600,
      memory_spilled_bytes: 600,
      disk_spilled_bytes: 200,
      waits: 1,
      wait_ms: 1000,
      evictions_caused: 1,
      evicted_bytes: 400,
      input_bytes: 5000,
    },
  ]);
  expect(await shortRun.saidBy("task_skew")).toMatchObject([
    {
      stage_id: 3,
      tasks: 2,
      run_median_ms: 3500,
      run_max_ms: 4000,
      run_skew: 1.1429,
      slowest_task_id: 45,
      execution_max_bytes: 600,
      biggest_task_id: 46,
    },
  ]);
});

test("a stage has the words of its query beside its own name, which may be Spark's", async () => {
  const path = await replayed((emit) => {
    aShortRun((table, row) => {
      if (table !== "stages" && table !== "sql_executions") emit(table, row);
    });
    emit("stages", {
      ...rowsByHand.stages,
      name: "$anonfun$withThreadLocalCaptured$2 at CompletableFuture.java:1768",
      status: "complete",
      sqlExecutionId: 5,
    });
    emit("sql_executions", {
      ...rowsByHand.sql_executions,
      executionId: 5,
      description: "count at Job.scala:12",
    });
  });
  expect(await ask(path, "select query from stage_memory")).toEqual([
    { query: "count at Job.scala:12" },
  ]);
});
