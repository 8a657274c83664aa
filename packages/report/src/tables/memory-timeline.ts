/** The pools of an executor over time. */
import type { MemoryTimelineRow } from "@respark/core";
import {
  always,
  big,
  bytesTriple,
  executorId,
  mode,
  moment,
  provenance,
  seq,
  small,
} from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const memoryTimeline: TableSpec<MemoryTimelineRow> = {
  name: "memory_timeline",
  comment:
    "A row is a step of an executor's memory pools in one mode, from ts until end_ts. The state after an event is the last row of that mode with seq at most the event's.",
  columns: [
    executorId(),
    always(mode()),
    seq("event that led to this state; order by seq is order by (ts, seq)"),
    moment("ts", "since when; NULL: the log prints no times", (row) => row.ts),
    moment("end_ts", "until when; NULL: still so when the logs end", (row) => row.endTs),
    ...bytesTriple<MemoryTimelineRow>(
      "storage_used",
      "storage memory in use by blocks and unrolling",
      (row) => row.storageUsed,
    ),
    ...bytesTriple<MemoryTimelineRow>(
      "unroll_used",
      "the part of storage_used that blocks being unrolled hold",
      (row) => row.unrollUsed,
    ),
    ...bytesTriple<MemoryTimelineRow>(
      "execution_used",
      "execution memory in use by tasks",
      (row) => row.executionUsed,
    ),
    ...bytesTriple<MemoryTimelineRow>(
      "storage_pool",
      "size of the storage pool",
      (row) => row.storagePool,
    ),
    ...bytesTriple<MemoryTimelineRow>(
      "execution_pool",
      "size of the execution pool",
      (row) => row.executionPool,
    ),
    ...bytesTriple<MemoryTimelineRow>("free", "free memory of both pools", (row) => row.free),
    ...bytesTriple<MemoryTimelineRow>(
      "storage_available",
      "what storage could get now by borrowing or evicting",
      (row) => row.storageAvailable,
    ),
    ...bytesTriple<MemoryTimelineRow>(
      "execution_available",
      "what execution could get now by borrowing or evicting",
      (row) => row.executionAvailable,
    ),
    big("max_memory_bytes", "both pools together; bytes", (row) => row.maxMemoryBytes),
    small(
      "active_tasks",
      "tasks that hold or wait for execution memory (N of 1/N and 1/2N); count",
      (row) => row.activeTasks,
    ),
    ...provenance<MemoryTimelineRow>(),
  ],
};
