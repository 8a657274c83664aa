/** A row is a reason for which the tasks of a stage spilled on an executor. */
import type { ViewSpec } from "../view.ts";

export const spillCauses: ViewSpec = {
  name: "spill_causes",
  comment:
    "A row is a reason for which tasks of a stage spilled on an executor; one without a consumer is what their totals count and no log line tells. Largest first.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor they spilled on",
    stage_id: "their stage; NULL: the logs name no task",
    consumer: "memory consumer that spilled; its class; NULL: no log line tells of it",
    trigger: "self, other_consumer, threshold, force or unknown",
    forced_by_consumer: "memory consumer whose request forced it; its class",
    spills: "spills; count; NULL: no log line tells how many",
    tasks: "tasks that spilled; count; NULL: the logs name no task",
    memory_bytes: "memory that they freed; bytes",
    disk_bytes: "what they wrote to disk; bytes",
    largest_memory_bytes: "memory that the largest of them freed; bytes",
    largest_ordinal:
      "its place among the application's spills, from 1: respark explain --spill; NULL: no log line tells of it",
    first_ts: "first of them; UTC; without a consumer: end of the first of the tasks",
    last_ts: "last of them; UTC; without a consumer: end of the last of the tasks",
    forced_by_another_task: "those forced by another task's request; count; NULL: not told",
    share_at_spill_bytes:
      "1/N of the pool at the smallest when they happened: what a task could have; bytes",
  },
  sql: `
with placed as (
  -- org.apache.spark.….UnsafeExternalSorter@3f1c2d is one object: its class without package is what
  -- can be counted.
  select s.* exclude (consumer, forced_by_consumer),
    regexp_extract(s.consumer, '^(?:[\\w$]+\\.)*([^@]+)', 1) as consumer,
    regexp_extract(s.forced_by_consumer, '^(?:[\\w$]+\\.)*([^@]+)', 1) as forced_by_consumer,
    row_number() over (partition by s.app_id, s.attempt_id order by s.ts, s.executor_id, s.seq)
      as ordinal,
    t.stage_id, m.share_max_bytes
  from spills s
    left join tasks t on (t.app_id, t.attempt_id, t.task_id) = (s.app_id, s.attempt_id, s.task_id)
    asof left join (select * from task_memory_timeline where mode = 'on_heap') m
      on m.app_id = s.app_id and m.attempt_id = s.attempt_id and m.executor_id = s.executor_id
        and m.task_id = s.task_id and m.seq <= s.seq),
told as (
  select app_id, attempt_id, task_id, sum(memory_bytes) as memory_bytes,
    sum(coalesce(memory_bytes_max, memory_bytes)) as memory_bytes_max
  from spills where task_id is not null group by all),
-- Sorters spill without a line while they are read, and INFO or no log at all may be all there is.
-- A line without a task might be any task's.
untold as (
  select t.app_id, t.attempt_id, t.executor_id, t.stage_id, t.task_id, t.finished_at,
    t.memory_spilled_bytes - coalesce(s.memory_bytes, 0) as memory_bytes,
      if(s.task_id is null, t.disk_spilled_bytes, null) as disk_bytes
  from tasks t left join told s using (app_id, attempt_id, task_id)
  where t.memory_spilled_bytes > coalesce(s.memory_bytes_max, 0)
    and not exists (from spills n where (n.app_id, n.attempt_id, n.executor_id)
      = (t.app_id, t.attempt_id, t.executor_id)
      and n.task_id is null and n.ts >= t.launched_at and n.ts <= t.finished_at))
select
  app_id,
  attempt_id,
  executor_id,
  stage_id,
  consumer,
  "trigger",
  forced_by_consumer,
  count(*) as spills,
  nullif(count(distinct task_id), 0) as tasks,
  sum(memory_bytes)::bigint as memory_bytes,
  sum(disk_bytes)::bigint as disk_bytes,
  max(memory_bytes) as largest_memory_bytes,
  arg_max(ordinal, (coalesce(memory_bytes, -1), -ordinal)) as largest_ordinal,
  min(ts) as first_ts,
  max(ts) as last_ts,
  count(*) filter (forced_by_task_id <> task_id) as forced_by_another_task,
  min(share_max_bytes) as share_at_spill_bytes
from placed
group by app_id, attempt_id, executor_id, stage_id, consumer, "trigger", forced_by_consumer
union all
select
  app_id,
  attempt_id,
  executor_id,
  stage_id,
  null as consumer,
  'unknown' as "trigger",
  null as forced_by_consumer,
  null as spills,
  count(*) as tasks,
  sum(memory_bytes)::bigint as memory_bytes,
  sum(disk_bytes)::bigint as disk_bytes,
  null as largest_memory_bytes,
  null as largest_ordinal,
  min(finished_at) as first_ts,
  max(finished_at) as last_ts,
  null as forced_by_another_task,
  null as share_at_spill_bytes
from untold
group by app_id, attempt_id, executor_id, stage_id
order by app_id, attempt_id, memory_bytes desc nulls last, executor_id, stage_id, consumer`,
};
