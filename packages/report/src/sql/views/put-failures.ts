/**
 * A row is a block that found no room in memory: why, what there was, and whether it was missed
 * later.
 */
import type { ViewSpec } from "../view.ts";

export const putFailures: ViewSpec = {
  name: "put_failures",
  comment:
    "A row is a block that found no room in memory: why, what there was, and whether it was missed later.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor",
    seq: "place in the executor's numbering of events",
    ts: "when; UTC",
    block_id: "the block",
    rdd_name: "name of the RDD that it belongs to",
    task_id: "task that wanted to store it",
    stage_id: "its stage",
    rule: "why: too_large, nothing_evictable, same_rdd, region_protected, static_unroll_cap; NULL: the logs cannot tell",
    memory_bytes: "what the block needed, as far as it was unrolled; bytes",
    free_bytes: "free memory of both pools then; bytes",
    storage_available_bytes: "what storage could have got by borrowing and evicting; bytes",
    storage_used_bytes: "what blocks and unrolling held then; bytes",
    execution_used_bytes: "what tasks held then; bytes",
    stored_on_disk:
      "whether it went to disk instead; NULL: its level has disk, and no log says that it did or did not",
    missed_later:
      "whether a later read did not find it in memory for that, on disk or nowhere; NULL: no log of reads",
    certainty: "how sure the rule is; 0 to 1",
    source_file_id: "file that tells of it",
    source_line: "line in that file",
  },
  sql: `
with failed as (select *, coalesce(mode, 'on_heap') as in_mode from block_events
  where op = 'put_fail'),
placed as (
  select f.*, t.free_bytes, t.storage_available_bytes, t.storage_used_bytes, t.execution_used_bytes
  from failed f asof left join memory_timeline t
    on t.app_id = f.app_id and t.attempt_id = f.attempt_id and t.executor_id = f.executor_id
      and t.mode = f.in_mode and t.seq <= f.seq),
-- What came next for the block on the same executor.
after as (
  select app_id, attempt_id, executor_id, seq, op,
    lead(op) over blocks_own as next_op, lead(memory_bytes) over blocks_own as next_bytes
  from block_events
  where (app_id, attempt_id, executor_id, block_id)
    in (select (app_id, attempt_id, executor_id, block_id) from failed)
  window blocks_own as (partition by app_id, attempt_id, executor_id, block_id order by seq)),
-- A miss belongs to the last failure of the block before it, of two at one time to that of its own
-- executor.
misses as (
  select m.app_id, m.attempt_id, m.executor_id, m.block_id, m.ts, f.seq as own_seq, f.ts as own_ts
  from (from block_events where op = 'hit_disk' or (op = 'miss' and miss_kind = 'after_put_fail')) m
    asof left join failed f on f.app_id = m.app_id and f.attempt_id = m.attempt_id
      and f.executor_id = m.executor_id and f.block_id = m.block_id and m.seq > f.seq),
anywhere as (
  select app_id, attempt_id, block_id, ts,
    arg_max(executor_id, (seq, executor_id)) as executor_id, max(seq) as seq
    from failed group by all),
blamed as (
  select distinct m.app_id, m.attempt_id,
    if(f.ts > m.own_ts or m.own_ts is null, f.executor_id, m.executor_id) as executor_id,
    if(f.ts > m.own_ts or m.own_ts is null, f.seq, m.own_seq) as seq
  from misses m asof left join anywhere f
    on f.app_id = m.app_id and f.attempt_id = m.attempt_id and f.block_id = m.block_id
      and m.ts >= f.ts),
-- A later read from disk says that it went there, at a level that never stores it there otherwise.
from_disk as (
  select app_id, attempt_id, executor_id, block_id, max(seq) as seq from block_events
    where op = 'hit_disk' group by all),
followed as (
  select p.*, b.seq is not null as missed_later,
    coalesce(a.next_op = 'store' and a.next_bytes = 0, false)
      or coalesce(d.seq > p.seq, false) as on_disk
  from placed p
    left join from_disk d using (app_id, attempt_id, executor_id, block_id)
    left join (from after where op = 'put_fail') a
      on (a.app_id, a.attempt_id, a.executor_id, a.seq)
      = (p.app_id, p.attempt_id, p.executor_id, p.seq)
    left join blamed b on (b.app_id, b.attempt_id, b.executor_id, b.seq)
      = (p.app_id, p.attempt_id, p.executor_id, p.seq))
select
  f.app_id,
  f.attempt_id,
  f.executor_id,
  f.seq,
  f.ts,
  f.block_id,
  r.name as rdd_name,
  f.task_id,
  t.stage_id,
  f.rule,
  f.memory_bytes,
  f.free_bytes,
  f.storage_available_bytes,
  f.storage_used_bytes,
  f.execution_used_bytes,
  case when f.on_disk then true
    when r.storage_level like 'MEMORY_ONLY%' then false
    when e.evidence_level = 'debug' then false end as stored_on_disk,
  if(e.evidence_level in ('debug', 'info'), f.missed_later, null) as missed_later,
  f.certainty,
  f.source_file_id,
  f.source_line
from followed f
  left join executors e using (app_id, attempt_id, executor_id)
  left join tasks t using (app_id, attempt_id, task_id)
  left join rdds r on (r.app_id, r.attempt_id, r.rdd_id)
    = (f.app_id, f.attempt_id, try_cast(regexp_extract(f.block_id, '^rdd_(\\d+)_', 1) as bigint))
order by f.app_id, f.attempt_id, f.ts, f.executor_id, f.seq`,
};
