/** A writer for every table: which one takes the rows of which name. */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Rows, TableName } from "@respark/core";
import { type Tables, tables } from "../tables/index.ts";
import { metricSamples } from "../tables/metric-samples.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { MetricSampleWriter } from "./metric-sample-writer.ts";
import { type RowWriter, TableWriter } from "./table-writer.ts";

export type Writers = { readonly [Name in TableName]: RowWriter<Rows[Name]> };

/** `key`: the application whose rows come. */
export async function createWriters(
  connection: DuckDBConnection,
  key: () => ApplicationKey,
): Promise<Writers> {
  const appended = { bytes: 0 };
  const writer = async <Name extends TableName>(name: Name): Promise<TableWriter<Rows[Name]>> => {
    const table: Tables[Name] = tables[name];
    return new TableWriter(table, await connection.createAppender(name), { key, appended });
  };
  return {
    applications: await writer("applications"),
    source_files: await writer("source_files"),
    clock_offsets: await writer("clock_offsets"),
    spark_conf: await writer("spark_conf"),
    resource_profiles: await writer("resource_profiles"),
    executors: await writer("executors"),
    jobs: await writer("jobs"),
    stages: await writer("stages"),
    tasks: await writer("tasks"),
    task_resubmissions: await writer("task_resubmissions"),
    sql_executions: await writer("sql_executions"),
    sql_plan_nodes: await writer("sql_plan_nodes"),
    task_sql_metrics: await writer("task_sql_metrics"),
    rdds: await writer("rdds"),
    blocks: await writer("blocks"),
    block_events: await writer("block_events"),
    memory_events: await writer("memory_events"),
    memory_timeline: await writer("memory_timeline"),
    task_memory_timeline: await writer("task_memory_timeline"),
    memory_waits: await writer("memory_waits"),
    spills: await writer("spills"),
    oom_events: await writer("oom_events"),
    failures: await writer("failures"),
    memory_leaks: await writer("memory_leaks"),
    executor_metrics: new MetricSampleWriter(
      new TableWriter(metricSamples, await connection.createAppender(metricSamples.name), {
        key,
        appended,
      }),
    ),
    exclusions: await writer("exclusions"),
    replay_checks: await writer("replay_checks"),
    diagnostics: await writer("diagnostics"),
    findings: await writer("findings"),
  };
}
