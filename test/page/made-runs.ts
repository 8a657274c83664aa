/** Databases made by hand for pages: trouble with hostile names; many executors and tasks. */
import { DuckDbSink, findingsOf } from "@respark/report";
import { exact, rowsByHand, second, three } from "../../packages/report/test/rows-by-hand.ts";

/** Ends an element, loads an image, turns the direction of writing, and rings a bell. */
export const HOSTILE = '</script><img src=x onerror="alert(1)">\u202egnp.exe\u0007';

/**
 * An executor that is lost with all names hostile, one of which a bare event log tells, and one
 * that holds nothing.
 */
export async function writeTroubledRun(path: string): Promise<void> {
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const application = sink.application({ appId: "app-1", attemptId: "1" });
  const { emit } = application;
  emit("applications", { ...rowsByHand.applications, name: HOSTILE });
  emit("source_files", { ...rowsByHand.source_files, path: `/var/${HOSTILE}/executor-1.log` });
  emit("executors", { ...rowsByHand.executors, host: HOSTILE });
  emit("executors", {
    ...rowsByHand.executors,
    executorId: "2",
    removedAt: undefined,
    removedReason: undefined,
    removedClass: undefined,
    evidenceLevel: "event_log",
    statements: 0,
    statementsMet: 0,
  });
  emit("executors", {
    ...rowsByHand.executors,
    executorId: "3",
    removedAt: undefined,
    removedReason: undefined,
    removedClass: undefined,
  });
  emit("jobs", { ...rowsByHand.jobs, description: HOSTILE });
  emit("stages", { ...rowsByHand.stages, name: HOSTILE, completedAt: three + 40 * second });
  emit("tasks", { ...rowsByHand.tasks, status: "failed", failureReason: HOSTILE });
  emit("rdds", { ...rowsByHand.rdds, name: HOSTILE });
  emit("blocks", rowsByHand.blocks);
  emit("block_events", { ...rowsByHand.block_events, op: "store" });
  emit("block_events", { ...rowsByHand.block_events, seq: 8, ts: three + 15 * second });
  emit("memory_timeline", { ...rowsByHand.memory_timeline, endTs: three + 50 * second });
  emit("memory_timeline", {
    ...rowsByHand.memory_timeline,
    executorId: "2",
    endTs: undefined,
    storageUsed: UNKNOWN,
    unrollUsed: UNKNOWN,
    executionUsed: UNKNOWN,
    storagePool: UNKNOWN,
    executionPool: UNKNOWN,
    free: UNKNOWN,
  });
  emit("memory_timeline", {
    ...rowsByHand.memory_timeline,
    executorId: "3",
    endTs: undefined,
    storageUsed: exact(0),
    unrollUsed: exact(0),
    executionUsed: exact(0),
    free: exact(2000),
  });
  emit("task_memory_timeline", rowsByHand.task_memory_timeline);
  emit("memory_waits", rowsByHand.memory_waits);
  emit("spills", { ...rowsByHand.spills, consumer: HOSTILE });
  emit("oom_events", { ...rowsByHand.oom_events, message: HOSTILE });
  emit("replay_checks", rowsByHand.replay_checks);
  await application.complete();
  await sink.finish();
}

const UNKNOWN = { bytes: undefined, atLeast: undefined, atMost: undefined };

export interface LargeRun {
  readonly executors: number;
  readonly tasksEach: number;
  readonly stepsEach: number;
  /** stores, reads, evictions and refusals of blocks on each executor; 0: none */
  readonly blockEventsEach: number;
}

/**
 * Every number follows from its place: the same run each time, with a peak of its own in every
 * executor.
 */
