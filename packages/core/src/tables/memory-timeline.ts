/** The state of one mode's pools from ts until endTs. */
import type { RowOf } from "./declared-table.ts";

/** The table `memory_timeline`. */
export const memoryTimeline = {
  comment:
    "A row is a step of an executor's memory pools in one mode, from ts until end_ts. The state after an event is the last row of that mode with seq at most the event's.",
  columns: {
    executorId: ["executor"],
    mode: ["mode"],
    seq: ["integer", "event that led to this state; order by seq is order by (ts, seq)"],
    ts: ["moment", "since when; NULL: the log prints no times"],
    endTs: ["moment?", "until when; NULL: still so when the logs end"],
    storageUsed: ["interval", "storage memory in use by blocks and unrolling"],
    unrollUsed: ["interval", "the part of storage_used that blocks being unrolled hold"],
    executionUsed: ["interval", "execution memory in use by tasks"],
    storagePool: ["interval", "size of the storage pool"],
    executionPool: ["interval", "size of the execution pool"],
    free: ["interval", "free memory of both pools"],
    storageAvailable: ["interval", "what storage could get now by borrowing or evicting"],
    executionAvailable: ["interval", "what execution could get now by borrowing or evicting"],
    maxMemoryBytes: ["integer?", "both pools together; bytes"],
    activeTasks: [
      "small?",
      "tasks that hold or wait for execution memory (N of 1/N and 1/2N); count",
    ],
    origin: ["provenance"],
  },
} as const;

/** A row of `memory_timeline`. */
export type MemoryTimelineRow = RowOf<typeof memoryTimeline>;
