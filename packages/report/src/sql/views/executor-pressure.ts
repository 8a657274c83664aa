/** A row is an executor's memory in one mode: how much of the time it was short. */
import type { ViewSpec } from "../view.ts";

/** SQL: time in which a condition held; NULL where none of the time tells. */
function timeIn(condition: string): string {
  return `sum(if(${condition}, ms, 0)) filter ((${condition}) is not null)`;
}

export const executorPressure: ViewSpec = {
  name: "executor_pressure",
  comment: "A row is an executor's memory in one mode: how much of the time it was short.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    mode: "on_heap or off_heap",
    observed_ms:
      "time that the timeline covers, from when the executor was added where a log tells that; ms",
    storage_average_bytes: "storage memory in use, averaged over that time; bytes",
    execution_average_bytes: "execution memory in use, averaged over that time; bytes",
    nearly_full_ms:
      "time in which less than a tenth of both pools was free, best estimate; ms; NULL: no log tells what was free, or the bounds leave open whether there was any",
    nearly_full_ms_min: "that time, at least; ms",
    nearly_full_ms_max: "that time, at most; ms",
    nearly_full_share: "its share of the time in which that is known; 0 to 1",
    storage_borrowing_ms:
      "time in which storage held more than its own region; ms; NULL: no log tells of blocks",
    execution_borrowing_ms:
      "time in which the execution pool was larger than its own region; ms; NULL: no log tells of the pools",
    waiting_ms: "time in which some task waited for 1/2N, best estimate; ms; NULL: no log tells",
    gc_ms: "garbage collection in the tasks there, in the row on_heap; ms",
    gc_share: "its share of the tasks' run time; 0 to 1",
  },
  sql: `
with ended as (
  select app_id, attempt_id, executor_id, max(coalesce(end_ts, ts)) as ended from memory_timeline
    group by all),
steps as (
  -- Before it is added a JVM only starts: its log begins seconds earlier, with memory that nobody
  -- could use.
  select t.*, if(t.ts is null, null,
      greatest(0, epoch_us(coalesce(t.end_ts, d.ended)) - epoch_us(greatest(t.ts, e.added_at))))
        / 1000.0 as ms,
    case t.mode when 'off_heap' then e.off_heap_storage_bytes
      else e.storage_region_bytes end as storage_region,
    case t.mode when 'off_heap' then e.off_heap_execution_bytes
      else e.execution_region_bytes end as execution_region,
    e.evidence_level
  from memory_timeline t
    join ended d using (app_id, attempt_id, executor_id)
    left join executors e using (app_id, attempt_id, executor_id)
  where t.max_memory_bytes is null or t.max_memory_bytes > 0),
waits as (
  select app_id, attempt_id, executor_id, mode, count(*) as waits,
    sum(epoch_us(end_ts) - epoch_us(ts)) / 1000.0 as waiting_ms
  from memory_waits group by all),
gc as (
  select app_id, attempt_id, executor_id, sum(gc_ms) as gc_ms, sum(run_ms) as run_ms from tasks
    group by all)
select
  s.app_id,
  s.attempt_id,
  s.executor_id,
  s.mode,
  round(sum(ms))::bigint as observed_ms,
  round(sum(storage_used_bytes * ms) / nullif(sum(ms) filter (storage_used_bytes is not null),
    0))::bigint as storage_average_bytes,
  round(sum(execution_used_bytes * ms) / nullif(sum(ms) filter (execution_used_bytes is not null),
    0))::bigint as execution_average_bytes,
  case when not (coalesce(${timeIn("free_bytes < max_memory_bytes / 10")}, 0) = 0
    and ${timeIn("free_bytes_min < max_memory_bytes / 10")} > 0)
    then round(${timeIn("free_bytes < max_memory_bytes / 10")})::bigint end as nearly_full_ms,
  round(${timeIn("free_bytes_max < max_memory_bytes / 10")})::bigint as nearly_full_ms_min,
  round(${timeIn("free_bytes_min < max_memory_bytes / 10")})::bigint as nearly_full_ms_max,
  round(${timeIn("free_bytes < max_memory_bytes / 10")}
    / nullif(sum(ms) filter (free_bytes is not null), 0), 4) as nearly_full_share,
  round(${timeIn("storage_used_bytes > storage_region")})::bigint as storage_borrowing_ms,
  round(${timeIn("execution_pool_bytes > execution_region")})::bigint as execution_borrowing_ms,
  round(case when any_value(s.evidence_level) in ('debug', 'info')
    and any_value(w.waits) is null then 0 else any_value(w.waiting_ms) end)::bigint as waiting_ms,
  case when s.mode = 'on_heap' then any_value(g.gc_ms)::bigint end as gc_ms,
  round(case when s.mode = 'on_heap' then any_value(g.gc_ms) / nullif(any_value(g.run_ms), 0) end,
    4) as gc_share
from steps s
  left join waits w using (app_id, attempt_id, executor_id, mode)
  left join gc g using (app_id, attempt_id, executor_id)
group by s.app_id, s.attempt_id, s.executor_id, s.mode
order by s.app_id, s.attempt_id, s.executor_id = 'driver', try_cast(s.executor_id as bigint),
  s.executor_id, s.mode desc`,
};
