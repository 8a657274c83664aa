-- A row is one eviction: what went, when, for whose sake, and where that is written in the logs.
select
  executor_id,
  ts,
  block_id as evicted_block,
  memory_bytes,
  op = 'drop_to_disk' as kept_on_disk,
  cause,
  caused_by_task_id,
  caused_by_block_id,
  origin,
  source_file_id,
  source_line
from block_events
where op in ('evict', 'drop_to_disk')
order by executor_id, seq;
