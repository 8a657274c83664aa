/**
 * A row is an RDD and a reason why its blocks were not in memory when they were read: how often,
 * and what that cost.
 */
import type { ViewSpec } from "../view.ts";

export const cacheCosts: ViewSpec = {
  name: "cache_costs",
  comment:
    "A row is an RDD and a reason why its blocks were not in memory when they were read (evicted, no_room, lost with their executor): how often, and what that cost.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    rdd_id: "the RDD",
    name: "its name",
    storage_level: "its storage level",
    mode: "memory it was wanted in: on_heap or off_heap",
    partitions: "its partitions; count",
    why: "evicted, no_room (a store that failed) or lost (with its executor)",
    times: "evictions, failed stores, or blocks lost; count",
    blocks: "blocks that this happened to; count",
    bytes: "memory that these blocks took, as far as known; bytes",
    block_bytes: "memory of the RDD's middle block; bytes",
    largest_bytes: "memory of its largest block, or as far as it was unrolled; bytes",
    largest_block_id: "that block",
    kept_on_disk: "times the block stayed on disk or went there; count; NULL: no log tells",
    for_execution: "evictions for tasks' memory; count",
    for_storage: "evictions for other blocks; count",
    for_unroll: "evictions for blocks being unrolled; count",
    for_broadcasts: "evictions for broadcasts, some of those for other blocks; count",
    evictor_rdd_id: "RDD for whose blocks most were evicted, as far as known",
    evictor_rdd_times: "evictions for it; count",
    evictor_stage_id: "stage for whose tasks most were evicted, as far as known",
    evictor_stage_times: "evictions for it; count",
    certainty: "how sure the causes are, of the least sure; 0 to 1; NULL: none is known",
    first_ordinal:
      "place of the first that was missed later, else of the first, among the application's evictions, from 1: respark explain --eviction",
    rule: "why most stores failed, as in put_failures; NULL: no log tells",
    first_block_id: "block of the first of them",
    reads:
      "reads that did not find a block in memory for this reason; count; NULL: no log of reads",
    recomputed: "those that found it nowhere; count; NULL: no log of reads",
    read_from_disk: "those that read it from disk; count; NULL: no log of reads",
    cost_ms:
      "time that these reads cost, best estimate: the time until the block was there again, else run time beyond that of tasks of the same stage that read nothing in vain; ms; NULL: unknown",
    cost_ms_min: "at least; ms",
    cost_ms_max:
      "at most, the run time of the tasks that read: a block is looked for at the driver before its miss is logged, and reported there after its store is; ms; NULL: no log of these tasks' ends",
    source_file_id: "file with the first of them",
    source_line: "line in that file",
  },
  sql: `
with reads_logged as (
  select app_id, attempt_id, -- a driver's log has no reads of executors
    coalesce(bool_or(evidence_level in ('debug', 'info')) filter (executor_id <> 'driver'),
      bool_or(evidence_level in ('debug', 'info'))) as logged from executors group by all),
of_rdds as (
  select *, try_cast(regexp_extract(block_id, '^rdd_(\\d+)_', 1) as bigint) as rdd_id
  from block_events where starts_with(block_id, 'rdd_')),
happened as (
  select *, case when op = 'put_fail' then 'no_room' else 'evicted' end as why
  from of_rdds where op in ('evict', 'drop_to_disk', 'put_fail')),
placed as (
  select h.*, t.stage_id,
    try_cast(regexp_extract(h.caused_by_block_id, '^rdd_(\\d+)_', 1) as bigint) as by_rdd_id,
    if(h.op = 'put_fail', null, o.ordinal) as ordinal
  from happened h
    left join tasks t on (t.app_id, t.attempt_id, t.task_id)
      = (h.app_id, h.attempt_id, h.caused_by_task_id)
    left join (
      select app_id, attempt_id, executor_id, seq,
        row_number() over (partition by app_id, attempt_id order by ts, executor_id, seq) as ordinal
      from block_events where op in ('evict', 'drop_to_disk')) o
      on (o.app_id, o.attempt_id, o.executor_id, o.seq)
        = (h.app_id, h.attempt_id, h.executor_id, h.seq)),
missed_blocks as (
  select distinct app_id, attempt_id, block_id from block_events
    where op = 'miss' and miss_kind = 'after_evict'),
counted as (
  select app_id, attempt_id, rdd_id, why, count(*) as times,
    count(distinct placed.block_id) as blocks,
    count(*) filter (op = 'drop_to_disk') as kept_on_disk,
    count(*) filter (cause = 'execution') as for_execution,
    count(*) filter (cause = 'storage') as for_storage,
    count(*) filter (cause = 'unroll') as for_unroll,
    count(*) filter (starts_with(caused_by_block_id, 'broadcast_')) as for_broadcasts,
    mode(by_rdd_id) as evictor_rdd_id, mode(stage_id) as evictor_stage_id, min(certainty)
      filter (cause is not null) as certainty,
    mode(rule) as rule, mode(coalesce(placed.mode, 'on_heap')) as in_mode,
      arg_min(placed.block_id, (ts, executor_id, seq)) as first_block_id,
    min(ordinal) as earliest_ordinal, min(ordinal)
      filter (missed.block_id is not null) as missed_ordinal,
    arg_min(source_file_id, (ts, executor_id, seq)) as source_file_id,
    arg_min(source_line, (ts, executor_id, seq)) as source_line
  from placed left join missed_blocks missed using (app_id, attempt_id, block_id) group by all),
evictors as (
  select c.app_id, c.attempt_id, c.rdd_id, c.why, count(*)
    filter (p.by_rdd_id = c.evictor_rdd_id) as rdd_times,
    count(*) filter (p.stage_id = c.evictor_stage_id) as stage_times
  from counted c join placed p using (app_id, attempt_id, rdd_id, why) group by all),
sized as (
  select app_id, attempt_id, rdd_id, why, sum(bytes)::bigint as bytes
  from (select app_id, attempt_id, rdd_id, why, executor_id, block_id, max(memory_bytes) as bytes
    from happened group by all)
  group by all),
shapes as (
  select app_id, attempt_id, rdd_id, median(bytes)::bigint as block_bytes,
    max(bytes) as largest_bytes,
    arg_min(block_id, (-bytes, block_id)) as largest_block_id
  from (select app_id, attempt_id, rdd_id, block_id, max(memory_bytes) as bytes from of_rdds
    where op in ('store', 'put_fail') and memory_bytes > 0 group by all)
  group by all),
-- A block on disk was dropped there, or went there for want of room; one of neither was stored
-- there.
in_vain as (
  select r.*, case when r.op = 'miss' then case r.miss_kind
      when 'after_evict' then 'evicted' when 'after_put_fail' then 'no_room'
        when 'after_loss' then 'lost' end
    else h.why end as reason
  from (from of_rdds where op = 'hit_disk' or (op = 'miss' and miss_kind <> 'cold')) r
    asof left join happened h on h.app_id = r.app_id and h.attempt_id = r.attempt_id
      and h.executor_id = r.executor_id and h.block_id = r.block_id and r.seq > h.seq),
again as (
  select v.*, if(s.seq is null or (s.source_file_id = v.source_file_id
    and s.source_line = v.source_line),
      null,
      (epoch_us(s.ts) - epoch_us(v.ts)) / 1000) as ms,
    greatest(0, epoch_us(s.ts_min) - epoch_us(v.ts_max)) / 1000 as ms_min
  from (from in_vain where reason is not null) v
    asof left join (from of_rdds where op in ('store', 'put_fail')) s
      on s.app_id = v.app_id and s.attempt_id = v.attempt_id and s.executor_id = v.executor_id
        and s.block_id = v.block_id and s.seq > v.seq),
by_task as (
  select app_id, attempt_id, rdd_id, reason, task_id, count(*) as reads,
    count(*) filter (op = 'miss') as recomputed, count(*)
      filter (op = 'miss' and ms is not null) as timed,
    sum(ms) filter (op = 'miss') as ms, sum(ms_min)
      filter (op = 'miss' and ms is not null) as ms_min
  from again group by all),
troubled as (
  select distinct app_id, attempt_id, task_id from block_events
  where task_id is not null and (op = 'hit_disk' or op = 'miss')),
peers as (
  select t.app_id, t.attempt_id, t.stage_id, median(t.run_ms) as run_ms
  from tasks t anti join troubled using (app_id, attempt_id, task_id)
  where t.status = 'success' group by all having count(*) > 1),
ran as (
  select app_id, attempt_id, task_id, stage_id, run_ms,
    coalesce(run_ms, (epoch_us(finished_at) - epoch_us(launched_at)) / 1000) as most_ms
  from tasks),
costed as (
  select b.*, t.most_ms,
    -- greatest() leaves NULLs out: an unknown time would be none.
    case when b.timed = b.reads then least(b.ms, coalesce(t.most_ms, b.ms))
      when t.run_ms is not null and p.run_ms is not null then greatest(0, t.run_ms - p.run_ms) end
        as cost_ms,
    if(b.timed = b.reads, b.ms_min, 0) as cost_ms_min
  from by_task b
    left join ran t using (app_id, attempt_id, task_id)
    left join peers p on (p.app_id, p.attempt_id, p.stage_id)
      = (t.app_id, t.attempt_id, t.stage_id)),
costs as (
  select app_id, attempt_id, rdd_id, reason as why, sum(reads)::bigint as reads,
    sum(recomputed)::bigint as recomputed,
    -- A sum of which a part is unknown is unknown.
    if(count(cost_ms) = count(*), round(sum(cost_ms))::bigint, null) as cost_ms,
    round(sum(cost_ms_min))::bigint as cost_ms_min,
    if(count(most_ms) = count(*), round(sum(most_ms))::bigint, null) as cost_ms_max
  from costed group by all)
select
  app_id,
  attempt_id,
  rdd_id,
  r.name,
  r.storage_level,
  coalesce(c.in_mode, 'on_heap') as mode,
  r.partitions,
  why,
  coalesce(c.times, k.recomputed) as times,
  c.blocks,
  z.bytes,
  s.block_bytes,
  s.largest_bytes,
  s.largest_block_id,
  c.kept_on_disk,
  c.for_execution,
  c.for_storage,
  c.for_unroll,
  c.for_broadcasts,
  c.evictor_rdd_id,
  if(c.evictor_rdd_id is null, null, x.rdd_times) as evictor_rdd_times,
  c.evictor_stage_id,
  if(c.evictor_stage_id is null, null, x.stage_times) as evictor_stage_times,
  c.certainty,
  coalesce(c.missed_ordinal, c.earliest_ordinal) as first_ordinal,
  c.rule,
  c.first_block_id,
  if(l.logged, coalesce(k.reads, 0), null) as reads,
  if(l.logged, coalesce(k.recomputed, 0), null) as recomputed,
  if(l.logged, coalesce(k.reads - k.recomputed, 0), null) as read_from_disk,
  if(k.reads is null and l.logged, 0, k.cost_ms) as cost_ms,
  if(k.reads is null and l.logged, 0, k.cost_ms_min) as cost_ms_min,
  if(k.reads is null and l.logged, 0, k.cost_ms_max) as cost_ms_max,
  c.source_file_id,
  c.source_line
from counted c full join costs k using (app_id, attempt_id, rdd_id, why)
  left join evictors x using (app_id, attempt_id, rdd_id, why)
  left join sized z using (app_id, attempt_id, rdd_id, why)
  left join shapes s using (app_id, attempt_id, rdd_id)
  left join rdds r using (app_id, attempt_id, rdd_id)
  left join reads_logged l using (app_id, attempt_id)
order by app_id, attempt_id, coalesce(cost_ms, (coalesce(cost_ms_min, 0) + cost_ms_max) / 2,
  cost_ms_min) desc nulls last,
  times desc, rdd_id, why`,
};
