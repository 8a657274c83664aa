/**
 * The rows a replay emits, one interface a table of the contract (design: Tables). `report/tables` makes columns of them.
 * Every table also has app_id and attempt_id, which the writer adds. undefined is NULL. Times are epoch microseconds, UTC.
 * A row may be a reused record: a writer copies what it keeps.
 */
import type { ReplayAccuracy, ReplayCheckRow } from "./check-rows.ts";
import type { FailureRow, OutOfMemoryClass } from "./failure-rows.ts";
import type { FindingRow } from "./finding-row.ts";
import type { MemoryMode } from "./memory/memory-mode.ts";
import type { SourceFileRow } from "./source-rows.ts";
import type { SqlPlanNodeRow, TaskSqlMetricRow } from "./sql-metric.ts";
import type { TaskResubmissionRow } from "./task-resubmission-row.ts";

/** Where a derived row comes from. */
export type Origin = "logged" | "derived" | "assumed";
/** What kind of log an executor has, best first. */
export type EvidenceLevel = "debug" | "info" | "event_log_blocks" | "event_log";

/** The line a row rests on. */
export interface Provenance {
  origin: Origin;
  sourceFileId: number | undefined;
  sourceLine: number | undefined;
}

export interface ApplicationRow extends ReplayAccuracy {
  name: string | undefined;
  sparkVersion: string | undefined;
  memoryManager: "unified" | "static" | "pre16" | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  user: string | undefined;
  evidenceLevel: EvidenceLevel;
  modelEvidence: "vectors" | "source";
}

/** A row of `clock_offsets`: how a file's wall clock became UTC. */
export interface ClockOffsetRow {
  sourceFileId: number;
  /** to add to the log's wall clock (read as UTC) to get UTC */
  offsetMs: number | undefined;
  zone: string | undefined;
  evidence: string;
  /** 0 … 1 */
  confidence: number;
}

/** A row of `spark_conf`: a property of the application; secrets are hidden. */
export interface SparkConfRow {
  key: string;
  value: string;
  isDefault: boolean;
}

/** A row of `resource_profiles`: one request of a profile (3.1+). */
export interface ResourceProfileRow {
  profileId: number;
  resource: string;
  scope: "executor" | "task";
  amount: number;
}

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

/** A row of `jobs`; times in epoch µs. */
export interface JobRow {
  jobId: number;
  submittedAt: number | undefined;
  completedAt: number | undefined;
  status: "running" | "succeeded" | "failed";
  error: string | undefined;
  description: string | undefined;
  jobGroup: string | undefined;
  sqlExecutionId: number | undefined;
  stageIds: readonly number[];
}

/** A row of `stages`: one attempt of a stage; times in epoch µs. */
export interface StageRow {
  stageId: number;
  stageAttemptId: number;
  /** undefined: only tasks and jobs name the stage */
  name: string | undefined;
  details: string | undefined;
  submittedAt: number | undefined;
  completedAt: number | undefined;
  status: "running" | "complete" | "failed" | "pending" | "skipped" | "unknown";
  failureReason: string | undefined;
  /** as planned; undefined: no event of the stage says */
  tasks: number | undefined;
  jobId: number | undefined;
  sqlExecutionId: number | undefined;
  parentIds: readonly number[];
  rddIds: readonly number[];
  resourceProfileId: number | undefined;
}

