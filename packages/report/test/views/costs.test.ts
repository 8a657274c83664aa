/**
 * What trouble cost, in task time: measured where a log has the times, within bounds where it has
 * not.
 */
import type { BlockEventRow, EmitRow } from "@respark/core";
import { expect, test } from "vitest";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand, second, three } from "../rows-by-hand.ts";

type Told = Partial<BlockEventRow> & { readonly op: BlockEventRow["op"]; readonly at: number };

function happened(emit: EmitRow, events: readonly Told[]): void {
  for (const [seq, { at, ...event }] of events.entries()) {
    const ts = three + at * second;
    emit("block_events", {
      ...rowsByHand.block_events,
      missKind: undefined,
      taskId: undefined,
      causedByTaskId: undefined,
      causedByBlockId: undefined,
      executorId: "1",
      seq,
      ts,
      tsMin: ts,
      tsMax: ts,
      sourceLine: seq + 1,
      ...event,
    });
  }
}

const alive = {
  ...rowsByHand.executors,
  evidenceLevel: "debug",
  removedAt: undefined,
  removedReason: undefined,
  removedClass: undefined,
} as const;

test("a cost without a best estimate ranks by the middle of its bounds, not as nothing", async () => {
  const path = await replayed((emit) => {
    emit("executors", alive);
    emit("tasks", { ...rowsByHand.tasks, taskId: 9, executorId: "1", runMillis: 9000 });
    happened(emit, [
      { at: 1, op: "store", blockId: "rdd_7_0", memoryBytes: 100 },
      { at: 2, op: "evict", blockId: "rdd_7_0", memoryBytes: 100, cause: "storage" },
      { at: 3, op: "store", blockId: "rdd_8_0", memoryBytes: 100 },
      { at: 4, op: "evict", blockId: "rdd_8_0", memoryBytes: 100, cause: "storage" },
      // Read again from disk: without tasks of its stage beside it only the task's time bounds it.
      { at: 5, op: "hit_disk", blockId: "rdd_8_0", taskId: 9 },
    ]);
  });
  const costs = await ask(path, "select rdd_id, cost_ms, cost_ms_max from cache_costs");
  expect(costs).toEqual([
    { rdd_id: 8n, cost_ms: null, cost_ms_max: 9000n },
    { rdd_id: 7n, cost_ms: 0n, cost_ms_max: 0n },
  ]);
});

test("recomputing costs the time from the miss until the block is there again, at most its task's", async () => {
  const path = await replayed((emit) => {
    emit("executors", alive);
    emit("tasks", { ...rowsByHand.tasks, taskId: 9, executorId: "1", runMillis: 8000 });
    happened(emit, [
      { at: 1, op: "store", blockId: "rdd_7_0", memoryBytes: 100 },
      { at: 2, op: "evict", blockId: "rdd_7_0", memoryBytes: 100, cause: "storage" },
      { at: 5, op: "miss", blockId: "rdd_7_0", missKind: "after_evict", taskId: 9 },
      { at: 8, op: "store", blockId: "rdd_7_0", memoryBytes: 100, taskId: 9 },
    ]);
  });
  expect(
    await ask(path, "select why, times, recomputed, cost_ms, cost_ms_max from cache_costs"),
  ).toEqual([{ why: "evicted", times: 1n, recomputed: 1n, cost_ms: 3000n, cost_ms_max: 8000n }]);
});

test("a lost executor's cache is counted, and what others had to compute again for it", async () => {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    emit("executors", {
      ...alive,
      removedAt: three + 4 * second,
      removedReason: "Command exited with code 137",
      removedClass: "killed",
    });
    emit("executors", { ...alive, executorId: "2" });
    emit("tasks", { ...rowsByHand.tasks, taskId: 9, executorId: "2", runMillis: 8000 });
    happened(emit, [
      { at: 1, op: "store", blockId: "rdd_7_0", memoryBytes: 100 },
      { at: 1, op: "store", blockId: "rdd_7_1", memoryBytes: 50 },
      { at: 2, op: "evict", blockId: "rdd_7_1", memoryBytes: 50 },
      { at: 6, op: "miss", blockId: "rdd_7_0", executorId: "2", missKind: "cold", taskId: 9 },
      { at: 8, op: "store", blockId: "rdd_7_0", executorId: "2", memoryBytes: 100, taskId: 9 },
    ]);
  });
  expect(
    await ask(
      path,
      "select executor_id, blocks, blocks_bytes, missed_reads, missed_ms from lost_executors",
    ),
  ).toEqual([
    { executor_id: "1", blocks: 1n, blocks_bytes: 100n, missed_reads: 1n, missed_ms: 2000n },
  ]);
  expect(
    await ask(path, "select kind, cost_ms, change_key from findings where kind = 'lost_executors'"),
  ).toMatchObject([{ kind: "lost_executors", cost_ms: 2000n }]);
});

