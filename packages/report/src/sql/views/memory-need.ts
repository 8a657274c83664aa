/**
 * A row is an executor's pool in one mode beside what its blocks and tasks would have needed of it.
 */
import type { ViewSpec } from "../view.ts";

export const memoryNeed: ViewSpec = {
  name: "memory_need",
  comment:
    "A row is an executor's memory in one mode beside what its blocks and tasks would have needed to evict, refuse and spill nothing.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    mode: "on_heap or off_heap",
    max_memory_bytes: "storage and execution memory together; bytes",
    storage_region_bytes: "what execution cannot claim back; bytes",
    jvm_max_memory_bytes: "the heap; bytes",
    storage_peak_bytes: "most that blocks and unrolling held, best estimate; bytes",
    execution_peak_bytes: "most that tasks held, best estimate; bytes",
    execution_peak_bytes_max: "at most; bytes",
    without_room_bytes:
      "memory of the RDD blocks that were evicted or found no room, each once, those of one executor; bytes",
    largest_block_bytes:
      "memory of the largest RDD block stored or refused, as far as unrolled; bytes",
    storage_need_bytes:
      "most that blocks held, and those without room; bytes; NULL: no log of blocks",
    spill_need_bytes:
      "what tasks held at most and the most that one of them spilled, times the tasks at once; bytes; 0 where none spilled",
    need_bytes:
      "both together, as if at one time: an estimate on the high side, not a bound; bytes; NULL: unknown",
    evictions: "RDD blocks evicted; count",
    failed_puts: "RDD blocks that found no room; count",
    spilling_tasks: "tasks that spilled; count",
    waits: "waits of tasks for 1/2N; count",
  },
  sql: `
with pools as (
  select app_id, attempt_id, executor_id, mode, max(max_memory_bytes) as max_memory_bytes,
    max(storage_used_bytes) as storage_peak_bytes,
      max(execution_used_bytes) as execution_peak_bytes,
    max(execution_used_bytes_max) as execution_peak_bytes_max, max(active_tasks) as active_tasks
  from memory_timeline group by all),
rdd_blocks as (
  select app_id, attempt_id, executor_id, coalesce(mode, 'on_heap') as mode, block_id,
    max(memory_bytes) as bytes,
    count(*) filter (op in ('evict', 'drop_to_disk')) as evictions, count(*)
      filter (op = 'put_fail') as failed_puts
  from block_events where starts_with(block_id, 'rdd_')
    and op in ('store', 'put_fail', 'evict', 'drop_to_disk') group by all),
blocks as (
  select app_id, attempt_id, executor_id, mode,
    sum(bytes) filter (evictions + failed_puts > 0)::bigint as without_room_bytes,
      sum(bytes)::bigint as all_bytes,
    max(bytes) as largest_block_bytes, sum(evictions)::bigint as evictions,
      sum(failed_puts)::bigint as failed_puts
  from rdd_blocks group by all),
spilling as (
  select app_id, attempt_id, executor_id, count(*) filter (memory_spilled_bytes > 0) as tasks,
    max(memory_spilled_bytes) as largest_bytes
  from tasks group by all),
others as (
  select app_id, attempt_id, executor_id, mode, sum(bytes)::bigint as bytes
  from (select app_id, attempt_id, executor_id, coalesce(mode, 'on_heap') as mode, block_id,
    max(memory_bytes) as bytes
    from block_events where op = 'store' and not starts_with(block_id, 'rdd_') group by all)
  group by all),
waiting as (
  select app_id, attempt_id, executor_id, mode, count(*) as waits from memory_waits group by all),
joined as (
  select e.app_id, e.attempt_id, e.executor_id, p.mode, e.cores,
    p.max_memory_bytes,
    case p.mode when 'off_heap' then e.off_heap_storage_bytes
      else e.storage_region_bytes end as storage_region_bytes,
    e.jvm_max_memory_bytes, p.storage_peak_bytes, p.execution_peak_bytes,
      p.execution_peak_bytes_max,
    b.without_room_bytes, coalesce(b.all_bytes, 0) + coalesce(h.bytes, 0) as all_bytes,
      b.largest_block_bytes, coalesce(b.evictions, 0) as evictions,
    coalesce(b.failed_puts, 0) as failed_puts,
    if(p.mode = 'on_heap', coalesce(s.tasks, 0), 0) as spilling_tasks,
      coalesce(w.waits, 0) as waits,
    if(p.mode = 'on_heap' and s.tasks > 0,
      coalesce(p.execution_peak_bytes, 0) + s.largest_bytes
        * greatest(1, coalesce(e.cores, p.active_tasks, 1)), 0) as spill_need_bytes,
    e.evidence_level
  from executors e join pools p using (app_id, attempt_id, executor_id)
    left join blocks b using (app_id, attempt_id, executor_id, mode)
    left join others h using (app_id, attempt_id, executor_id, mode)
    left join spilling s using (app_id, attempt_id, executor_id)
    left join waiting w using (app_id, attempt_id, executor_id, mode)),
needed as (
  select *, if(evidence_level = 'event_log', null,
      least(coalesce(storage_peak_bytes, 0) + coalesce(without_room_bytes, 0),
        greatest(all_bytes, coalesce(storage_peak_bytes, 0))))::bigint as storage_need_bytes
  from joined)
select
  app_id,
  attempt_id,
  executor_id,
  mode,
  max_memory_bytes,
  storage_region_bytes,
  jvm_max_memory_bytes,
  storage_peak_bytes,
  execution_peak_bytes,
  execution_peak_bytes_max,
  without_room_bytes,
  largest_block_bytes,
  storage_need_bytes,
  spill_need_bytes::bigint as spill_need_bytes,
  (storage_need_bytes + greatest(coalesce(execution_peak_bytes, 0), spill_need_bytes))::bigint
    as need_bytes,
  evictions,
  failed_puts,
  spilling_tasks,
  waits
from needed
order by app_id, attempt_id, executor_id = 'driver', try_cast(executor_id as bigint), executor_id,
  mode desc`,
};
