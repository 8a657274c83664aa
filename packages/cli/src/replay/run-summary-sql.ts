/** What the summary of a replay asks of its database. */

/** Characters of a curve. */
export const STEPS = 48;

/** One row: the application and what it missed. */
export function applicationSql(where: string): string {
  return `
    select epoch_us(started_at) as started_us,
      ended_at is null and exists (from source_files where ${where}
        and kind = 'event_log') as no_end,
      exists (from source_files where ${where} and kind = 'event_log') as event_log,
      exists (
        from source_files
        where ${where} and (kind = 'executor_log'
          or contains(line_kinds, 'tasks'))) as executor_log,
      (select count(incomplete) from source_files where ${where}) as logs_incomplete,
      (select min(regexp_extract(path, '([^/\\\\]+[/\\\\])?[^/\\\\]+$'))
        from source_files where ${where} and incomplete is not null) as an_incomplete_log,
      (select count(*) from jobs where ${where} and status = 'running') as jobs_running,
      (select count(*) from tasks where ${where} and status = 'running') as tasks_running,
      name, spark_version, memory_manager, model_evidence, evidence_level,
      (epoch_us(ended_at) - epoch_us(started_at)) / 1000 as duration_ms,
      (select count(*) from block_events where ${where}
        and miss_kind = 'after_evict') as missed_after_eviction,
      (select count(*) from block_events where ${where}
        and miss_kind = 'after_put_fail') as missed_after_no_room,
      (select count(*) from block_events where ${where}
        and miss_kind = 'after_loss') as missed_after_loss,
      (select count(*) from jobs where ${where}) as jobs,
      (select count(*) from jobs where ${where} and status = 'failed') as jobs_failed,
      (select arg_min(error, job_id) from jobs where ${where} and status = 'failed'
        and error is not null) as job_error,
      statements, statements_met, statements_explained, decisions, decisions_foreseen
    from applications where ${where}`;
}

/** Parts of the question about executors: peaks, blocks, spills, waits and checks of each. */
function ofExecutors(where: string): string {
  return `
    timeline as (
      select executor_id, mode, max(max_memory_bytes) as memory_bytes,
        max(storage_used_bytes) as storage_peak_bytes,
        max(execution_used_bytes) as execution_peak_bytes,
          max(storage_used_bytes_min) as storage_peak_bytes_min,
        max(storage_used_bytes_max) as storage_peak_bytes_max,
          max(execution_used_bytes_min) as execution_peak_bytes_min,
        max(execution_used_bytes_max) as execution_peak_bytes_max
      from memory_timeline where ${where} group by all),
    borrowed as (
      select executor_id, mode, max(greatest(0, storage_used_bytes
        - case mode when 'off_heap' then off_heap_storage_bytes
          else storage_region_bytes end)) as borrowed_peak_bytes
      from memory_timeline t join executors e using (app_id, attempt_id, executor_id) where ${where}
        group by all),
    block as (
      select executor_id, coalesce(mode, 'on_heap') as mode, count(*)
        filter (op in ('evict', 'drop_to_disk')) as evictions,
        sum(memory_bytes) filter (op in ('evict', 'drop_to_disk')) as evicted_bytes, count(*)
          filter (op = 'put_fail') as failed_puts,
        count(*) filter (op in ('evict', 'drop_to_disk')
          and memory_bytes is null) as evictions_of_unknown_size
      from block_events where ${where} group by all),
    spill as (
      select executor_id, count(*) as spills, sum(memory_bytes) as spilled_bytes,
        count(*) filter (memory_bytes is null) as spills_of_unknown_size from spills where ${where}
          group by all),
    told as (
      select task_id, sum(memory_bytes) as bytes,
        sum(coalesce(memory_bytes_max, memory_bytes)) as most from spills where ${where}
        group by all),
    -- What totals count beyond the lines of the same task. A line without a task is some task's: it
    -- takes from what is left.
    nameless as (
      select executor_id, sum(coalesce(memory_bytes_max, memory_bytes)) as most,
        bool_or(memory_bytes is null) as of_unknown_size
      from spills where ${where} and task_id is null group by all),
    beyond as (
      select t.executor_id, sum(t.memory_spilled_bytes - coalesce(s.bytes, 0)) as bytes
      from (select * from tasks where ${where} and memory_spilled_bytes > 0) t left join told s
        using (task_id)
      where t.memory_spilled_bytes > coalesce(s.most, 0) group by all),
    untold as (
      select executor_id, case when n.of_unknown_size then 0
        else greatest(0, b.bytes - coalesce(n.most, 0)) end as untold_bytes
      from beyond b left join nameless n using (executor_id)),
    wait as (select executor_id, mode, count(*) as waits from memory_waits where ${where}
      group by all),
    checks as (
      select executor_id, count(*) as statements, count(*)
        filter (outcome = 'predicted') as statements_met
      from replay_checks where ${where} and kind = 'statement' group by all)`;
}

