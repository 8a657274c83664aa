/** A row is an executor's memory in one mode: its peaks, and what happened for want of room. */
import type { ViewSpec } from "../view.ts";
import { UNROLLED_UNSEEN } from "./unrolled-unseen.ts";

export const executorMemorySummary: ViewSpec = {
  name: "executor_memory_summary",
  comment:
    "A row is an executor's memory in one mode: its peaks, and what happened for want of room.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    mode: "on_heap or off_heap (only where there is off-heap memory)",
    evidence_level: "debug > info > event_log_blocks > event_log",
    max_memory_bytes: "storage and execution memory together; bytes",
    storage_peak_bytes: "most that blocks and unrolling held; bytes",
    storage_peak_bytes_min: "the peak is at least this; bytes",
    storage_peak_bytes_max:
      "the peak is at most this, with what blocks being unrolled may hold, which is not logged; bytes",
    execution_peak_bytes: "most that tasks held; bytes",
    execution_peak_bytes_min: "the peak is at least this; bytes",
    execution_peak_bytes_max: "the peak is at most this; bytes",
    used_peak_bytes: "most that storage and execution held at the same moment; bytes",
    used_peak_at: "that moment; UTC",
    borrowed_peak_bytes: "most that storage held beyond its own region; bytes",
    evictions: "blocks evicted or dropped to disk; count; NULL: no log tells",
    evicted_bytes: "their memory; bytes",
    failed_puts: "blocks that found no room; count; NULL: no log tells",
    spills:
      "logged spills of tasks, in the row on_heap; count; NULL: not logged, though tasks may have spilled",
    spilled_bytes:
      "memory they freed; where no spill is logged, what finished tasks spilled by their totals; bytes",
    waits: "waits of tasks for 1/2N; count; NULL: no log tells",
    wait_ms: "time waited, best estimate; ms; NULL: no log tells",
    ooms: "times out of memory, in the row on_heap; count",
    tasks: "tasks launched there; count",
    statements: "memory statements in its logs, both modes; count",
    statements_met: "those that the replay had predicted; count",
  },
  sql: `
with ${UNROLLED_UNSEEN},
pools as (
  select app_id, attempt_id, executor_id, mode,
    max(max_memory_bytes) as max_memory_bytes,
    max(storage_used_bytes) as storage_peak_bytes,
    max(storage_used_bytes_min) as storage_peak_bytes_min,
    max(storage_used_bytes_max) as storage_peak_bytes_max,
    max(execution_used_bytes) as execution_peak_bytes,
    max(execution_used_bytes_min) as execution_peak_bytes_min,
    max(execution_used_bytes_max) as execution_peak_bytes_max,
    max(max_memory_bytes - free_bytes) as used_peak_bytes,
    arg_max(ts, (max_memory_bytes - free_bytes, -seq))
      filter (max_memory_bytes - free_bytes is not null) as used_peak_at
  from memory_timeline group by all),
regions as (
  select t.*, case t.mode when 'off_heap' then e.off_heap_storage_bytes
    else e.storage_region_bytes end as region_bytes
  from memory_timeline t join executors e using (app_id, attempt_id, executor_id)),
borrowed as (
  select t.app_id, t.attempt_id, t.executor_id, t.mode,
    max(if(t.storage_used_bytes < region_bytes, 0, t.storage_used_bytes - region_bytes))
      as borrowed_peak_bytes
  from regions t group by all),
block as (
  select app_id, attempt_id, executor_id, coalesce(mode, 'on_heap') as mode,
    count(*) filter (op in ('evict', 'drop_to_disk')) as evictions,
    sum(memory_bytes) filter (op in ('evict', 'drop_to_disk'))::bigint as evicted_bytes,
    count(*) filter (op = 'put_fail') as failed_puts
  from block_events group by all),
spill as (
  select app_id, attempt_id, executor_id, count(*) as spills,
    sum(memory_bytes)::bigint as spilled_bytes from spills group by all),
wait as (
  select app_id, attempt_id, executor_id, mode, count(*) as waits,
    (sum(epoch_us(end_ts) - epoch_us(ts)) // 1000)::bigint as wait_ms
  from memory_waits group by all),
oom as (select app_id, attempt_id, executor_id, count(*) as ooms from oom_events group by all),
task as (
  select app_id, attempt_id, executor_id, count(*) as tasks,
    sum(memory_spilled_bytes)::bigint as spilled_bytes
  from tasks group by all)
select
  e.app_id,
  e.attempt_id,
  e.executor_id,
  m.mode,
  e.evidence_level,
  coalesce(p.max_memory_bytes, case m.mode when 'on_heap' then e.max_memory_bytes
    else e.off_heap_storage_bytes + e.off_heap_execution_bytes end) as max_memory_bytes,
  p.storage_peak_bytes,
  p.storage_peak_bytes_min,
  if(p.storage_peak_bytes_max is null, null,
    least(p.storage_peak_bytes_max + coalesce(u.bytes, 0), p.max_memory_bytes))
      as storage_peak_bytes_max,
  p.execution_peak_bytes,
  p.execution_peak_bytes_min,
  p.execution_peak_bytes_max,
  p.used_peak_bytes,
  p.used_peak_at,
  b.borrowed_peak_bytes,
  case when e.evidence_level <> 'event_log' then coalesce(k.evictions, 0)
    else k.evictions end as evictions,
  case when e.evidence_level <> 'event_log' and coalesce(k.evictions, 0) = 0 then 0
    else k.evicted_bytes end as evicted_bytes,
  case when e.evidence_level in ('debug', 'info') then coalesce(k.failed_puts, 0)
    else nullif(k.failed_puts, 0) end as failed_puts,
  case when m.mode = 'on_heap' then coalesce(s.spills,
    if(e.evidence_level in ('debug', 'info') and coalesce(t.spilled_bytes, 0) = 0, 0, null)) end
      as spills,
  case when m.mode = 'on_heap' then coalesce(s.spilled_bytes, t.spilled_bytes,
    if(e.evidence_level in ('debug', 'info'), 0, null)) end as spilled_bytes,
  case when e.evidence_level in ('debug', 'info') then coalesce(w.waits, 0)
    else w.waits end as waits,
  case when e.evidence_level in ('debug', 'info') and w.waits is null then 0
    else w.wait_ms end as wait_ms,
  case when m.mode = 'on_heap' then coalesce(o.ooms, 0) end as ooms,
  coalesce(t.tasks, 0) as tasks,
  e.statements,
  e.statements_met
from executors e
  left join spill s using (app_id, attempt_id, executor_id)
  left join oom o using (app_id, attempt_id, executor_id)
  left join task t using (app_id, attempt_id, executor_id)
  cross join (values ('on_heap'), ('off_heap')) m(mode)
  left join pools p on (p.app_id, p.attempt_id, p.executor_id, p.mode)
    = (e.app_id, e.attempt_id, e.executor_id, m.mode)
  left join unrolled_unseen u on (u.app_id, u.attempt_id, u.executor_id, u.mode)
    = (e.app_id, e.attempt_id, e.executor_id, m.mode)
  left join borrowed b on (b.app_id, b.attempt_id, b.executor_id, b.mode)
    = (e.app_id, e.attempt_id, e.executor_id, m.mode)
  left join block k on (k.app_id, k.attempt_id, k.executor_id, k.mode)
    = (e.app_id, e.attempt_id, e.executor_id, m.mode)
  left join wait w on (w.app_id, w.attempt_id, w.executor_id, w.mode)
    = (e.app_id, e.attempt_id, e.executor_id, m.mode)
where m.mode = 'on_heap' or p.max_memory_bytes > 0
  or e.off_heap_storage_bytes + e.off_heap_execution_bytes > 0
order by e.app_id, e.attempt_id, e.executor_id = 'driver', try_cast(e.executor_id as bigint),
  e.executor_id, m.mode desc`,
};
