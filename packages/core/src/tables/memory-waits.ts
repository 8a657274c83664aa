/** A wait of a task for 1/2N of the execution pool. */
import type { RowOf } from "./declared-table.ts";

/** The table `memory_waits`. */
export const memoryWaits = {
  comment: "A row is a wait of a task until it holds 1/2N of the execution pool.",
  columns: {
    executorId: ["executor"],
    seq: ["integer", "place in the executor's one numbering of events"],
    taskId: ["integer", "task that waited"],
    mode: ["mode"],
    ts: ["moment", "when it began to wait; NULL: the log prints no times"],
    endTs: ["moment?", "when it got memory, best estimate"],
    endTsMin: ["moment?", "when it got memory, at the earliest"],
    endTsMax: ["moment?", "when it got memory, at the latest"],
    requestedBytes: ["integer?", "what it asked for; bytes"],
    grantedBytes: ["integer?", "what it got in the end; bytes"],
    activeTasks: ["small?", "tasks that shared the pool; count"],
    poolBytes: ["integer?", "size of the execution pool; bytes"],
    heldByTaskId: ["integer?", "task that held most meanwhile"],
    heldBytes: ["integer?", "what that task held; bytes"],
    origin: ["provenance"],
  },
} as const;

/** A row of `memory_waits`. */
export type MemoryWaitRow = RowOf<typeof memoryWaits>;
