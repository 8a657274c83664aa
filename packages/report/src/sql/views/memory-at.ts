/** A row is an executor's pools in one mode at a given moment, and the task that held most then. */
import type { MacroSpec } from "../view.ts";

export const memoryAt: MacroSpec = {
  name: "memory_at",
  parameters: "moment",
  comment:
    "A row is an executor's pools in one mode at a moment (UTC), and the task that held most then: from memory_at('2026-01-31 03:00:00').",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    mode: "on_heap or off_heap",
    seq: "seq of the memory_timeline row in force",
    since: "since when it was so; UTC",
    until: "until when; UTC; NULL: to the end of the logs",
    storage_used_bytes: "memory of blocks and unrolling, best estimate; bytes",
    unroll_used_bytes: "the part of it that is unrolling; bytes",
    execution_used_bytes: "memory of tasks, best estimate; bytes",
    free_bytes: "free memory of both pools, best estimate; bytes",
    storage_pool_bytes: "size of the storage pool; bytes",
    execution_pool_bytes: "size of the execution pool; bytes",
    max_memory_bytes: "both pools together; bytes",
    active_tasks: "tasks that shared execution memory; count",
    biggest_task_id: "task that held most execution memory",
    biggest_task_bytes: "what it held; bytes",
  },
  sql: `
with states as (
  select * from memory_timeline where ts <= moment::timestamp
    and (end_ts is null or end_ts > moment::timestamp)
  qualify row_number() over (partition by app_id, attempt_id, executor_id, mode order by seq desc)
    = 1),
holders as (
  select app_id, attempt_id, executor_id, mode, 
    arg_max(task_id, (execution_used_bytes, -task_id)) as task_id,
    max(execution_used_bytes) as bytes
  from task_memory_timeline
  where ts <= moment::timestamp and (end_ts is null or end_ts > moment::timestamp)
    and execution_used_bytes > 0 group by all)
select s.app_id as app_id, s.attempt_id as attempt_id, s.executor_id as executor_id, s.mode as mode,
  s.seq as seq, s.ts as since, s.end_ts as until,
  s.storage_used_bytes, s.unroll_used_bytes, s.execution_used_bytes, s.free_bytes,
    s.storage_pool_bytes, s.execution_pool_bytes,
  s.max_memory_bytes, s.active_tasks, h.task_id as biggest_task_id, h.bytes as biggest_task_bytes
from states s left join holders h using (app_id, attempt_id, executor_id, mode)
order by s.app_id, s.attempt_id, s.executor_id = 'driver', try_cast(s.executor_id as bigint),
  s.executor_id, s.mode desc`,
};
