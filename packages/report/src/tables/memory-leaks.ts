/** Memory that tasks left behind. */
import type { MemoryLeakRow } from "@respark/core";
import { always, big, executorId, moment, provenance } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const memoryLeaks: TableSpec<MemoryLeakRow> = {
  name: "memory_leaks",
  comment: "A row is execution memory that a task had not given back when it ended.",
  columns: [
    executorId(),
    moment("ts", "when it was logged; NULL: the log prints no times", (row) => row.ts),
    always(big("task_id", "task that left it", (row) => row.taskId)),
    always(big("leaked_bytes", "what it left; bytes", (row) => row.leakedBytes)),
    ...provenance<MemoryLeakRow>(),
  ],
};
