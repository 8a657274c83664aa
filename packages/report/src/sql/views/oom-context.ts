/**
 * A row is an out-of-memory: the pools, the tasks and the blocks on its executor at that moment.
 */
import type { ViewSpec } from "../view.ts";

export const oomContext: ViewSpec = {
  name: "oom_context",
  comment: "A row is an out-of-memory: the pools, the tasks and the blocks on its executor then.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor",
    ordinal: "place among the application's out-of-memory errors, from 1: respark explain --oom",
    ts: "when; UTC",
    class: "whose memory, as in oom_events",
    task_id: "task that failed of it",
    stage_id: "its stage",
    requested_bytes: "what was asked for; bytes",
    granted_bytes: "what there was to get; bytes",
    storage_used_bytes: "on-heap memory of blocks and unrolling, best estimate; bytes",
    storage_used_bytes_min: "at least; bytes",
    storage_used_bytes_max: "at most; bytes",
    execution_used_bytes: "on-heap memory of tasks, best estimate; bytes",
    execution_used_bytes_min: "at least; bytes",
    execution_used_bytes_max: "at most; bytes",
    free_bytes: "free on-heap memory of both pools; bytes",
    max_memory_bytes: "both on-heap pools; bytes",
    jvm_max_memory_bytes: "the heap; bytes",
    outside_pools_bytes: "heap that the pools did not hold: user code, Spark itself; bytes",
    overhead_bytes: "container memory beside the heap; bytes",
    running_tasks: "tasks that ran on the executor; count; NULL: no log tells of tasks",
    biggest_task_id: "task that held most execution memory",
    biggest_task_bytes: "what it held; bytes",
    blocks: "blocks in memory of the executor; count; NULL: no log tells of blocks",
    biggest_rdd_id: "RDD whose blocks held most of it",
    biggest_rdd_bytes: "what they held; bytes",
    removed_class: "why the executor went, if it did",
    message: "the log's words",
    user_frame: "innermost frame of the stack trace that is the program's own; NULL: none logged",
    source_file_id: "file that tells of it",
    source_line: "line in that file",
  },
  sql: `
-- The state before the failed task gave its memory back: of the step that the replay was at, else
-- the last before that time.
with steps as (select * from memory_timeline where mode = 'on_heap'),
at_time as (
  select o.*, t.seq as before_seq
  from oom_events o asof left join steps t
    on t.app_id = o.app_id and t.attempt_id = o.attempt_id and t.executor_id = o.executor_id
      and t.ts < o.ts),
placed as (
  select o.*, t.storage_used_bytes, t.storage_used_bytes_min, t.storage_used_bytes_max,
    t.execution_used_bytes, t.execution_used_bytes_min, t.execution_used_bytes_max, t.free_bytes,
      t.max_memory_bytes
  from (select * replace (coalesce(timeline_seq, before_seq) as before_seq) from at_time) o
    asof left join steps t
    on t.app_id = o.app_id and t.attempt_id = o.attempt_id and t.executor_id = o.executor_id
      and t.seq <= o.before_seq),
running as (
  select o.app_id, o.attempt_id, o.executor_id, o.ts, o.source_file_id, o.source_line,
    count(*) as running_tasks
  from oom_events o join tasks k on k.app_id = o.app_id and k.attempt_id = o.attempt_id
    and k.executor_id = o.executor_id
    and k.launched_at <= o.ts and (k.finished_at is null or k.finished_at >= o.ts)
  group by all),
holders as (
  select o.app_id, o.attempt_id, o.executor_id, o.ts, o.source_file_id, o.source_line,
    arg_max(h.task_id, (h.execution_used_bytes, -h.task_id)) as task_id,
    max(h.execution_used_bytes) as bytes
  from oom_events o join task_memory_timeline h on h.app_id = o.app_id
    and h.attempt_id = o.attempt_id and h.executor_id = o.executor_id
    and h.ts <= o.ts and (h.end_ts is null or h.end_ts > o.ts) and h.execution_used_bytes > 0
  group by all),
-- The last word on each block before the moment; a block is in memory after a store there or a hit
-- there.
held as (
  select o.app_id, o.attempt_id, o.executor_id, o.ts, b.block_id,
    arg_max(b.op = 'hit_memory' or (b.op = 'store' and coalesce(b.memory_bytes, 1) > 0), b.seq)
      as there,
    arg_max(b.memory_bytes, b.seq) as bytes
  from (select distinct app_id, attempt_id, executor_id, ts from oom_events) o
    join block_events b on b.app_id = o.app_id and b.attempt_id = o.attempt_id
      and b.executor_id = o.executor_id and b.ts <= o.ts
  where b.op in ('store', 'hit_memory', 'evict', 'drop_to_disk', 'remove') group by all),
by_rdd as (
  select app_id, attempt_id, executor_id, ts,
    try_cast(regexp_extract(block_id, '^rdd_(\\d+)_', 1) as bigint) as rdd_id,
    count(*) filter (there) as blocks, sum(bytes) filter (there)::bigint as bytes
  from held group by all),
cached as (
  select app_id, attempt_id, executor_id, ts, sum(blocks)::bigint as blocks,
    arg_max(rdd_id, (bytes, -rdd_id)) filter (rdd_id is not null and bytes is not null) as rdd_id,
    max(bytes)
      filter (rdd_id is not null) as bytes
  from by_rdd group by all)
select
  p.app_id,
  p.attempt_id,
  p.executor_id,
  row_number() over (partition by p.app_id, p.attempt_id
    order by p.ts, p.executor_id, p.source_file_id, p.source_line) as ordinal,
  p.ts,
  p.class,
  p.task_id,
  coalesce(k.stage_id, p.stage_id) as stage_id,
  p.requested_bytes,
  p.granted_bytes,
  p.storage_used_bytes,
  p.storage_used_bytes_min,
  p.storage_used_bytes_max,
  p.execution_used_bytes,
  p.execution_used_bytes_min,
  p.execution_used_bytes_max,
  p.free_bytes,
  p.max_memory_bytes,
  e.jvm_max_memory_bytes,
  e.jvm_max_memory_bytes - p.storage_used_bytes - p.execution_used_bytes as outside_pools_bytes,
  e.overhead_bytes,
  coalesce(
    p.running_tasks,
    -- A task whose start is not logged did not run alone.
    if((p.task_id is null or k.launched_at is not null)
      and exists (from tasks a where (a.app_id, a.attempt_id) = (p.app_id, p.attempt_id)),
      coalesce(r.running_tasks, 0), null)
  ) as running_tasks,
  h.task_id as biggest_task_id,
  h.bytes as biggest_task_bytes,
  c.blocks,
  c.rdd_id as biggest_rdd_id,
  c.bytes as biggest_rdd_bytes,
  e.removed_class,
  p.message,
  f.user_frame,
  p.source_file_id,
  p.source_line
from placed p
  left join executors e using (app_id, attempt_id, executor_id)
  left join (from failures where task_id is not null) f
    on (f.app_id, f.attempt_id, f.task_id) = (p.app_id, p.attempt_id, p.task_id)
  left join tasks k on (k.app_id, k.attempt_id, k.task_id) = (p.app_id, p.attempt_id, p.task_id)
  left join running r on (r.app_id, r.attempt_id, r.executor_id, r.ts)
    = (p.app_id, p.attempt_id, p.executor_id, p.ts)
    and r.source_file_id is not distinct from p.source_file_id and r.source_line is not distinct
      from p.source_line
  left join holders h on (h.app_id, h.attempt_id, h.executor_id, h.ts)
    = (p.app_id, p.attempt_id, p.executor_id, p.ts)
    and h.source_file_id is not distinct from p.source_file_id and h.source_line is not distinct
      from p.source_line
  left join cached c on (c.app_id, c.attempt_id, c.executor_id, c.ts)
    = (p.app_id, p.attempt_id, p.executor_id, p.ts)
order by p.app_id, p.attempt_id, p.ts, p.executor_id`,
};
