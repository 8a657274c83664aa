/** Executors and the driver, with their memory layout. */
import type { ExecutorLayoutColumns, ExecutorRow } from "@respark/core";
import type { Column } from "../columns/column.ts";
import { always, big, executorId, moment, originOf, small, source, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const executors: TableSpec<ExecutorRow> = {
  name: "executors",
  comment: "A row is an executor (or the driver) and the layout of its memory.",
  columns: [
    executorId(),
    text("host", "host it ran on", (row) => row.host),
    small("cores", "cores it offered to tasks; count", (row) => row.cores),
    moment("added_at", "when it registered", (row) => row.addedAt),
    moment(
      "removed_at",
      "when it was removed; NULL: it lived to the end, or no log tells",
      (row) => row.removedAt,
    ),
    text("removed_reason", "reason in the log's words", (row) => row.removedReason),
    text(
      "removed_class",
      "jvm_heap, gc_overhead, container_physical, container_virtual, direct, preempted, decommissioned, lost_heartbeat, killed_by_driver, killed, exited or unknown",
      (row) => row.removedClass,
    ),
    always(
      text(
        "evidence_level",
        "best evidence about this executor: debug > info > event_log_blocks > event_log",
        (row) => row.evidenceLevel,
      ),
    ),
    text("memory_manager", "unified, static or pre16", (row) => row.memoryManager),
    small("resource_profile_id", "its resource profile", (row) => row.resourceProfileId),
    ...laid(
      "jvm_max_memory",
      "heap as the JVM reports it (Runtime.maxMemory)",
      (layout) => layout.jvmMaxMemory,
    ),
    ...laid("reserved", "heap that Spark keeps back (300 MiB)", (layout) => layout.reserved),
    ...laid(
      "user_memory",
      "heap outside Spark's pools, for user code",
      (layout) => layout.userMemory,
    ),
    ...laid(
      "max_memory",
      "on-heap storage and execution memory together",
      (layout) => layout.maxMemory,
    ),
    ...laid(
      "storage_region",
      "on-heap storage memory that execution cannot take; a static pool's size",
      (layout) => layout.storageRegion,
    ),
    ...laid(
      "execution_region",
      "on-heap execution memory at the start; a static pool's size",
      (layout) => layout.executionRegion,
    ),
    ...laid(
      "max_unroll",
      "most that blocks being unrolled may hold (static manager only)",
      (layout) => layout.maxUnroll,
    ),
    ...laid(
      "off_heap_storage",
      "off-heap storage pool at the start",
      (layout) => layout.offHeapStorage,
    ),
    ...laid(
      "off_heap_execution",
      "off-heap execution pool at the start",
      (layout) => layout.offHeapExecution,
    ),
    ...laid("page_size", "page of execution memory", (layout) => layout.pageSize),
    ...laid(
      "overhead",
      "container memory outside the heap (memoryOverhead)",
      (layout) => layout.overhead,
    ),
    always(
      big(
        "statements",
        "memory statements held against the replay; count",
        (row) => row.statements,
      ),
    ),
    always(
      big(
        "statements_met",
        "those that the replay had predicted; count",
        (row) => row.statementsMet,
      ),
    ),
    always(
      big(
        "statements_explained",
        "those that were not predicted and that a rule of inference accounts for; count",
        (row) => row.statementsExplained,
      ),
    ),
    always(
      big("decisions", "decisions of memory managers in the logs; count", (row) => row.decisions),
    ),
    always(
      big(
        "decisions_foreseen",
        "those that the replayed managers had foreseen; count",
        (row) => row.decisionsForeseen,
      ),
    ),
    ...source<ExecutorRow>(),
  ],
};

function laid(
  name: string,
  what: string,
  of: (layout: ExecutorLayoutColumns) => ExecutorLayoutColumns["reserved"],
): Column<ExecutorRow>[] {
  return [
    big(`${name}_bytes`, `${what}; bytes`, ({ layout }) => of(layout).bytes),
    originOf(`${name}_origin`, `${name}_bytes`, ({ layout }) => of(layout).origin),
  ];
}
