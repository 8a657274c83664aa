/**
 * All tables of the contract, as core declares them; a table without its declaration does not
 * compile.
 */
import { declaredTables, type Rows, type TableName } from "@respark/core";
import { storedTable } from "./stored-table.ts";
import type { TableSpec } from "./table.ts";
import { values } from "./values.ts";

export type Tables = { readonly [Name in TableName]: TableSpec<Rows[Name]> };

function table<Name extends TableName>(name: Name): TableSpec<Rows[Name]> {
  return storedTable<Rows[Name]>(name, declaredTables[name], values[name]);
}

/** In the order in which they are shown. */
export const tables: Tables = {
  applications: table("applications"),
  source_files: table("source_files"),
  clock_offsets: table("clock_offsets"),
  spark_conf: table("spark_conf"),
  resource_profiles: table("resource_profiles"),
  executors: table("executors"),
  jobs: table("jobs"),
  stages: table("stages"),
  tasks: table("tasks"),
  task_resubmissions: table("task_resubmissions"),
  sql_executions: table("sql_executions"),
  sql_plan_nodes: table("sql_plan_nodes"),
  task_sql_metrics: table("task_sql_metrics"),
  rdds: table("rdds"),
  blocks: table("blocks"),
  block_events: table("block_events"),
  memory_events: table("memory_events"),
  memory_timeline: table("memory_timeline"),
  task_memory_timeline: table("task_memory_timeline"),
  memory_waits: table("memory_waits"),
  spills: table("spills"),
  oom_events: table("oom_events"),
  failures: table("failures"),
  memory_leaks: table("memory_leaks"),
  executor_metrics: table("executor_metrics"),
  exclusions: table("exclusions"),
  replay_checks: table("replay_checks"),
  diagnostics: table("diagnostics"),
  findings: table("findings"),
};
