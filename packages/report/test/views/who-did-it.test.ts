/**
 * The ledger of evictions in the cases that are easily got wrong: other executors, disks, logs of
 * whole seconds.
 */
import type { EmitRow, Rows } from "@respark/core";
import { expect, test } from "vitest";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand, second, three } from "../rows-by-hand.ts";

type Told = Partial<Rows["block_events"]> & Pick<Rows["block_events"], "op">;

const at = (seconds: number): number => three + seconds * second;

/** Events of blocks in their order, a second apart; each executor numbers its own. */
function happened(emit: EmitRow, events: readonly Told[]): void {
  const seqs = new Map<string, number>();
  for (const [index, event] of events.entries()) {
    const executorId = event.executorId ?? "1";
    const seq = (seqs.get(executorId) ?? 0) + 1;
    seqs.set(executorId, seq);
    const ts = at(index);
    emit("block_events", {
      ...rowsByHand.block_events,
      executorId,
      seq,
      ts,
      tsMin: ts,
      tsMax: ts + second,
      taskId: undefined,
      missKind: undefined,
      cause: undefined,
      causedByTaskId: undefined,
      causedByBlockId: undefined,
      rule: undefined,
      certainty: undefined,
      diskBytes: undefined,
      sourceLine: 100 + index,
      ...event,
    });
  }
}

function executors(emit: EmitRow, ...ids: string[]): void {
  for (const executorId of ids) emit("executors", { ...rowsByHand.executors, executorId });
}

test("a block read back from disk is a regret that costs its bytes there, not a computation", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1");
    happened(emit, [
      { op: "store" },
      { op: "drop_to_disk", diskBytes: 90 },
      { op: "hit_disk", diskBytes: 90 },
      { op: "hit_disk", diskBytes: 90 },
    ]);
  });
  expect(
    await ask(
      path,
      "select regretted, regret, later_reads, recompute_ms, reread_bytes from eviction_ledger",
    ),
  ).toEqual([
    {
      regretted: true,
      regret: "read_from_disk",
      later_reads: 2n,
      recompute_ms: null,
      reread_bytes: 90n,
    },
  ]);
});

test("a miss on another executor is charged to the last eviction anywhere", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1", "2", "3");
    happened(emit, [
      { op: "evict", executorId: "1" },
      { op: "evict", executorId: "2" },
      { op: "miss", executorId: "3", missKind: "after_evict" },
    ]);
  });
  expect(
    await ask(path, "select executor_id, regretted, missed_on_executor_id from eviction_ledger"),
  ).toEqual([
    { executor_id: "1", regretted: false, missed_on_executor_id: null },
    { executor_id: "2", regretted: true, missed_on_executor_id: "3" },
  ]);
});

test("of two misses after one eviction the first is told, the other counted", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1");
    happened(emit, [
      { op: "evict" },
      { op: "miss", missKind: "after_evict" },
      { op: "put_fail" },
      { op: "miss", missKind: "after_evict" },
    ]);
  });
  expect(
    await ask(path, "select missed_after_ms, recompute_ms, later_reads from eviction_ledger"),
  ).toEqual([{ missed_after_ms: 1000n, recompute_ms: 1000n, later_reads: 2n }]);
});

test("a miss that only the store after it tells of has no known time of computing", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1");
    happened(emit, [
      { op: "evict" },
      { op: "miss", missKind: "after_evict", sourceLine: 200 },
      { op: "store", sourceLine: 200 },
    ]);
  });
  expect(
    await ask(path, "select regretted, recompute_ms, recompute_ms_max from eviction_ledger"),
  ).toEqual([{ regretted: true, recompute_ms: null, recompute_ms_max: null }]);
});

test("without a log of reads nobody knows whether an eviction was regretted", async () => {
  const path = await replayed((emit) => {
    emit("executors", { ...rowsByHand.executors, evidenceLevel: "event_log_blocks" });
    happened(emit, [{ op: "evict" }]);
  });
  expect(await ask(path, "select regretted, later_reads from eviction_ledger")).toEqual([
    { regretted: null, later_reads: null },
  ]);
  expect(await ask(path, "select evictions, regretted from eviction_regret")).toEqual([
    { evictions: 1n, regretted: null },
  ]);
});