export async function writeLargeRun(path: string, run: LargeRun): Promise<void> {
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const application = sink.application({ appId: "app-large", attemptId: "1" });
  const { emit } = application;
  const [gib, length] = [2 ** 30, 3600 * second];
  emit("applications", { ...rowsByHand.applications, endedAt: three + length });
  emit("source_files", rowsByHand.source_files);
  if (run.blockEventsEach > 0) emit("rdds", rowsByHand.rdds);
  for (let stage = 0; stage < 20; stage++) {
    const submittedAt = three + (stage * length) / 20;
    const completedAt = submittedAt + length / 20;
    emit("stages", { ...rowsByHand.stages, stageId: stage, submittedAt, completedAt });
  }
  for (let executor = 0; executor < run.executors; executor++) {
    const executorId = String(executor);
    const each = rowsByHand.executors;
    const maxMemory = { bytes: 8 * gib, origin: "logged" as const };
    const removed = { removedAt: undefined, removedReason: undefined, removedClass: undefined };
    emit("executors", { ...each, ...removed, executorId, maxMemory });
    for (let task = 0; task < run.tasksEach; task++) {
      const launchedAt = three + Math.floor((task * (length - 10 * second)) / run.tasksEach);
      const lasts = (2000 + ((task * 7919) % 6000)) * 1000;
      emit("tasks", {
        ...rowsByHand.tasks,
        taskId: executor * run.tasksEach + task,
        stageId: Math.floor((task * 20) / run.tasksEach),
        executorId,
        launchedAt,
        finishedAt: launchedAt + lasts,
        memorySpilledBytes: task % 37 === 0 ? 1_000_000 * (task % 91) : 0,
        peakExecutionBytes: 1024 * (1 + ((task * 104_729) % 1_000_003)),
      });
    }
    let at = three;
    for (let step = 0; step < run.stepsEach; step++) {
      const next = three + Math.floor(((step + 1) * length) / run.stepsEach);
      const peak = step === (executor * 31) % run.stepsEach;
      const blocks = Math.floor(
        gib * (2 + Math.sin(step / 97 + executor)) + ((step * 6151) % 65_536),
      );
      const held = peak ? 4 * gib : Math.floor(gib * (1 + Math.sin(step / 13)) + step);
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        executorId,
        seq: step,
        ts: at,
        endTs: step + 1 === run.stepsEach ? undefined : next,
        storageUsed: exact(blocks),
        unrollUsed: exact(0),
        executionUsed: { bytes: held, atLeast: held - (step % 5) * 1000, atMost: held + 4096 },
        storagePool: exact(4 * gib),
        executionPool: exact(4 * gib),
        free: exact(8 * gib - blocks - held),
        maxMemoryBytes: 8 * gib,
        sourceLine: step + 1,
      });
      at = next;
    }
    const evictions = new Map<string, number>();
    for (let n = 0; n < run.blockEventsEach; n++) {
      const ts = three + Math.floor(((n + 1) * length) / (run.blockEventsEach + 2)) + executor;
      const blockId = `rdd_7_${400 * executor + ((n * 31) % 400)}`;
      const op = OPS[(n + executor) % OPS.length] ?? "store";
      // Numbered after the steps around them, as events of one executor are.
      const seq = run.stepsEach + n;
      const causedByTaskId = executor * run.tasksEach + (n % run.tasksEach);
      const event = {
        ...rowsByHand.block_events,
        executorId,
        seq,
        ts,
        blockId,
        op,
        causedByTaskId,
      };
      emit("block_events", {
        ...event,
        memoryBytes: 1_000_003 * (1 + (n % 17)),
        sourceLine: n + 1,
      });
      evictions.set(blockId, (evictions.get(blockId) ?? 0) + Number(op === "evict"));
    }
    for (const [blockId, times] of evictions) {
      const partitionId = Number(blockId.split("_")[2]);
      emit("blocks", { ...rowsByHand.blocks, executorId, blockId, partitionId, evictions: times });
    }
  }
  await application.complete();
  await sink.finish(findingsOf);
}

/** One of ten is an eviction, and one a refusal. */
const OPS = [
  "store",
  "hit_memory",
  "hit_memory",
  "evict",
  "store",
  "hit_memory",
  "miss",
  "put_fail",
  "hit_memory",
  "store",
] as const;
