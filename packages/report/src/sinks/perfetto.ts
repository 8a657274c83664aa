/**
 * A Chrome JSON trace for ui.perfetto.dev: memory as counters, tasks as slices, marks of trouble.
 */
import { open } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { escapedJson } from "@respark/core";

/** Every statement gives one column: a trace event as JSON. */
export async function writeTrace(
  connection: DuckDBConnection,
  itself: string,
  path: string,
): Promise<void> {
  const file = await open(path, "w");
  try {
    let before = '{"displayTimeUnit":"ms","traceEvents":[\n';
    for (const sql of statements(itself)) {
      const result = await connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        let text = "";
        for (const event of chunk.getColumnValues(0)) {
          text += before + String(event);
          before = ",\n";
        }
        await file.write(escapedJson(text));
      }
    }
    await file.write(before.startsWith("{") ? `${before}]}\n` : "\n]}\n");
  } finally {
    await file.close();
  }
}

/**
 * Process numbers: 0 is the application, 1 the driver; executors follow in the order of their ids.
 */
function executorsSql(itself: string): string {
  return `executor as (
    select executor_id, host, removed_at, removed_class,
      row_number() over (
        order by executor_id <> 'driver', try_cast(executor_id as bigint), executor_id) as pid
    from executors where ${itself})`;
}

/** Without the keys of which no log tells: a counter is a number, and unknown is no zero. */
function known(...fields: readonly string[]): string {
  return `json_merge_patch('{}', json_object(${fields.join(", ")}))`;
}

/** A counter where at least one of its values is known. */
function counter(name: string, at: string, values: Readonly<Record<string, string>>): string {
  const fields = Object.entries(values).map(([word, column]) => `'${word}', ${column}`);
  return `json_object('ph', 'C', 'name', ${name}, 'pid', pid, 'ts', epoch_us(${at}),
    'args', ${known(...fields)})`;
}

/** Slices that may overlap: each has its own id. */
function slices(
  category: string,
  id: string,
  name: string,
  span: readonly [string, string],
): string {
  return `'ph', unnest(['b', 'e']), 'cat', '${category}', 'id', ${id}, 'tid', 0, 'name', ${name},
    'ts', unnest([epoch_us(${span[0]}), epoch_us(${span[1]})])`;
}

const MARK = "'ph', 'i', 's', 'p', 'tid', 0, 'pid', pid, 'ts', epoch_us(ts)";

function statements(itself: string): string[] {
  const executors = executorsSql(itself);
  const timeline = `from memory_timeline join executor using (executor_id) where ${itself}
    and not (mode = 'off_heap' and coalesce(max_memory_bytes, 0) = 0)`;
  return [
    ...processes(itself, executors),
    // Stacked: what blocks hold, what unrolling holds, what tasks hold, what is free.
    `with ${executors}
     select ${counter("'memory ' || mode || ' (bytes)'", "ts", {
       execution: "execution_used_bytes",
       unroll: "unroll_used_bytes",
       blocks: "storage_used_bytes - coalesce(unroll_used_bytes, 0)",
       free: "free_bytes",
     })}
     ${timeline} and coalesce(execution_used_bytes, storage_used_bytes, free_bytes) is not null
     order by pid, mode, seq`,
    // Where the boundary of the pools stands is the height of the storage pool.
    `with ${executors}
     select ${counter("'pools ' || mode || ' (bytes)'", "ts", {
       storage_pool: "storage_pool_bytes",
       execution_pool: "execution_pool_bytes",
     })}
     ${timeline} and storage_pool_bytes is not null order by pid, mode, seq`,
    ...bounds(itself, executors, timeline),
    // What each task held, down to nothing when its last step ends.
    `with ${executors}, step as (
       select pid, task_id, mode, ts, seq, execution_used_bytes as held
       from task_memory_timeline join executor using (executor_id) where ${itself}
       union all
       select pid, task_id, mode, max(end_ts), max(seq) + 0.5, 0
       from task_memory_timeline join executor using (executor_id) where ${itself}
       group by all having bool_and(end_ts is not null))
     select ${counter("'task ' || task_id || ' ' || mode || ' (bytes)'", "ts", { execution: "held" })}
     from step where held is not null order by pid, task_id, mode, seq`,
    ...slicesOfTasks(itself, executors),
    ...marks(itself, executors),
  ];
}

