/**
 * What holds for every view: it says what it means, has what it says, and does not take unknown for
 * zero.
 */
import { expect, test } from "vitest";
import { openDatabase } from "../../src/index.ts";
import { macros, views } from "../../src/sql/views/index.ts";
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

const unknown = { bytes: undefined, atLeast: undefined, atMost: undefined };

test("without logs of reads and of pools, what nobody could see is NULL and not zero", async () => {
  const path = await replayed((emit) => {
    emit("executors", {
      ...rowsByHand.executors,
      evidenceLevel: "event_log",
      storageRegion: { bytes: undefined, origin: undefined },
      maxMemory: { bytes: undefined, origin: undefined },
    });
    emit("rdds", rowsByHand.rdds);
    emit("blocks", { ...rowsByHand.blocks, hits: undefined, misses: undefined });
    emit("block_events", { ...rowsByHand.block_events, op: "store", cause: undefined });
    emit("memory_timeline", {
      ...rowsByHand.memory_timeline,
      storageUsed: unknown,
      storagePool: unknown,
      executionPool: unknown,
      free: unknown,
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
  const [pressure] = await ask(path, "from executor_pressure");
  expect(pressure).toMatchObject({
    storage_average_bytes: null,
    nearly_full_ms: null,
    nearly_full_share: null,
    storage_borrowing_ms: null,
    execution_borrowing_ms: null,
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
