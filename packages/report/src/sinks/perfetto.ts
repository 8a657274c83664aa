/** A Chrome JSON trace for ui.perfetto.dev: pools as counters, tasks as slices, evictions and spills as marks; a process an executor. */
import { open } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";

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
        await file.write(text);
      }
    }
    await file.write(before.startsWith("{") ? `${before}]}\n` : "\n]}\n");
  } finally {
    await file.close();
  }
}

/** Process numbers: the driver is 1, executors follow in the order of their ids. */
function executorsSql(itself: string): string {
  return `executor as (
    select executor_id, host, row_number() over (order by executor_id <> 'driver', try_cast(executor_id as bigint), executor_id) as pid
    from executors where ${itself})`;
}

function statements(itself: string): string[] {
  const executors = executorsSql(itself);
  return [
    `with ${executors}
     select json_object('ph', 'M', 'name', 'process_name', 'pid', pid, 'tid', 0,
       'args', json_object('name', case executor_id when 'driver' then 'driver' else 'executor ' || executor_id end || coalesce(' on ' || host, '')))
     from executor order by pid`,
    // Stacked: what blocks hold, what unrolling holds, what tasks hold, what is free.
    `with ${executors}
     select json_object('ph', 'C', 'name', 'memory ' || mode || ' (bytes)', 'pid', pid, 'ts', epoch_us(ts),
       'args', json_object('execution', execution_used_bytes, 'unroll', unroll_used_bytes,
         'blocks', storage_used_bytes - coalesce(unroll_used_bytes, 0), 'free', free_bytes))
     from memory_timeline join executor using (executor_id) where ${itself}
       and not (mode = 'off_heap' and coalesce(max_memory_bytes, 0) = 0)
     order by pid, mode, seq`,
    `with ${executors}
     select json_object('ph', 'C', 'name', 'pools ' || mode || ' (bytes)', 'pid', pid, 'ts', epoch_us(ts),
       'args', json_object('storage_pool', storage_pool_bytes, 'execution_pool', execution_pool_bytes))
     from memory_timeline join executor using (executor_id) where ${itself}
       and not (mode = 'off_heap' and coalesce(max_memory_bytes, 0) = 0)
     order by pid, mode, seq`,
    // A task is an asynchronous slice of its own: tasks of one executor overlap.
    `with ${executors}
     select json_object('ph', unnest(['b', 'e']), 'cat', 'task', 'id', task_id, 'pid', pid, 'tid', 0,
       'name', 'task ' || task_id || ' (stage ' || stage_id || ')',
       'ts', unnest([epoch_us(launched_at), epoch_us(coalesce(finished_at, launched_at))]),
       'args', json_object('task_id', task_id, 'stage_id', stage_id, 'partition_id', partition_id, 'status', status,
         'peak_execution_bytes', peak_execution_bytes, 'memory_spilled_bytes', memory_spilled_bytes, 'failure_reason', failure_reason))
     from tasks join executor using (executor_id) where ${itself} and launched_at is not null order by task_id`,
    `with ${executors}
     select json_object('ph', unnest(['b', 'e']), 'cat', 'wait', 'id', 'wait ' || seq || ' of ' || executor_id, 'pid', pid, 'tid', 0,
       'name', 'task ' || task_id || ' waits for 1/2N', 'ts', unnest([epoch_us(ts), epoch_us(coalesce(end_ts, ts))]),
       'args', json_object('requested_bytes', requested_bytes, 'granted_bytes', granted_bytes, 'held_by_task_id', held_by_task_id))
     from memory_waits join executor using (executor_id) where ${itself} order by pid, seq`,
    `with ${executors}
     select json_object('ph', 'i', 's', 'p', 'cat', 'block', 'pid', pid, 'tid', 0, 'ts', epoch_us(ts), 'name', op || ' ' || block_id,
       'args', json_object('memory_bytes', memory_bytes, 'cause', cause, 'rule', rule, 'caused_by_task_id', caused_by_task_id,
         'caused_by_block_id', caused_by_block_id, 'miss_kind', miss_kind, 'task_id', task_id))
     from block_events join executor using (executor_id) where ${itself} and op in ('evict', 'drop_to_disk', 'put_fail') order by pid, seq`,
    `with ${executors}
     select json_object('ph', 'i', 's', 'p', 'cat', 'spill', 'pid', pid, 'tid', 0, 'ts', epoch_us(ts),
       'name', 'spill' || coalesce(' of task ' || task_id, ''),
       'args', json_object('memory_bytes', memory_bytes, 'disk_bytes', disk_bytes, 'consumer', consumer, 'trigger', "trigger", 'forced_by_task_id', forced_by_task_id))
     from spills join executor using (executor_id) where ${itself} order by pid, seq`,
    `with ${executors}
     select json_object('ph', 'i', 's', 'p', 'cat', 'oom', 'pid', pid, 'tid', 0, 'ts', epoch_us(ts), 'name', 'out of memory: ' || class,
       'args', json_object('task_id', task_id, 'message', message))
     from oom_events join executor using (executor_id) where ${itself} order by pid, ts`,
  ];
}
