/**
 * A row is an executor on which tasks ran: the garbage collected meanwhile, and how much beyond the
 * usual.
 */
import type { ViewSpec } from "../view.ts";

/**
 * Share of the tasks' run time in collections that runs without any eviction, refusal or spill had
 * at most (p90): 17 recorded runs, n = 10 of Spark 3.x on Java 17 (G1), 7 of 1.6 and 2.4 on Java 8
 * (parallel collector), docs/advice.md.
 */
export const USUAL_GC = { g1: 0.34, parallel: 0.77 } as const;

export const garbageCosts: ViewSpec = {
  name: "garbage_costs",
  comment:
    "A row is an executor on which tasks ran: time of collecting garbage within it, and how much beyond what such tasks have without any pressure. The same collection counts in every task that ran then.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "the executor",
    tasks: "tasks; count",
    run_ms: "their run time; ms",
    gc_ms: "time in which their JVM collected garbage, of each task at most its run time; ms",
    gc_share: "of their run time; 0 to 1",
    usual_share: "share that recorded runs without pressure had at most (p90); 0 to 1",
    beyond_ms: "collecting beyond that share; ms",
    heap_peak_bytes: "most of the heap in use, polled; bytes; NULL: not polled",
    jvm_max_memory_bytes: "the heap; bytes",
  },
  sql: `
with usual as (
  select app_id, attempt_id,
    -- Spark 3.3 is the first whose images bring Java 11 or 17.
    if(try_cast(regexp_extract(spark_version, '^(\\d+\\.\\d)', 1) as double) < 3.3,
      ${USUAL_GC.parallel}, ${USUAL_GC.g1}) as share
  from applications),
spent as (
  select app_id, attempt_id, executor_id, count(*) as tasks, sum(run_ms)::bigint as run_ms,
    sum(least(gc_ms, run_ms))::bigint as gc_ms
  from tasks where run_ms is not null and gc_ms is not null group by all),
heap as (
  select app_id, attempt_id, executor_id, max(value) as bytes from executor_metrics
    where name = 'JVMHeapMemory' group by all)
select
  s.app_id,
  s.attempt_id,
  s.executor_id,
  s.tasks,
  s.run_ms,
  s.gc_ms,
  round(s.gc_ms / nullif(s.run_ms, 0), 4) as gc_share,
  u.share as usual_share,
  greatest(0, round(s.gc_ms - s.run_ms * u.share))::bigint as beyond_ms,
  nullif(h.bytes, 0) as heap_peak_bytes,
  e.jvm_max_memory_bytes
from spent s join usual u using (app_id, attempt_id)
  left join heap h using (app_id, attempt_id, executor_id)
  left join executors e using (app_id, attempt_id, executor_id)
order by s.app_id, s.attempt_id, beyond_ms desc, s.executor_id`,
};
