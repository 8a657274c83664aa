/**
 * A row is an attempt of a stage that ran: what its tasks held, spilled, waited for and evicted.
 */
import type { ViewSpec } from "../view.ts";

export const stageMemory: ViewSpec = {
  name: "stage_memory",
  comment:
    "A row is an attempt of a stage that ran: what its tasks held, spilled, waited for and evicted.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    stage_id: "the stage",
    stage_attempt_id: "attempt of the stage",
    name: "its name",
    query: "description of the query, else of the job, that it is part of; NULL: none",
    tasks: "task attempts that ran; count",
    failed_tasks: "those that failed; count",
    run_ms: "their run time, summed; ms",
    gc_ms: "garbage collection meanwhile, summed; ms",
    execution_peak_bytes: "most execution memory that one task held, by the replay; bytes",
    logged_execution_peak_bytes:
      "most that a task logged as its peak (Spark's own estimate); bytes",
    memory_spilled_bytes: "spilled by its tasks, size in memory; bytes",
    disk_spilled_bytes: "spilled by its tasks, size on disk; bytes",
    waits: "waits of its tasks for 1/2N; count; NULL: no log tells",
    wait_ms: "time they waited, best estimate; ms; NULL: no log tells",
    evictions_caused:
      "blocks that were evicted for its tasks, as far as causes are known; count; NULL: no log tells",
    evicted_bytes: "their memory; bytes",
    input_bytes: "read from storage or cache; bytes",
    shuffle_read_bytes: "shuffle read; bytes",
    shuffle_write_bytes: "shuffle written; bytes",
  },
  sql: `
with held as (
  select app_id, attempt_id, task_id, max(execution_used_bytes) as peak_bytes
    from task_memory_timeline group by all),
waited as (
  select app_id, attempt_id, task_id, count(*) as waits,
    sum(epoch_us(end_ts) - epoch_us(ts)) / 1000 as wait_ms
  from memory_waits group by all),
evicted as (
  select app_id, attempt_id, caused_by_task_id as task_id, count(*) as evictions,
    sum(memory_bytes) as evicted_bytes
  from block_events where op in ('evict', 'drop_to_disk') and caused_by_task_id is not null
    group by all)
select
  s.app_id,
  s.attempt_id,
  s.stage_id,
  s.stage_attempt_id,
  s.name,
  any_value(coalesce(nullif(q.description, ''), j.description)) as query,
  count(t.task_id) as tasks,
  count(t.task_id) filter (t.status = 'failed') as failed_tasks,
  sum(t.run_ms)::bigint as run_ms,
  sum(t.gc_ms)::bigint as gc_ms,
  max(h.peak_bytes) as execution_peak_bytes,
  max(t.peak_execution_bytes) as logged_execution_peak_bytes,
  sum(t.memory_spilled_bytes)::bigint as memory_spilled_bytes,
  sum(t.disk_spilled_bytes)::bigint as disk_spilled_bytes,
  coalesce(sum(w.waits), if(bool_and(x.evidence_level in ('debug', 'info')), 0, null))::bigint
    as waits,
  round(coalesce(sum(w.wait_ms), if(bool_and(x.evidence_level in ('debug', 'info'))
    and count(w.waits) = 0, 0, null)))::bigint as wait_ms,
  coalesce(sum(e.evictions), if(bool_and(x.evidence_level in ('debug', 'info')), 0, null))::bigint
    as evictions_caused,
  coalesce(sum(e.evicted_bytes), if(bool_and(x.evidence_level in ('debug', 'info'))
    and count(e.evictions) = 0, 0, null))::bigint as evicted_bytes,
  sum(t.input_bytes)::bigint as input_bytes,
  sum(t.shuffle_read_bytes)::bigint as shuffle_read_bytes,
  sum(t.shuffle_write_bytes)::bigint as shuffle_write_bytes
from stages s
  left join tasks t using (app_id, attempt_id, stage_id, stage_attempt_id)
  left join held h using (app_id, attempt_id, task_id)
  left join waited w using (app_id, attempt_id, task_id)
  left join evicted e using (app_id, attempt_id, task_id)
  left join executors x on (x.app_id, x.attempt_id, x.executor_id)
    = (t.app_id, t.attempt_id, t.executor_id)
  left join sql_executions q on (q.app_id, q.attempt_id, q.execution_id)
    = (s.app_id, s.attempt_id, s.sql_execution_id)
  left join jobs j on (j.app_id, j.attempt_id, j.job_id) = (s.app_id, s.attempt_id, s.job_id)
where s.status not in ('pending', 'skipped')
group by s.app_id, s.attempt_id, s.stage_id, s.stage_attempt_id, s.name
order by s.app_id, s.attempt_id, s.stage_id, s.stage_attempt_id`,
};
