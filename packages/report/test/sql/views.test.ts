/** Views answer in numbers that can be told by hand: the story is in a-short-run.ts. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, DuckDbSink, openDatabase, type QueryValue } from "../../src/index.ts";
import { macros, views } from "../../src/sql/views/index.ts";
import { aShortRun } from "../a-short-run.ts";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

test.each([...views, ...macros].map(({ name, comment, columns }) => ({ name, comment, columns })))(
  "$name says what a row is and what each column means, with its unit",
  ({ comment, columns }) => {
    expect(comment).toMatch(/^A row is /);
    const wrong = Object.entries(columns).filter(([column, meaning]) => {
      if (/_bytes(?:_min|_max)?$/.test(column)) return !meaning.includes("bytes");
      if (/_ms(?:_min|_max)?$/.test(column)) return !/\bms\b|milliseconds/.test(meaning);
      return /(?:^|_)share$/.test(column) ? !meaning.includes("0 to 1") : meaning.length <= 3;
    });
    expect(wrong).toEqual([]);
  },
);

test("every view has exactly the columns it describes, and is empty where nothing was written", async () => {
  const path = await replayed(() => undefined);
  const database = await openDatabase(path);
  try {
    const asked = [
      ...views.map(({ name, columns }) => ({ sql: `from ${name}`, columns })),
      ...macros.map(({ name, columns }) => ({
        sql: `from ${name}('2026-01-31 03:00:11')`,
        columns,
      })),
    ];
    for (const { sql, columns } of asked) {
      const result = await database.query(sql);
      expect(result.columns.map(({ name }) => `${sql}: ${name}`)).toEqual(
        Object.keys(columns).map((name) => `${sql}: ${name}`),
      );
      expect(await database.rows(`select count(*) as n from (${sql})`)).toEqual([{ n: 0n }]);
    }
  } finally {
    database.close();
  }
});

test("a row in every table, all else missing, breaks no view", async () => {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    emit("block_events", rowsByHand.block_events);
    emit("memory_timeline", rowsByHand.memory_timeline);
    emit("spills", rowsByHand.spills);
    emit("oom_events", rowsByHand.oom_events);
    emit("memory_waits", rowsByHand.memory_waits);
    emit("executor_metrics", rowsByHand.executor_metrics);
    emit("replay_checks", rowsByHand.replay_checks);
  });
  for (const { name } of views)
    await expect(ask(path, `from ${name}`)).resolves.toBeInstanceOf(Array);
});

describe("of a short run told by hand", () => {
  let folder: string;
  let database: Database;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "respark-views-"));
    const path = join(folder, "run.duckdb");
    const sink = await DuckDbSink.open({ path, mode: "create" });
    // The same run under another name must not mix with it.
    for (const appId of ["app-1", "app-2"]) {
      const application = sink.application({ appId, attemptId: "1" });
      aShortRun(application.emit);
      await application.complete();
    }
    await sink.finish();
    database = await openDatabase(path);
  });
  afterAll(async () => {
    database.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a view says of app-1; numbers as numbers. */
  async function saidBy(view: string): Promise<Record<string, QueryValue>[]> {
    const rows = await database.rows(
      `select * exclude (app_id, attempt_id) from ${view} where app_id = 'app-1'`,
    );
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === "bigint" ? Number(value) : value,
        ]),
      ),
    );
  }

  test("the summary has peaks, borrowing, evictions, failed puts, spills and waits", async () => {
    expect(await saidBy("executor_memory_summary")).toEqual([
      {
        executor_id: "1",
        mode: "on_heap",
        evidence_level: "debug",
        max_memory_bytes: 2000,
        storage_peak_bytes: 1200,
        execution_peak_bytes: 900,
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

  test("the layout adds up, each part with its origin", async () => {
    const parts = (await saidBy("executor_memory_layout")).map(({ part, bytes, share, origin }) => [
      part,
      bytes,
      share,
      origin,
    ]);
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
    const [row] = await saidBy("executor_pressure");
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

  test("high-water marks name the moment and the biggest task", async () => {
    const marks = (await saidBy("high_water_marks")).map(
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

  test("the ledger of evictions has victim, evictor, rule, later miss and cost", async () => {
    expect(await saidBy("eviction_ledger")).toEqual([
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
        recompute_ms_max: 2000,
        missed_task_run_ms: 3000,
        reread_bytes: 5000,
        origin: "logged",
        source_file_id: 1,
        source_line: 105,
      },
    ]);
    expect(await saidBy("eviction_regret")).toEqual([
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
    expect(await saidBy("rdd_cache_efficiency")).toEqual([
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
        // rdd_7_0: 400 for 10 s and again for 4 s; rdd_7_1: 800 for 19 s. Unread: all but the first 4 s of rdd_7_0.
        held_average_bytes: 1040,
        held_byte_seconds: 20_800,
        unread_byte_seconds: 19_200,
        unread_share: 0.9231,
      },
    ]);
  });

  test("spills and waits say who forced whom, and who held the memory", async () => {
    expect(await saidBy("spill_causes")).toEqual([
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
    expect(await saidBy("wait_summary")).toEqual([
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
    expect(await saidBy("stage_memory")).toMatchObject([
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
    expect(await saidBy("task_skew")).toMatchObject([
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

  test("storage borrowed twice, and once execution claimed it back", async () => {
    const periods = (await saidBy("storage_borrowed")).map(
      ({
        ts,
        end_ts,
        duration_ms,
        borrowed_peak_bytes,
        evictions,
        evicted_for_execution_bytes,
      }) => {
        return [
          ts,
          end_ts,
          duration_ms,
          borrowed_peak_bytes,
          evictions,
          evicted_for_execution_bytes,
        ];
      },
    );
    expect(periods).toEqual([
      ["2026-01-31 03:00:01", "2026-01-31 03:00:10", 9000, 200, 1, 400],
      ["2026-01-31 03:00:16", null, 4000, 200, 0, 0],
    ]);
    expect(await saidBy("execution_reclaimed")).toEqual([
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

  test("a failed put stands beside what there was", async () => {
    expect(await saidBy("put_failures")).toMatchObject([
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

  test("an out-of-memory stands beside the pools, and what they did not hold", async () => {
    expect(await saidBy("oom_context")).toMatchObject([
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
    expect(await saidBy("memory_outside_pools")).toMatchObject([
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
    expect(await saidBy("headroom")).toMatchObject([
      {
        used_peak_bytes: 1700,
        headroom_bytes: 300,
        headroom_share: 0.15,
        execution_available_least_bytes: 300,
        jvm_heap_headroom_bytes: 500,
      },
    ]);
  });

  test("health of the import and accuracy of the replay", async () => {
    expect(await saidBy("import_health")).toMatchObject([
      {
        source_file_id: 1,
        path: "logs/executor-1.log",
        zone: "America/New_York",
        warnings: 1,
        errors: 0,
        statements: 4,
        statements_met: 2,
        block_events: 8,
      },
      { source_file_id: null, path: null, infos: 3 },
    ]);
    expect(await saidBy("replay_accuracy")).toEqual([
      {
        executor_id: "1",
        evidence_level: "debug",
        quantity: "free",
        statements: 4,
        predicted: 3,
        met: 2,
        missed: 1,
        explained: 0,
        without_prediction: 1,
        met_share: 0.5,
        mean_width_bytes: 100,
        mean_width_share: 0.05,
        median_width_bytes: 100,
        worst_miss_bytes: 40,
        memory_share: 0.02,
        first_missed_file_id: 1,
        first_missed_line: 8,
      },
    ]);
  });

  test("memory_at says how it stood at a moment", async () => {
    const rows = await database.rows(
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
});

test("without logs of reads and of pools, what nobody could see is NULL and not zero", async () => {
  const path = await replayed((emit) => {
    emit("executors", {
      ...rowsByHand.executors,
      evidenceLevel: "event_log",
      layout: {
        ...rowsByHand.executors.layout,
        storageRegion: { bytes: undefined, origin: undefined },
        maxMemory: { bytes: undefined, origin: undefined },
      },
    });
    emit("rdds", rowsByHand.rdds);
    emit("blocks", { ...rowsByHand.blocks, hits: undefined, misses: undefined });
    emit("block_events", { ...rowsByHand.block_events, op: "store", cause: undefined });
    emit("memory_timeline", {
      ...rowsByHand.memory_timeline,
      storageUsed: { bytes: undefined, atLeast: undefined, atMost: undefined },
    });
    emit("executor_metrics", { ...rowsByHand.executor_metrics, name: "JVMHeapMemory" });
    emit("memory_waits", {
      ...rowsByHand.memory_waits,
      endTs: undefined,
      endTsMin: undefined,
      endTsMax: undefined,
    });
  });
  const [summary] = await ask(path, "from executor_memory_summary");
  expect(summary).toMatchObject({
    storage_peak_bytes: null,
    borrowed_peak_bytes: null,
    failed_puts: null,
    spills: null,
    wait_ms: null,
  });
  const [cache] = await ask(path, "from rdd_cache_efficiency");
  expect(cache).toMatchObject({ reads: null, hit_share: null, unread_share: null });
  const [outside] = await ask(path, "from memory_outside_pools");
  expect(outside).toMatchObject({
    jvm_rss_peak_bytes: null,
    rss_beyond_heap_bytes_min: null,
    overhead_left_bytes_max: null,
    heap_outside_pools_bytes_min: null,
  });
  const [wait] = await ask(path, "from wait_summary");
  expect(wait).toMatchObject({ waits: 1n, wait_ms: null, wait_ms_min: null, wait_ms_max: null });
});
