/**
 * The questions that findings share: each is asked once, over all applications at hand, and only
 * where there are rows.
 */

import { relations } from "../../sql/relations.ts";

/** What every row is of. */
export const WHOSE = { app_id: "key", attempt_id: "key" } as const;

/** What PRESENT answers: of which kinds there are rows. */
export const KINDS_PRESENT = {
  ooms: "flag",
  losses: "flag",
  failures: "flag",
  failed_jobs: "flag",
  blocks_gone: "flag",
  blocks: "flag",
  spills: "flag",
  waits: "flag",
  leaks: "flag",
  process_sizes: "flag",
} as const;

/** A healthy run is asked little. */
export const PRESENT = (here: string): string => `
  select exists (from oom_events where ${here}) as ooms,
    exists (from executors where ${here} and executor_id <> 'driver'
      and (removed_at is not null or removed_class is not null))
      or exists (from failures where ${here} and class in ('signal', 'stopped')) as losses,
    exists (from failures where ${here}) as failures,
    exists (from jobs where ${here} and status = 'failed') as failed_jobs,
    exists (from block_events where ${here}
      and op in ('evict', 'drop_to_disk', 'put_fail')) as blocks_gone,
    exists (from rdds where ${here} and storage_level is not null)
      or exists (from blocks where ${here} and rdd_id is not null) as blocks,
    exists (from spills where ${here}) or exists (from tasks where ${here}
      and memory_spilled_bytes > 0) as spills,
    exists (from memory_waits where ${here}) as waits,
    exists (from memory_leaks where ${here}) as leaks,
    exists (from executor_metrics where ${here} and name = 'ProcessTreeJVMRSSMemory'
      and value > 0) as process_sizes`;

const BESIDE_APPLICATION = {
  run_ms: "number",
  cores: "number",
  ooms: "number",
  settings_logged: "flag",
  runs_tasks_on_driver: "flag",
} as const;
/** What APPLICATIONS answers with. */
export const FACTS: typeof relations.applications & typeof BESIDE_APPLICATION = {
  ...relations.applications,
  ...BESIDE_APPLICATION,
};

export const APPLICATIONS = (here: string): string => `
  select a.*, t.run_ms, x.cores, coalesce(o.ooms, 0) as ooms,
    coalesce(c.logged, false) as settings_logged,
    -- Utils.isLocalMaster: the driver is the only executor.
    a.app_id like 'local-%' or exists (from spark_conf s where s.app_id = a.app_id
        and s.attempt_id = a.attempt_id and s.key = 'spark.master' and regexp_matches(s.value, '^local(\\[|$)'))
      or exists (from tasks t where t.app_id = a.app_id and t.attempt_id = a.attempt_id
        and t.executor_id = 'driver')
      or exists (from oom_events t where t.app_id = a.app_id and t.attempt_id = a.attempt_id
        and t.executor_id = 'driver' and t.task_id is not null)
      or exists (from failures t where t.app_id = a.app_id and t.attempt_id = a.attempt_id
        and t.executor_id = 'driver' and (t.task_id is not null
          -- A driver's signal counts the tasks of all its executors.
          or (t.running_tasks > 0 and t.class <> 'signal'))) as runs_tasks_on_driver
  from (select * replace (coalesce(memory_manager, (
      select any_value(e.memory_manager) from executors e where e.app_id = applications.app_id
        and e.attempt_id = applications.attempt_id)) as memory_manager)
    from applications where ${here}) a
    left join (select app_id, attempt_id, sum(run_ms)::bigint as run_ms from tasks where ${here}
      group by all) t using (app_id, attempt_id)
    left join (select app_id, attempt_id, max(cores) as cores from executors where ${here}
      and executor_id <> 'driver' group by all) x
      using (app_id, attempt_id)
    left join (select app_id, attempt_id, count(*) as ooms from oom_events where ${here}
      group by all) o using (app_id, attempt_id)
    left join (select app_id, attempt_id, count(*) > 0 as logged from spark_conf where ${here}
      and key = 'spark.app.id' or key = 'spark.master' group by all) c
      using (app_id, attempt_id)`;

/**
 * Who held memory after its last read: for what is held in vain, and for whose blocks went
 * meanwhile.
 */
export const IDLE = (here: string): string =>
  `from idle_rdds where ${here} order by would_prevent desc, idle_bytes desc, rdd_id`;

/** What EVICTING_BROADCASTS answers with. */
export const EVICTING = {
  app_id: "key",
  attempt_id: "key",
  broadcast_id: "number",
  bytes: "number",
  value_bytes: "number",
  rdds: "texts",
} as const;

/** Broadcasts that evicted blocks of RDDs, those that evicted most first. */
export const EVICTING_BROADCASTS = (here: string): string => `
  select app_id, attempt_id, broadcast_id, max(memory_bytes) as bytes,
    max(value_bytes) as value_bytes,
    list_distinct(flatten(list(evicted_rdds))) as rdds
  from broadcasts where ${here} and evictions > 0
  group by app_id, attempt_id, broadcast_id order by sum(evictions) desc, broadcast_id`;

/** What SETTINGS answers with. */
export const SET = { app_id: "key", attempt_id: "key", key: "key", value: "key" } as const;

export const SETTINGS = (here: string): string => `
  select app_id, attempt_id, key, value from spark_conf
  where ${here} and not coalesce(is_default, false)`;

export const NEEDS = (here: string): string => `from memory_need where ${here}`;