/** Same fields as core's task_end fact, times in µs; a task without an end has status `running` or `unknown`. */
export interface TaskRow {
  taskId: number;
  stageId: number;
  stageAttemptId: number;
  index: number;
  /** logged since 3.3 */
  partitionId: number | undefined;
  attempt: number;
  executorId: string;
  host: string | undefined;
  launchedAt: number | undefined;
  finishedAt: number | undefined;
  status: "success" | "failed" | "killed" | "running" | "unknown";
  speculative: boolean | undefined;
  locality: string | undefined;
  failureClass: string | undefined;
  failureReason: string | undefined;
  peakExecutionBytes: number | undefined;
  peakOnHeapExecutionBytes: number | undefined;
  peakOffHeapExecutionBytes: number | undefined;
  memorySpilledBytes: number | undefined;
  diskSpilledBytes: number | undefined;
  runMillis: number | undefined;
  cpuNanos: number | undefined;
  deserializeMillis: number | undefined;
  gcMillis: number | undefined;
  resultBytes: number | undefined;
  resultSerializationMillis: number | undefined;
  inputBytes: number | undefined;
  inputRecords: number | undefined;
  outputBytes: number | undefined;
  outputRecords: number | undefined;
  shuffleReadRemoteBytes: number | undefined;
  shuffleReadLocalBytes: number | undefined;
  shuffleReadRecords: number | undefined;
  shuffleFetchWaitMillis: number | undefined;
  shuffleWriteBytes: number | undefined;
  shuffleWriteRecords: number | undefined;
  sourceFileId: number;
  sourceLine: number;
}

/** A row of `sql_executions`: a query, with its plan; times in epoch µs. */
export interface SqlExecutionRow {
  executionId: number;
  rootExecutionId: number | undefined;
  description: string;
  plan: string | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  status: "running" | "succeeded" | "failed";
  error: string | undefined;
}

/** A row of `rdds`: a cached RDD, its level and its size as Spark reported it. */
export interface RddRow {
  rddId: number;
  name: string;
  callSite: string | undefined;
  scope: string | undefined;
  storageLevel: string | undefined;
  partitions: number | undefined;
  parentIds: readonly number[];
  firstStageId: number | undefined;
  unpersistedAt: number | undefined;
}

/** A block on an executor, over its whole life. */
export interface BlockRow {
  executorId: string;
  blockId: string;
  rddId: number | undefined;
  partitionId: number | undefined;
  storageLevel: string | undefined;
  /** size of its last entry in memory; undefined: never in memory, or unknown */
  memoryBytes: number | undefined;
  memoryBytesMin: number | undefined;
  memoryBytesMax: number | undefined;
  diskBytes: number | undefined;
  firstStoredAt: number | undefined;
  lastRemovedAt: number | undefined;
  stores: number;
  /** undefined where no log could tell (no executor log) */
  hits: number | undefined;
  misses: number | undefined;
  evictions: number | undefined;
}

/** What happened to a block in one executor (`block_events.op`). */
export type BlockOp =
  | "store"
  | "put_fail"
  | "hit_memory"
  | "hit_disk"
  | "hit_remote"
  | "miss"
  | "evict"
  | "drop_to_disk"
  | "remove";
/** Why a read of a cached block did not find it in memory. */
export type MissKind = "cold" | "after_evict" | "after_put_fail" | "after_loss";
/** Who needed the room: execution memory, a block to store, or a block being unrolled. */
export type EvictionCause = "execution" | "storage" | "unroll";
/** What decided an eviction or a refusal (spec memory-model 2, 3.5); store_cleared: a stop did. */
export type DecidingRule =
  | "storage_borrowed_reclaimed"
  | "storage_needs_room"
  | "unroll_needs_room"
  | "static_unroll_cap"
  | "same_rdd"
  | "too_large"
  | "nothing_evictable"
  | "region_protected"
  | "store_cleared";

/** Where several readings stand, `certainty` says how sure the cause is, 0 … 1. */
export interface BlockEventRow extends Provenance {
  executorId: string;
  seq: number;
  ts: number;
  tsMin: number | undefined;
  tsMax: number | undefined;
  blockId: string;
  op: BlockOp;
  memoryBytes: number | undefined;
  memoryBytesMin: number | undefined;
  memoryBytesMax: number | undefined;
  diskBytes: number | undefined;
  mode: MemoryMode | undefined;
  taskId: number | undefined;
  missKind: MissKind | undefined;
  cause: EvictionCause | undefined;
  causedByTaskId: number | undefined;
  causedByBlockId: string | undefined;
  rule: DecidingRule | undefined;
  certainty: number | undefined;
}

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

