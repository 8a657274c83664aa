/** What a task holds of one mode's execution memory from ts until endTs. */
import type { RowOf } from "./declared-table.ts";

/** The table `task_memory_timeline`. */
export const taskMemoryTimeline = {
  comment: "A row is a step of one task's execution memory, from ts until end_ts.",
  columns: {
    executorId: ["executor"],
    mode: ["mode"],
    seq: ["integer", "event that led to this state"],
    taskId: ["integer", "the task"],
    ts: ["moment", "since when; NULL: the log prints no times"],
    endTs: ["moment?", "until when; NULL: still so when the logs end"],
    executionUsed: ["interval", "execution memory that the task holds"],
    shareMinBytes: [
      "integer?",
      "1/2N of the pool: below it a task waits rather than spills; bytes",
    ],
    shareMaxBytes: ["integer?", "1/N of the pool: more than that no task gets; bytes"],
    origin: ["provenance"],
  },
} as const;

/** A row of `task_memory_timeline`. */
export type TaskMemoryTimelineRow = RowOf<typeof taskMemoryTimeline>;
