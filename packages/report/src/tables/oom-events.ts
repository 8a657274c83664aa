/** Out of memory. */
import type { OomEventRow } from "@respark/core";
import { always, big, executorId, moment, provenance, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const oomEvents: TableSpec<OomEventRow> = {
  name: "oom_events",
  comment: "A row is an out-of-memory of a task, an executor or its container.",
  columns: [
    executorId(),
    moment("ts", "when it was logged; NULL: the log prints no times", (row) => row.ts),
    always(
      text(
        "class",
        "whose memory: jvm_heap, gc_overhead, container, task_memory, direct, broadcast (a table that the driver could not build), metaspace, permgen, native_thread, array_size, native (the host or container gave no more), gpu, native_engine or python",
        (row) => row.class,
      ),
    ),
    big("task_id", "task that failed of it", (row) => row.taskId),
    big("stage_id", "its stage, or that of all tasks that ran there", (row) => row.stageId),
    small(
      "running_tasks",
      "tasks that ran on the executor then, the failed one among them; count; NULL: not logged",
      (row) => row.runningTasks,
    ),
    big("requested_bytes", "what was asked for; bytes", (row) => row.requestedBytes),
    big("granted_bytes", "what there was to get; bytes", (row) => row.grantedBytes),
    big("timeline_seq", "seq of the memory_timeline row in force then", (row) => row.timelineSeq),
    always(text("message", "the log's words", (row) => row.message)),
    ...provenance<OomEventRow>(),
  ],
};
