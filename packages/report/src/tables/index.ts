/**
 * All tables of the contract; a row type without its table, or a table of another row type, does
 * not compile.
 */
import type { Rows, TableName } from "@respark/core";
import { applications } from "./applications.ts";
import { blockEvents } from "./block-events.ts";
import { blocks } from "./blocks.ts";
import { clockOffsets } from "./clock-offsets.ts";
import { diagnostics } from "./diagnostics.ts";
import { exclusions } from "./exclusions.ts";
import { executorMetrics } from "./executor-metrics.ts";
import { executors } from "./executors.ts";
import { failures } from "./failures.ts";
import { findings } from "./findings.ts";
import { jobs } from "./jobs.ts";
import { memoryEvents } from "./memory-events.ts";
import { memoryLeaks } from "./memory-leaks.ts";
import { memoryTimeline } from "./memory-timeline.ts";
import { memoryWaits } from "./memory-waits.ts";
import { oomEvents } from "./oom-events.ts";
import { rdds } from "./rdds.ts";
import { replayChecks } from "./replay-checks.ts";
import { resourceProfiles } from "./resource-profiles.ts";
import { sourceFiles } from "./source-files.ts";
import { sparkConf } from "./spark-conf.ts";
import { spills } from "./spills.ts";
import { sqlExecutions } from "./sql-executions.ts";
import { sqlPlanNodes } from "./sql-plan-nodes.ts";
import { stages } from "./stages.ts";
import type { TableSpec } from "./table.ts";
import { taskMemoryTimeline } from "./task-memory-timeline.ts";
import { taskResubmissions } from "./task-resubmissions.ts";
import { taskSqlMetrics } from "./task-sql-metrics.ts";
import { tasks } from "./tasks.ts";

export type Tables = { readonly [Name in TableName]: TableSpec<Rows[Name]> };

/** In the order in which they are shown. */
export const tables: Tables = {
  applications,
  source_files: sourceFiles,
  clock_offsets: clockOffsets,
  spark_conf: sparkConf,
  resource_profiles: resourceProfiles,
  executors,
  jobs,
  stages,
  tasks,
  task_resubmissions: taskResubmissions,
  sql_executions: sqlExecutions,
  sql_plan_nodes: sqlPlanNodes,
  task_sql_metrics: taskSqlMetrics,
  rdds,
  blocks,
  block_events: blockEvents,
  memory_events: memoryEvents,
  memory_timeline: memoryTimeline,
  task_memory_timeline: taskMemoryTimeline,
  memory_waits: memoryWaits,
  spills,
  oom_events: oomEvents,
  failures,
  memory_leaks: memoryLeaks,
  executor_metrics: executorMetrics,
  exclusions,
  replay_checks: replayChecks,
  diagnostics,
  findings,
};