/** Best estimate with bounds; all undefined = unknown. Reused records. */
export interface Triple {
  bytes: number | undefined;
  atLeast: number | undefined;
  atMost: number | undefined;
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

export interface OomEventRow extends Provenance {
  executorId: string;
  ts: number;
  class: OutOfMemoryClass;
  taskId: number | undefined;
  stageId: number | undefined;
  /** tasks that ran on the executor then, the failed one among them */
  runningTasks: number | undefined;
  requestedBytes: number | undefined;
  grantedBytes: number | undefined;
  /** seq of the memory_timeline row in force */
  timelineSeq: number | undefined;
  message: string;
}

export interface MemoryLeakRow extends Provenance {
  executorId: string;
  ts: number;
  taskId: number;
  leakedBytes: number;
}

/**
 * Values of executor metrics of one event (peaks of a stage, task or executor); bytes, counts or ms
 * by their names.
 */
export interface ExecutorMetricRow {
  executorId: string;
  stageId: number | undefined;
  stageAttemptId: number | undefined;
  taskId: number | undefined;
  ts: number | undefined;
  name: string;
  value: number;
  isPeak: boolean;
  sourceFileId: number;
  sourceLine: number;
}

/**
 * A row of `exclusions`: the scheduler stopped using an executor or node, or uses it again. Epoch
 * µs.
 */
export interface ExclusionRow {
  ts: number;
  scope: "executor" | "node" | "executor_for_stage" | "node_for_stage";
  change: "excluded" | "readmitted";
  executorId: string | undefined;
  host: string | undefined;
  stageId: number | undefined;
  failures: number | undefined;
}

/** A row of `diagnostics`: an oddity of the logs, with file and line. */
export interface DiagnosticRow {
  sourceFileId: number | undefined;
  line: number | undefined;
  byteOffset: number | undefined;
  code: string;
  severity: "info" | "warning" | "error";
  message: string;
  count: number;
}

/** Table name → its row. */
export interface Rows {
  applications: ApplicationRow;
  source_files: SourceFileRow;
  clock_offsets: ClockOffsetRow;
  spark_conf: SparkConfRow;
  resource_profiles: ResourceProfileRow;
  executors: ExecutorRow;
  jobs: JobRow;
  stages: StageRow;
  tasks: TaskRow;
  task_resubmissions: TaskResubmissionRow;
  sql_executions: SqlExecutionRow;
  sql_plan_nodes: SqlPlanNodeRow;
  task_sql_metrics: TaskSqlMetricRow;
  rdds: RddRow;
  blocks: BlockRow;
  block_events: BlockEventRow;
  memory_events: MemoryEventRow;
  memory_timeline: MemoryTimelineRow;
  task_memory_timeline: TaskMemoryTimelineRow;
  memory_waits: MemoryWaitRow;
  spills: SpillRow;
  oom_events: OomEventRow;
  failures: FailureRow;
  memory_leaks: MemoryLeakRow;
  executor_metrics: ExecutorMetricRow;
  exclusions: ExclusionRow;
  replay_checks: ReplayCheckRow;
  diagnostics: DiagnosticRow;
  findings: FindingRow;
}

/** Names of the tables that a replay emits rows of. */
export type TableName = keyof Rows;

/**
 * A table's name and a row of it, for each table: `table === "spills"` makes `row` a `SpillRow`.
 */
export type TableAndRow = {
  [T in TableName]: [table: T, row: Rows[T]];
}[TableName];

/** Takes rows as the replay makes them. Must copy what it keeps before it returns. */
export type EmitRow = <T extends TableName>(table: T, row: Rows[T]) => void;

/** The same for who asks which table it is: an `EmitRow` is one. */
export type TakeRow = (...tableAndRow: TableAndRow) => void;
