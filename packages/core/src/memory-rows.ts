/** Rows of pools and tasks: who acquired, held, waited for or spilled memory. undefined is NULL. */
import type { MemoryMode } from "./memory/memory-mode.ts";
import type { Provenance, Triple } from "./row-parts.ts";

/** What happened to memory (`memory_events.op`): acquired, released, and for whom. */
export type MemoryOp =
  | "acquire_execution"
  | "release_execution"
  | "acquire_storage"
  | "release_storage"
  | "acquire_unroll"
  | "release_unroll";

export interface MemoryEventRow extends Provenance {
  executorId: string;
  seq: number;
  ts: number;
  tsMin: number | undefined;
  tsMax: number | undefined;
  op: MemoryOp;
  mode: MemoryMode;
  taskId: number | undefined;
  blockId: string | undefined;
  consumer: string | undefined;
  requestedBytes: number | undefined;
  grantedBytes: number | undefined;
  grantedBytesMin: number | undefined;
  grantedBytesMax: number | undefined;
  /** what decided it, in the manager's or reconcile's words */
  rule: string | undefined;
}

/** The state of one mode's pools from ts until endTs. */
export interface MemoryTimelineRow extends Provenance {
  executorId: string;
  mode: MemoryMode;
  seq: number;
  ts: number;
  endTs: number | undefined;
  storageUsed: Triple;
  unrollUsed: Triple;
  executionUsed: Triple;
  storagePool: Triple;
  executionPool: Triple;
  free: Triple;
  storageAvailable: Triple;
  executionAvailable: Triple;
  maxMemoryBytes: number | undefined;
  activeTasks: number | undefined;
}

export interface TaskMemoryTimelineRow extends Provenance {
  executorId: string;
  mode: MemoryMode;
  seq: number;
  taskId: number;
  ts: number;
  endTs: number | undefined;
  executionUsed: Triple;
  shareMinBytes: number | undefined;
  shareMaxBytes: number | undefined;
}

export interface MemoryWaitRow extends Provenance {
  executorId: string;
  seq: number;
  taskId: number;
  mode: MemoryMode;
  ts: number;
  endTs: number | undefined;
  endTsMin: number | undefined;
  endTsMax: number | undefined;
  requestedBytes: number | undefined;
  grantedBytes: number | undefined;
  activeTasks: number | undefined;
  poolBytes: number | undefined;
  /** the task that held most meanwhile */
  heldByTaskId: number | undefined;
  heldBytes: number | undefined;
}

export interface SpillRow extends Provenance {
  executorId: string;
  seq: number;
  ts: number;
  tsMin: number | undefined;
  tsMax: number | undefined;
  taskId: number | undefined;
  consumer: string | undefined;
  trigger: "self" | "other_consumer" | "threshold" | "force" | "unknown";
  forcedByTaskId: number | undefined;
  forcedByConsumer: string | undefined;
  memoryBytes: number | undefined;
  memoryBytesMin: number | undefined;
  memoryBytesMax: number | undefined;
  diskBytes: number | undefined;
}
