/**
 * A row is a stage's waits for execution memory on an executor: how long, and who held it
 * meanwhile.
 */
import type { ViewSpec } from "../view.ts";

export const waitSummary: ViewSpec = {
  name: "wait_summary",
  comment:
    "A row is a stage's waits for execution memory (1/2N) on an executor: how long, and who held it meanwhile. Longest first.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor they waited on",
    mode: "on_heap or off_heap",
    stage_id: "stage of the tasks that waited",
    waits: "waits; count",
    tasks: "tasks that waited; count",
    wait_ms: "time waited, best estimate, summed over tasks; ms",
    wait_ms_min: "time waited, at least; ms",
    wait_ms_max: "time waited, at most; ms",
    longest_ms: "longest wait, best estimate; ms",
    requested_bytes: "what the largest request asked for; bytes",
    active_tasks: "most tasks that shared the pool; count",
    smallest_pool_bytes: "smallest execution pool during a wait; bytes",
    held_by_task_id: "task that held most during the longest wait",
    held_bytes: "what it held; bytes",
    origin: "logged, derived or assumed, of the least sure wait",
  },
  sql: `
with waits as (
  select w.*, t.stage_id,
    (epoch_us(w.end_ts) - epoch_us(w.ts)) / 1000 as ms,
    if(w.end_ts_min < w.ts, 0, epoch_us(w.end_ts_min) - epoch_us(w.ts)) / 1000 as ms_min,
    (epoch_us(w.end_ts_max) - epoch_us(w.ts)) / 1000 as ms_max
  from memory_waits w left join tasks t using (app_id, attempt_id, task_id))
select
  app_id,
  attempt_id,
  executor_id,
  mode,
  stage_id,
  count(*) as waits,
  count(distinct task_id) as tasks,
  round(sum(ms))::bigint as wait_ms,
  round(sum(ms_min))::bigint as wait_ms_min,
  round(sum(ms_max))::bigint as wait_ms_max,
  round(max(ms))::bigint as longest_ms,
  max(requested_bytes) as requested_bytes,
  max(active_tasks) as active_tasks,
  min(pool_bytes) as smallest_pool_bytes,
  arg_max(held_by_task_id, (coalesce(ms, 0), -task_id)) as held_by_task_id,
  arg_max(held_bytes, (coalesce(ms, 0), -task_id)) as held_bytes,
  arg_max(origin, case origin when 'assumed' then 3 when 'derived' then 2 else 1 end) as origin
from waits
group by app_id, attempt_id, executor_id, mode, stage_id
order by app_id, attempt_id, wait_ms desc nulls last, executor_id, mode, stage_id`,
};
