/**
 * A row is an executor with what its logs tell of its trouble, both modes together; place 1 had it
 * worst.
 */
import type { ViewSpec } from "../view.ts";

export const executorRanking: ViewSpec = {
  name: "executor_ranking",
  comment:
    "A row is an executor with what its logs tell of its trouble, both modes together; place 1 had it worst.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    place:
      "1 had it worst: out of memory, then lost, then evictions, failed puts, spills and waits, then how full it was",
    host: "host it ran on",
    cores: "cores it offered to tasks; count",
    added_at: "when it registered; UTC",
    removed_at: "when it was removed; UTC; NULL: it was there to the end, or no log tells",
    lost: "what ended it, where it did not end in order: its removed_class",
    evidence_level: "debug > info > event_log_blocks > event_log",
    fuller_mode: "on_heap or off_heap: where most of the memory was used",
    max_memory_bytes: "storage and execution memory together, of that mode; bytes",
    max_memory_origin: "of on_heap: logged, derived or assumed",
    storage_region_bytes: "part of on-heap memory that tasks cannot take from blocks; bytes",
    used_peak_share: "most used at one moment, of that mode's memory; 0 to 1",
    used_peak_at: "that moment; UTC",
    nearly_full_share: "time with less than a tenth free, on heap; 0 to 1",
    gc_share: "garbage collection, of the tasks' run time; 0 to 1",
    evictions: "blocks evicted or dropped to disk; count; NULL: no log tells",
    failed_puts: "blocks that found no room; count; NULL: no log tells",
    spills: "spills of tasks; count; NULL: no log tells",
    spilled_bytes: "memory they freed; bytes",
    waits: "waits of tasks for 1/2N; count; NULL: no log tells",
    wait_ms: "time waited, best estimate; ms; NULL: no log tells",
    ooms: "times out of memory; count",
    statements: "memory statements in its logs; count",
    statements_met: "those that the replay had predicted; count",
  },
  sql: `
with shares as (
  select *, used_peak_bytes / nullif(max_memory_bytes, 0) as share from executor_memory_summary),
summed as (
  select
    app_id, attempt_id, executor_id,
    any_value(evidence_level) as evidence_level,
    arg_max(mode, (coalesce(share, -1), mode)) as fuller_mode,
    arg_max(max_memory_bytes, (coalesce(share, -1), mode)) as max_memory_bytes,
    max(share) as used_peak_share,
    arg_max(used_peak_at, (share, mode)) filter (share is not null) as used_peak_at,
    sum(evictions)::bigint as evictions,
    sum(failed_puts)::bigint as failed_puts,
    sum(spills)::bigint as spills,
    sum(spilled_bytes)::bigint as spilled_bytes,
    sum(waits)::bigint as waits,
    sum(wait_ms)::double as wait_ms,
    sum(ooms)::bigint as ooms,
    any_value(statements) as statements,
    any_value(statements_met) as statements_met
  from shares group by all),
ended as (
  select
    *,
    case when removed_at is not null and removed_class not in ('killed_by_driver', 'decommissioned')
      then removed_class end as lost
  from executors)
select
  b.app_id,
  b.attempt_id,
  b.executor_id,
  row_number() over (
    partition by b.app_id, b.attempt_id
    order by
      coalesce(b.ooms, 0) desc,
      e.lost is not null desc,
      coalesce(b.evictions, 0) + coalesce(b.failed_puts, 0) + coalesce(b.spills, 0)
        + coalesce(b.waits, 0) desc,
      coalesce(b.used_peak_share, 0) desc,
      b.executor_id = 'driver',
      try_cast(b.executor_id as bigint),
      b.executor_id) as place,
  e.host,
  e.cores,
  e.added_at,
  e.removed_at,
  e.lost,
  b.evidence_level,
  b.fuller_mode,
  b.max_memory_bytes,
  e.max_memory_origin,
  e.storage_region_bytes,
  round(b.used_peak_share, 4) as used_peak_share,
  b.used_peak_at,
  p.nearly_full_share,
  p.gc_share,
  b.evictions,
  b.failed_puts,
  b.spills,
  b.spilled_bytes,
  b.waits,
  round(b.wait_ms)::bigint as wait_ms,
  b.ooms,
  b.statements,
  b.statements_met
from summed b
  left join ended e using (app_id, attempt_id, executor_id)
  left join executor_pressure p
    on (p.app_id, p.attempt_id, p.executor_id) = (b.app_id, b.attempt_id, b.executor_id)
      and p.mode = 'on_heap'
order by b.app_id, b.attempt_id, place`,
};
