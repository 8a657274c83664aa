/** How an executor was laid out, and how it ended. */
import type { EvidenceLevel, LayoutValue } from "../row-parts.ts";
import type { RowOf } from "./declared-table.ts";

/** Why an executor went. */
export type RemovedClass =
  | "jvm_heap"
  | "gc_overhead"
  | "container_physical"
  | "container_virtual"
  | "direct"
  | "preempted"
  | "decommissioned"
  | "lost_heartbeat"
  | "killed_by_driver"
  | "killed"
  | "exited"
  | "unknown";

/** The table `executors`. */
export const executors = {
  comment: "A row is an executor (or the driver) and the layout of its memory.",
  columns: {
    executorId: ["executor"],
    host: ["text?", "host it ran on"],
    cores: ["small?", "cores it offered to tasks; count"],
    addedAt: ["moment?", "when it registered"],
    removedAt: ["moment?", "when it was removed; NULL: it lived to the end, or no log tells"],
    removedReason: ["text?", "reason in the log's words"],
    removedClass: [
      "text?",
      "jvm_heap, gc_overhead, container_physical, container_virtual, direct, preempted, decommissioned, lost_heartbeat, killed_by_driver, killed, exited or unknown",
    ],
    evidenceLevel: [
      "text",
      "best evidence about this executor: debug > info > event_log_blocks > event_log",
    ],
    memoryManager: ["text?", "unified, static or pre16"],
    resourceProfileId: ["small?", "its resource profile"],
    jvmMaxMemory: ["laid", "heap as the JVM reports it (Runtime.maxMemory)"],
    reserved: ["laid", "heap that Spark keeps back (300 MiB)"],
    userMemory: ["laid", "heap outside Spark's pools, for user code"],
    maxMemory: ["laid", "on-heap storage and execution memory together"],
    storageRegion: [
      "laid",
      "on-heap storage memory that execution cannot take; a static pool's size",
    ],
    executionRegion: ["laid", "on-heap execution memory at the start; a static pool's size"],
    maxUnroll: ["laid", "most that blocks being unrolled may hold (static manager only)"],
    offHeapStorage: ["laid", "off-heap storage pool at the start"],
    offHeapExecution: ["laid", "off-heap execution pool at the start"],
    pageSize: ["laid", "page of execution memory"],
    overhead: ["laid", "container memory outside the heap (memoryOverhead)"],
    statements: ["integer", "memory statements held against the replay; count"],
    statementsMet: ["integer", "those that the replay had predicted; count"],
    statementsExplained: [
      "integer",
      "those that were not predicted and that a rule of inference accounts for; count",
    ],
    decisions: ["integer", "decisions of memory managers in the logs; count"],
    decisionsForeseen: ["integer", "those that the replayed managers had foreseen; count"],
    sourceFileId: ["source"],
  },
} as const;

/** A row of `executors`. */
export type ExecutorRow = RowOf<
  typeof executors,
  {
    removedClass: RemovedClass | undefined;
    evidenceLevel: EvidenceLevel;
    memoryManager: "unified" | "static" | "pre16" | undefined;
  }
>;

type Columns = (typeof executors)["columns"];

/** An executor's memory, part by part: heap, reserved, user memory, pools, overhead. */
export type ExecutorLayoutColumns = {
  readonly [Part in keyof Columns as Columns[Part][0] extends "laid" ? Part : never]: LayoutValue;
};