test("a block that finds no room may go to disk, and may be missed", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1");
    happened(emit, [
      { op: "put_fail", blockId: "rdd_7_0" },
      { op: "store", blockId: "rdd_7_0", memoryBytes: 0 },
      { op: "put_fail", blockId: "rdd_7_1" },
      { op: "miss", blockId: "rdd_7_1", missKind: "after_put_fail" },
    ]);
  });
  expect(
    await ask(path, "select block_id, stored_on_disk, missed_later from put_failures"),
  ).toEqual([
    { block_id: "rdd_7_0", stored_on_disk: true, missed_later: false },
    { block_id: "rdd_7_1", stored_on_disk: false, missed_later: true },
  ]);
});

test("at INFO a block without room whose level has disk went there if it was read from disk later, else nobody knows", async () => {
  const path = await replayed((emit) => {
    emit("executors", { ...rowsByHand.executors, evidenceLevel: "info" });
    emit("rdds", { ...rowsByHand.rdds, rddId: 7, storageLevel: "MEMORY_AND_DISK" });
    emit("rdds", { ...rowsByHand.rdds, rddId: 8, storageLevel: "MEMORY_ONLY" });
    happened(emit, [
      { op: "put_fail", blockId: "rdd_7_0" },
      { op: "hit_disk", blockId: "rdd_7_0" },
      { op: "put_fail", blockId: "rdd_7_1" },
      { op: "put_fail", blockId: "rdd_8_0" },
    ]);
  });
  expect(
    await ask(path, "select block_id, stored_on_disk, missed_later from put_failures"),
  ).toEqual([
    { block_id: "rdd_7_0", stored_on_disk: true, missed_later: true },
    { block_id: "rdd_7_1", stored_on_disk: null, missed_later: false },
    { block_id: "rdd_8_0", stored_on_disk: false, missed_later: false },
  ]);
});

test("a block's end is its last event's, disk included", async () => {
  const path = await replayed((emit) => {
    emit("executors", {
      ...rowsByHand.executors,
      removedAt: undefined,
      removedReason: undefined,
      removedClass: undefined,
    });
    happened(emit, [
      { op: "store", blockId: "rdd_7_0", memoryBytes: 10 },
      { op: "evict", blockId: "rdd_7_0" },
      { op: "store", blockId: "rdd_7_0", memoryBytes: 10 },
      { op: "drop_to_disk", blockId: "rdd_7_1" },
      { op: "evict", blockId: "rdd_7_2" },
      { op: "put_fail", blockId: "rdd_7_3" },
      { op: "store", blockId: "rdd_7_4", memoryBytes: 10 },
      { op: "remove", blockId: "rdd_7_4", rule: "store_cleared" },
      { op: "store", blockId: "rdd_7_5", memoryBytes: 10 },
      { op: "remove", blockId: "rdd_7_5" },
    ]);
  });
  expect(
    await ask(path, "select block_id, in_memory, on_disk, present_at_end from block_ends"),
  ).toEqual([
    { block_id: "rdd_7_0", in_memory: true, on_disk: null, present_at_end: true },
    { block_id: "rdd_7_1", in_memory: false, on_disk: true, present_at_end: true },
    { block_id: "rdd_7_2", in_memory: false, on_disk: false, present_at_end: false },
    { block_id: "rdd_7_3", in_memory: false, on_disk: null, present_at_end: null },
    // The executor stopped: until then it was there.
    { block_id: "rdd_7_4", in_memory: true, on_disk: null, present_at_end: true },
    { block_id: "rdd_7_5", in_memory: false, on_disk: false, present_at_end: false },
  ]);
});

test("an out-of-memory names the RDD that held most, of the blocks still there", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1");
    happened(emit, [
      { op: "store", blockId: "rdd_7_0", memoryBytes: 500 },
      { op: "store", blockId: "rdd_7_1", memoryBytes: 500 },
      { op: "evict", blockId: "rdd_7_1", memoryBytes: 500 },
      { op: "store", blockId: "rdd_8_0", memoryBytes: 700 },
      { op: "store", blockId: "broadcast_3", memoryBytes: 900 },
    ]);
    emit("oom_events", { ...rowsByHand.oom_events, ts: at(10) });
  });
  expect(
    await ask(path, "select blocks, biggest_rdd_id, biggest_rdd_bytes from oom_context"),
  ).toEqual([{ blocks: 3n, biggest_rdd_id: 8n, biggest_rdd_bytes: 700n }]);
});

