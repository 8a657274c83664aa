/**
 * A run of one executor with 2,000 bytes of memory, half of it the storage region, written by hand:
 *
 *    0 s  rdd_7_0 (400) and rdd_7_1 (800) are stored: storage borrows 200 of execution's 1,000
 *    4 s  rdd_7_0 is read
 *   10 s  task 44 asks for 900: 800 are free, so 100 are claimed back; rdd_7_0 goes
 *   11 s  task 45 asks for 300 and waits until 12 s: task 44 holds the memory
 *   12 s  task 44 spills 600 and gives them back
 *   14 s  task 46 misses rdd_7_0, computes it again, stores it at 16 s
 *   18 s  rdd_7_2 (1,500) finds no room
 *   20 s  task 44 runs out of memory
 */
import type { EmitRow } from "@respark/core";
import { exact, rowsByHand, second, three } from "./rows-by-hand.ts";

const at = (seconds: number): number => three + seconds * second;
const logged = { origin: "logged", sourceFileId: 1 } as const;

export function aShortRun(emit: EmitRow): void {
  emit("applications", { ...rowsByHand.applications, endedAt: at(30) });
  emit("source_files", rowsByHand.source_files);
  emit("clock_offsets", rowsByHand.clock_offsets);
  emit("executors", {
    ...rowsByHand.executors,
    removedAt: undefined,
    removedReason: undefined,
    removedClass: undefined,
  });
  emit("stages", { ...rowsByHand.stages, status: "complete", failureReason: undefined });
  emit("rdds", rowsByHand.rdds);
  for (const [taskId, runMillis, started, ended] of [
    [44, 20_000, 0, 20],
    [45, 4000, 10, 14],
    [46, 3000, 14, 17],
  ] as const) {
    emit("tasks", {
      ...rowsByHand.tasks,
      taskId,
      taskIndex: taskId - 44,
      partitionId: taskId - 44,
      launchedAt: at(started),
      finishedAt: at(ended),
      runMillis,
      gcMillis: 100,
      status: taskId === 44 ? "failed" : "success",
      inputBytes: taskId === 46 ? 5000 : 0,
      shuffleReadBytes: 0,
      shuffleReadRemoteBytes: 0,
      shuffleReadLocalBytes: 0,
      memorySpilledBytes: taskId === 44 ? 600 : 0,
      diskSpilledBytes: taskId === 44 ? 200 : 0,
    });
  }
  pools(emit);
  blocks(emit);
  emit("memory_waits", {
    ...rowsByHand.memory_waits,
    seq: 7,
    taskId: 45,
    ts: at(11),
    endTs: at(12),
    endTsMin: at(11.5),
    endTsMax: at(12),
    requestedBytes: 300,
    poolBytes: 1000,
    heldByTaskId: 44,
    heldBytes: 900,
  });
  emit("spills", {
    ...rowsByHand.spills,
    seq: 8,
    ts: at(12),
    tsMin: at(12),
    tsMax: at(13),
    taskId: 44,
    consumer: "ExternalSorter",
    trigger: "other_consumer",
    forcedByTaskId: 45,
    memoryBytes: 600,
    memoryBytesMin: 600,
    memoryBytesMax: 600,
    diskBytes: 200,
  });
  emit("oom_events", { ...rowsByHand.oom_events, ts: at(20), taskId: 44 });
  for (const [name, value] of [
    ["JVMHeapMemory", 3500],
    ["OnHeapUnifiedMemory", 1900],
    ["ProcessTreeJVMRSSMemory", 4300],
    ["DirectPoolMemory", 50],
  ] as const) {
    emit("executor_metrics", { ...rowsByHand.executor_metrics, name, value });
  }
  emit("diagnostics", rowsByHand.diagnostics);
  emit("diagnostics", {
    ...rowsByHand.diagnostics,
    sourceFileId: undefined,
    severity: "info",
    count: 3,
  });
  for (const [loggedMin, replayedMin, agrees] of [
    [1000, 990, true],
    [500, 400, true],
    [100, 150, false],
    [100, undefined, undefined],
  ] as const) {
    emit("replay_checks", {
      ...rowsByHand.replay_checks,
      loggedMin,
      loggedMax: loggedMin + 10,
      replayedMin,
      replayedMax: replayedMin === undefined ? undefined : replayedMin + 100,
      agrees,
      outcome: agrees === true ? "predicted" : "explained",
      rule: agrees === true ? undefined : "execution_measured",
      explanation: undefined,
    });
  }
}

