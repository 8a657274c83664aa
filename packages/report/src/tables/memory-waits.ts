/** Waits for execution memory. */
import type { MemoryWaitRow } from "@respark/core";
import { always, big, executorId, mode, moment, provenance, seq, small } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const memoryWaits: TableSpec<MemoryWaitRow> = {
  name: "memory_waits",
  comment: "A row is a wait of a task until it holds 1/2N of the execution pool.",
  columns: [
    executorId(),
    seq("place in the executor's one numbering of events"),
    always(big("task_id", "task that waited", (row) => row.taskId)),
    always(mode()),
    moment("ts", "when it began to wait; NULL: the log prints no times", (row) => row.ts),
    moment("end_ts", "when it got memory, best estimate", (row) => row.endTs),
    moment("end_ts_min", "when it got memory, at the earliest", (row) => row.endTsMin),
    moment("end_ts_max", "when it got memory, at the latest", (row) => row.endTsMax),
    big("requested_bytes", "what it asked for; bytes", (row) => row.requestedBytes),
    big("granted_bytes", "what it got in the end; bytes", (row) => row.grantedBytes),
    small("active_tasks", "tasks that shared the pool; count", (row) => row.activeTasks),
    big("pool_bytes", "size of the execution pool; bytes", (row) => row.poolBytes),
    big("held_by_task_id", "task that held most meanwhile", (row) => row.heldByTaskId),
    big("held_bytes", "what that task held; bytes", (row) => row.heldBytes),
    ...provenance<MemoryWaitRow>(),
  ],
};
