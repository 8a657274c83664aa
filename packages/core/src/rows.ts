/**
 * The rows a replay emits, one type a table, each derived from its declaration (`tables/`). Every
 * table also has app_id and attempt_id, which the writer adds. undefined is NULL. Times are epoch
 * microseconds, UTC. A row may be a reused record: a writer copies what it keeps.
 */
import type { ApplicationRow } from "./tables/applications.ts";
import type { BlockEventRow } from "./tables/block-events.ts";
import type { BlockRow } from "./tables/blocks.ts";
import type { ClockOffsetRow } from "./tables/clock-offsets.ts";
import type { DiagnosticRow } from "./tables/diagnostics.ts";
import type { ExclusionRow } from "./tables/exclusions.ts";
import type { ExecutorMetricRow } from "./tables/executor-metrics.ts";
import type { ExecutorRow } from "./tables/executors.ts";
import type { FailureRow } from "./tables/failures.ts";
import type { FindingRow } from "./tables/findings.ts";
import type { JobRow } from "./tables/jobs.ts";
import type { MemoryEventRow } from "./tables/memory-events.ts";
import type { MemoryLeakRow } from "./tables/memory-leaks.ts";
import type { MemoryTimelineRow } from "./tables/memory-timeline.ts";
import type { MemoryWaitRow } from "./tables/memory-waits.ts";
import type { OomEventRow } from "./tables/oom-events.ts";
import type { RddRow } from "./tables/rdds.ts";
import type { ReplayCheckRow } from "./tables/replay-checks.ts";
import type { ResourceProfileRow } from "./tables/resource-profiles.ts";
import type { SourceFileRow } from "./tables/source-files.ts";
import type { SparkConfRow } from "./tables/spark-conf.ts";
import type { SpillRow } from "./tables/spills.ts";
import type { SqlExecutionRow } from "./tables/sql-executions.ts";
import type { SqlPlanNodeRow } from "./tables/sql-plan-nodes.ts";
import type { StageRow } from "./tables/stages.ts";
import type { TaskMemoryTimelineRow } from "./tables/task-memory-timeline.ts";
import type { TaskResubmissionRow } from "./tables/task-resubmissions.ts";
import type { TaskSqlMetricRow } from "./tables/task-sql-metrics.ts";
import type { TaskRow } from "./tables/tasks.ts";

export type {
  EvidenceLevel,
  LayoutValue,
  Origin,
  Provenance,
  ReplayAccuracy,
  Triple,
} from "./row-parts.ts";
export type { ApplicationRow } from "./tables/applications.ts";
export type {
  BlockEventRow,
  BlockOp,
  DecidingRule,
  EvictionCause,
  MissKind,
} from "./tables/block-events.ts";
export type { BlockRow } from "./tables/blocks.ts";
export type { ClockOffsetRow } from "./tables/clock-offsets.ts";
export type { DiagnosticRow } from "./tables/diagnostics.ts";
export type { ExclusionRow } from "./tables/exclusions.ts";
export type { ExecutorMetricRow } from "./tables/executor-metrics.ts";
export type { ExecutorLayoutColumns, ExecutorRow, RemovedClass } from "./tables/executors.ts";
export type { FailureClass, FailureRow, OutOfMemoryClass } from "./tables/failures.ts";
export type { FindingRow, FindingSeverity } from "./tables/findings.ts";
export type { JobRow } from "./tables/jobs.ts";
export type { MemoryEventRow, MemoryOp } from "./tables/memory-events.ts";
export type { MemoryLeakRow } from "./tables/memory-leaks.ts";
export type { MemoryTimelineRow } from "./tables/memory-timeline.ts";
export type { MemoryWaitRow } from "./tables/memory-waits.ts";
export type { OomEventRow } from "./tables/oom-events.ts";
export type { RddRow } from "./tables/rdds.ts";
export type { ReplayCheckRow } from "./tables/replay-checks.ts";
export type { ResourceProfileRow } from "./tables/resource-profiles.ts";
export type { SourceFileRow } from "./tables/source-files.ts";
export type { SparkConfRow } from "./tables/spark-conf.ts";
export type { SpillRow } from "./tables/spills.ts";
export type { SqlExecutionRow } from "./tables/sql-executions.ts";
export type { SqlPlanNodeRow } from "./tables/sql-plan-nodes.ts";
export type { StageRow } from "./tables/stages.ts";
export type { TaskMemoryTimelineRow } from "./tables/task-memory-timeline.ts";
export type { TaskResubmissionRow } from "./tables/task-resubmissions.ts";
export type { TaskSqlMetricRow } from "./tables/task-sql-metrics.ts";
export type { TaskRow } from "./tables/tasks.ts";

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
