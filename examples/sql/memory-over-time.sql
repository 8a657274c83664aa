-- A row is one second of one executor's on-heap memory: the most it held in that second, in bytes.
select
  executor_id,
  date_trunc('second', ts) as second,
  max(storage_used_bytes) as storage_used_bytes,
  max(execution_used_bytes) as execution_used_bytes,
  min(free_bytes) as least_free_bytes,
  max(max_memory_bytes) as max_memory_bytes
from memory_timeline
where mode = 'on_heap'
group by all
order by executor_id, second;
