/** A row is a period in which an executor's blocks held more than the storage region. */
import type { ViewSpec } from "../view.ts";

export const storageBorrowed: ViewSpec = {
  name: "storage_borrowed",
  comment:
    "A row is a period in which an executor's blocks held more than the storage region: memory that execution may claim back by evicting them.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor",
    mode: "on_heap or off_heap",
    ts: "since when; UTC",
    end_ts: "until when; UTC; NULL: to the end of the logs",
    duration_ms: "how long; ms",
    storage_region_bytes: "what execution cannot claim back; bytes",
    borrowed_peak_bytes: "most beyond it, best estimate; bytes",
    borrowed_peak_bytes_min: "at least; bytes",
    borrowed_peak_bytes_max: "at most; bytes",
    evictions: "blocks evicted in this period; count",
    evicted_for_execution_bytes:
      "memory that execution claimed back in it; bytes; NULL: the logs do not tell every cause",
  },
  sql: `
with steps as (
  select t.app_id, t.attempt_id, t.executor_id, t.mode, t.seq, t.ts, t.end_ts,
    t.storage_used_bytes, t.storage_used_bytes_min, t.storage_used_bytes_max,
    case t.mode when 'off_heap' then e.off_heap_storage_bytes
      else e.storage_region_bytes end as region_bytes
  from memory_timeline t join executors e using (app_id, attempt_id, executor_id)
  where e.memory_manager = 'unified'),
flagged as (
  select *, storage_used_bytes > region_bytes as borrows,
    lead(seq) over (partition by app_id, attempt_id, executor_id, mode order by seq) as next_seq,
    -- Not count(*) filter (...) over, which DuckDB 1.5 runs 10 times slower.
    sum(if(coalesce(storage_used_bytes > region_bytes, false), 0, 1)) over (
      partition by app_id, attempt_id, executor_id, mode order by seq rows unbounded preceding)
        as period
  from steps),
periods as (
  select app_id, attempt_id, executor_id, mode, period, min(seq) as first_seq,
    max(next_seq) as next_seq,
    min(ts) as ts, arg_max(end_ts, seq) as end_ts, arg_max(end_ts is null, seq) as open,
      max(ts) as last_ts,
    any_value(region_bytes) as region_bytes,
    max(storage_used_bytes) - any_value(region_bytes) as peak,
      max(storage_used_bytes_min) - any_value(region_bytes) as peak_min,
    max(storage_used_bytes_max) - any_value(region_bytes) as peak_max
  from flagged where borrows group by all),
-- A block event follows the memory events that it caused: the last eviction comes right after the
-- step that ends the period.
evicted as (
  select p.app_id, p.attempt_id, p.executor_id, p.mode, p.period,
    count(*) as evictions,
    -- Known where the cause of each is.
    if(count(b.cause) = count(*), coalesce(sum(b.memory_bytes) filter (b.cause = 'execution'), 0),
      null)::bigint as for_execution_bytes
  from (select *, coalesce(mode, 'on_heap') as in_mode from block_events
    where op in ('evict', 'drop_to_disk')) b
    asof join periods p on p.app_id = b.app_id and p.attempt_id = b.attempt_id
      and p.executor_id = b.executor_id
      and p.mode = b.in_mode and b.seq > p.first_seq
  where p.open or b.seq <= p.next_seq + 1
  group by all)
select
  p.app_id,
  p.attempt_id,
  p.executor_id,
  p.mode,
  p.ts,
  if(p.open, null, p.end_ts) as end_ts,
  (epoch_us(if(p.open, p.last_ts, p.end_ts)) - epoch_us(p.ts)) // 1000 as duration_ms,
  p.region_bytes as storage_region_bytes,
  p.peak as borrowed_peak_bytes,
  if(p.peak_min < 0, 0, p.peak_min) as borrowed_peak_bytes_min,
  p.peak_max as borrowed_peak_bytes_max,
  coalesce(e.evictions, 0) as evictions,
  if(e.evictions is null, 0, e.for_execution_bytes) as evicted_for_execution_bytes
from periods p left join evicted e using (app_id, attempt_id, executor_id, mode, period)
order by p.app_id, p.attempt_id, p.executor_id = 'driver', try_cast(p.executor_id as bigint),
  p.executor_id, p.mode desc, p.ts`,
};
