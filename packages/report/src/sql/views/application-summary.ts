/**
 * A row is an application: its peaks, what it evicted, spilled and lost, and how far its replay can
 * be trusted.
 */
import type { ViewSpec } from "../view.ts";

export const applicationSummary: ViewSpec = {
  name: "application_summary",
  comment:
    "A row is an application attempt: its peaks, what it evicted, spilled and lost, its worst finding, and how far its replay can be trusted.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    name: "its name",
    spark_version: "version of Spark",
    started_at: "when it began; UTC",
    duration_ms: "how long it ran; ms; NULL: no end logged",
    evidence_level: "best of its executors: debug > info > event_log_blocks > event_log",
    executors: "executors, the driver left out; count",
    executors_lost: "those that went before the end, given back ones left out; count",
    jobs_failed: "failed jobs; count; NULL: no event log",
    tasks: "task attempts; count; NULL: no event log",
    tasks_failed: "failed ones; count",
    run_ms: "run time of all tasks; ms",
    gc_ms: "garbage collections within it, as the tasks count them; ms",
    max_memory_bytes: "storage and execution memory of its largest executor, on-heap; bytes",
    storage_peak_bytes: "most that blocks held on one executor, best estimate; bytes",
    storage_peak_bytes_min: "at least; bytes",
    storage_peak_bytes_max: "at most; bytes",
    execution_peak_bytes: "most that tasks held on one executor, best estimate; bytes",
    execution_peak_bytes_min: "at least; bytes",
    execution_peak_bytes_max: "at most; bytes",
    evictions: "blocks evicted or dropped to disk; count; NULL: no log tells",
    failed_puts: "blocks that found no room; count; NULL: no log tells",
    missed_after_eviction: "reads that missed an evicted block; count; NULL: no log of reads",
    missed_after_no_room:
      "reads that missed a block that had found no room; count; NULL: no log of reads",
    missed_after_loss: "reads that missed a block of a lost executor; count; NULL: no log of reads",
    spilled_bytes: "memory spilled by the tasks' totals, else by lines; bytes; NULL: no log tells",
    waits: "waits of tasks for 1/2N; count; NULL: no log tells",
    wait_ms: "time waited, best estimate; ms",
    ooms: "times out of memory; count",
    statements: "memory statements of its logs; count",
    statements_met: "those that the replay had predicted; count",
    truncated_files: "logs that end within a line or a frame; count",
    incomplete_files: "logs of which these logs show that something is missing; count",
    warnings: "oddities of the input that are warnings or errors; count",
    settings: "memory settings that differ from Spark's defaults, as key=value",
    findings: "findings; count",
    worst: "title of the worst of them",
    worst_kind: "its kind",
    worst_severity: "its severity",
    worst_cost_ms: "what it cost, best estimate; ms; NULL: unknown",
    worst_change: "what would help against it",
    cost_ms:
      "what all of them cost, those that name the cause of another left out: best estimates, else the middle of the bounds; ms",
  },
  sql: `
with people as (
  select app_id, attempt_id, count(*) filter (executor_id <> 'driver') as executors,
    bool_or(evidence_level in ('debug', 'info')) as logged,
      bool_or(evidence_level <> 'event_log') as blocks_logged
  from executors group by all),
lost as (
  select app_id, attempt_id, count(*) as executors from executors
  where executor_id <> 'driver' and removed_class is not null
    and removed_class <> 'killed_by_driver' group by all),
work as (
  select app_id, attempt_id, count(*) as tasks, count(*) filter (status = 'failed') as failed,
    sum(run_ms)::bigint as run_ms,
    sum(gc_ms)::bigint as gc_ms, sum(memory_spilled_bytes)::bigint as spilled_bytes
  from tasks group by all),
jobs_ended as (
  select app_id, attempt_id, count(*) filter (status = 'failed') as failed from jobs group by all),
pools as (
  select app_id, attempt_id, max(max_memory_bytes) as max_memory_bytes,
    max(storage_used_bytes) as storage_peak, max(storage_used_bytes_min) as storage_min,
      max(storage_used_bytes_max) as storage_max,
    max(execution_used_bytes) as execution_peak, max(execution_used_bytes_min) as execution_min,
    max(execution_used_bytes_max) as execution_max
  from memory_timeline where mode = 'on_heap' and executor_id <> 'driver' group by all),
block as (
  select app_id, attempt_id, count(*) filter (op in ('evict', 'drop_to_disk')) as evictions,
    count(*) filter (op = 'put_fail') as failed_puts, count(*)
      filter (miss_kind = 'after_evict') as after_evict,
    count(*) filter (miss_kind = 'after_put_fail') as after_put_fail, count(*)
      filter (miss_kind = 'after_loss') as after_loss
  from block_events group by all),
spill as (select app_id, attempt_id, sum(memory_bytes)::bigint as bytes from spills group by all),
wait as (
  select app_id, attempt_id, count(*) as waits,
    (sum(epoch_us(end_ts) - epoch_us(ts)) // 1000)::bigint as ms
  from memory_waits group by all),
oom as (select app_id, attempt_id, count(*) as ooms from oom_events group by all),
files as (
  select app_id, attempt_id, count(*) filter (truncated) as cut, count(incomplete) as incomplete,
    bool_or(kind = 'event_log') as event_log
  from source_files group by all),
odd as (
  select app_id, attempt_id, sum("count")::bigint as warnings from diagnostics
    where severity <> 'info' group by all),
conf as (
  select app_id, attempt_id, list(key || '=' || value order by key) as settings
  from spark_conf where not coalesce(is_default, false)
    and regexp_matches(key,
      '^spark\\.(?:memory|storage|shuffle\\.memory|shuffle\\.spill|executor\\.(?:memory|cores)|driver\\.(?:memory|maxResult)|yarn\\.executor\\.memory|sql\\.(?:shuffle\\.partitions|autoBroadcast|adaptive\\.enabled))')
  group by all),
worst as (
  select app_id, attempt_id, count(*) as findings, arg_min(title, rank) as title,
    arg_min(kind, rank) as kind,
    arg_min(severity, rank) as severity, arg_min(cost_ms, rank) as cost_ms,
      arg_min(change, rank) as change,
    round(sum(coalesce(cost_ms, (coalesce(cost_ms_min, 0) + cost_ms_max) / 2, cost_ms_min))
      filter (kind <> 'setting'))::bigint as all_ms
  from findings group by all)
select
  a.app_id,
  a.attempt_id,
  a.name,
  a.spark_version,
  a.started_at,
  (epoch_us(a.ended_at) - epoch_us(a.started_at)) // 1000 as duration_ms,
  a.evidence_level,
  coalesce(p.executors, 0) as executors,
  coalesce(l.executors, 0) as executors_lost,
  if(f.event_log, coalesce(j.failed, 0), null) as jobs_failed,
  w.tasks,
  w.failed as tasks_failed,
  w.run_ms,
  w.gc_ms,
  o.max_memory_bytes,
  o.storage_peak as storage_peak_bytes,
  o.storage_min as storage_peak_bytes_min,
  o.storage_max as storage_peak_bytes_max,
  o.execution_peak as execution_peak_bytes,
  o.execution_min as execution_peak_bytes_min,
  o.execution_max as execution_peak_bytes_max,
  if(p.blocks_logged, coalesce(b.evictions, 0), b.evictions) as evictions,
  if(p.logged, coalesce(b.failed_puts, 0), nullif(b.failed_puts, 0)) as failed_puts,
  if(p.logged, coalesce(b.after_evict, 0), null) as missed_after_eviction,
  if(p.logged, coalesce(b.after_put_fail, 0), null) as missed_after_no_room,
  if(p.logged, coalesce(b.after_loss, 0), null) as missed_after_loss,
  coalesce(w.spilled_bytes, s.bytes, if(p.logged, 0, null)) as spilled_bytes,
  if(p.logged, coalesce(t.waits, 0), t.waits) as waits,
  t.ms as wait_ms,
  coalesce(m.ooms, 0) as ooms,
  a.statements,
  a.statements_met,
  coalesce(f.cut, 0) as truncated_files,
  coalesce(f.incomplete, 0) as incomplete_files,
  coalesce(d.warnings, 0) as warnings,
  c.settings,
  coalesce(x.findings, 0) as findings,
  x.title as worst,
  x.kind as worst_kind,
  x.severity as worst_severity,
  x.cost_ms as worst_cost_ms,
  x.change as worst_change,
  x.all_ms as cost_ms
from applications a
  left join people p using (app_id, attempt_id)
  left join lost l using (app_id, attempt_id)
  left join work w using (app_id, attempt_id)
  left join jobs_ended j using (app_id, attempt_id)
  left join pools o using (app_id, attempt_id)
  left join block b using (app_id, attempt_id)
  left join spill s using (app_id, attempt_id)
  left join wait t using (app_id, attempt_id)
  left join oom m using (app_id, attempt_id)
  left join files f using (app_id, attempt_id)
  left join odd d using (app_id, attempt_id)
  left join conf c using (app_id, attempt_id)
  left join worst x using (app_id, attempt_id)
order by case x.severity when 'dead' then 0 when 'slow' then 1 when 'risk' then 1
  when 'waste' then 3 else 4 end,
  x.all_ms desc nulls last, a.app_id, a.attempt_id`,
};
