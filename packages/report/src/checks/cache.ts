/** What a cached RDD was good for. */
import type { Metric } from "./check.ts";
import { BY_ANY_LOG, EVIDENCE, RDD_KEYS, RDD_OF_BLOCK, THIS_APP } from "./this-application.ts";

const READS = `(select
    count(*) filter (op in ('hit_memory', 'hit_disk', 'hit_remote')) as hits,
    count(*) filter (op = 'miss' and coalesce(miss_kind, '') <> 'cold') as misses
  from block_events where ${THIS_APP} and block_id like 'rdd\\_%' escape '\\')`;

const causes = `with ${RDD_KEYS}, missed as (
        select miss_kind, ${RDD_OF_BLOCK} as rdd_id from block_events
        where ${THIS_APP} and op = 'miss' and coalesce(miss_kind, '') <> 'cold'
          and block_id like 'rdd\\_%' escape '\\')
      select count(*) || if(count(*) = 1, ' read', ' reads') || ' of RDD '
        || coalesce(subject, rdd_id::varchar) || ' missed' ||
        case miss_kind when 'after_evict' then ' a block that had been evicted'
          when 'after_put_fail' then ' a block that had found no room'
          when 'after_loss' then ' a block lost with its executor' else '' end as sentence
      from missed left join rdd_keys using (rdd_id) group by subject, rdd_id, miss_kind
        order by count(*) desc, sentence limit 4`;

export const cache: readonly Metric[] = [
  {
    id: "cache_hit_share",
    title: "reads that the cache served, first reads left out",
    unit: "share",
    better: "higher",
    scope: "application",
    level: "fail",
    // One configuration's repeats span 0.50 to 0.70.
    allowance: { relative: 0.4, absolute: 0.25 },
    extensive: false,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 3, hits / nullif(hits + misses, 0), null) as value,
        value as value_min,
        value as value_max, ${BY_ANY_LOG} as "by"
      from evidence, ${READS}`,
    causes,
    lookFurther: "from rdd_cache_efficiency",
  },
  {
    id: "cache_misses",
    title: "reads of blocks that the cache had lost or never held",
    foretoldAs: "recomputes",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: { relative: 0.5, absolute: 16 },
    extensive: true,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 3, misses, null) as value, misses as value_min,
        misses as value_max, ${BY_ANY_LOG} as "by"
      from evidence, ${READS}`,
    causes,
    lookFurther: "from rdd_cache_efficiency",
  },
];
