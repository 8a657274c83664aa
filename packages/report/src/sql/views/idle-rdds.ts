/**
 * A row is a cached RDD that held memory after it was last read: how much, and what evicted or
 * refused blocks of others meanwhile.
 */
import type { ViewSpec } from "../view.ts";

export const idleRdds: ViewSpec = {
  name: "idle_rdds",
  comment:
    "A row is a cached RDD that held memory after it was last read: how much, how long, and how many evictions and refusals of other blocks an unpersist() at its last read comes before.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    rdd_id: "the RDD",
    name: "its name",
    storage_level: "its storage level",
    blocks: "its blocks; count",
    reads: "reads of its blocks that were served; count",
    misses: "reads that were not, beyond the first of each block; count",
    last_read_at: "its last read or store; UTC",
    idle_bytes: "memory that it held after that, on all executors; bytes",
    idle_ms: "how long, at the longest; ms",
    idle_share: "of its byte-seconds, those after its last read; 0 to 1",
    would_prevent:
      "evictions and refusals of blocks of other RDDs that were read in vain later, after that and on executors where it still held memory; count",
    prevented_bytes: "their memory; bytes",
    victim_rdd_ids: "RDDs that they were of, most first",
    victim_times: "how many were of each, in the same order; count",
  },
  sql: `
with reads_logged as (
  select app_id, attempt_id, bool_and(evidence_level in ('debug', 'info')) as logged from executors
  where executor_id <> 'driver' group by all),
events as (
  select b.*, try_cast(regexp_extract(b.block_id, '^rdd_(\\d+)_', 1) as bigint) as rdd_id,
    sum((b.op = 'store' and coalesce(b.memory_bytes, 1) > 0)::int) over (
      partition by b.app_id, b.attempt_id, b.executor_id, b.block_id
        order by b.seq rows unbounded preceding) as stay
  from block_events b where starts_with(b.block_id, 'rdd_')),
used as (
  select app_id, attempt_id, rdd_id, max(ts) as last_read_at, count(distinct block_id) as blocks,
    count(*) filter (op in ('hit_memory', 'hit_disk', 'hit_remote')) as reads,
    greatest(0, count(*) filter (op = 'miss') - count(distinct block_id)) as misses
  from events where op in ('store', 'hit_memory', 'hit_disk', 'hit_remote', 'miss', 'put_fail')
    group by all),
ended as (
  select app_id, attempt_id, executor_id, max(coalesce(end_ts, ts)) as ended from memory_timeline
    group by all),
stays as (
  select app_id, attempt_id, executor_id, block_id, rdd_id, stay,
    any_value(memory_bytes) filter (op = 'store' and coalesce(memory_bytes, 1) > 0) as bytes,
    min(ts) filter (op = 'store' and coalesce(memory_bytes, 1) > 0) as began,
    min(ts) filter (op in ('evict', 'drop_to_disk', 'remove')) as left_at
  from events where stay > 0 group by all),
idle as (
  select s.app_id, s.attempt_id, s.executor_id, s.rdd_id, u.last_read_at,
    sum(s.bytes) filter (coalesce(s.left_at, e.ended) > u.last_read_at)::bigint as bytes,
    max(coalesce(s.left_at, e.ended)) as until,
    -- Bytes times µs of a damaged clock are beyond 64 bits.
    sum(s.bytes::hugeint * (epoch_us(coalesce(s.left_at, e.ended)) - epoch_us(s.began))) as held,
    sum(s.bytes::hugeint * (epoch_us(coalesce(s.left_at, e.ended)) - epoch_us(u.last_read_at)))
      filter (coalesce(s.left_at, e.ended) > u.last_read_at) as after
  from stays s join used u using (app_id, attempt_id, rdd_id)
    left join ended e using (app_id, attempt_id, executor_id)
  group by all),
-- Only what somebody read in vain later was worth preventing.
regretted as (
  select v.* from (from events where op in ('evict', 'drop_to_disk', 'put_fail')) v
    asof join (from events where op = 'hit_disk' or (op = 'miss' and miss_kind <> 'cold')) m
      on m.app_id = v.app_id and m.attempt_id = v.attempt_id and m.block_id = v.block_id
        and m.ts > v.ts),
prevented_of as (
  select i.app_id, i.attempt_id, i.rdd_id, v.rdd_id as victim, count(*) as times,
    sum(v.memory_bytes)::bigint as bytes
  from idle i join regretted v
    on v.app_id = i.app_id and v.attempt_id = i.attempt_id and v.executor_id = i.executor_id
      and v.rdd_id <> i.rdd_id
      and v.ts > i.last_read_at and v.ts < i.until
  where i.bytes > 0 group by all),
prevented as (
  select app_id, attempt_id, rdd_id, sum(times)::bigint as times, sum(bytes)::bigint as bytes,
    list(victim order by times desc, victim) as victims,
    list(times order by times desc, victim) as victim_times
  from prevented_of group by all),
summed as (
  select app_id, attempt_id, rdd_id, sum(bytes)::bigint as idle_bytes,
    sum(after) / nullif(sum(held), 0) as share,
    max((epoch_us(until) - epoch_us(last_read_at)) // 1000) filter (until > last_read_at) as ms
  from idle group by all)
select
  u.app_id,
  u.attempt_id,
  u.rdd_id,
  r.name,
  r.storage_level,
  u.blocks,
  u.reads,
  u.misses,
  u.last_read_at,
  s.idle_bytes,
  s.ms as idle_ms,
  round(s.share, 4) as idle_share,
  coalesce(p.times, 0) as would_prevent,
  p.bytes as prevented_bytes,
  p.victims as victim_rdd_ids,
  p.victim_times
from used u join reads_logged l using (app_id, attempt_id)
  join summed s using (app_id, attempt_id, rdd_id)
  left join prevented p using (app_id, attempt_id, rdd_id)
  left join rdds r using (app_id, attempt_id, rdd_id)
where l.logged and s.idle_bytes > 0
order by u.app_id, u.attempt_id, would_prevent desc, s.idle_bytes desc, u.rdd_id`,
};
