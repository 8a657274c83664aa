/** All tables, in the order in which they are shown. */
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
import { taskMemoryTimeline } from "./task-memory-timeline.ts";
import { taskResubmissions } from "./task-resubmissions.ts";
import { taskSqlMetrics } from "./task-sql-metrics.ts";
import { tasks } from "./tasks.ts";

/** The declaration of every table. */
export interface DeclaredTables {
  readonly applications: typeof applications;
  readonly source_files: typeof sourceFiles;
  readonly clock_offsets: typeof clockOffsets;
  readonly spark_conf: typeof sparkConf;
  readonly resource_profiles: typeof resourceProfiles;
  readonly executors: typeof executors;
  readonly jobs: typeof jobs;
  readonly stages: typeof stages;
  readonly tasks: typeof tasks;
  readonly task_resubmissions: typeof taskResubmissions;
  readonly sql_executions: typeof sqlExecutions;
  readonly sql_plan_nodes: typeof sqlPlanNodes;
  readonly task_sql_metrics: typeof taskSqlMetrics;
  readonly rdds: typeof rdds;
  readonly blocks: typeof blocks;
  readonly block_events: typeof blockEvents;
  readonly memory_events: typeof memoryEvents;
  readonly memory_timeline: typeof memoryTimeline;
  readonly task_memory_timeline: typeof taskMemoryTimeline;
  readonly memory_waits: typeof memoryWaits;
  readonly spills: typeof spills;
  readonly oom_events: typeof oomEvents;
  readonly failures: typeof failures;
  readonly memory_leaks: typeof memoryLeaks;
  readonly executor_metrics: typeof executorMetrics;
  readonly exclusions: typeof exclusions;
  readonly replay_checks: typeof replayChecks;
  readonly diagnostics: typeof diagnostics;
  readonly findings: typeof findings;
}

/** The declaration of every table, by its name in SQL. */
export const declaredTables: DeclaredTables = {
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
