/** A row is a cached RDD: which share of its reads the cache served, and what holding it cost. */
import type { ViewSpec } from "../view.ts";

export const rddCacheEfficiency: ViewSpec = {
  name: "rdd_cache_efficiency",
  comment:
    "A row is a cached RDD: which share of its reads the cache served, and what holding it cost.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    rdd_id: "the RDD",
    name: "its name",
    storage_level: "its storage level",
    partitions: "its partitions; count",
    reads: "reads of its blocks; count; NULL: no log of reads",
    hits_memory: "served from memory of the same executor; count",
    hits_disk: "served from its disk; count",
    hits_remote: "served by another executor; count",
    misses_cold: "not served: never stored before; count",
    misses_after_evict: "not served: evicted before; count",
    misses_after_put_fail: "not served: had found no room; count",
    misses_after_loss: "not served: lost with its executor; count",
    memory_share: "reads served from memory of the same executor; 0 to 1",
    hit_share: "reads served from anywhere; 0 to 1",
    hit_share_after_cold: "reads served, cold misses left out; 0 to 1",
    stored_bytes: "memory of all its stores, summed; bytes",
    failed_puts: "stores that found no room; count",
    evictions: "blocks evicted or dropped to disk; count",
    held_average_bytes:
      "memory it held, averaged from its first store to its last departure; bytes",
    held_byte_seconds: "memory it held, over time; byte-seconds",
    unread_byte_seconds: "the part of it after the last hit of each stored block; byte-seconds",
    unread_share: "unread of held: memory that served nobody; 0 to 1; NULL: no log of reads",
  },
  sql: `
with reads_logged as (
  select app_id, attempt_id, -- a driver's log has no reads of executors
    coalesce(bool_or(evidence_level in ('debug', 'info')) filter (executor_id <> 'driver'),
      bool_or(evidence_level in ('debug', 'info'))) as logged
  from executors group by all),
ended as (
  select app_id, attempt_id, executor_id, max(coalesce(end_ts, ts)) as ended from memory_timeline
    group by all),
events as (
  select b.*, k.rdd_id,
    -- Counts the stores in memory of a block: each begins a stay.
    sum((b.op = 'store' and coalesce(b.memory_bytes, 1) > 0)::int) over (
      partition by b.app_id, b.attempt_id, b.executor_id, b.block_id
        order by b.seq rows unbounded preceding) as stay
  from block_events b join blocks k using (app_id, attempt_id, executor_id, block_id)
    where k.rdd_id is not null),
stays as (
  select app_id, attempt_id, executor_id, block_id, rdd_id, stay,
    any_value(memory_bytes) filter (op = 'store' and coalesce(memory_bytes, 1) > 0) as bytes,
    min(epoch_us(ts)) filter (op = 'store' and coalesce(memory_bytes, 1) > 0) as began,
    min(epoch_us(ts)) filter (op in ('evict', 'drop_to_disk', 'remove')) as left_at,
    max(epoch_us(ts)) filter (op = 'hit_memory') as last_hit
  from events where stay > 0 group by all),
held as (
  select s.app_id, s.attempt_id, s.rdd_id,
    sum(bytes)::bigint as stored_bytes,
    (max(until) - min(began)) / 1e6 as seconds,
    -- Bytes times µs of a damaged clock are beyond 64 bits.
    sum(bytes::hugeint * (until - began)) / 1e6 as held,
    sum(bytes::hugeint * (until - coalesce(if(last_hit > until, until, last_hit), began))) / 1e6
      as unread
  from (
    select s.*, coalesce(s.left_at, greatest(epoch_us(e.ended), s.last_hit, s.began)) as until
    from stays s left join ended e using (app_id, attempt_id, executor_id)) s
  group by s.app_id, s.attempt_id, s.rdd_id),
counted as (
  select app_id, attempt_id, rdd_id,
    count(*) filter (op in ('hit_memory', 'hit_disk', 'hit_remote', 'miss')) as reads,
    count(*) filter (op = 'hit_memory') as hits_memory,
    count(*) filter (op = 'hit_disk') as hits_disk,
    count(*) filter (op = 'hit_remote') as hits_remote,
    count(*) filter (op = 'miss' and miss_kind = 'cold') as misses_cold,
    count(*) filter (op = 'miss' and miss_kind = 'after_evict') as misses_after_evict,
    count(*) filter (op = 'miss' and miss_kind = 'after_put_fail') as misses_after_put_fail,
    count(*) filter (op = 'miss' and miss_kind = 'after_loss') as misses_after_loss,
    count(*) filter (op = 'put_fail') as failed_puts,
    count(*) filter (op in ('evict', 'drop_to_disk')) as evictions
  from events group by all)
select
  c.app_id,
  c.attempt_id,
  c.rdd_id,
  r.name,
  r.storage_level,
  r.partitions,
  if(l.logged, c.reads, null) as reads,
  if(l.logged, c.hits_memory, null) as hits_memory,
  if(l.logged, c.hits_disk, null) as hits_disk,
  if(l.logged, c.hits_remote, null) as hits_remote,
  if(l.logged, c.misses_cold, null) as misses_cold,
  if(l.logged, c.misses_after_evict, null) as misses_after_evict,
  if(l.logged, c.misses_after_put_fail, null) as misses_after_put_fail,
  if(l.logged, c.misses_after_loss, null) as misses_after_loss,
  round(c.hits_memory / nullif(if(l.logged, c.reads, null), 0), 4) as memory_share,
  round((c.hits_memory + c.hits_disk + c.hits_remote) / nullif(if(l.logged, c.reads, null), 0), 4)
    as hit_share,
  round((c.hits_memory + c.hits_disk + c.hits_remote)
    / nullif(if(l.logged, c.reads - c.misses_cold, null), 0), 4) as hit_share_after_cold,
  h.stored_bytes,
  if(l.logged, c.failed_puts, null) as failed_puts,
  c.evictions,
  round(h.held / nullif(h.seconds, 0))::bigint as held_average_bytes,
  round(h.held)::bigint as held_byte_seconds,
  if(l.logged, round(h.unread)::bigint, null) as unread_byte_seconds,
  round(if(l.logged, h.unread / nullif(h.held, 0), null), 4) as unread_share
from counted c
  left join reads_logged l using (app_id, attempt_id)
  left join held h using (app_id, attempt_id, rdd_id)
  left join rdds r using (app_id, attempt_id, rdd_id)
order by c.app_id, c.attempt_id, c.rdd_id`,
};
