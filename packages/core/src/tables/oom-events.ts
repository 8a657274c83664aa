/** An out-of-memory of a task, an executor or its container. */

import type { RowOf } from "./declared-table.ts";
import type { OutOfMemoryClass } from "./failures.ts";

/** The table `oom_events`. */
export const oomEvents = {
  comment: "A row is an out-of-memory of a task, an executor or its container.",
  columns: {
    executorId: ["executor"],
    ts: ["moment", "when it was logged; NULL: the log prints no times"],
    class: [
      "text",
      "whose memory: jvm_heap, gc_overhead, container, task_memory, direct, broadcast (a table that the driver could not build), metaspace, permgen, native_thread, array_size, native (the host or container gave no more), gpu, native_engine or python",
    ],
    taskId: ["integer?", "task that failed of it"],
    stageId: ["integer?", "its stage, or that of all tasks that ran there"],
    runningTasks: [
      "small?",
      "tasks that ran on the executor then, the failed one among them; count; NULL: not logged",
    ],
    requestedBytes: ["integer?", "what was asked for; bytes"],
    grantedBytes: ["integer?", "what there was to get; bytes"],
    timelineSeq: ["integer?", "seq of the memory_timeline row in force then"],
    message: ["text", "the log's words"],
    origin: ["provenance"],
  },
} as const;

/** A row of `oom_events`. */
export type OomEventRow = RowOf<typeof oomEvents, { class: OutOfMemoryClass }>;
