/** Rows of executors: how each was laid out, and how it ended. undefined is NULL. */
import type { ReplayAccuracy } from "./check-rows.ts";
import type { EvidenceLevel, Origin } from "./row-parts.ts";

export interface ExecutorRow extends ReplayAccuracy {
  executorId: string;
  host: string | undefined;
  cores: number | undefined;
  addedAt: number | undefined;
  removedAt: number | undefined;
  removedReason: string | undefined;
  removedClass: RemovedClass | undefined;
  evidenceLevel: EvidenceLevel;
  memoryManager: "unified" | "static" | "pre16" | undefined;
  resourceProfileId: number | undefined;
  /** each with its origin beside it */
  layout: ExecutorLayoutColumns;
  sourceFileId: number | undefined;
  sourceLine: number | undefined;
}

/** One part of an executor's memory: bytes, and whether it was logged, derived or assumed. */
export interface LayoutValue {
  readonly bytes: number | undefined;
  readonly origin: Origin | undefined;
}

/** An executor's memory, part by part: heap, reserved, user memory, pools, overhead. */
export interface ExecutorLayoutColumns {
  readonly jvmMaxMemory: LayoutValue;
  readonly reserved: LayoutValue;
  readonly userMemory: LayoutValue;
  readonly maxMemory: LayoutValue;
  readonly storageRegion: LayoutValue;
  readonly executionRegion: LayoutValue;
  readonly maxUnroll: LayoutValue;
  readonly offHeapStorage: LayoutValue;
  readonly offHeapExecution: LayoutValue;
  readonly pageSize: LayoutValue;
  readonly overhead: LayoutValue;
}

/** Why an executor went (issue: deaths). */
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
