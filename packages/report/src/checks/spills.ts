/** What tasks had to write down because execution memory ran out. */
import type { Metric } from "./check.ts";
import { EVIDENCE, STAGE_KEYS, THIS_APP } from "./this-application.ts";

const MIB = 1024 * 1024;
/** Repeats of one configuration span 36 to 65 MB. */
const allowance = { relative: 0.5, absolute: 32 * MIB };

/** The event log's task totals are exact; without an event log the spill lines have to do. */
function spilled(column: "memory_spilled_bytes" | "disk_spilled_bytes"): string {
  const line = column === "memory_spilled_bytes" ? "memory_bytes" : "disk_bytes";
  const ends = line === "memory_bytes" ? ["memory_bytes_min", "memory_bytes_max"] : [line, line];
  return `with ${EVIDENCE},
      totals as (select sum(${column}) as bytes, count(${column}) as known from tasks
        where ${THIS_APP}),
      lines as (select sum(${line}) as bytes, sum(coalesce(${ends[0] ?? line}, ${line})) as least,
        sum(coalesce(${ends[1] ?? line}, ${line})) as most,
        count(*) filter (${line} is null) as unknown from spills where ${THIS_APP})
      select null as subject,
        case when known > 0 then totals.bytes when level >= 3
          and unknown = 0 then coalesce(lines.bytes, 0) end as value,
        if(known > 0, totals.bytes, coalesce(least, 0)) as value_min,
        if(known > 0, totals.bytes, coalesce(most, 0)) as value_max,
        if(known > 0, 'task metrics of the event log', by_logs) as "by"
      from evidence, totals, lines`;
}

function byStage(
  column: "memory_spilled_bytes" | "disk_spilled_bytes",
  verb: string,
  limit = 4,
): string {
  return `with ${STAGE_KEYS},
      totals as (select stage_id, stage_attempt_id, sum(${column}) as bytes, count(*)
        filter (${column} > 0) as tasks
        from tasks where ${THIS_APP} group by all)
      select 'stage ' || subject || ' ${verb} ' || format_bytes(sum(bytes)::bigint) || ' in '
        || sum(tasks)::bigint || if(sum(tasks) = 1, ' task', ' tasks') as sentence
      from stage_keys join totals using (stage_id, stage_attempt_id) group by subject
        having sum(bytes) > 0
      order by sum(bytes) desc, subject limit ${limit}`;
}

/** Who spilled in the executor logs: consumers, as Spark names their classes. */
const byConsumer = `
      select count(*) || if(count(*) = 1, ' spill', ' spills')
        || if(class = '', '', ' of ' || class)
        || case trigger when 'self' then ', forced by its own request'
          when 'other_consumer' then ', forced by another consumer'
          when 'threshold' then ', at its threshold' else '' end as sentence
      from (select trigger, coalesce(regexp_extract(consumer, '([A-Za-z0-9$]+)(@.*)?$', 1), '')
        as class from spills where ${THIS_APP})
      group by class, trigger order by count(*) desc, sentence limit 4`;

export const spills: readonly Metric[] = [
  {
    id: "spilled_bytes",
    title: "execution memory spilled",
    foretoldAs: "spilled_bytes",
    unit: "bytes",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance,
    extensive: true,
    sql: spilled("memory_spilled_bytes"),
    causes: byStage("memory_spilled_bytes", "spilled"),
    lookFurther: "from spill_causes",
  },
  {
    id: "disk_spilled_bytes",
    title: "bytes that spills wrote to disk",
    foretoldAs: "spilled_disk_bytes",
    unit: "bytes",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance,
    extensive: true,
    sql: spilled("disk_spilled_bytes"),
    causes: byStage("disk_spilled_bytes", "wrote"),
    lookFurther: "from spill_causes",
  },
  {
    id: "spills",
    title: "spills",
    unit: "count",
    better: "lower",
    scope: "application",
    level: "fail",
    allowance: { relative: 0.5, absolute: 8 },
    extensive: true,
    // DEBUG shows spills that INFO does not, so the level is part of the evidence. What is sorted
    // for SQL may spill without a line: an executor whose tasks spilled and whose log is silent
    // leaves the count unknown.
    sql: `with ${EVIDENCE}
      select null as subject, if(level >= 3 and not hidden, n, null) as value, n as value_min,
        n as value_max, by_logs as "by"
      from evidence, (select count(*) as n from spills where ${THIS_APP}),
        (select count(*) > 0 as hidden from (
          select executor_id from tasks where ${THIS_APP} and memory_spilled_bytes > 0
          except select executor_id from spills where ${THIS_APP}))`,
    causes: byConsumer,
    lookFurther: "from spill_causes",
  },
  {
    id: "stage_spilled_bytes",
    title: "execution memory that a stage spilled",
    unit: "bytes",
    better: "lower",
    scope: "stage",
    level: "warn",
    allowance: { relative: 1, absolute: 64 * MIB },
    extensive: true,
    sql: `with ${STAGE_KEYS},
      totals as (select stage_id, stage_attempt_id, sum(memory_spilled_bytes) as bytes from tasks
        where ${THIS_APP} group by all)
      select subject, sum(bytes) as value, value as value_min, value as value_max,
        'task metrics of the event log' as "by"
      from stage_keys left join totals using (stage_id, stage_attempt_id) group by subject`,
    causes: byStage("memory_spilled_bytes", "spilled", 1000),
    lookFurther: "from stage_memory order by memory_spilled_bytes desc nulls last",
  },
];
