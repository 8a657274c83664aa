/**
 * What a replayed database holds of one run, as the simulation needs it: stages, tasks, executors,
 * RDDs, block events.
 */
import { sqlText } from "../sql/literal.ts";
import { type Ask, flagIn, numberIn, type Of, textIn } from "../sql/row.ts";
import { firstOf, kindsOf, rowsAs } from "../sql/typed-rows.ts";
import type { ApplicationKey } from "../tables/table.ts";
import {
  highestHeapOf,
  settingsOf,
  spillersOf,
  taskMemoryDeathsOf,
  waitingTasksOf,
} from "./run-totals.ts";

/** Times are ms since the epoch. */
export interface RecordedStage {
  readonly stageId: number;
  readonly attempt: number;
  readonly name: string;
  readonly jobId: number;
  readonly sqlExecutionId: number | undefined;
  readonly submittedAt: number;
  readonly completedAt: number;
  readonly status: string;
  readonly plannedTasks: number;
  readonly parentIds: readonly number[];
  readonly rddIds: readonly number[];
}

export interface RecordedTask {
  readonly taskId: number;
  readonly stageId: number;
  readonly stageAttempt: number;
  readonly index: number;
  readonly partition: number;
  readonly executorId: string;
  readonly launchedAt: number;
  readonly finishedAt: number;
  readonly status: string;
  readonly speculative: boolean;
  readonly failureReason: string | undefined;
  readonly runMillis: number | undefined;
  readonly deserializeMillis: number | undefined;
  readonly peakBytes: number | undefined;
  readonly memorySpilledBytes: number | undefined;
  readonly diskSpilledBytes: number | undefined;
  readonly inputBytes: number | undefined;
  readonly inputRecords: number | undefined;
  readonly shuffleReadBytes: number | undefined;
  readonly shuffleReadRecords: number | undefined;
  readonly shuffleWriteBytes: number | undefined;
  readonly shuffleWriteRecords: number | undefined;
}

export interface RecordedExecutor {
  readonly executorId: string;
  readonly host: string;
  readonly cores: number | undefined;
  readonly addedAt: number | undefined;
  readonly removedAt: number | undefined;
  readonly removedClass: string | undefined;
  readonly evidenceLevel: string;
  readonly heapBytes: number | undefined;
  readonly maxMemoryBytes: number | undefined;
  readonly maxMemoryOrigin: string | undefined;
  readonly storageRegionBytes: number | undefined;
  readonly executionRegionBytes: number | undefined;
  readonly pageSizeBytes: number | undefined;
}

export interface RecordedRdd {
  readonly rddId: number;
  readonly name: string;
  readonly scope: string | undefined;
  readonly storageLevel: string | undefined;
  readonly partitions: number | undefined;
  readonly parentIds: readonly number[];
  readonly firstStageId: number | undefined;
  readonly unpersistedAt: number | undefined;
}

/** Sizes of a block, over all executors that had it. */
export interface RecordedBlock {
  readonly rddId: number;
  readonly partition: number;
  readonly memoryBytes: number | undefined;
  readonly memoryBytesMin: number | undefined;
  readonly memoryBytesMax: number | undefined;
  readonly diskBytes: number | undefined;
}

export interface RecordedBlockEvent {
  readonly executorId: string;
  readonly at: number;
  readonly blockId: string;
  readonly op: string;
  readonly memoryBytes: number | undefined;
  readonly taskId: number | undefined;
  readonly missKind: string | undefined;
}

export interface RecordedPlanNode {
  readonly executionId: number;
  readonly nodeId: number;
  readonly parentNodeId: number | undefined;
  readonly name: string;
  readonly description: string;
  readonly accumulatorIds: readonly number[];
}

export interface RecordedMetric {
  readonly taskId: number;
  readonly executionId: number | undefined;
  readonly accumulatorId: number;
  readonly name: string;
  readonly value: number;
}

/**
 * What a recorded run says of its executors, settings, stages and outcomes, as a simulation needs
 * it.
 */
