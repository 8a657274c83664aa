-- A row is the moment at which an executor's memory was fullest (bytes), and the task that held most execution memory then.
with fullest as (
  select
    app_id, attempt_id, executor_id, mode, ts, end_ts, seq,
    storage_used_bytes, execution_used_bytes, free_bytes, active_tasks
  from memory_timeline
  qualify row_number() over (
    partition by app_id, attempt_id, executor_id, mode order by free_bytes, seq) = 1
)
select
  f.executor_id,
  f.mode,
  f.ts,
  f.storage_used_bytes,
  f.execution_used_bytes,
  f.free_bytes,
  f.active_tasks,
  arg_max(t.task_id, t.execution_used_bytes) as biggest_task_id,
  max(t.execution_used_bytes) as biggest_task_bytes
from fullest f
  left join task_memory_timeline t
    on t.app_id = f.app_id and t.attempt_id = f.attempt_id and t.executor_id = f.executor_id and t.mode = f.mode
    and t.ts <= f.ts and (t.end_ts is null or t.end_ts > f.ts)
group by all
order by f.executor_id, f.mode;
