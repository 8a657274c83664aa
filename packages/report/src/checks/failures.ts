/** Deaths, and memory that was not given back: any one more than the baseline is one too many. */
import type { Metric } from "./check.ts";
import { EVIDENCE, STAGE_KEYS, THIS_APP } from "./this-application.ts";

const none = { relative: 0, absolute: 0 };

export const failures: readonly Metric[] = [
  {
    id: "ooms",
    title: "out-of-memory errors",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: none,
    extensive: false,
    sql: `select null as subject, count(*) as value, value as value_min, value as value_max,
      'logs' as "by"
      from oom_events where ${THIS_APP}`,
    causes: `with ${STAGE_KEYS},
      who as (select task_id, stage_id, stage_attempt_id from tasks where ${THIS_APP})
      select count(*) || ' × ' || coalesce(replace(class, '_', ' '), 'unknown') || ' on executor '
        || o.executor_id || coalesce(' in stage ' || subject, '') as sentence
      from (select executor_id, class, task_id from oom_events where ${THIS_APP}) o
        left join who using (task_id) left join stage_keys using (stage_id, stage_attempt_id)
      group by class, o.executor_id, subject order by count(*) desc, sentence limit 4`,
    lookFurther: "from oom_context",
  },
  {
    id: "executors_lost_to_memory",
    title: "executors lost to memory",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: none,
    extensive: false,
    sql: `select null as subject, count(*) as value, value as value_min, value as value_max,
      'logs' as "by"
      from executors where ${THIS_APP} and removed_class in ('jvm_heap', 'gc_overhead',
        'container_physical', 'container_virtual', 'direct')`,
    causes: `select 'executor ' || executor_id || ': '
      || coalesce(removed_reason, removed_class) as sentence
      from executors where ${THIS_APP} and removed_class in ('jvm_heap', 'gc_overhead',
        'container_physical', 'container_virtual', 'direct')
      order by removed_at limit 4`,
    lookFurther:
      "select executor_id, removed_at, removed_class, removed_reason from executors where removed_at is not null",
  },
  {
    id: "failed_jobs",
    title: "jobs that failed",
    whateverMemory: true,
    unit: "count",
    better: "lower",
    scope: "application",
    // Why a job fails is its own exit code's affair; here it says that not all of the work was
    // measured.
    level: "warn",
    allowance: none,
    extensive: false,
    sql: `select null as subject, if(count(*) = 0, null, count(*) filter (status = 'failed'))
      as value, value as value_min,
        value as value_max, 'event log' as "by"
      from jobs where ${THIS_APP}`,
    causes: `select 'job ' || job_id || coalesce(': ' || left(regexp_extract(error, '^[^\n]*'),
      200), '') as sentence
      from jobs where ${THIS_APP} and status = 'failed' order by job_id limit 4`,
    lookFurther: "select job_id, error from jobs where status = 'failed'",
  },
  {
    id: "leaked_bytes",
    title: "execution memory that tasks did not give back",
    whateverMemory: true,
    unit: "bytes",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: { relative: 0.5, absolute: 32 * 1024 * 1024 },
    extensive: true,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 3, bytes, null) as value, bytes as value_min,
        bytes as value_max, 'executor logs' as "by"
      from evidence, (select coalesce(sum(leaked_bytes), 0) as bytes from memory_leaks
        where ${THIS_APP})`,
    lookFurther: "from memory_leaks",
  },
];