export interface RunRecord {
  readonly appId: string;
  readonly attemptId: string;
  readonly sparkVersion: string | undefined;
  readonly evidenceLevel: string;
  readonly isFinished: boolean;
  readonly startedAt: number | undefined;
  readonly conf: ReadonlyMap<string, string>;
  readonly executors: readonly RecordedExecutor[];
  readonly stages: readonly RecordedStage[];
  readonly tasks: readonly RecordedTask[];
  readonly rdds: readonly RecordedRdd[];
  readonly blocks: readonly RecordedBlock[];
  readonly blockEvents: readonly RecordedBlockEvent[];
  readonly planNodes: readonly RecordedPlanNode[];
  readonly sqlMetrics: readonly RecordedMetric[];
  /** Which class spilled in a task, by task id. */
  readonly spillers: ReadonlyMap<number, string>;
  /** Tasks that waited for 1/2N. */
  readonly waitingTasks: number;
  /** The largest `JVMHeapMemory` of an executor, bytes; `undefined`: none was polled. */
  readonly highestHeapBytes: number | undefined;
  /** Tasks that died of task memory, by id; requested bytes, where printed. */
  readonly taskMemoryDeaths: ReadonlyMap<number, number | undefined>;
}

/**
 * Reads one application. Empty parts are empty lists; `undefined`: the application is not there.
 */
export async function readRun(ask: Ask, app: ApplicationKey): Promise<RunRecord | undefined> {
  const here = `app_id = ${sqlText(app.appId)} and attempt_id = ${sqlText(app.attemptId)}`;
  const application = await firstOf(
    ask,
    {
      ...kindsOf("applications", ["spark_version", "evidence_level"]),
      is_finished: "flag",
      started_at: "number",
    },
    `select spark_version, evidence_level, ended_at is not null as is_finished,
       ${millis("started_at")}
     from applications where ${here}`,
  );
  if (application === undefined) return undefined;
  return {
    appId: app.appId,
    attemptId: app.attemptId,
    sparkVersion: application.spark_version,
    evidenceLevel: application.evidence_level,
    isFinished: application.is_finished ?? false,
    startedAt: application.started_at,
    conf: await settingsOf(ask, here),
    executors: (await rowsAs(ask, EXECUTORS, executorsSql(here))).map(executorOf),
    stages: (await rowsAs(ask, STAGES, stagesSql(here))).map(stageOf),
    tasks: (await rowsAs(ask, TASKS, tasksSql(here))).map(taskOf),
    rdds: (await rowsAs(ask, RDDS, rddsSql(here))).map(rddOf),
    blocks: (await rowsAs(ask, BLOCKS, blocksSql(here))).map(blockOf),
    blockEvents: (await rowsAs(ask, BLOCK_EVENTS, blockEventsSql(here))).map(blockEventOf),
    planNodes: (await rowsAs(ask, PLAN_NODES, planNodesSql(here))).map(planNodeOf),
    sqlMetrics: (await rowsAs(ask, METRICS, sqlMetricsSql(here))).map(metricOf),
    spillers: await spillersOf(ask, here),
    waitingTasks: await waitingTasksOf(ask, here),
    highestHeapBytes: await highestHeapOf(ask, here),
    taskMemoryDeaths: await taskMemoryDeathsOf(ask, here),
  };
}

const millis = (column: string): string => `epoch_us(${column}) / 1000.0 as ${column}`;
const ids = (column: string): string => `array_to_string(${column}, ',') as ${column}`;

const EXECUTORS = {
  ...kindsOf("executors", [
    "executor_id",
    "host",
    "cores",
    "removed_class",
    "evidence_level",
    "jvm_max_memory_bytes",
    "max_memory_bytes",
    "max_memory_origin",
    "storage_region_bytes",
    "execution_region_bytes",
    "page_size_bytes",
  ]),
  added_at: "number",
  removed_at: "number",
} as const;

function executorsSql(here: string): string {
  return `select executor_id, host, cores, ${millis("added_at")}, ${millis("removed_at")},
      removed_class, evidence_level, jvm_max_memory_bytes, max_memory_bytes, max_memory_origin,
      storage_region_bytes, execution_region_bytes, page_size_bytes
    from executors where ${here} and executor_id <> 'driver'
    order by added_at, try_cast(executor_id as bigint), executor_id`;
}

function executorOf(row: Of<typeof EXECUTORS>): RecordedExecutor {
  return {
    executorId: textIn(row, "executor_id") ?? "",
    host: textIn(row, "host") ?? "",
    cores: numberIn(row, "cores"),
    addedAt: numberIn(row, "added_at"),
    removedAt: numberIn(row, "removed_at"),
    removedClass: textIn(row, "removed_class"),
    evidenceLevel: textIn(row, "evidence_level") ?? "event_log",
    heapBytes: numberIn(row, "jvm_max_memory_bytes"),
    maxMemoryBytes: numberIn(row, "max_memory_bytes"),
    maxMemoryOrigin: textIn(row, "max_memory_origin"),
    storageRegionBytes: numberIn(row, "storage_region_bytes"),
    executionRegionBytes: numberIn(row, "execution_region_bytes"),
    pageSizeBytes: numberIn(row, "page_size_bytes"),
  };
}

