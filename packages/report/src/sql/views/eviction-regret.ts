/**
 * A row is an RDD (or another kind of block) whose blocks were evicted: how many of them were
 * missed later.
 */
import type { ViewSpec } from "../view.ts";

export const evictionRegret: ViewSpec = {
  name: "eviction_regret",
  comment:
    "A row is an RDD, or a kind of other blocks, whose blocks were evicted: how many were missed later, and what that cost. Worst first.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    rdd_id: "the RDD; NULL: other blocks",
    name: "name of the RDD, or kind of the other blocks",
    storage_level: "its storage level",
    evictions: "evictions; count",
    evicted_bytes: "memory they freed; bytes",
    kept_on_disk: "those that stayed on disk; count",
    regretted: "those that were missed in memory later; count; NULL: no log of reads",
    recomputed: "those of them that were gone; count; NULL: no log of reads",
    regretted_bytes: "their memory; bytes",
    regretted_share: "regretted of evictions; 0 to 1",
    recompute_ms:
      "time to have them again, summed over those whose beginning a log tells, best estimate; ms; NULL: of none",
    missed_task_run_ms:
      "run time of the tasks that missed them, each once for each: the most that recomputing can have cost; ms",
    reread_bytes: "bytes that those tasks read, or the disk gave again, at most; bytes",
    caused_by_execution: "evictions for execution memory; count",
    caused_by_storage: "evictions for other blocks; count",
    caused_by_unroll: "evictions for blocks being unrolled; count",
  },
  sql: `
select
  e.app_id,
  e.attempt_id,
  k.rdd_id,
  coalesce(any_value(e.rdd_name), regexp_extract(e.block_id, '^[a-z]+')) as name,
  any_value(coalesce(r.storage_level, k.storage_level)) as storage_level,
  count(*) as evictions,
  sum(e.memory_bytes)::bigint as evicted_bytes,
  count(*) filter (e.kept_on_disk) as kept_on_disk,
  case when bool_or(e.regretted is not null) then count(*) filter (e.regretted) end as regretted,
  case when bool_or(e.regretted is not null) then count(*)
    filter (e.regret = 'recomputed') end as recomputed,
  sum(e.memory_bytes) filter (e.regretted)::bigint as regretted_bytes,
  round(case when bool_or(e.regretted is not null) then count(*)
    filter (e.regretted) / count(*) end, 4) as regretted_share,
  sum(e.recompute_ms)::bigint as recompute_ms,
  sum(e.missed_task_run_ms)::bigint as missed_task_run_ms,
  sum(e.reread_bytes)::bigint as reread_bytes,
  count(*) filter (e.cause = 'execution') as caused_by_execution,
  count(*) filter (e.cause = 'storage') as caused_by_storage,
  count(*) filter (e.cause = 'unroll') as caused_by_unroll
from eviction_ledger e
  left join blocks k on (k.app_id, k.attempt_id, k.executor_id, k.block_id)
    = (e.app_id, e.attempt_id, e.executor_id, e.block_id)
  left join rdds r on (r.app_id, r.attempt_id, r.rdd_id) = (e.app_id, e.attempt_id, k.rdd_id)
group by e.app_id, e.attempt_id, k.rdd_id, regexp_extract(e.block_id, '^[a-z]+')
order by e.app_id, e.attempt_id, regretted desc nulls last, count(*) desc, name`,
};
