/**
 * A row is an application as a run of a job: whose it is, what the job is called, its shape, and
 * what its findings cost.
 */
import type { ViewSpec } from "../view.ts";

export const jobRuns: ViewSpec = {
  name: "job_runs",
  comment:
    "A row is an application attempt as a run of a job: runs with one owner, job and shape are runs of the same. What its findings cost stands beside it.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    owner: "user that ran it; NULL: not logged",
    job: "its name, * for each run of digits, dates and ids; NULL: not logged",
    shape: "hash of the names of its stages; NULL: no event log",
    started_at: "when it began; UTC",
    duration_ms: "how long it ran; ms; NULL: no end logged",
    run_ms: "run time of all tasks; ms",
    cost_ms:
      "what its findings cost, those that name the cause of another and those of unknown cost left out; best estimates, else the middle of the bounds; ms; 0: nothing found; NULL: unknown",
  },
  sql: `
with work as (
  select app_id, attempt_id, sum(run_ms)::bigint as run_ms from tasks group by all),
shapes as (
  select app_id, attempt_id, md5(string_agg(name, chr(10) order by name)) as shape
  from (select distinct app_id, attempt_id, regexp_replace(name, '[0-9]+', '*', 'g') as name
    from stages)
  group by all),
lost as (
  select app_id, attempt_id, count(*) as findings,
    sum(coalesce(cost_ms, (coalesce(cost_ms_min, 0) + cost_ms_max) / 2, cost_ms_min))
      filter (kind <> 'setting') as cost_ms
  from findings group by all)
select
  a.app_id,
  a.attempt_id,
  a.spark_user as owner,
  regexp_replace(a.name, '[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+', '*', 'g') as job,
  s.shape,
  a.started_at,
  (epoch_us(a.ended_at) - epoch_us(a.started_at)) // 1000 as duration_ms,
  w.run_ms,
  if(l.findings is null, 0, round(l.cost_ms)::bigint) as cost_ms
from applications a left join shapes s using (app_id, attempt_id)
  left join work w using (app_id, attempt_id)
  left join lost l using (app_id, attempt_id)
order by owner, job, s.shape, a.started_at, a.app_id, a.attempt_id`,
};