const STAGES = {
  ...kindsOf("stages", [
    "stage_id",
    "stage_attempt_id",
    "name",
    "job_id",
    "sql_execution_id",
    "status",
    "tasks",
  ]),
  submitted_at: "number",
  completed_at: "number",
  parent_ids: "text",
  rdd_ids: "text",
} as const;

function stagesSql(here: string): string {
  return `select stage_id, stage_attempt_id, name, job_id, sql_execution_id,
      ${millis("submitted_at")}, ${millis("completed_at")}, status, tasks,
      ${ids("parent_ids")}, ${ids("rdd_ids")}
    from stages where ${here} and submitted_at is not null
    order by submitted_at, stage_id, stage_attempt_id`;
}

function stageOf(row: Of<typeof STAGES>): RecordedStage {
  const submittedAt = numberIn(row, "submitted_at") ?? 0;
  return {
    stageId: numberIn(row, "stage_id") ?? -1,
    attempt: numberIn(row, "stage_attempt_id") ?? 0,
    name: textIn(row, "name") ?? "",
    jobId: numberIn(row, "job_id") ?? 0,
    sqlExecutionId: numberIn(row, "sql_execution_id"),
    submittedAt,
    completedAt: numberIn(row, "completed_at") ?? Number.POSITIVE_INFINITY,
    status: textIn(row, "status") ?? "",
    plannedTasks: numberIn(row, "tasks") ?? 0,
    parentIds: idsOf(textIn(row, "parent_ids")),
    rddIds: idsOf(textIn(row, "rdd_ids")),
  };
}

function idsOf(listed = ""): number[] {
  return listed === "" ? [] : listed.split(",").map(Number);
}

const TASKS = {
  ...kindsOf("tasks", [
    "task_id",
    "stage_id",
    "stage_attempt_id",
    "task_index",
    "partition_id",
    "executor_id",
    "status",
    "speculative",
    "failure_reason",
    "run_ms",
    "deserialize_ms",
    "peak_execution_bytes",
    "memory_spilled_bytes",
    "disk_spilled_bytes",
    "input_bytes",
    "input_records",
    "shuffle_read_bytes",
    "shuffle_read_records",
    "shuffle_write_bytes",
    "shuffle_write_records",
  ]),
  launched_at: "number",
  finished_at: "number",
} as const;

function tasksSql(here: string): string {
  return `select task_id, stage_id, stage_attempt_id, task_index, partition_id, executor_id,
      ${millis("launched_at")}, ${millis("finished_at")}, status, speculative, failure_reason,
      run_ms, deserialize_ms, peak_execution_bytes, memory_spilled_bytes, disk_spilled_bytes,
      input_bytes, input_records, shuffle_read_bytes, shuffle_read_records, shuffle_write_bytes,
      shuffle_write_records
    from tasks where ${here} order by task_id`;
}

function taskOf(row: Of<typeof TASKS>): RecordedTask {
  const index = numberIn(row, "task_index") ?? 0;
  const launchedAt = numberIn(row, "launched_at") ?? 0;
  return {
    taskId: numberIn(row, "task_id") ?? -1,
    stageId: numberIn(row, "stage_id") ?? -1,
    stageAttempt: numberIn(row, "stage_attempt_id") ?? 0,
    index,
    partition: numberIn(row, "partition_id") ?? index,
    executorId: textIn(row, "executor_id") ?? "",
    launchedAt,
    finishedAt: numberIn(row, "finished_at") ?? launchedAt,
    status: textIn(row, "status") ?? "unknown",
    speculative: flagIn(row, "speculative") ?? false,
    failureReason: textIn(row, "failure_reason"),
    runMillis: numberIn(row, "run_ms"),
    deserializeMillis: numberIn(row, "deserialize_ms"),
    peakBytes: numberIn(row, "peak_execution_bytes"),
    memorySpilledBytes: numberIn(row, "memory_spilled_bytes"),
    diskSpilledBytes: numberIn(row, "disk_spilled_bytes"),
    inputBytes: numberIn(row, "input_bytes"),
    inputRecords: numberIn(row, "input_records"),
    shuffleReadBytes: numberIn(row, "shuffle_read_bytes"),
    shuffleReadRecords: numberIn(row, "shuffle_read_records"),
    shuffleWriteBytes: numberIn(row, "shuffle_write_bytes"),
    shuffleWriteRecords: numberIn(row, "shuffle_write_records"),
  };
}

const RDDS = {
  ...kindsOf("rdds", ["rdd_id", "name", "scope", "storage_level", "partitions", "first_stage_id"]),
  unpersisted_at: "number",
  parent_ids: "text",
} as const;

