/**
 * SQL that every metric shares: one application of a database, and the evidence there is about its
 * executors.
 */

/** Set by whoever asks: `set variable app_id = …`. A user's own SQL may use both variables too. */
export const THIS_APP: string = thisApp();

/** The same of one relation among several. */
export function thisApp(alias?: string): string {
  const of = alias === undefined ? "" : `${alias}.`;
  return `${of}app_id = getvariable('app_id') and ${of}attempt_id = getvariable('attempt_id')`;
}

/**
 * CTEs: `evidence` is one row with `level`, the least evidence of an executor that ran tasks (4
 * debug, 3 info, 2 event log with block updates, 1 bare event log), and `by_logs` in words. An
 * executor whose log is missing is one about which the others' logs say nothing, so the least
 * counts; one whose log has no lines of tasks or blocks says as little.
 */
export const EVIDENCE: string = `
ran as (select distinct executor_id from tasks where ${THIS_APP} and executor_id is not null),
looked_at as (
  select * from executors where ${THIS_APP} and (
    executor_id in (from ran)
    or (not exists (from ran) and executor_id <> 'driver'))),
silent as (
  select executor_id from source_files
  where ${THIS_APP} and list_has_any(string_split(missing_kinds, ','), ['tasks', 'blocks'])),
levels as (
  select if(executor_id in (from silent), 1,
    case evidence_level when 'debug' then 4 when 'info' then 3 when 'event_log_blocks' then 2
      else 1 end) as level
  from looked_at),
evidence as (
  select
    min(level) as level,
    case min(level)
      when 4 then 'executor logs at DEBUG' when 3 then 'executor logs at INFO'
      when 2 then 'block updates of the event log' else 'event log' end as by_logs
  from levels)`;

/**
 * An expression: `executor logs` where every executor that ran tasks has one, whatever its level.
 */
export const BY_ANY_LOG: string = "if(level >= 3, 'executor logs', by_logs)";

/**
 * CTE `stage_keys`: what each stage is. The numbers of lines move with every edit, so they stay out
 * of the key. From 4.0 on Spark submits a query's stages on a thread of its own, which names them
 * all alike: the query's own words tell them apart.
 */
export const STAGE_KEYS: string = `
stage_keys as (
  select s.stage_id, s.stage_attempt_id,
    regexp_replace(coalesce(if(s.name like '$anonfun$%'
      or s.name like '% at CompletableFuture.java%', nullif(q.description, ''), null), s.name,
      'stage ' || s.stage_id), ':\\d+$', '') as subject
  from stages s left join (select execution_id, description from sql_executions where ${THIS_APP}) q
    on q.execution_id = s.sql_execution_id
  where ${thisApp("s")} and s.status not in ('pending', 'skipped'))`;

/**
 * CTE `rdd_keys`: what each RDD is: the name its program gave it, or its operator and call site. A
 * cached DataFrame's name is its plan, whose numbers (`id#12L`, `plan_id=31`) are counted anew in
 * each run.
 */
export const RDD_KEYS: string = `
rdd_plans as (
  select rdd_id, call_site, storage_level, name,
    trim(regexp_replace(regexp_replace(name, '#\\d+L?|,? ?\\[?plan_id=\\d+\\]?', '', 'g'), '\\s+',
      ' ', 'g')) as plan
  from rdds where ${THIS_APP}),
rdd_keys as (
  select rdd_id,
    if(name is null or name like '%RDD' or name = '',
      regexp_replace(coalesce(call_site, name, 'RDD ' || rdd_id), ':\\d+$', ''),
      if(length(plan) > 120, left(plan, 110) || '… ' || left(md5(plan), 6), plan)) as subject,
    call_site, storage_level
  from rdd_plans)`;

export const RDD_OF_BLOCK: string =
  "try_cast(regexp_extract(block_id, '^rdd_(\\d+)_', 1) as bigint)";
