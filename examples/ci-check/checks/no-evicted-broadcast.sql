-- A row is a violation: a large broadcast that had to leave memory, and will be fetched again by the next task.
select executor_id, block_id, memory_bytes, ts
from block_events
where app_id = getvariable('app_id') and attempt_id = getvariable('attempt_id')
  and op in ('evict', 'drop_to_disk') and block_id like 'broadcast%' and memory_bytes >= 1048576
order by memory_bytes desc;