/** [seconds, until, storage, execution, storage pool, tasks] */
const steps = [
  [0, 1, 0, 0, 1000, 0],
  [1, 10, 1200, 0, 1200, 0],
  [10, 12, 800, 900, 1000, 1],
  [12, 16, 800, 300, 1000, 2],
  [16, 20, 1200, 300, 1200, 1],
  [20, undefined, 1200, 0, 1200, 0],
] as const;

function pools(emit: EmitRow): void {
  for (const [index, [from, until, storage, execution, pool, activeTasks]] of steps.entries()) {
    emit("memory_timeline", {
      ...rowsByHand.memory_timeline,
      seq: [0, 2, 6, 9, 12, 15][index] ?? 0,
      ts: at(from),
      endTs: until === undefined ? undefined : at(until),
      storageUsed: exact(storage),
      unrollUsed: exact(0),
      executionUsed: exact(execution),
      storagePool: exact(pool),
      executionPool: exact(2000 - pool),
      free: exact(2000 - storage - execution),
      storageAvailable: exact(2000 - execution),
      executionAvailable: exact(2000 - Math.min(storage, 1000) - execution),
      maxMemoryBytes: 2000,
      activeTasks,
    });
  }
  emit("memory_events", {
    ...rowsByHand.memory_events,
    seq: 6,
    ts: at(10),
    taskId: 44,
    blockId: undefined,
    requestedBytes: 900,
    grantedBytes: 900,
    grantedBytesMin: 900,
    grantedBytesMax: 900,
  });
  for (const [taskId, seq, from, until, held] of [
    [44, 6, 10, 12, 900],
    [44, 9, 12, undefined, 0],
    [45, 9, 12, 20, 300],
  ] as const) {
    emit("task_memory_timeline", {
      ...rowsByHand.task_memory_timeline,
      taskId,
      seq,
      ts: at(from),
      endTs: until === undefined ? undefined : at(until),
      executionUsed: exact(held),
      shareMinBytes: 250,
      shareMaxBytes: 500,
    });
  }
}

function blocks(emit: EmitRow): void {
  const none = {
    missKind: undefined,
    cause: undefined,
    causedByTaskId: undefined,
    causedByBlockId: undefined,
    rule: undefined,
    certainty: undefined,
    diskBytes: undefined,
    mode: "on_heap",
    ...logged,
  } as const;
  const event = (
    seq: number,
    seconds: number,
    op: "store" | "hit_memory" | "evict" | "miss" | "put_fail",
    blockId: string,
    bytes: number | undefined,
    more: object = {},
  ): void => {
    emit("block_events", {
      ...none,
      executorId: "1",
      seq,
      ts: at(seconds),
      tsMin: at(seconds),
      tsMax: at(seconds),
      op,
      blockId,
      memoryBytes: bytes,
      memoryBytesMin: bytes,
      memoryBytesMax: bytes,
      taskId: undefined,
      sourceLine: seq + 100,
      ...more,
    });
  };
  event(1, 0, "store", "rdd_7_0", 400);
  event(2, 1, "store", "rdd_7_1", 800);
  event(3, 4, "hit_memory", "rdd_7_0", 400);
  event(5, 10, "evict", "rdd_7_0", 400, {
    cause: "execution",
    causedByTaskId: 44,
    rule: "storage_borrowed_reclaimed",
    certainty: 0.8,
  });
  event(10, 14, "miss", "rdd_7_0", undefined, { missKind: "after_evict", taskId: 46 });
  event(12, 16, "store", "rdd_7_0", 400, { taskId: 46 });
  event(13, 17, "miss", "rdd_7_2", undefined, { missKind: "cold", taskId: 46 });
  event(14, 18, "put_fail", "rdd_7_2", 1500, { taskId: 46, rule: "same_rdd", certainty: 1 });
  for (const [partitionId, memoryBytes] of [
    [0, 400],
    [1, 800],
    [2, undefined],
  ] as const) {
    emit("blocks", {
      ...rowsByHand.blocks,
      blockId: `rdd_7_${partitionId}`,
      partitionId,
      memoryBytes,
      memoryBytesMin: memoryBytes,
      memoryBytesMax: memoryBytes,
      diskBytes: undefined,
    });
  }
}
