/** Execution memory that a task had not given back when it ended. */
import type { RowOf } from "./declared-table.ts";

/** The table `memory_leaks`. */
export const memoryLeaks = {
  comment: "A row is execution memory that a task had not given back when it ended.",
  columns: {
    executorId: ["executor"],
    ts: ["moment", "when it was logged; NULL: the log prints no times"],
    taskId: ["integer", "task that left it"],
    leakedBytes: ["integer", "what it left; bytes"],
    origin: ["provenance"],
  },
} as const;

/** A row of `memory_leaks`. */
export type MemoryLeakRow = RowOf<typeof memoryLeaks>;
