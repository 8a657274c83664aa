/** The execution memory of a task over time. */
import type { TaskMemoryTimelineRow } from "@respark/core";
import {
  always,
  big,
  bytesTriple,
  executorId,
  mode,
  moment,
  provenance,
  seq,
} from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const taskMemoryTimeline: TableSpec<TaskMemoryTimelineRow> = {
  name: "task_memory_timeline",
  comment: "A row is a step of one task's execution memory, from ts until end_ts.",
  columns: [
    executorId(),
    always(mode()),
    seq("event that led to this state"),
    always(big("task_id", "the task", (row) => row.taskId)),
    moment("ts", "since when; NULL: the log prints no times", (row) => row.ts),
    moment("end_ts", "until when; NULL: still so when the logs end", (row) => row.endTs),
    ...bytesTriple<TaskMemoryTimelineRow>(
      "execution_used",
      "execution memory that the task holds",
      (row) => row.executionUsed,
    ),
    big(
      "share_min_bytes",
      "1/2N of the pool: below it a task waits rather than spills; bytes",
      (row) => row.shareMinBytes,
    ),
    big(
      "share_max_bytes",
      "1/N of the pool: more than that no task gets; bytes",
      (row) => row.shareMaxBytes,
    ),
    ...provenance<TaskMemoryTimelineRow>(),
  ],
};
