/**
 * A row is an eviction: the victim, who needed the room, by which rule, whether the block was
 * missed later, and what that cost.
 */
import type { ViewSpec } from "../view.ts";

export const evictionLedger: ViewSpec = {
  name: "eviction_ledger",
  comment:
    "A row is an eviction: the victim, who needed the room, by which rule, whether the block was missed later, and what that cost.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor it happened on",
    seq: "place in the executor's numbering of events",
    ordinal: "place among the application's evictions, from 1: respark explain --eviction",
    ts: "when; UTC",
    block_id: "the victim",
    rdd_name: "name of the RDD that it belongs to",
    memory_bytes: "memory it held; bytes",
    kept_on_disk: "true: dropped to disk; false: gone from this executor",
    cause: "what needed the room: execution, storage or unroll; NULL: the logs cannot tell",
    rule: "rule that decided it",
    caused_by_task_id: "task that needed the room",
    caused_by_stage_id: "its stage",
    caused_by_block_id: "block that needed the room",
    certainty: "how sure cause and rule are; 0 to 1",
    regretted:
      "whether a later read missed the block in memory for this eviction; NULL: no log of reads on any executor",
    regret: "recomputed (it was gone) or read_from_disk; NULL: not regretted, or unknown",
    later_reads: "reads that missed it in memory for this eviction; count",
    missed_at: "when it was first missed; UTC",
    missed_on_executor_id: "executor that missed it",
    missed_by_task_id: "task that missed it",
    missed_after_ms: "time from the eviction to that read; ms",
    recompute_ms:
      "time from that read until the block was stored again there, or found no room, best estimate; ms; NULL: not recomputed, or no log tells when it began",
    recompute_ms_max:
      "that time, at most: the run time of the task that missed it, since the block is looked for at the driver before its miss is logged, and reported there after its store is; ms; NULL: not recomputed, or no log of that task's end",
    missed_task_run_ms:
      "run time of the task that missed it: the most that recomputing it there can have cost; ms",
    reread_bytes:
      "read from disk: size of the block there; recomputed: input and shuffle bytes of the task that missed it, an upper bound; bytes",
    origin: "logged, derived or assumed",
    source_file_id: "file that tells of it",
    source_line: "line in that file",
  },
  sql: `
with reads_logged as (
  select app_id, attempt_id, -- a driver's log has no reads of executors
    coalesce(bool_or(evidence_level in ('debug', 'info')) filter (executor_id <> 'driver'),
      bool_or(evidence_level in ('debug', 'info'))) as logged from executors group by all),
victims as (
  select * from block_events where op in ('evict', 'drop_to_disk')),
reads as (
  select app_id, attempt_id, executor_id, block_id, seq, ts, ts_min, ts_max, op, task_id,
    disk_bytes, source_file_id, source_line
  from block_events where op = 'hit_disk' or (op = 'miss' and miss_kind = 'after_evict')),
-- A miss belongs to the last eviction of the block before it on any executor, of two at one time to
-- that of its own executor;
-- a read from disk to the one that moved it there.
here as (
  select r.*, v.seq as own_seq, v.ts as own_ts, v.op as own_op
  from reads r asof left join victims v on v.app_id = r.app_id and v.attempt_id = r.attempt_id
    and v.executor_id = r.executor_id and v.block_id = r.block_id and r.seq > v.seq),
anywhere as (
  select app_id, attempt_id, block_id, ts,
    arg_max(executor_id, (seq, executor_id)) as executor_id, max(seq) as seq
    from victims group by all),
blamed as (
  select r.*,
    case when r.op = 'hit_disk' then r.executor_id when v.ts > r.own_ts
      or r.own_ts is null then v.executor_id else r.executor_id end as by_executor,
    case when r.op = 'hit_disk' then if(r.own_op = 'drop_to_disk', r.own_seq, null)
      when v.ts > r.own_ts or r.own_ts is null then v.seq else r.own_seq end as by_seq
  from here r asof left join anywhere v
    on v.app_id = r.app_id and v.attempt_id = r.attempt_id and v.block_id = r.block_id
      and r.ts >= v.ts),
first_blamed as (
  select *, count(*) over (partition by app_id, attempt_id, by_executor, by_seq) as later_reads
  from blamed where by_seq is not null
  qualify row_number() over (partition by app_id, attempt_id, by_executor, by_seq
    order by ts, executor_id, seq) = 1),
-- Where a log tells of a miss only by the store that follows it (INFO), nobody knows when
-- recomputing began.
timed as (
  select b.*,
    if(s.source_file_id = b.source_file_id and s.source_line = b.source_line, null,
      epoch_us(s.ts) - epoch_us(b.ts)) as again_us
  from (select * from first_blamed where op = 'miss') b
    asof left join (select * from block_events where op in ('store', 'put_fail')) s
      on s.app_id = b.app_id and s.attempt_id = b.attempt_id and s.executor_id = b.executor_id
        and s.block_id = b.block_id and s.seq > b.seq
  union all by name
  select *, null::bigint as again_us from first_blamed where op = 'hit_disk'),
ran as (
  select app_id, attempt_id, task_id, run_ms, input_bytes, shuffle_read_bytes,
    coalesce(run_ms, (epoch_us(finished_at) - epoch_us(launched_at)) // 1000) as most_ms
  from tasks)
select
  v.app_id,
  v.attempt_id,
  v.executor_id,
  v.seq,
  row_number() over (partition by v.app_id, v.attempt_id order by v.ts, v.executor_id, v.seq)
    as ordinal,
  v.ts,
  v.block_id,
  r.name as rdd_name,
  v.memory_bytes,
  v.op = 'drop_to_disk' as kept_on_disk,
  v.cause,
  v.rule,
  v.caused_by_task_id,
  t.stage_id as caused_by_stage_id,
  v.caused_by_block_id,
  v.certainty,
  case when b.by_seq is not null then true when l.logged then false end as regretted,
  case b.op when 'miss' then 'recomputed' when 'hit_disk' then 'read_from_disk' end as regret,
  coalesce(b.later_reads, if(l.logged, 0, null)) as later_reads,
  b.ts as missed_at,
  b.executor_id as missed_on_executor_id,
  b.task_id as missed_by_task_id,
  (epoch_us(b.ts) - epoch_us(v.ts)) // 1000 as missed_after_ms,
  least(b.again_us // 1000, coalesce(mt.most_ms, b.again_us // 1000)) as recompute_ms,
  if(b.op = 'miss', mt.most_ms, null) as recompute_ms_max,
  mt.run_ms as missed_task_run_ms,
  case b.op when 'hit_disk' then coalesce(b.disk_bytes, v.disk_bytes)
    when 'miss' then mt.input_bytes + mt.shuffle_read_bytes end as reread_bytes,
  v.origin,
  v.source_file_id,
  v.source_line
from victims v
  left join reads_logged l using (app_id, attempt_id)
  left join timed b on (b.app_id, b.attempt_id, b.by_executor, b.by_seq)
    = (v.app_id, v.attempt_id, v.executor_id, v.seq)
  left join blocks k on (k.app_id, k.attempt_id, k.executor_id, k.block_id)
    = (v.app_id, v.attempt_id, v.executor_id, v.block_id)
  left join rdds r on (r.app_id, r.attempt_id, r.rdd_id) = (v.app_id, v.attempt_id, k.rdd_id)
  left join tasks t on (t.app_id, t.attempt_id, t.task_id)
    = (v.app_id, v.attempt_id, v.caused_by_task_id)
  left join ran mt on (mt.app_id, mt.attempt_id, mt.task_id) = (v.app_id, v.attempt_id, b.task_id)
order by v.app_id, v.attempt_id, v.ts, v.executor_id, v.seq`,
};