test("spills of one class are one cause, whichever object spilled", async () => {
  const path = await replayed((emit) => {
    for (const object of ["1f2e", "77aa"]) {
      emit("spills", {
        ...rowsByHand.spills,
        consumer: `org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter@${object}`,
        forcedByConsumer: `org.apache.spark.unsafe.map.BytesToBytesMap@${object}`,
      });
    }
    emit("spills", { ...rowsByHand.spills, consumer: undefined, forcedByConsumer: undefined });
  });
  expect(
    await ask(path, "select consumer, forced_by_consumer, spills from spill_causes order by 1"),
  ).toEqual([
    { consumer: "UnsafeExternalSorter", forced_by_consumer: "BytesToBytesMap", spills: 2n },
    { consumer: null, forced_by_consumer: null, spills: 1n },
  ]);
});

test("a peak's upper bound leaves room for what blocks being unrolled hold, which no log tells", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1");
    const maxMemoryBytes = 100_000_000;
    for (const [seq, bytes] of [
      [1, 0],
      [2, 6_000_000],
    ] as const)
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        seq,
        storageUsed: { bytes, atLeast: bytes, atMost: bytes },
        free: {
          bytes: maxMemoryBytes - bytes,
          atLeast: maxMemoryBytes - bytes,
          atMost: maxMemoryBytes - bytes,
        },
        executionUsed: { bytes: 0, atLeast: 0, atMost: 0 },
        unrollUsed: { bytes: 0, atLeast: 0, atMost: 0 },
        maxMemoryBytes,
      });
    const size = { memoryBytes: 6_000_000, memoryBytesMin: 6_000_000, memoryBytesMax: 6_000_000 };
    happened(emit, [{ op: "store", ...size }]);
  });
  // Four cores, each of which may unroll a block of six million: half as much again beyond what is
  // stored.
  expect(
    await ask(
      path,
      "select quantity, peak_bytes, peak_bytes_min, peak_bytes_max from high_water_marks",
    ),
  ).toEqual([
    {
      quantity: "storage",
      peak_bytes: 6_000_000n,
      peak_bytes_min: 6_000_000n,
      peak_bytes_max: 18_000_000n,
    },
    {
      quantity: "used",
      peak_bytes: 6_000_000n,
      peak_bytes_min: 6_000_000n,
      peak_bytes_max: 18_000_000n,
    },
  ]);
  expect(await ask(path, "select headroom_bytes, headroom_bytes_min from headroom")).toEqual([
    { headroom_bytes: 94_000_000n, headroom_bytes_min: 82_000_000n },
  ]);
});

test("what a task spilled and no line tells of is a cause without a consumer", async () => {
  const path = await replayed((emit) => {
    executors(emit, "1");
    const task = { ...rowsByHand.tasks, executorId: "1", stageId: 3 };
    emit("tasks", { ...task, taskId: 44, memorySpilledBytes: 900, diskSpilledBytes: 90 });
    emit("tasks", { ...task, taskId: 45, memorySpilledBytes: 700, diskSpilledBytes: 70 });
    const size = { memoryBytes: 600, memoryBytesMin: 590, memoryBytesMax: 610 };
    emit("spills", { ...rowsByHand.spills, ...size, executorId: "1", taskId: 44, diskBytes: 60 });
  });
  expect(
    await ask(path, "select consumer, spills, tasks, memory_bytes, disk_bytes from spill_causes"),
  ).toMatchObject([
    // 300 bytes of one task beside its line, all 700 of the other.
    { consumer: null, spills: null, tasks: 2n, memory_bytes: 1000n, disk_bytes: 70n },
    { spills: 1n, tasks: 1n, memory_bytes: 600n, disk_bytes: 60n },
  ]);
});
