/**
 * A row is an executor that went before the application ended, or whose cache was missed later:
 * why, and what went with it.
 */
import type { ViewSpec } from "../view.ts";

export const lostExecutors: ViewSpec = {
  name: "lost_executors",
  comment:
    "A row is an executor that went before the application ended: why, and what went with it. Executors that the driver gave back are left out, but for those whose cached blocks were missed later.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "the executor",
    host: "where it ran",
    removed_at: "when it went; UTC; NULL: no log has the time",
    lived_ms: "how long it was there; ms",
    class:
      "why, as in executors.removed_class; unknown where no log tells; signal: SIGTERM while tasks ran, and no log of its removal; stopped: SIGTERM, or its driver gone, in a log that tells no more",
    reason: "the log's words",
    oom_class:
      "class of an out-of-memory in its log in the minute before (five where its heartbeats stopped), or as its JVM's last words",
    overhead_bytes: "container memory beside the heap; bytes; NULL: not logged",
    rss_beyond_heap_bytes_min: "what its process was polled at beyond the heap, at least; bytes",
    lost_tasks: "tasks that failed with it; count; NULL: no log of tasks",
    lost_ms: "their time until then; ms",
    blocks: "RDD blocks that it held in memory or on disk; count; NULL: no log of its blocks",
    blocks_bytes: "their memory; bytes",
    missed_reads:
      "later reads, anywhere, of these blocks that found them gone; count; NULL: no log of reads",
    missed_ms: "time until they were there again, best estimate; ms; NULL: unknown",
    missed_ms_max:
      "run time of the tasks that missed them: at most; ms; NULL: no log of these tasks' ends",
    source_file_id: "file that tells of it",
    source_line: "line in that file",
  },
  sql: `
with signalled as (
  select app_id, attempt_id, executor_id, min(ts) as ts, any_value(message) as message,
    if(max(running_tasks) > 0, 'signal', 'stopped') as kind,
    arg_min(source_file_id, place) as source_file_id, arg_min(source_line, place) as source_line
  from (select *, (coalesce(epoch_us(ts), 0), source_line) as place from failures)
    where class in ('signal', 'stopped') and what <> 'application' group by all),
gone as (
  select e.*, coalesce(e.removed_at, s.ts) as went_at,
    case when e.removed_class is null and e.removed_at is null then s.kind
      else coalesce(e.removed_class, 'unknown') end as class,
    coalesce(e.removed_reason, s.message) as reason, s.source_file_id as signal_file_id,
      s.source_line as signal_line
  from executors e left join signalled s using (app_id, attempt_id, executor_id)
  where e.executor_id <> 'driver' and (e.removed_at is not null or e.removed_class is not null
    or s.ts is not null)),
ooms as (
  select g.app_id, g.attempt_id, g.executor_id, arg_max(o.class, (o.ts, o.source_line)) as class,
    arg_max(o.source_file_id, (o.ts, o.source_line)) as source_file_id,
    arg_max(o.source_line, (o.ts, o.source_line)) as source_line
  from gone g join oom_events o using (app_id, attempt_id, executor_id)
  where o.class <> 'task_memory'
    -- A JVM that dies of its last error may be missed minutes later, when its heartbeats are.
    and (g.went_at is null
      or g.class in ('jvm_heap', 'gc_overhead', 'direct')
      or (o.ts >= g.went_at - if(g.class = 'lost_heartbeat', interval 5 minutes, interval 1 minute)
        and o.ts <= g.went_at + interval 5 seconds))
  group by all),
losses as (
  select app_id, attempt_id, executor_id, count(*) as tasks,
    sum((epoch_us(finished_at) - epoch_us(launched_at)) // 1000)::bigint as ms
  from tasks where failure_class = 'ExecutorLostFailure' group by all),
last_words as (
  select b.app_id, b.attempt_id, b.executor_id, b.block_id, arg_max(b.op, b.seq) as op,
    arg_max(b.memory_bytes, b.seq) as bytes,
    max(b.memory_bytes) as most_bytes
  from block_events b semi join gone using (app_id, attempt_id, executor_id)
  where starts_with(b.block_id, 'rdd_') and b.op in ('store', 'hit_memory', 'hit_disk', 'evict',
    'drop_to_disk', 'remove')
  group by all),
held as (
  select app_id, attempt_id, executor_id, block_id,
    if(op in ('store', 'hit_memory'), coalesce(bytes, most_bytes), 0) as bytes
  from last_words where op in ('store', 'hit_memory', 'hit_disk', 'drop_to_disk')),
missed as (
  select h.app_id, h.attempt_id, h.executor_id, m.task_id, m.executor_id as by_executor, m.block_id,
    m.seq, m.ts, m.source_line
  from held h join gone g using (app_id, attempt_id, executor_id)
    join (from block_events where op = 'miss') m
      on m.app_id = h.app_id and m.attempt_id = h.attempt_id and m.block_id = h.block_id
        and m.executor_id <> h.executor_id
  where m.ts >= g.went_at
  qualify row_number() over (partition by h.app_id, h.attempt_id, m.block_id
    order by m.ts, m.executor_id, m.seq) = 1),
again as (
  select m.*, if(s.source_line = m.source_line, null, (epoch_us(s.ts) - epoch_us(m.ts)) / 1000)
    as ms
  from missed m asof left join (from block_events where op in ('store', 'put_fail')) s
    on s.app_id = m.app_id and s.attempt_id = m.attempt_id and s.executor_id = m.by_executor
      and s.block_id = m.block_id and s.seq > m.seq),
by_task as (
  select app_id, attempt_id, executor_id, task_id, count(*) as reads,
    if(count(ms) = count(*), sum(ms), null) as ms
  from again group by all),
-- A sum of which a part is unknown is unknown.
misses as (
  select a.app_id, a.attempt_id, a.executor_id, sum(a.reads)::bigint as reads,
    if(count(a.ms) = count(*), round(sum(a.ms))::bigint, null) as ms,
    if(count(coalesce(t.run_ms, epoch_us(t.finished_at) - epoch_us(t.launched_at))) = count(*),
      sum(coalesce(t.run_ms, (epoch_us(t.finished_at) - epoch_us(t.launched_at)) / 1000)),
      null)::bigint as ms_max
  from by_task a left join tasks t using (app_id, attempt_id, task_id) group by all),
cached as (
  select app_id, attempt_id, executor_id, count(*) as blocks, sum(bytes)::bigint as bytes from held
    group by all),
beyond as (
  select app_id, attempt_id, executor_id, max(rss_beyond_heap_bytes_min) as bytes
    from memory_outside_pools group by all),
reads_logged as (
  select app_id, attempt_id, bool_or(evidence_level in ('debug', 'info')) as logged from executors
    group by all)
select
  g.app_id,
  g.attempt_id,
  g.executor_id,
  g.host,
  g.went_at as removed_at,
  (epoch_us(g.went_at) - epoch_us(g.added_at)) // 1000 as lived_ms,
  g.class,
  g.reason,
  o.class as oom_class,
  if(g.overhead_origin = 'assumed', null, g.overhead_bytes) as overhead_bytes,
  y.bytes as rss_beyond_heap_bytes_min,
  if(exists (from tasks k where (k.app_id, k.attempt_id) = (g.app_id, g.attempt_id)),
    coalesce(t.tasks, 0), null) as lost_tasks,
  t.ms as lost_ms,
  if(g.evidence_level = 'event_log', c.blocks, coalesce(c.blocks, 0)) as blocks,
  c.bytes as blocks_bytes,
  if(l.logged, coalesce(m.reads, 0), null) as missed_reads,
  m.ms as missed_ms,
  m.ms_max as missed_ms_max,
  coalesce(g.signal_file_id, o.source_file_id, g.source_file_id) as source_file_id,
  coalesce(g.signal_line, o.source_line, g.source_line) as source_line
from gone g
  left join ooms o using (app_id, attempt_id, executor_id)
  left join losses t using (app_id, attempt_id, executor_id)
  left join cached c using (app_id, attempt_id, executor_id)
  left join misses m using (app_id, attempt_id, executor_id)
  left join beyond y using (app_id, attempt_id, executor_id)
  left join reads_logged l using (app_id, attempt_id)
where g.class <> 'killed_by_driver' or m.reads > 0
order by g.app_id, g.attempt_id, g.went_at, g.executor_id`,
};
