/** The rows of a replay, kept by table: what a sink would have written. */
import type { EmitRow, Rows, TableName } from "../../src/rows.ts";

export type TableRows = { [T in TableName]: Rows[T][] };

/** Copies every row, as a sink must: the replay reuses its records. */
export class CollectedRows {
  readonly tables: TableRows = {
    applications: [],
    source_files: [],
    clock_offsets: [],
    spark_conf: [],
    resource_profiles: [],
    executors: [],
    jobs: [],
    stages: [],
    tasks: [],
    task_resubmissions: [],
    sql_executions: [],
    sql_plan_nodes: [],
    task_sql_metrics: [],
    rdds: [],
    blocks: [],
    block_events: [],
    memory_events: [],
    memory_timeline: [],
    task_memory_timeline: [],
    memory_waits: [],
    spills: [],
    oom_events: [],
    failures: [],
    memory_leaks: [],
    executor_metrics: [],
    exclusions: [],
    replay_checks: [],
    diagnostics: [],
    findings: [],
  };

  readonly emit: EmitRow = (table, row) => {
    this.tables[table].push(structuredClone(row));
  };
}
