/**
 * The rows a replay emits, one interface a table of the contract; `report/tables` makes columns of
 * them. Every table also has app_id and attempt_id, which the writer adds. undefined is NULL. Times
 * are epoch microseconds, UTC. A row may be a reused record: a writer copies what it keeps.
 */
import type { BlockEventRow, BlockRow, RddRow } from "./block-rows.ts";
import type { ReplayAccuracy, ReplayCheckRow } from "./check-rows.ts";
import type { ExecutorRow } from "./executor-rows.ts";
import type { FailureRow, OutOfMemoryClass } from "./failure-rows.ts";
import type { FindingRow } from "./finding-row.ts";
import type {
  MemoryEventRow,
  MemoryTimelineRow,
  MemoryWaitRow,
  SpillRow,
  TaskMemoryTimelineRow,
} from "./memory-rows.ts";
import type { EvidenceLevel, Provenance } from "./row-parts.ts";
import type { SourceFileRow } from "./source-rows.ts";
import type { SqlPlanNodeRow, TaskSqlMetricRow } from "./sql-metric.ts";
import type { TaskResubmissionRow } from "./task-resubmission-row.ts";

export type {
  BlockEventRow,
  BlockOp,
  BlockRow,
  DecidingRule,
  EvictionCause,
  MissKind,
  RddRow,
} from "./block-rows.ts";
export type {
  ExecutorLayoutColumns,
  ExecutorRow,
  LayoutValue,
  RemovedClass,
} from "./executor-rows.ts";
export type {
  MemoryEventRow,
  MemoryOp,
  MemoryTimelineRow,
  MemoryWaitRow,
  SpillRow,
  TaskMemoryTimelineRow,
} from "./memory-rows.ts";
export type { EvidenceLevel, Origin, Provenance, Triple } from "./row-parts.ts";

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

/** As core's task_end fact, times in µs; without an end its status is `running` or `unknown`. */
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