test("an executor's death ranks before what may have cost nothing, however much that may be", async () => {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    emit("executors", {
      ...alive,
      executorId: "2",
      removedAt: three + 4 * second,
      removedReason: "Command exited with code 137",
      removedClass: "killed",
    });
    emit("executors", alive);
    emit("tasks", { ...rowsByHand.tasks, taskId: 9, executorId: "1", runMillis: 9000 });
    happened(emit, [
      { at: 3, op: "store", blockId: "rdd_8_0", memoryBytes: 100 },
      { at: 4, op: "drop_to_disk", blockId: "rdd_8_0", memoryBytes: 100, cause: "storage" },
      { at: 5, op: "hit_disk", blockId: "rdd_8_0", taskId: 9 },
    ]);
  });
  expect(
    await ask(
      path,
      "select kind, cost_ms_min, cost_ms_max from findings where kind <> 'spills' order by rank",
    ),
  ).toEqual([
    { kind: "lost_executors", cost_ms_min: 0n, cost_ms_max: 0n },
    { kind: "evictions", cost_ms_min: 0n, cost_ms_max: 9000n },
  ]);
});

test("a few measured milliseconds in long tasks are too small to mend, whatever those did else", async () => {
  const severityOf = async (took: number) => {
    const path = await replayed((emit) => {
      emit("applications", rowsByHand.applications);
      emit("executors", alive);
      const spilled = { memorySpilledBytes: 0, diskSpilledBytes: 0 };
      emit("tasks", {
        ...rowsByHand.tasks,
        ...spilled,
        taskId: 9,
        executorId: "1",
        runMillis: 60_000,
      });
      happened(emit, [
        { at: 1, op: "store", blockId: "rdd_7_0", memoryBytes: 100 },
        { at: 2, op: "evict", blockId: "rdd_7_0", memoryBytes: 100, cause: "storage" },
        { at: 5, op: "miss", blockId: "rdd_7_0", missKind: "after_evict", taskId: 9 },
        { at: 5 + took, op: "store", blockId: "rdd_7_0", memoryBytes: 100, taskId: 9 },
      ]);
    });
    return await ask(path, "select severity from findings where kind = 'evictions'");
  };
  expect(await severityOf(0.02)).toEqual([{ severity: "fine" }]);
  expect(await severityOf(0.2)).toEqual([{ severity: "slow" }]);
});

test("bytes that stood for ages of a damaged clock are no overflow", async () => {
  const path = await replayed((emit) => {
    emit("executors", alive);
    emit("memory_timeline", {
      ...rowsByHand.memory_timeline,
      executorId: "1",
      endTs: three + 2e9 * second,
    });
    happened(emit, [
      { at: 1, op: "store", blockId: "rdd_7_0", memoryBytes: 20 * 2 ** 30 },
      { at: 2, op: "hit_memory", blockId: "rdd_7_0" },
    ]);
  });
  expect(await ask(path, "select idle_bytes from idle_rdds")).toEqual([
    { idle_bytes: 20n * 2n ** 30n },
  ]);
});

test("an unpersist is worth something only before an eviction of what somebody missed later", async () => {
  const idle = (missedLater: boolean) =>
    replayed((emit) => {
      emit("executors", alive);
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        executorId: "1",
        endTs: three + 60 * second,
      });
      happened(emit, [
        { at: 1, op: "store", blockId: "rdd_7_0", memoryBytes: 100 },
        { at: 2, op: "hit_memory", blockId: "rdd_7_0" },
        { at: 3, op: "store", blockId: "rdd_8_0", memoryBytes: 100 },
        { at: 4, op: "evict", blockId: "rdd_8_0", memoryBytes: 100 },
        { at: 5, op: "store", blockId: "rdd_9_0", memoryBytes: 100 },
        { at: 6, op: "evict", blockId: "rdd_9_0", memoryBytes: 100 },
        ...(missedLater
          ? ([
              { at: 7, op: "miss", blockId: "rdd_8_0", missKind: "after_evict" },
              { at: 8, op: "miss", blockId: "rdd_9_0", missKind: "after_evict" },
              { at: 9, op: "store", blockId: "rdd_9_0", memoryBytes: 100 },
              { at: 10, op: "evict", blockId: "rdd_9_0", memoryBytes: 100 },
              { at: 11, op: "miss", blockId: "rdd_9_0", missKind: "after_evict" },
            ] as const)
          : []),
      ]);
    });
  const asked =
    "select would_prevent, victim_rdd_ids, victim_times from idle_rdds where rdd_id = 7";
  expect(await ask(await idle(true), asked)).toEqual([
    { would_prevent: 3n, victim_rdd_ids: [9n, 8n], victim_times: [2n, 1n] },
  ]);
  expect(await ask(await idle(false), asked)).toEqual([
    { would_prevent: 0n, victim_rdd_ids: null, victim_times: null },
  ]);
});
