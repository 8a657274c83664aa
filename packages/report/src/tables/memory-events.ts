/** Calls on the memory manager. */
import type { MemoryEventRow } from "@respark/core";
import {
  always,
  big,
  bytesBetween,
  executorId,
  happened,
  mode,
  provenance,
  seq,
  text,
} from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const memoryEvents: TableSpec<MemoryEventRow> = {
  name: "memory_events",
  comment: "A row is a call on an executor's memory manager.",
  columns: [
    executorId(),
    seq("place in the executor's one numbering of memory and block events"),
    ...happened<MemoryEventRow>(),
    always(
      text(
        "op",
        "acquire_execution, release_execution, acquire_storage, release_storage, acquire_unroll or release_unroll",
        (row) => row.op,
      ),
    ),
    always(mode()),
    big("task_id", "task that asked", (row) => row.taskId),
    text("block_id", "block that it was for", (row) => row.blockId),
    text("consumer", "memory consumer, as Spark prints it", (row) => row.consumer),
    big("requested_bytes", "what was asked for; bytes", (row) => row.requestedBytes),
    ...bytesBetween<MemoryEventRow>("granted", "what was granted, or given back", {
      best: (row) => row.grantedBytes,
      atLeast: (row) => row.grantedBytesMin,
      atMost: (row) => row.grantedBytesMax,
    }),
    text(
      "rule",
      "what decided it, in the words of the manager or of the replay",
      (row) => row.rule,
    ),
    ...provenance<MemoryEventRow>(),
  ],
};
