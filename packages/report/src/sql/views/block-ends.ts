/**
 * A row is a block on an executor at the end of what is logged, or before the executor stopped of
 * itself: whether it was still there, in memory or on disk.
 */
import type { ViewSpec } from "../view.ts";

export const blockEnds: ViewSpec = {
  name: "block_ends",
  comment:
    "A row is a block on an executor at the end of what is logged, by its last event there: whether it was still there, in memory or on disk. That an executor that stopped cleared its store is not counted; of one that was lost nothing is there.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    block_id: "the block",
    rdd_id: "RDD that it belongs to",
    last_op: "its last event there, as in block_events",
    last_ts: "when that was; UTC",
    in_memory: "whether it was in memory at the end; NULL: the logs leave it open",
    on_disk: "whether it was on disk at the end; NULL: the logs leave it open",
    present_at_end: "whether it was there at the end; NULL: the logs leave it open",
    memory_bytes: "its size in memory when last stored there; bytes",
  },
  sql: `
with cleared as (
  select app_id, attempt_id, executor_id, block_id, max(ts) as cleared_ts from block_events
  where op = 'remove' and rule = 'store_cleared' group by all),
last_words as (
  select app_id, attempt_id, executor_id, block_id, arg_max(op, seq) as op, max(ts) as ts,
    arg_max(coalesce(ts_min, ts), seq) as ts_min,
    max(ts) filter (op in ('evict', 'drop_to_disk')) as gone_ts,
    arg_max(memory_bytes, seq) filter (op = 'store') as stored_bytes,
    max(seq) filter (op = 'hit_memory' or (op = 'store' and memory_bytes > 0)) as memory_seq,
    max(seq) filter (op in ('evict', 'drop_to_disk', 'remove', 'put_fail', 'miss')
      or (op = 'store' and memory_bytes = 0)) as absent_seq,
    max(seq) filter (op in ('hit_disk', 'drop_to_disk')
      or (op = 'store' and (memory_bytes = 0 or disk_bytes > 0))) as disk_seq,
    max(seq) filter (op = 'remove') as removed_seq,
    max(seq) filter (op = 'evict') as evicted_seq
  from block_events
  where not (op = 'remove' and coalesce(rule, '') = 'store_cleared') group by all),
known as (
  select w.*, e.removed_at is not null or coalesce(e.removed_class, 'killed_by_driver')
    <> 'killed_by_driver' as gone,
    k.rdd_id,
    -- All other levels write to disk, OFF_HEAP as well.
    coalesce(k.storage_level, r.storage_level) like 'MEMORY_ONLY%' as never_on_disk,
    w.disk_seq is not null and w.disk_seq > coalesce(w.removed_seq, -1)
      and w.disk_seq > coalesce(w.evicted_seq, -1)
      -- An unpersist() takes what is on disk alone without an event: it is a removal that is no
      -- eviction and no end of the executor.
      and not coalesce(k.last_removed_at >= w.ts_min
        and k.last_removed_at > coalesce(w.gone_ts, '-infinity'::timestamp)
        and k.last_removed_at is distinct from c.cleared_ts, false) as was_on_disk
  from last_words w
    left join executors e using (app_id, attempt_id, executor_id)
    left join blocks k using (app_id, attempt_id, executor_id, block_id)
    left join cleared c using (app_id, attempt_id, executor_id, block_id)
    left join rdds r on r.app_id = w.app_id and r.attempt_id = w.attempt_id
      and r.rdd_id = k.rdd_id),
judged as (
  select *,
    case when gone then false
      -- A read from disk brings a block back: its store stands before the line of the read.
      when memory_seq > coalesce(absent_seq, -1) then true
      when absent_seq is not null or op = 'hit_disk' then false end as in_memory,
    case when gone then false when was_on_disk then true when op in ('remove', 'evict')
      or disk_seq is not null then false
      when never_on_disk then false end as on_disk
  from known)
select
  app_id,
  attempt_id,
  executor_id,
  block_id,
  rdd_id,
  op as last_op,
  ts as last_ts,
  in_memory,
  on_disk,
  case when in_memory or on_disk then true when in_memory = false
    and on_disk = false then false end as present_at_end,
  stored_bytes as memory_bytes
from judged
order by app_id, attempt_id, block_id, executor_id`,
};
