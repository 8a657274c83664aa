/** Spills. */
import type { SpillRow } from "@respark/core";
import {
  always,
  big,
  bytesBetween,
  executorId,
  happened,
  provenance,
  seq,
  text,
} from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const spills: TableSpec<SpillRow> = {
  name: "spills",
  comment: "A row is a spill that freed memory or wrote to disk.",
  columns: [
    executorId(),
    seq("place in the executor's one numbering of events"),
    ...happened<SpillRow>(),
    big("task_id", "task that spilled; NULL: the log names only a thread", (row) => row.taskId),
    text("consumer", "memory consumer that spilled, as Spark prints it", (row) => row.consumer),
    always(
      text(
        "trigger",
        "self (its own request), other_consumer (another consumer's request), threshold (too many records), force or unknown",
        (row) => row.trigger,
      ),
    ),
    big("forced_by_task_id", "task whose request forced it", (row) => row.forcedByTaskId),
    text(
      "forced_by_consumer",
      "memory consumer whose request forced it",
      (row) => row.forcedByConsumer,
    ),
    ...bytesBetween<SpillRow>("memory", "memory that it freed", {
      best: (row) => row.memoryBytes,
      atLeast: (row) => row.memoryBytesMin,
      atMost: (row) => row.memoryBytesMax,
    }),
    big("disk_bytes", "what it wrote to disk; bytes", (row) => row.diskBytes),
    ...provenance<SpillRow>(),
  ],
};
