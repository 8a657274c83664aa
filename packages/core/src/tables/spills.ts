/** A spill, and whose request forced it. */
import type { RowOf } from "./declared-table.ts";

/** The table `spills`. */
export const spills = {
  comment: "A row is a spill that freed memory or wrote to disk.",
  columns: {
    executorId: ["executor"],
    seq: ["integer", "place in the executor's one numbering of events"],
    ts: ["happened"],
    taskId: ["integer?", "task that spilled; NULL: the log names only a thread"],
    consumer: ["text?", "memory consumer that spilled, as Spark prints it"],
    trigger: [
      "text",
      "self (its own request), other_consumer (another consumer's request), threshold (too many records), force or unknown",
    ],
    forcedByTaskId: ["integer?", "task whose request forced it"],
    forcedByConsumer: ["text?", "memory consumer whose request forced it"],
    memoryBytes: ["between", "memory that it freed"],
    diskBytes: ["integer?", "what it wrote to disk; bytes"],
    origin: ["provenance"],
  },
} as const;

/** A row of `spills`. */
export type SpillRow = RowOf<
  typeof spills,
  { trigger: "self" | "other_consumer" | "threshold" | "force" | "unknown" }
>;
