/** Tasks that had to wait until they held 1/2N of the execution pool. */
import type { Metric } from "./check.ts";
import { EVIDENCE, STAGE_KEYS, THIS_APP } from "./this-application.ts";

// That a task waits is logged at INFO; when it got its memory, at DEBUG.
const WAITS = `(select count(*) as n, coalesce(sum(epoch_us(end_ts) - epoch_us(ts)) / 1000,
  0) as ms,
    coalesce(sum(greatest(0, coalesce(epoch_us(end_ts_min), epoch_us(end_ts)) - epoch_us(ts)))
      / 1000, 0) as ms_min,
    coalesce(sum(coalesce(epoch_us(end_ts_max), epoch_us(end_ts)) - epoch_us(ts)) / 1000, 0)
      as ms_max
  from memory_waits where ${THIS_APP})`;

const causes = `with ${STAGE_KEYS},
      waited as (select task_id, active_tasks, held_by_task_id from memory_waits where ${THIS_APP}),
      who as (select task_id, stage_id, stage_attempt_id from tasks where ${THIS_APP})
      select count(*) || if(count(*) = 1, ' wait', ' waits')
        || coalesce(' in stage ' || subject, '')
        || coalesce(' while up to ' || max(active_tasks) || ' tasks shared the pool', '')
          as sentence
      from waited left join who using (task_id)
        left join stage_keys using (stage_id, stage_attempt_id)
      group by subject order by count(*) desc, sentence limit 4`;

export const waits: readonly Metric[] = [
  {
    id: "memory_waits",
    title: "waits for execution memory",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: { relative: 0.5, absolute: 16 },
    extensive: true,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 3, n, null) as value, n as value_min, n as value_max,
        by_logs as "by" from evidence, ${WAITS}`,
    causes,
    lookFurther: "from wait_summary",
  },
  {
    id: "memory_wait_ms",
    title: "time waited for execution memory, summed over tasks",
    unit: "ms",
    better: "lower",
    scope: "application",
    // Time on a shared machine is rough: never a failure unless someone asks for it.
    level: "warn",
    allowance: { relative: 1, absolute: 30_000 },
    extensive: true,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 4 or level >= 3 and n = 0, ms, null) as value,
        ms_min as value_min, ms_max as value_max, by_logs as "by" from evidence, ${WAITS}`,
    causes,
    lookFurther: "from wait_summary",
  },
];
