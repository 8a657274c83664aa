/**
 * A row is a cached RDD: which reads its cache could serve and served, and which blocks of others
 * it drove out.
 */
import type { ViewSpec } from "../view.ts";

export const cacheGains: ViewSpec = {
  name: "cache_gains",
  comment:
    "A row is a cached RDD whose reads are logged: which reads its cache could serve and served, what that saved, and which blocks of other RDDs it drove out, what that cost.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    rdd_id: "the RDD",
    name: "its name",
    storage_level: "its storage level",
    blocks: "its blocks; count",
    wanted: "reads of its blocks beyond the first of each, which computes it; count",
    most_wanted: "most of them of one block; count",
    served: "of them, those that the cache served; count",
    saved_ms:
      "what computing these blocks again would have taken, by the middle of the times that its blocks took; ms; NULL: unknown",
    drove_out: "evictions of other RDDs' blocks for blocks of it; count",
    missed: "of them, those that were read later; count",
    missed_ms: "time until these were computed again; ms; NULL: unknown, or read from disk instead",
    certainty: "how sure it is that they went for it, of the least sure; 0 to 1; NULL: none went",
  },
  sql: `
with reads_logged as (
  select app_id, attempt_id, bool_and(evidence_level in ('debug', 'info')) as logged from executors
  where executor_id <> 'driver' group by all),
of_rdds as (
  select *, try_cast(regexp_extract(block_id, '^rdd_(\\d+)_', 1) as bigint) as rdd_id
  from block_events where starts_with(block_id, 'rdd_')),
by_block as (
  select app_id, attempt_id, rdd_id, block_id,
    greatest(0, count(*) filter (op in ('hit_memory', 'hit_disk', 'hit_remote', 'miss')) - 1)
      as wanted,
    count(*) filter (op in ('hit_memory', 'hit_disk', 'hit_remote')) as served
  from of_rdds group by all),
-- A miss that only the line of its store tells of has no time of its own.
computed as (
  select m.app_id, m.attempt_id, m.rdd_id, (epoch_us(s.ts) - epoch_us(m.ts)) / 1000 as ms
  from (from of_rdds where op = 'miss') m
    asof join (from of_rdds where op = 'store') s
      on s.app_id = m.app_id and s.attempt_id = m.attempt_id and s.executor_id = m.executor_id
        and s.block_id = m.block_id and s.seq > m.seq
  where s.source_file_id <> m.source_file_id or s.source_line <> m.source_line),
took as (
  select app_id, attempt_id, rdd_id, median(ms) as ms from computed group by all),
driven as (
  select app_id, attempt_id,
    try_cast(regexp_extract(caused_by_block_id, '^rdd_(\\d+)_', 1) as bigint) as rdd_id,
    count(*) as drove_out, count(*) filter (regretted) as missed,
    -- A sum of which a part is unknown is unknown.
    if(count(*) filter (regretted and recompute_ms is null) = 0,
      sum(recompute_ms) filter (regretted), null)::bigint as missed_ms,
    min(certainty) as certainty
  from eviction_ledger
  where starts_with(caused_by_block_id, 'rdd_') and starts_with(block_id, 'rdd_')
    and regexp_extract(caused_by_block_id, '^rdd_(\\d+)_', 1)
      <> regexp_extract(block_id, '^rdd_(\\d+)_', 1)
  group by all),
gained as (
  select app_id, attempt_id, rdd_id, count(*) as blocks, sum(wanted)::bigint as wanted,
    max(wanted) as most_wanted, sum(served)::bigint as served
  from by_block group by all)
select
  g.app_id,
  g.attempt_id,
  g.rdd_id,
  r.name,
  r.storage_level,
  g.blocks,
  g.wanted,
  g.most_wanted,
  g.served,
  if(g.served = 0, 0, round(g.served * t.ms)::bigint) as saved_ms,
  coalesce(d.drove_out, 0) as drove_out,
  coalesce(d.missed, 0) as missed,
  d.missed_ms,
  d.certainty
from gained g join reads_logged l using (app_id, attempt_id)
  left join took t using (app_id, attempt_id, rdd_id)
  left join driven d using (app_id, attempt_id, rdd_id)
  left join rdds r using (app_id, attempt_id, rdd_id)
where l.logged
order by g.app_id, g.attempt_id, g.rdd_id`,
};