/** Tasks and their waits: asynchronous, since tasks of one executor overlap. */
function slicesOfTasks(itself: string, executors: string): string[] {
  return [
    `with ${executors}
     select json_object(${slices("task", "task_id", "'task ' || task_id || ' (stage ' || stage_id || ')'", ["launched_at", "coalesce(finished_at, launched_at)"])}, 'pid', pid,
       'args', ${known("'task_id', task_id", "'stage_id', stage_id", "'partition_id', partition_id", "'status', status", "'peak_execution_bytes', peak_execution_bytes", "'memory_spilled_bytes', memory_spilled_bytes", "'failure_reason', failure_reason")})
     from tasks join executor using (executor_id)
     where ${itself} and launched_at is not null order by task_id`,
    `with ${executors}
     select json_object(${slices("wait", "'wait ' || seq || ' of ' || executor_id", "'task ' || task_id || ' waits for 1/2N'", ["ts", "coalesce(end_ts, ts)"])}, 'pid', pid,
       'args', ${known("'requested_bytes', requested_bytes", "'granted_bytes', granted_bytes", "'active_tasks', active_tasks", "'pool_bytes', pool_bytes", "'held_by_task_id', held_by_task_id")})
     from memory_waits join executor using (executor_id) where ${itself} order by pid, seq`,
  ];
}

/** What happened at one moment: blocks that went, spills, errors, executors that were removed. */
function marks(itself: string, executors: string): string[] {
  return [
    `with ${executors}
     select json_object(${MARK}, 'cat', 'block', 'name', op || ' ' || block_id,
       'args', ${known("'memory_bytes', memory_bytes", "'cause', cause", "'rule', rule", "'caused_by_task_id', caused_by_task_id", "'caused_by_block_id', caused_by_block_id", "'task_id', task_id")})
     from block_events join executor using (executor_id)
     where ${itself} and op in ('evict', 'drop_to_disk', 'put_fail') order by pid, seq`,
    `with ${executors}
     select json_object(${MARK}, 'cat', 'spill', 'name', 'spill' || coalesce(' of task ' || task_id, ''),
       'args', ${known("'memory_bytes', memory_bytes", "'disk_bytes', disk_bytes", "'consumer', consumer", "'trigger', \"trigger\"", "'forced_by_task_id', forced_by_task_id")})
     from spills join executor using (executor_id) where ${itself} order by pid, seq`,
    `with ${executors}
     select json_object(${MARK}, 'cat', 'oom', 'name', 'out of memory: ' || class,
       'args', ${known("'task_id', task_id", "'requested_bytes', requested_bytes", "'granted_bytes', granted_bytes", "'message', message")})
     from oom_events join executor using (executor_id) where ${itself}
      order by pid, ts, source_line`,
    `with ${executors}, gone as (
       select *, removed_at as ts from executor where removed_at is not null)
     select json_object(${MARK}, 'cat', 'executor', 'name', 'removed: ' || coalesce(removed_class, 'unknown'),
       'args', json_object('executor_id', executor_id)) from gone order by pid`,
  ];
}

/** Names of the processes, and stages as slices of the application. */
function processes(itself: string, executors: string): string[] {
  return [
    `select json_object('ph', 'M', 'name', 'process_name', 'pid', 0, 'tid', 0,
       'args', json_object('name', 'application' || coalesce(' ' || name, '')))
     from applications where ${itself}`,
    `with ${executors}
     select json_object('ph', 'M', 'name', 'process_name', 'pid', pid, 'tid', 0, 'args', json_object('name',
       case executor_id when 'driver' then 'driver' else 'executor ' || executor_id end
         || coalesce(' on ' || host, '')))
     from executor order by pid`,
    `select json_object(${slices("stage", "'stage ' || stage_id || '.' || stage_attempt_id", "'stage ' || stage_id || ' ' || name", ["submitted_at", "coalesce(completed_at, submitted_at)"])}, 'pid', 0,
       'args', ${known("'status', status", "'tasks', tasks", "'failure_reason', failure_reason")})
     from stages where ${itself} and submitted_at is not null order by stage_id, stage_attempt_id`,
  ];
}

/**
 * Where memory is known as an interval, its least and its most: a counter each, beside the best
 * estimate.
 */
function bounds(itself: string, executors: string, timeline: string): string[] {
  return ["storage", "execution"].map((part) => {
    const [low, high] = [`${part}_used_bytes_min`, `${part}_used_bytes_max`];
    return `with ${executors}, uncertain as (
       select executor_id, mode from memory_timeline
       where ${itself} and ${low} <> ${high} group by all)
     select ${counter(`'${part} ' || mode || ' bounds (bytes)'`, "ts", { least: low, most: high })}
     ${timeline.replace("join executor using (executor_id)", "join executor using (executor_id) semi join uncertain using (executor_id, mode)")}
       and ${low} is not null order by pid, mode, seq`;
  });
}
