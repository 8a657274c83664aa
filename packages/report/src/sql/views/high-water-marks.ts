/** A row is the moment at which one kind of an executor's memory was in fullest use. */
import type { ViewSpec } from "../view.ts";

export const highWaterMarks: ViewSpec = {
  name: "high_water_marks",
  comment:
    "A row is the moment at which one kind of an executor's memory (storage, unroll, execution, or both pools together) was in fullest use.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    mode: "on_heap or off_heap",
    quantity: "storage (blocks and unrolling), unroll, execution, or used (both pools)",
    peak_bytes: "most in use, best estimate; bytes",
    peak_bytes_min: "in use then, at least; bytes; NULL for used",
    peak_bytes_max: "in use then, at most; bytes; NULL for used",
    max_memory_bytes: "both pools together; bytes",
    share: "peak_bytes of max_memory_bytes; 0 to 1",
    ts: "the moment; UTC",
    seq: "seq of the memory_timeline row",
    active_tasks: "tasks that shared execution memory then; count",
    biggest_task_id: "task that held most execution memory then",
    biggest_task_bytes: "what it held; bytes",
    source_file_id: "file that the row of the timeline rests on",
    source_line: "line in that file",
  },
  sql: `
with kinds as (
  select app_id, attempt_id, executor_id, mode, seq, ts, max_memory_bytes, active_tasks, source_file_id, source_line,
    unnest([
      {place: 1, quantity: 'storage', best: storage_used_bytes, least: storage_used_bytes_min, most: storage_used_bytes_max},
      {place: 2, quantity: 'unroll', best: unroll_used_bytes, least: unroll_used_bytes_min, most: unroll_used_bytes_max},
      {place: 3, quantity: 'execution', best: execution_used_bytes, least: execution_used_bytes_min, most: execution_used_bytes_max},
      {place: 4, quantity: 'used', best: storage_used_bytes + execution_used_bytes, least: null, most: null}
    ]) as k
  from memory_timeline),
peaks as (
  select * from kinds where k.best > 0
  qualify row_number() over (partition by app_id, attempt_id, executor_id, mode, k.quantity order by k.best desc, seq) = 1)
select
  p.app_id,
  p.attempt_id,
  p.executor_id,
  p.mode,
  p.k.quantity,
  p.k.best as peak_bytes,
  p.k.least as peak_bytes_min,
  p.k.most as peak_bytes_max,
  p.max_memory_bytes,
  round(p.k.best / nullif(p.max_memory_bytes, 0), 4) as share,
  p.ts,
  p.seq,
  p.active_tasks,
  arg_max(t.task_id, t.execution_used_bytes) as biggest_task_id,
  max(t.execution_used_bytes) as biggest_task_bytes,
  p.source_file_id,
  p.source_line
from peaks p
  left join task_memory_timeline t on t.app_id = p.app_id and t.attempt_id = p.attempt_id
    and t.executor_id = p.executor_id and t.mode = p.mode
    and t.ts <= p.ts and (t.end_ts is null or t.end_ts > p.ts) and t.execution_used_bytes > 0
group by p.app_id, p.attempt_id, p.executor_id, p.mode, p.k, p.max_memory_bytes, p.ts, p.seq, p.active_tasks, p.source_file_id, p.source_line
order by p.app_id, p.attempt_id, p.executor_id = 'driver', try_cast(p.executor_id as bigint), p.executor_id, p.mode desc, p.k.place`,
};
