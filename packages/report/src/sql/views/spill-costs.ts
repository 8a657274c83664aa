/**
 * A row is a stage whose tasks spilled: how much, what a task could have and would have needed, and
 * what it cost.
 */
import type { ViewSpec } from "../view.ts";

/**
 * Milliseconds a spilled MiB took to write, in spills of the recorded runs (p10, p50, p90 of 110
 * spills of UnsafeExternalSorter and BytesToBytesMap, of 178 of ExternalSorter and
 * ExternalAppendOnlyMap; docs/advice.md). It is read back once: the best estimate and the upper
 * bound count it twice.
 */
export const SPILL_MILLIS_PER_MIB = {
  tungsten: { p10: 2.6, p50: 5.8, p90: 38.6 },
  collection: { p10: 7.6, p50: 26.8, p90: 71.5 },
} as const;

const { tungsten, collection } = SPILL_MILLIS_PER_MIB;

export const spillCosts: ViewSpec = {
  name: "spill_costs",
  comment:
    "A row is a stage whose tasks spilled: how much, what a task could have and would have needed, and what it cost. Most memory first.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    stage_id: "the stage; NULL: the logs name no task",
    stage_tasks: "tasks of the stage; count",
    spilling_tasks: "task attempts that spilled; count; NULL: no log of tasks",
    spills: "spills with a line in the logs; count; NULL: no line tells of one",
    memory_bytes: "memory that they freed, by the tasks' totals, else by the lines; bytes",
    disk_bytes: "what they wrote to disk; bytes; up to 2.2 some sorters count nothing",
    unlogged_bytes: "memory spilled without a line in the logs; bytes",
    consumer: "memory consumer that spilled most; its class; NULL: no line tells of it",
    trigger: "why it spilled most: self, other_consumer, threshold, force or unknown",
    share_bytes:
      "1/N of the pool at the smallest when they happened: what a task could have; bytes",
    largest_bytes: "memory spilled by the task that spilled most; bytes",
    needed_bytes:
      "what that task would have needed to spill nothing, at least: what it spilled and its share; bytes",
    largest_task_id: "that task",
    largest_ordinal:
      "the largest spill's place among the application's, from 1: respark explain --spill",
    largest_executor_id: "executor of the largest spill; NULL: no line tells of one",
    largest_at: "when that was; UTC",
    input_bytes: "input of the stage; bytes",
    sql_execution_id: "SQL query that the stage belongs to; NULL: none, or unknown",
    parents: "stages it reads from; count",
    run_ms: "run time of the tasks that spilled; ms",
    cost_ms:
      "time that spilling cost, best estimate: run time beyond that of tasks of the stage that did not spill (a larger task is slower without a spill: no more than the slowest tenth of recorded spills took), else writing and reading back at the rate of recorded runs; ms",
    cost_ms_min: "at least; ms",
    cost_ms_max: "at most; ms",
    measured: "whether tasks of the same stage that did not spill are what it was measured against",
    source_file_id: "file with the largest spill, or with the task that spilled most",
    source_line: "line in that file",
  },
  sql: `
with numbered as (
  select s.*, t.stage_id, row_number() over (partition by s.app_id, s.attempt_id order by s.ts,
    s.executor_id, s.seq) as ordinal
  from spills s left join tasks t using (app_id, attempt_id, task_id)),
largest as (
  select app_id, attempt_id, stage_id,
    arg_max(ordinal, (coalesce(memory_bytes, -1), -ordinal)) as ordinal,
    arg_max(executor_id, (coalesce(memory_bytes, -1), -ordinal)) as executor_id,
      arg_max(ts, (coalesce(memory_bytes, -1), -ordinal)) as ts,
    arg_max(source_file_id, (coalesce(memory_bytes, -1), -ordinal)) as source_file_id,
    arg_max(source_line, (coalesce(memory_bytes, -1), -ordinal)) as source_line
  from numbered group by all),
logged as (
  select app_id, attempt_id, stage_id, sum(spills)::bigint as spills,
    sum(memory_bytes)::bigint as memory_bytes,
    arg_max(consumer, (coalesce(memory_bytes, 0), -largest_ordinal)) as consumer,
      arg_max("trigger", (coalesce(memory_bytes, 0), -largest_ordinal)) as "trigger",
    min(nullif(share_at_spill_bytes, 0)) as share_bytes, sum(memory_bytes)
      filter (spills is null)::bigint as unlogged_bytes
  from spill_causes group by all),
spilt as (
  select app_id, attempt_id, stage_id, count(*) as launched, count(*)
    filter (memory_spilled_bytes > 0) as spilling_tasks,
    sum(memory_spilled_bytes)::bigint as memory_bytes,
      sum(disk_spilled_bytes)::bigint as disk_bytes,
    sum(input_bytes)::bigint as input_bytes, max(memory_spilled_bytes) as largest_bytes,
    sum(run_ms) filter (memory_spilled_bytes > 0)::bigint as run_ms,
    median(run_ms) filter (memory_spilled_bytes = 0 and status = 'success') as peer_ms,
    count(*) filter (memory_spilled_bytes = 0 and status = 'success') as peers,
    arg_max(task_id, (memory_spilled_bytes, -task_id))
      filter (memory_spilled_bytes is not null) as task_id,
    arg_max(source_file_id, (memory_spilled_bytes, -task_id))
      filter (memory_spilled_bytes is not null) as source_file_id,
    arg_max(source_line, (memory_spilled_bytes, -task_id))
      filter (memory_spilled_bytes is not null) as source_line
  from tasks group by all),
named as (
  select app_id, attempt_id, stage_id, max(tasks) as stage_tasks,
    any_value(sql_execution_id) as sql_execution_id,
    max(len(parent_ids)) as parents
  from stages group by all),
joined as (
  select coalesce(t.app_id, b.app_id) as app_id, coalesce(t.attempt_id, b.attempt_id) as attempt_id,
    coalesce(t.stage_id, b.stage_id) as stage_id,
      t.* exclude (app_id, attempt_id, stage_id, memory_bytes, source_file_id, source_line),
    coalesce(t.memory_bytes, b.memory_bytes) as memory_bytes, b.spills, b.consumer, b."trigger",
      b.share_bytes, b.unlogged_bytes,
    t.source_file_id as task_file_id, t.source_line as task_line
  from spilt t full join logged b
    on (b.app_id, b.attempt_id, b.stage_id) = (t.app_id, t.attempt_id, t.stage_id)
  -- Lines that name no task belong to stages that the tasks' totals have.
  where (t.memory_bytes > 0 or b.spills > 0)
    and (b.stage_id is not null or t.stage_id is not null
      or not exists (from tasks k where (k.app_id, k.attempt_id) = (b.app_id, b.attempt_id)))),
rated as (
  select *, memory_bytes / 1048576 as mib,
    case when consumer in ('ExternalSorter', 'ExternalAppendOnlyMap') then ${collection.p50}
      else ${tungsten.p50} end as p50,
    case when consumer in ('ExternalSorter', 'ExternalAppendOnlyMap') then ${collection.p10}
      else ${tungsten.p10} end as p10,
    case when consumer is null or consumer in ('ExternalSorter', 'ExternalAppendOnlyMap')
      then ${collection.p90} else ${tungsten.p90} end as p90,
    peers > 1 as measured, greatest(0, run_ms - spilling_tasks * peer_ms) as beyond_ms
  from joined)
select
  j.app_id,
  j.attempt_id,
  j.stage_id,
  coalesce(n.stage_tasks, j.launched) as stage_tasks,
  j.spilling_tasks,
  j.spills,
  j.memory_bytes,
  j.disk_bytes,
  j.unlogged_bytes,
  j.consumer,
  j."trigger",
  j.share_bytes,
  j.largest_bytes,
  j.largest_bytes + j.share_bytes as needed_bytes,
  j.task_id as largest_task_id,
  l.ordinal as largest_ordinal,
  l.executor_id as largest_executor_id,
  l.ts as largest_at,
  j.input_bytes,
  n.sql_execution_id,
  n.parents,
  j.run_ms,
  round(least(if(j.measured, least(j.beyond_ms, j.mib * j.p90 * 2), j.mib * j.p50 * 2),
    coalesce(j.run_ms, j.mib * j.p50 * 2)))::bigint as cost_ms,
  round(least(if(j.measured, least(j.beyond_ms, j.mib * j.p10), j.mib * j.p10),
    coalesce(j.run_ms, j.mib * j.p10)))::bigint as cost_ms_min,
  round(least(greatest(if(j.measured, j.beyond_ms, 0), j.mib * j.p90 * 2),
    coalesce(j.run_ms, j.mib * j.p90 * 2)))::bigint as cost_ms_max,
  coalesce(j.measured, false) as measured,
  coalesce(l.source_file_id, j.task_file_id) as source_file_id,
  coalesce(l.source_line, j.task_line) as source_line
from rated j
  left join largest l on l.app_id = j.app_id and l.attempt_id = j.attempt_id
    and l.stage_id is not distinct from j.stage_id
  left join named n on (n.app_id, n.attempt_id, n.stage_id) = (j.app_id, j.attempt_id, j.stage_id)
order by j.app_id, j.attempt_id, j.memory_bytes desc nulls last, j.stage_id`,
};
