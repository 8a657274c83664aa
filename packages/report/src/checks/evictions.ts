/** Blocks that had to leave memory, and blocks that never got in. */
import type { Metric } from "./check.ts";
import {
  BY_ANY_LOG,
  EVIDENCE,
  RDD_KEYS,
  RDD_OF_BLOCK,
  STAGE_KEYS,
  THIS_APP,
} from "./this-application.ts";

const MIB = 1024 * 1024;
const EVICTED = `block_events where ${THIS_APP} and op in ('evict', 'drop_to_disk')`;
/** Repeats of one configuration span up to 23 MB. */
const causes = `with ${RDD_KEYS}, ${STAGE_KEYS},
      lost as (select *, ${RDD_OF_BLOCK} as rdd_id from ${EVICTED}),
      who as (select task_id, stage_id, stage_attempt_id from tasks where ${THIS_APP}),
      named as (
        select coalesce('RDD ' || r.subject, if(l.rdd_id is null, 'broadcasts', 'RDD ' || l.rdd_id))
          as victim,
          l.cause, l.memory_bytes, coalesce(s.subject, '') as stage,
          coalesce('RDD ' || by_rdd.subject, case
            when l.caused_by_block_id like 'broadcast%' then 'a broadcast' end) as by_block
        from lost l left join rdd_keys r using (rdd_id)
          left join who w on w.task_id = l.caused_by_task_id
          left join stage_keys s on (s.stage_id, s.stage_attempt_id)
            = (w.stage_id, w.stage_attempt_id)
          left join rdd_keys by_rdd on by_rdd.rdd_id
            = try_cast(regexp_extract(l.caused_by_block_id, '^rdd_(\\d+)_', 1) as bigint))
      select format_bytes(coalesce(sum(memory_bytes), 0)::bigint) || ' of ' || victim || ' ('
        || count(*) || if(count(*) = 1, ' block', ' blocks') || ') evicted: ' ||
        case cause when 'execution' then 'tasks claimed execution memory'
          || if(stage <> '', ' in stage ' || stage, '')
          when 'storage' then 'room was needed to store ' || coalesce(by_block, 'other blocks')
          when 'unroll' then 'room was needed to cache ' || coalesce(by_block, 'other blocks')
          else 'the logs do not tell for what' end as sentence
      from (select * replace (if(cause = 'execution', stage, '') as stage, if(cause = 'execution',
        null, by_block) as by_block) from named)
      group by victim, cause, stage, by_block
      order by sum(memory_bytes) desc nulls last, sentence limit 4`;
const allowance = { relative: 0.5, absolute: 32 * MIB };

export const evictions: readonly Metric[] = [
  {
    id: "evicted_bytes",
    title: "memory evicted",
    foretoldAs: "evicted_bytes",
    unit: "bytes",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance,
    extensive: true,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 2, coalesce(v, 0), null) as value,
        coalesce(l, 0) as value_min, coalesce(h, 0) as value_max,
        ${BY_ANY_LOG} as "by"
      from evidence, (select sum(memory_bytes) as v, sum(coalesce(memory_bytes_min,
        memory_bytes)) as l,
        sum(coalesce(memory_bytes_max, memory_bytes)) as h from ${EVICTED})`,
    causes,
    lookFurther: "from eviction_ledger",
  },
  {
    id: "evicted_blocks",
    title: "RDD blocks evicted",
    foretoldAs: "evicted_blocks",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: { relative: 0.5, absolute: 16 },
    extensive: true,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 2, n, null) as value, n as value_min, n as value_max,
        ${BY_ANY_LOG} as "by"
      from evidence, (select count(*) as n from ${EVICTED}
        and block_id like 'rdd\\_%' escape '\\')`,
    causes,
    lookFurther: "from eviction_ledger",
  },
  {
    id: "failed_puts",
    title: "blocks that found no room",
    foretoldAs: "failed_puts",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: { relative: 0.5, absolute: 8 },
    extensive: true,
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 3, n, null) as value, n as value_min, n as value_max,
        ${BY_ANY_LOG} as "by"
      from evidence, (select count(*) as n from block_events
        where ${THIS_APP} and op = 'put_fail')`,
    causes: `with ${RDD_KEYS}, failed as (select *, ${RDD_OF_BLOCK} as rdd_id from block_events
      where ${THIS_APP} and op = 'put_fail')
      select count(*) || if(count(*) = 1, ' block', ' blocks') || ' of '
        || coalesce('RDD ' || subject, if(rdd_id is null, 'other kinds', 'RDD ' || rdd_id))
        || ' found no room' || coalesce(': ' || replace(rule, '_', ' '), '') as sentence
      from failed left join rdd_keys using (rdd_id) group by subject, rdd_id, rule
        order by count(*) desc, sentence limit 4`,
    lookFurther: "from put_failures",
  },
  {
    id: "rdd_evicted_bytes",
    title: "memory evicted of an RDD",
    unit: "bytes",
    better: "lower",
    scope: "rdd",
    level: "off",
    allowance: { relative: 1, absolute: 64 * MIB },
    extensive: true,
    sql: `with ${EVIDENCE}, ${RDD_KEYS},
      lost as (select ${RDD_OF_BLOCK} as rdd_id, memory_bytes, memory_bytes_min, memory_bytes_max
        from ${EVICTED})
      select subject, if(any_value(level) >= 2, coalesce(sum(memory_bytes), 0), null) as value,
        coalesce(sum(coalesce(memory_bytes_min, memory_bytes)), 0) as value_min,
        coalesce(sum(coalesce(memory_bytes_max, memory_bytes)), 0) as value_max,
          any_value(${BY_ANY_LOG}) as "by"
      from rdd_keys left join lost using (rdd_id), evidence where storage_level is not null
        group by subject`,
    causes,
    lookFurther: "from rdd_cache_efficiency",
  },
  {
    id: "stage_evicted_bytes",
    title: "memory that a stage's tasks evicted",
    unit: "bytes",
    better: "lower",
    scope: "stage",
    level: "off",
    allowance: { relative: 1, absolute: 64 * MIB },
    extensive: true,
    sql: `with ${EVIDENCE}, ${STAGE_KEYS},
      lost as (
        select t.stage_id, t.stage_attempt_id, b.memory_bytes
        from (select caused_by_task_id, memory_bytes from ${EVICTED}) b
          join (select task_id, stage_id, stage_attempt_id from tasks where ${THIS_APP}) t
            on t.task_id = b.caused_by_task_id)
      select subject, if(any_value(level) >= 3, coalesce(sum(memory_bytes), 0), null) as value,
        coalesce(sum(memory_bytes), 0) as value_min, coalesce(sum(memory_bytes), 0) as value_max,
          any_value(${BY_ANY_LOG}) as "by"
      from stage_keys left join lost using (stage_id, stage_attempt_id), evidence group by subject`,
    causes,
    lookFurther: "from stage_memory order by evicted_bytes desc nulls last",
  },
];
