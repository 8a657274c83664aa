/** Steps of a story that the event log tells. */
import type {
  BlockStatus,
  EventFact,
  StorageLevelFlags,
  TaskEndFact,
} from "../../src/event-fact.ts";
import { stage } from "./a-stage.ts";
import { NO_METRICS } from "./no-metrics.ts";
import { after, number, taskId } from "./story-words.ts";

export interface Where {
  readonly executor: string;
  readonly ms: number;
  readonly line: string;
}

const MEMORY_ONLY: StorageLevelFlags = {
  useDisk: false,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

const UNNAMED_RDD = {
  name: "",
  callSite: undefined,
  scope: undefined,
  parentIds: [],
  partitions: 4,
  cachedPartitions: undefined,
  memoryBytes: undefined,
  diskBytes: undefined,
};

/** An event of the event log about an executor. */
export function eventOf(
  verb: string,
  what: string,
  rest: readonly string[],
  { executor, ms }: Where,
): EventFact | undefined {
  const host = "host";
  switch (verb) {
    case "registered": {
      const offHeap = Number(after(rest, "off-heap") ?? 0);
      return {
        kind: "block_manager_added",
        executorId: executor,
        host,
        port: 7,
        timeMs: ms,
        maxBytes: Number(what),
        maxOnHeapBytes: Number(what) - offHeap,
        maxOffHeapBytes: offHeap,
      };
    }
    case "cores":
      return {
        kind: "executor_added",
        executorId: executor,
        host,
        cores: Number(what),
        timeMs: ms,
        resourceProfileId: 0,
        attributes: new Map(),
      };
    case "reported":
      return {
        kind: "block_updated",
        executorId: executor,
        host,
        port: 7,
        status: status(what, rest),
      };
    case "launched":
      return {
        kind: "task_start",
        taskId: taskId(what),
        stageId: Number(after(rest, "stage") ?? 0),
        stageAttemptId: 0,
        index: Number(after(rest, "partition") ?? 0),
        partitionId: Number(after(rest, "partition") ?? 0),
        attempt: 0,
        executorId: executor,
        host,
        launchedMs: ms,
        locality: "PROCESS_LOCAL",
        speculative: false,
      };
    case "ended":
      return taskEnd(taskId(what), rest, { executor, ms });
    case "metrics":
      return {
        kind: "executor_metrics",
        executorId: executor,
        stageId: undefined,
        stageAttemptId: undefined,
        scope: "update",
        values: new Map([[what, Number(rest[0])]]),
      };
    case "lost":
      return {
        kind: "executor_removed",
        executorId: executor,
        timeMs: ms,
        reason: [what, ...rest].join(" "),
      };
    case "query":
      return { kind: "stage_submitted", stage: stage(Number(what)), sqlExecutionId: 1 };
    case "caches": {
      const rddId = Number(after(rest, "rdd"));
      const level = { ...MEMORY_ONLY, useDisk: rest.includes("disk") };
      const rdds = [{ ...UNNAMED_RDD, rddId, level }];
      const caching = { ...stage(Number(what)), rdds };
      return { kind: "stage_submitted", stage: caching, sqlExecutionId: undefined };
    }
    case "unpersisted":
      return { kind: "unpersist_rdd", rddId: Number(what) };
    default:
      return undefined;
  }
}

/** `600` in memory, `0 disk 600` dropped to disk, `evicted`, `gone` (no replica left). */
function status(blockId: string, rest: readonly string[]): BlockStatus {
  const diskBytes = Number(after(rest, "disk") ?? 0);
  const [bytes] = rest;
  const memoryBytes = Number(bytes) || 0;
  const inMemory = memoryBytes > 0;
  const level: StorageLevelFlags = {
    ...MEMORY_ONLY,
    useMemory: inMemory,
    useDisk: diskBytes > 0,
    deserialized: inMemory,
    replication: bytes === "gone" ? 0 : 1,
  };
  return { blockId, level, memoryBytes, diskBytes };
}

function taskEnd(
  task: number,
  rest: readonly string[],
  { executor, ms }: Pick<Where, "executor" | "ms">,
): TaskEndFact {
  const failureClass = after(rest, "failed");
  return {
    ...NO_METRICS,
    taskId: task,
    stageId: Number(after(rest, "stage") ?? 0),
    executorId: executor,
    launchedMs: Number(after(rest, "since") ?? ms),
    finishedMs: ms,
    failed: failureClass !== undefined,
    reason: failureClass === undefined ? "Success" : "ExceptionFailure",
    failureClass,
    inputBytes: number(after(rest, "read")),
    peakExecutionBytes: number(after(rest, "peak")),
    peakOnHeapExecutionBytes: number(after(rest, "on-heap")),
    memorySpilledBytes: number(after(rest, "spilled")),
    diskSpilledBytes: number(after(rest, "to-disk")),
    executorMetrics: polled(number(after(rest, "polled")), number(after(rest, "storage"))),
  };
}

/**
 * `polled 500 storage 300`: the executor's peaks of execution and storage memory while the task
 * ran.
 */
function polled(execution: number | undefined, storage: number | undefined) {
  if (execution === undefined && storage === undefined) return undefined;
  return new Map([
    ["JVMHeapMemory", 1],
    ["OnHeapExecutionMemory", execution ?? 0],
    ["OnHeapStorageMemory", storage ?? 0],
  ]);
}
