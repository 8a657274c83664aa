/** A row is an attempt of a stage: how far its largest task is from the middle one. */
import type { ViewSpec } from "../view.ts";

const measured = ["run_ms", "execution", "shuffle_read", "input", "memory_spilled"] as const;

const value: Readonly<Record<(typeof measured)[number], string>> = {
  run_ms: "t.run_ms",
  execution: "coalesce(h.peak_bytes, t.peak_execution_bytes)",
  shuffle_read: "t.shuffle_read_bytes",
  input: "t.input_bytes",
  memory_spilled: "t.memory_spilled_bytes",
};

export const taskSkew: ViewSpec = {
  name: "task_skew",
  comment:
    "A row is an attempt of a stage with at least two finished tasks: how far its largest task is from the middle one.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    stage_id: "the stage",
    stage_attempt_id: "attempt of the stage",
    name: "its name",
    tasks: "successful task attempts; count",
    run_median_ms: "run time of the middle task; ms",
    run_max_ms: "run time of the slowest task; ms",
    run_skew: "slowest over middle; 1: none",
    slowest_task_id: "the slowest task",
    slowest_executor_id: "where it ran",
    execution_median_bytes:
      "peak execution memory of the middle task, by the replay or as logged; bytes",
    execution_max_bytes: "peak execution memory of the largest task; bytes",
    execution_skew: "largest over middle; 1: none",
    biggest_task_id: "the task with most execution memory",
    shuffle_read_median_bytes: "shuffle read of the middle task; bytes",
    shuffle_read_max_bytes: "shuffle read of the largest task; bytes",
    shuffle_read_skew: "largest over middle; 1: none",
    input_median_bytes: "input of the middle task; bytes",
    input_max_bytes: "input of the largest task; bytes",
    memory_spilled_median_bytes: "spilled by the middle task; bytes",
    memory_spilled_max_bytes: "spilled by the task that spilled most; bytes",
  },
  sql: `
with held as (
  select app_id, attempt_id, task_id, max(execution_used_bytes) as peak_bytes
    from task_memory_timeline group by all),
measured as (
  select t.app_id, t.attempt_id, t.stage_id, t.stage_attempt_id, t.task_id, t.executor_id,
    ${measured.map((name) => `${value[name]} as ${name}`).join(", ")}
  from tasks t left join held h using (app_id, attempt_id, task_id) where t.status = 'success')
select
  m.app_id,
  m.attempt_id,
  m.stage_id,
  m.stage_attempt_id,
  any_value(s.name) as name,
  count(*) as tasks,
  median(run_ms)::bigint as run_median_ms,
  max(run_ms) as run_max_ms,
  round(max(run_ms) / nullif(median(run_ms), 0), 4) as run_skew,
  -- Of tasks that took equally long the first, each time.
  arg_max(m.task_id, (run_ms, -m.task_id)) filter (run_ms is not null) as slowest_task_id,
  arg_max(m.executor_id, (run_ms, -m.task_id)) filter (run_ms is not null)
    as slowest_executor_id,
  median(execution)::bigint as execution_median_bytes,
  max(execution) as execution_max_bytes,
  round(max(execution) / nullif(median(execution), 0), 4) as execution_skew,
  arg_max(m.task_id, (execution, -m.task_id)) filter (execution > 0) as biggest_task_id,
  median(shuffle_read)::bigint as shuffle_read_median_bytes,
  max(shuffle_read) as shuffle_read_max_bytes,
  round(max(shuffle_read) / nullif(median(shuffle_read), 0), 4) as shuffle_read_skew,
  median(input)::bigint as input_median_bytes,
  max(input) as input_max_bytes,
  median(memory_spilled)::bigint as memory_spilled_median_bytes,
  max(memory_spilled) as memory_spilled_max_bytes
from measured m left join stages s using (app_id, attempt_id, stage_id, stage_attempt_id)
group by m.app_id, m.attempt_id, m.stage_id, m.stage_attempt_id
having count(*) > 1
order by m.app_id, m.attempt_id, run_skew desc nulls last, m.stage_id, m.stage_attempt_id`,
};