/** A row an executor and mode: peaks, evictions, spills, waits and checks. */
export function executorSql(where: string): string {
  return `
    with ${ofExecutors(where)}
    select e.executor_id, coalesce(t.mode, 'on_heap') as mode, e.evidence_level, e.removed_reason,
      t.memory_bytes, t.storage_peak_bytes, t.storage_peak_bytes_min, t.storage_peak_bytes_max,
      t.execution_peak_bytes, t.execution_peak_bytes_min, t.execution_peak_bytes_max,
        b.borrowed_peak_bytes,
      if(e.evidence_level = 'event_log', k.evictions, coalesce(k.evictions, 0)) as evictions,
        k.evicted_bytes, coalesce(k.evictions_of_unknown_size, 0) as evictions_of_unknown_size,
        if(e.evidence_level in ('debug', 'info'), coalesce(k.failed_puts, 0),
        nullif(k.failed_puts, 0)) as failed_puts,
      case when coalesce(t.mode, 'on_heap') <> 'on_heap' then 0
        when e.evidence_level in ('debug', 'info') then coalesce(s.spills, 0)
        else s.spills end as spills, s.spilled_bytes,
      if(coalesce(t.mode, 'on_heap') = 'on_heap', coalesce(u.untold_bytes, 0),
        0)::bigint as unlogged_spilled_bytes,
      exists (from source_files where ${where} and kind = 'event_log')
        and not exists (from tasks n where ${where} and n.executor_id = e.executor_id
          and n.memory_spilled_bytes is null) as spill_totals_logged,
          coalesce(s.spills_of_unknown_size, 0) as spills_of_unknown_size,
          if(e.evidence_level in ('debug', 'info'), coalesce(w.waits, 0), w.waits) as waits,
      coalesce(c.statements, 0) as statements, coalesce(c.statements_met, 0) as statements_met
    from (select * from executors where ${where}) e
      left join timeline t using (executor_id) left join borrowed b on b.executor_id = e.executor_id
        and b.mode = t.mode
      left join block k on k.executor_id = e.executor_id and k.mode = coalesce(t.mode, 'on_heap')
      left join spill s on s.executor_id = e.executor_id and coalesce(t.mode, 'on_heap') = 'on_heap'
      left join untold u on u.executor_id = e.executor_id
      left join wait w on w.executor_id = e.executor_id and w.mode = coalesce(t.mode, 'on_heap')
        left join checks c on c.executor_id = e.executor_id
    where coalesce(t.mode, 'on_heap') = 'on_heap' or t.storage_peak_bytes > 0
      or t.execution_peak_bytes > 0
    order by e.executor_id = 'driver', try_cast(e.executor_id as bigint), e.executor_id, mode desc`;
}

/** A row a step of an executor's curve. */
export function curveSql(where: string): string {
  return `
    with span as (
      select epoch_us(min(ts)) as began, greatest(1,
        epoch_us(max(ts)) - epoch_us(min(ts))) as micros
      from memory_timeline where ${where})
    select executor_id, mode, least(${STEPS - 1},
      (epoch_us(ts) - began) * ${STEPS} // micros) as step,
      max(storage_used_bytes) as storage_most, arg_max(storage_used_bytes, seq) as storage_last,
      max(execution_used_bytes) as execution_most,
        arg_max(execution_used_bytes, seq) as execution_last,
      case when count(*) = count(end_ts)
        then (epoch_us(max(end_ts)) - any_value(began)) * ${STEPS} // any_value(micros)
        end as ends
    from memory_timeline, span where ${where} and ts is not null group by all order by all`;
}

/** A row a cause of evictions. */
export function causeSql(where: string): string {
  return `
    select cause, count(*) as evictions,
      count(*) filter (starts_with(block_id, 'broadcast_')) as of_broadcasts from block_events
    where ${where} and op in ('evict', 'drop_to_disk') group by cause order by evictions desc,
      cause`;
}

/**
 * A task's error may be logged by its executor, its driver and the event log: it counts once.
 */
export function outOfMemorySql(where: string): string {
  return `
    select class, count(distinct task_id) as tasks, count(distinct executor_id) as executors,
      min(executor_id) as example
    from oom_events where ${where} group by class order by executors desc, tasks desc, class`;
}

/** A row a class of lost executors. */
export function lostSql(where: string): string {
  return `
    select class, count(*) as executors, min(executor_id) as example
    from (select *, coalesce(removed_class, 'unknown') as class from executors)
    where ${where} and executor_id <> 'driver'
      and (removed_at is not null or removed_class is not null)
    group by class order by executors desc, class`;
}

/** A row a quantity that the replay did not foresee, the three most frequent. */
export function missedSql(where: string): string {
  return `
    select quantity, count(*) as statements, count(distinct executor_id) as executors,
      min(executor_id) as example
    from replay_checks where ${where} and kind = 'statement' and outcome = 'unexplained'
    group by quantity order by statements desc, quantity limit 3`;
}

/** A row a kind of oddity of the input. */
export function diagnosticSql(where: string): string {
  return `
    select code, severity, sum(count) as count, min(message) as example from diagnostics
      where ${where}
    group by code, severity
    order by case severity when 'error' then 0 when 'warning' then 1 else 2 end, sum(count) desc,
      code`;
}
