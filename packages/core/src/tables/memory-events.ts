/** A call on an executor's memory manager. */
import type { RowOf } from "./declared-table.ts";

/** What happened to memory (`memory_events.op`): acquired, released, and for whom. */
export type MemoryOp =
  | "acquire_execution"
  | "release_execution"
  | "acquire_storage"
  | "release_storage"
  | "acquire_unroll"
  | "release_unroll";

/** The table `memory_events`. */
export const memoryEvents = {
  comment: "A row is a call on an executor's memory manager.",
  columns: {
    executorId: ["executor"],
    seq: ["integer", "place in the executor's one numbering of memory and block events"],
    ts: ["happened"],
    op: [
      "text",
      "acquire_execution, release_execution, acquire_storage, release_storage, acquire_unroll or release_unroll",
    ],
    mode: ["mode"],
    taskId: ["integer?", "task that asked"],
    blockId: ["text?", "block that it was for"],
    consumer: ["text?", "memory consumer, as Spark prints it"],
    requestedBytes: ["integer?", "what was asked for; bytes"],
    grantedBytes: ["between", "what was granted, or given back"],
    rule: ["text?", "what decided it, in the words of the manager or of the replay"],
    origin: ["provenance"],
  },
} as const;

/** A row of `memory_events`. */
export type MemoryEventRow = RowOf<typeof memoryEvents, { op: MemoryOp }>;
