/**
 * A row is a class of out-of-memory on executors, or on the driver: how often, and the state at the
 * first of them.
 */
import type { ViewSpec } from "../view.ts";

export const oomSummary: ViewSpec = {
  name: "oom_summary",
  comment:
    "A row is a class of out-of-memory on executors, or on the driver: how often, and the state at the one with least outside the pools.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    class: "whose memory, as in oom_events",
    on_driver: "whether it was the driver's",
    ooms: "such errors; count",
    executors: "executors they happened on",
    tasks: "tasks that failed of them; count",
    tasks_lost_ms: "time of these tasks until they failed; ms; NULL: unknown",
    tasks_gc_ms: "time in which their JVMs collected garbage; ms",
    executors_lost: "executors that went within a minute of it; count",
    stage_id: "stage it hit most",
    stage_tasks: "tasks of that stage; count",
    first_ordinal: "place of the first among the application's, from 1: respark explain --oom",
    first_executor_id: "executor of the first",
    first_at: "when that was; UTC",
    storage_bytes: "memory of blocks then, best estimate; bytes",
    storage_bytes_min: "at least; bytes",
    storage_bytes_max: "at most; bytes",
    execution_bytes: "memory of tasks then, best estimate; bytes",
    execution_bytes_min: "at least; bytes",
    execution_bytes_max: "at most; bytes",
    max_memory_bytes: "both pools; bytes",
    jvm_max_memory_bytes: "the heap; bytes",
    outside_pools_bytes: "heap that the pools did not hold: user code, Spark itself; bytes",
    running_tasks: "most tasks that ran on the executor then; count; NULL: not logged",
    requested_bytes: "the largest request; bytes",
    granted_bytes: "what it got; bytes",
    message: "words of the first",
    user_frame: "innermost frame of the program's own code, of the first that has one",
    source_file_id: "file with the first",
    source_line: "line in that file",
  },
  sql: `
with told as (
  select o.*, t.run_ms, t.gc_ms, (epoch_us(t.finished_at) - epoch_us(t.launched_at)) // 1000
    as lived_ms
  from oom_context o left join tasks t using (app_id, attempt_id, task_id)),
sized as (
  select app_id, attempt_id, stage_id, max(tasks) as tasks from stages group by all),
grouped as (
  select app_id, attempt_id, class, executor_id = 'driver' as on_driver, count(*) as ooms,
    list(distinct executor_id order by try_cast(executor_id as bigint), executor_id) as executors,
    count(distinct task_id) as tasks, sum(coalesce(run_ms, lived_ms))::bigint as tasks_lost_ms,
    sum(least(gc_ms, run_ms))::bigint as tasks_gc_ms,
    count(distinct executor_id) filter (removed_class is not null
      and removed_class not in ('killed_by_driver', 'decommissioned')) as executors_lost,
    mode(stage_id) as stage_id, min(ordinal) as first_ordinal,
    arg_min(executor_id, ordinal) as first_executor_id, min(ts) as first_at,
    arg_min(storage_used_bytes, (coalesce(outside_pools_bytes, 0), ordinal)) as storage_bytes,
    arg_min(storage_used_bytes_min, (coalesce(outside_pools_bytes, 0), ordinal))
      as storage_bytes_min,
    arg_min(storage_used_bytes_max, (coalesce(outside_pools_bytes, 0), ordinal))
      as storage_bytes_max,
    arg_min(execution_used_bytes, (coalesce(outside_pools_bytes, 0), ordinal)) as execution_bytes,
    arg_min(execution_used_bytes_min, (coalesce(outside_pools_bytes, 0), ordinal))
      as execution_bytes_min,
    arg_min(execution_used_bytes_max, (coalesce(outside_pools_bytes, 0), ordinal))
      as execution_bytes_max,
    arg_min(max_memory_bytes, (coalesce(outside_pools_bytes, 0), ordinal)) as max_memory_bytes,
    max(jvm_max_memory_bytes) as jvm_max_memory_bytes,
      min(outside_pools_bytes) as outside_pools_bytes,
    max(running_tasks) as running_tasks, max(requested_bytes) as requested_bytes,
    arg_max(granted_bytes, (coalesce(requested_bytes, -1), -ordinal)) as granted_bytes,
    arg_min(message, ordinal) as message,
    arg_min(user_frame, ordinal) filter (user_frame is not null) as user_frame,
    arg_min(source_file_id, ordinal) as source_file_id, arg_min(source_line, ordinal) as source_line
  from told group by all)
select
  g.app_id,
  g.attempt_id,
  g.class,
  g.on_driver,
  g.ooms,
  g.executors,
  g.tasks,
  g.tasks_lost_ms,
  g.tasks_gc_ms,
  g.executors_lost,
  g.stage_id,
  s.tasks as stage_tasks,
  g.first_ordinal,
  g.first_executor_id,
  g.first_at,
  g.storage_bytes,
  g.storage_bytes_min,
  g.storage_bytes_max,
  g.execution_bytes,
  g.execution_bytes_min,
  g.execution_bytes_max,
  g.max_memory_bytes,
  g.jvm_max_memory_bytes,
  g.outside_pools_bytes,
  g.running_tasks,
  g.requested_bytes,
  g.granted_bytes,
  g.message,
  g.user_frame,
  g.source_file_id,
  g.source_line
from grouped g left join sized s using (app_id, attempt_id, stage_id)
order by g.app_id, g.attempt_id, g.ooms desc, g.class`,
};
