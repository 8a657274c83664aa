/**
 * A row is a kind of failure in an application, in the words of the first one: how many, and the
 * time lost with them.
 */
import type { ViewSpec } from "../view.ts";

export const failureSummary: ViewSpec = {
  name: "failure_summary",
  comment:
    "A row is a kind of failure in an application, in the words of the first one: how many, and the time lost with them.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    what: "task, process, application or error, as in failures",
    class: "class of the failure, as in failures",
    error_class: "Java class of the error",
    failures: "such failures; count",
    tasks: "tasks among them; count",
    executors: "executors they happened on",
    stage_id: "stage that most of the tasks belong to",
    job_failed: "whether a job failed in this run; NULL: no event log",
    lost_ms: "time of the failed tasks until they failed; ms; NULL: unknown",
    message: "words of the first one",
    user_frame: "innermost frame of the program's own code, of the first that has one",
    running_tasks: "most tasks that ran on the executor then; count; NULL: not logged",
    first_task_id: "task of the first one",
    first_at: "when the first was logged; UTC",
    source_file_id: "file with the first one",
    source_line: "line in that file",
  },
  sql: `
with timed as (
  -- Failures that no log has the time of are in the order of their lines.
  select f.*, (coalesce(epoch_us(f.ts), 0), f.source_line) as place,
    coalesce(t.run_ms, (epoch_us(t.finished_at) - epoch_us(t.launched_at)) // 1000) as ms
  from failures f left join tasks t using (app_id, attempt_id, task_id)),
outcome as (
  select app_id, attempt_id, bool_or(status = 'failed') as failed from jobs group by all)
select
  f.app_id,
  f.attempt_id,
  f.what,
  f.class,
  f.error_class,
  count(*) as failures,
  count(f.task_id) as tasks,
  list(distinct f.executor_id order by f.executor_id)
    filter (f.executor_id is not null) as executors,
  mode(f.stage_id) as stage_id,
  any_value(o.failed) as job_failed,
  sum(f.ms)::bigint as lost_ms,
  arg_min(f.message, f.place) as message,
  arg_min(f.user_frame, f.place) filter (f.user_frame is not null) as user_frame,
  max(f.running_tasks) as running_tasks,
  arg_min(f.task_id, f.place) filter (f.task_id is not null) as first_task_id,
  min(f.ts) as first_at,
  arg_min(f.source_file_id, f.place) as source_file_id,
  arg_min(f.source_line, f.place) as source_line
from timed f left join outcome o using (app_id, attempt_id)
group by f.app_id, f.attempt_id, f.what, f.class, f.error_class
order by f.app_id, f.attempt_id, failures desc, f.class, f.error_class`,
};
