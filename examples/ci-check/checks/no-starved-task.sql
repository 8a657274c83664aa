-- A row is a violation: a task that waited a second or more until it held its least share of execution memory.
select executor_id, task_id, epoch_ms(end_ts) - epoch_ms(ts) as waited_ms, active_tasks
from memory_waits
where app_id = getvariable('app_id') and attempt_id = getvariable('attempt_id')
  and end_ts - ts >= interval 1 second
order by waited_ms desc;