function rddsSql(here: string): string {
  return `select rdd_id, name, scope, storage_level, partitions, ${ids("parent_ids")},
      first_stage_id, ${millis("unpersisted_at")}
    from rdds where ${here} order by rdd_id`;
}

function rddOf(row: Of<typeof RDDS>): RecordedRdd {
  return {
    rddId: numberIn(row, "rdd_id") ?? -1,
    name: textIn(row, "name") ?? "",
    scope: textIn(row, "scope"),
    storageLevel: textIn(row, "storage_level"),
    partitions: numberIn(row, "partitions"),
    parentIds: idsOf(textIn(row, "parent_ids")),
    firstStageId: numberIn(row, "first_stage_id"),
    unpersistedAt: numberIn(row, "unpersisted_at"),
  };
}

const BLOCKS = {
  ...kindsOf("blocks", [
    "rdd_id",
    "partition_id",
    "memory_bytes",
    "memory_bytes_min",
    "memory_bytes_max",
    "disk_bytes",
  ]),
} as const;

function blocksSql(here: string): string {
  return `select rdd_id, partition_id,
      max(memory_bytes) as memory_bytes, max(memory_bytes_min) as memory_bytes_min,
      max(memory_bytes_max) as memory_bytes_max, max(disk_bytes) as disk_bytes
    from blocks where ${here} and rdd_id is not null and executor_id <> 'driver'
    group by all order by rdd_id, partition_id`;
}

function blockOf(row: Of<typeof BLOCKS>): RecordedBlock {
  return {
    rddId: numberIn(row, "rdd_id") ?? -1,
    partition: numberIn(row, "partition_id") ?? -1,
    memoryBytes: numberIn(row, "memory_bytes"),
    memoryBytesMin: numberIn(row, "memory_bytes_min"),
    memoryBytesMax: numberIn(row, "memory_bytes_max"),
    diskBytes: numberIn(row, "disk_bytes"),
  };
}

const BLOCK_EVENTS = {
  ...kindsOf("block_events", [
    "executor_id",
    "block_id",
    "op",
    "memory_bytes",
    "task_id",
    "miss_kind",
  ]),
  ts: "number",
} as const;

function blockEventsSql(here: string): string {
  return `select executor_id, ${millis("ts")}, block_id, op, memory_bytes, task_id, miss_kind
    from block_events where ${here} and executor_id <> 'driver' order by executor_id, seq`;
}

function blockEventOf(row: Of<typeof BLOCK_EVENTS>): RecordedBlockEvent {
  return {
    executorId: textIn(row, "executor_id") ?? "",
    at: numberIn(row, "ts") ?? 0,
    blockId: textIn(row, "block_id") ?? "",
    op: textIn(row, "op") ?? "",
    memoryBytes: numberIn(row, "memory_bytes"),
    taskId: numberIn(row, "task_id"),
    missKind: textIn(row, "miss_kind"),
  };
}

const PLAN_NODES = {
  ...kindsOf("sql_plan_nodes", [
    "execution_id",
    "node_id",
    "parent_node_id",
    "name",
    "description",
  ]),
  accumulator_ids: "text",
} as const;

function planNodesSql(here: string): string {
  return `select execution_id, node_id, parent_node_id, name, description,
      ${ids("accumulator_ids")}
    from sql_plan_nodes where ${here} order by execution_id, node_id`;
}

function planNodeOf(row: Of<typeof PLAN_NODES>): RecordedPlanNode {
  return {
    executionId: numberIn(row, "execution_id") ?? -1,
    nodeId: numberIn(row, "node_id") ?? -1,
    parentNodeId: numberIn(row, "parent_node_id"),
    name: textIn(row, "name") ?? "",
    description: textIn(row, "description") ?? "",
    accumulatorIds: idsOf(textIn(row, "accumulator_ids")),
  };
}

const METRICS = {
  ...kindsOf("task_sql_metrics", ["task_id", "execution_id", "accumulator_id", "name", "value"]),
} as const;

function sqlMetricsSql(here: string): string {
  return `select task_id, execution_id, accumulator_id, name, value
    from task_sql_metrics where ${here} order by task_id, accumulator_id`;
}

function metricOf(row: Of<typeof METRICS>): RecordedMetric {
  return {
    taskId: numberIn(row, "task_id") ?? -1,
    executionId: numberIn(row, "execution_id"),
    accumulatorId: numberIn(row, "accumulator_id") ?? -1,
    name: textIn(row, "name") ?? "",
    value: numberIn(row, "value") ?? 0,
  };
}
