/** A row is an eviction: the victim, who needed the room, by which rule, whether the block was missed later, and what that cost. */
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
      "whether a later read missed the block for this eviction; NULL: no log of reads on any executor",
    missed_at: "when it was first missed; UTC",
    missed_on_executor_id: "executor that missed it",
    missed_by_task_id: "task that missed it",
    missed_after_ms: "time from the eviction to the miss; ms",
    recompute_ms: "time from the miss until the block was stored again there, or found no room; ms",
    reread_bytes:
      "input and shuffle bytes that the missing task read; bytes; an upper bound of the cost",
    origin: "logged, derived or assumed",
    source_file_id: "file that tells of it",
    source_line: "line in that file",
  },
  sql: `
with reads_logged as (
  select app_id, attempt_id, bool_or(evidence_level in ('debug', 'info')) as logged from executors group by all),
victims as (
  select *, epoch_us(ts) as at from block_events where op in ('evict', 'drop_to_disk')),
misses as (
  select m.app_id, m.attempt_id, m.executor_id, m.block_id, m.seq, m.ts, epoch_us(m.ts) as at, m.task_id,
    (select min(epoch_us(s.ts)) from block_events s
      where (s.app_id, s.attempt_id, s.executor_id, s.block_id) = (m.app_id, m.attempt_id, m.executor_id, m.block_id)
        and s.seq > m.seq and s.op in ('store', 'put_fail')) as again_at
  from block_events m where m.op = 'miss' and m.miss_kind = 'after_evict'),
-- A miss belongs to the last eviction of the block before it.
blamed as (
  select v.app_id, v.attempt_id, v.executor_id, v.seq, m.ts as missed_at, m.executor_id as missed_on, m.task_id as missed_by,
    m.at - v.at as after_us, m.again_at - m.at as again_us
  from misses m join victims v on v.app_id = m.app_id and v.attempt_id = m.attempt_id and v.block_id = m.block_id and v.at <= m.at
  qualify row_number() over (partition by m.app_id, m.attempt_id, m.executor_id, m.seq
    order by v.at desc, v.executor_id = m.executor_id desc, v.seq desc) = 1),
first_blamed as (
  select * from blamed
  qualify row_number() over (partition by app_id, attempt_id, executor_id, seq order by missed_at, missed_on) = 1)
select
  v.app_id,
  v.attempt_id,
  v.executor_id,
  v.seq,
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
  case when b.seq is not null then true when l.logged then false end as regretted,
  b.missed_at,
  b.missed_on as missed_on_executor_id,
  b.missed_by as missed_by_task_id,
  b.after_us // 1000 as missed_after_ms,
  b.again_us // 1000 as recompute_ms,
  mt.input_bytes + coalesce(mt.shuffle_read_bytes, 0) as reread_bytes,
  v.origin,
  v.source_file_id,
  v.source_line
from victims v
  left join reads_logged l using (app_id, attempt_id)
  left join first_blamed b using (app_id, attempt_id, executor_id, seq)
  left join blocks k on (k.app_id, k.attempt_id, k.executor_id, k.block_id) = (v.app_id, v.attempt_id, v.executor_id, v.block_id)
  left join rdds r on (r.app_id, r.attempt_id, r.rdd_id) = (v.app_id, v.attempt_id, k.rdd_id)
  left join tasks t on (t.app_id, t.attempt_id, t.task_id) = (v.app_id, v.attempt_id, v.caused_by_task_id)
  left join tasks mt on (mt.app_id, mt.attempt_id, mt.task_id) = (v.app_id, v.attempt_id, b.missed_by)
order by v.app_id, v.attempt_id, v.ts, v.executor_id, v.seq`,
};
