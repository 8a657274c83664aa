/**
 * A row is a broadcast on an executor: its size, how long it stayed, and which blocks it drove out.
 */
import type { ViewSpec } from "../view.ts";

export const broadcasts: ViewSpec = {
  name: "broadcasts",
  comment:
    "A row is a broadcast on an executor: its size, how long it stayed, and which blocks it drove out.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    broadcast_id: "the broadcast",
    executor_id: "executor; driver is the driver",
    memory_bytes: "memory of its value and its pieces there, as far as known; bytes",
    value_bytes: "memory of its value (broadcast_n), deserialized; bytes; NULL: not stored there",
    pieces: "its pieces there (broadcast_n_piecek); count",
    first_stored_at: "when; UTC",
    removed_at: "when its last block there was removed; UTC; NULL: it was not, as far as logged",
    evictions: "RDD blocks evicted for it; count",
    evicted_bytes: "their memory; bytes",
    evicted_rdds: "the RDDs they belong to",
    evicted_itself: "its own blocks evicted; count",
    source_file_id: "file that tells of its first store",
    source_line: "line in that file",
  },
  sql: `
with named as (
  select *, try_cast(regexp_extract(block_id, '^broadcast_(\\d+)', 1) as bigint) as broadcast_id
  from block_events where starts_with(block_id, 'broadcast_')),
sizes as (
  select app_id, attempt_id, broadcast_id, executor_id, block_id, max(memory_bytes) as bytes,
    min(ts) filter (op = 'store') as first_ts, max(ts)
      filter (op in ('remove', 'evict')) as last_ts,
    arg_min(source_file_id, seq) filter (op = 'store') as source_file_id,
    arg_min(source_line, seq) filter (op = 'store') as source_line,
    count(*) filter (op in ('evict', 'drop_to_disk')) as evicted
  from named group by all),
driven_out as (
  select app_id, attempt_id, executor_id,
    try_cast(regexp_extract(caused_by_block_id, '^broadcast_(\\d+)', 1) as bigint) as broadcast_id,
    count(*) as evictions, sum(memory_bytes)::bigint as bytes,
    list(distinct try_cast(regexp_extract(block_id, '^rdd_(\\d+)_', 1) as bigint)) as rdds
  from block_events
  where op in ('evict', 'drop_to_disk') and starts_with(caused_by_block_id, 'broadcast_')
    and starts_with(block_id, 'rdd_')
  group by all)
select
  s.app_id,
  s.attempt_id,
  s.broadcast_id,
  s.executor_id,
  sum(s.bytes)::bigint as memory_bytes,
  max(s.bytes) filter (not contains(s.block_id, '_piece')) as value_bytes,
  count(*) filter (contains(s.block_id, '_piece')) as pieces,
  min(s.first_ts) as first_stored_at,
  max(s.last_ts) as removed_at,
  coalesce(any_value(d.evictions), 0) as evictions,
  any_value(d.bytes) as evicted_bytes,
  any_value(d.rdds) as evicted_rdds,
  sum(s.evicted)::bigint as evicted_itself,
  arg_min(s.source_file_id, (s.first_ts, s.block_id)) as source_file_id,
  arg_min(s.source_line, (s.first_ts, s.block_id)) as source_line
from sizes s left join driven_out d using (app_id, attempt_id, broadcast_id, executor_id)
where s.broadcast_id is not null
group by s.app_id, s.attempt_id, s.broadcast_id, s.executor_id
order by s.app_id, s.attempt_id, evictions desc, memory_bytes desc nulls last, s.broadcast_id,
  s.executor_id`,
};
