/** Everything that a report asks of a database; the same texts stand below its pictures. */

export type QuestionName =
  | "application"
  | "files"
  | "executors"
  | "steps"
  | "timeline"
  | "events"
  | "stages"
  | "tasks"
  | "task_memory"
  | "blocks"
  | "rdds"
  | "skew"
  | "accuracy"
  | "misses"
  | "whatif";

/** `here`: the condition that keeps to one application. Times are epoch µs; bytes are exact. */
export function questions(here: string): Readonly<Record<QuestionName, string>> {
  return {
    application: `
select name, spark_version, memory_manager, evidence_level,
  epoch_us(started_at)::double as started, epoch_us(ended_at)::double as ended
from applications where ${here}`,
    files: `
select source_file_id, path from source_files where ${here} order by source_file_id`,
    executors: `
select executor_id, host, cores, epoch_us(added_at)::double as added,
  epoch_us(removed_at)::double as removed, lost, evidence_level, fuller_mode, max_memory_bytes,
  max_memory_origin, storage_region_bytes, used_peak_share,
  epoch_us(used_peak_at)::double as used_peak_at, nearly_full_share, gc_share, evictions,
  failed_puts, spills, spilled_bytes, waits, wait_ms, ooms, statements, statements_met
from executor_ranking where ${here} order by place`,
    steps: `
select executor_id, mode, count(*)::integer as steps, epoch_us(min(ts))::double as first,
  epoch_us(max(ts))::double as last, max(max_memory_bytes) as max_memory_bytes
from memory_timeline where ${here} group by all order by all`,
    timeline: `
select executor_id, mode, seq, ts, end_ts,
  storage_used_bytes, storage_used_bytes_min, storage_used_bytes_max,
  unroll_used_bytes, unroll_used_bytes_min, unroll_used_bytes_max,
  execution_used_bytes, execution_used_bytes_min, execution_used_bytes_max,
  storage_pool_bytes, storage_pool_bytes_min, storage_pool_bytes_max,
  active_tasks, origin, source_file_id, source_line
from memory_timeline where ${here} order by executor_id, mode, seq`,
    events: `
select executor_id, kind, epoch_us(ts)::double as t, epoch_us(end_ts)::double as ends, ordinal,
  size_bytes, task_id, subject, reason, for_block_id, kept_on_disk, regretted, certainty,
  source_file_id, source_line
from pressure_events where ${here}`,
    stages: `
select stage_id, stage_attempt_id, name, epoch_us(submitted_at)::double as t,
  epoch_us(completed_at)::double as ends, status, tasks
from stages where ${here} and submitted_at is not null order by submitted_at, stage_id`,
    tasks: `
select executor_id, task_id, stage_id, epoch_us(launched_at)::double as t,
  epoch_us(finished_at)::double as ends, status, peak_execution_bytes, memory_spilled_bytes
from tasks where ${here} and executor_id is not null and launched_at is not null
order by executor_id, launched_at, task_id`,
    task_memory: `
select executor_id, task_id, epoch_us(ts)::double as t, epoch_us(end_ts)::double as ends,
  execution_used_bytes as used, execution_used_bytes_min as used_min,
  execution_used_bytes_max as used_max, share_min_bytes, share_max_bytes
from task_memory_timeline where ${here} and mode = 'on_heap' order by executor_id, task_id, seq`,
    blocks: `
select executor_id, epoch_us(ts)::double as t, block_id, op, memory_bytes
from block_events where ${here} and starts_with(block_id, 'rdd_') order by executor_id, seq`,
    rdds: `
select rdd_id, name, storage_level, partitions, reads, hits_memory, hits_disk, hits_remote,
  misses_cold, misses_after_evict, misses_after_put_fail, misses_after_loss, hit_share_after_cold,
  evictions, held_average_bytes, unread_share
from rdd_cache_efficiency where ${here}
order by held_byte_seconds desc nulls last, rdd_id limit 40`,
    skew: `
select stage_id, name, tasks, run_median_ms, run_max_ms, run_skew, slowest_task_id,
  slowest_executor_id, execution_median_bytes, execution_max_bytes, memory_spilled_max_bytes
from task_skew where ${here} order by run_max_ms - run_median_ms desc, stage_id limit 12`,
    whatif: `
with had as (
  select key as knob, value as had_value,
    try_cast(regexp_extract(value, '^([0-9.]+)', 1) as double) * case
      lower(regexp_extract(value, '^[0-9.]+ *([kmgtKMGT]?)[bB]?$', 1)) when 'k' then 1024
      when 'm' then 1048576 when 'g' then 1073741824 when 't' then 1099511627776
      else 1 end as had_number
  from spark_conf where ${here})
select c.knob, c.outcome, c.knob_value, c.knob_number, c.p_any, c.median::double as median,
  c.lo::double as lo, c.hi::double as hi, o.base::double as base, o.unit, had_value, had_number
from whatif_curve c join whatif_outcomes o using (app_id, attempt_id, scenario_id, outcome)
  left join had using (knob)
where ${here} order by c.knob, c.outcome, c.knob_number`,
    accuracy: `
select executor_id, evidence_level, kind, quantity, statements, predicted, explained, unexplained,
  main_rule, mean_width_share
from replay_accuracy where ${here}
order by kind desc, statements desc, executor_id, quantity`,
    misses: `
select executor_id, epoch_us(ts)::double as t, kind, quantity, outcome, logged_min, logged_max,
  replayed_min, replayed_max, explanation, source_file_id, source_line
from replay_checks where ${here} and outcome <> 'predicted'
order by outcome desc, ts, executor_id, source_file_id, source_line, quantity limit 50`,
  };
}

/**
 * A part of the timeline that is thinned: so many stretches of equal length, from its first step to
 * its last.
 */
export interface Thinned {
  readonly executorId: string;
  readonly mode: string;
  readonly stretches: number;
  /** epoch µs */
  readonly first: number;
  readonly last: number;
}

/** Time ranges in which every step stays. */
export interface Spared {
  readonly executorId: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Each of these has its greatest and its least step in every stretch: a peak of any of them is
 * never thinned away.
 */
const KEPT = [
  "storage_used_bytes",
  "storage_used_bytes_max",
  "storage_used_bytes_min",
  "execution_used_bytes",
  "execution_used_bytes_max",
  "execution_used_bytes_min",
  "unroll_used_bytes",
] as const;

/**
 * The steps that go into the file. Where an executor has more than fit, each stretch of its time
 * keeps its first and last step, those in which a drawn quantity is greatest or least, and one in
 * which it is unknown; every step is a row of the database, never an average. `stretch` is NULL
 * where nothing is left out.
 */
export function stepsKept(
  here: string,
  thinned: readonly Thinned[],
  spared: readonly Spared[],
  text: (value: string) => string,
): string {
  const columns = `
  m.executor_id, m.mode, m.seq, epoch_us(m.ts)::double as t, epoch_us(m.end_ts)::double as ends,
  m.storage_used_bytes, m.storage_used_bytes_min, m.storage_used_bytes_max,
  m.unroll_used_bytes, m.unroll_used_bytes_min, m.unroll_used_bytes_max,
  m.execution_used_bytes, m.execution_used_bytes_min, m.execution_used_bytes_max,
  m.storage_pool_bytes, m.storage_pool_bytes_min, m.storage_pool_bytes_max,
  m.active_tasks, m.origin, m.source_file_id, m.source_line`;
  const order = "order by m.executor_id, m.mode, m.seq";
  if (thinned.length === 0) {
    return `select ${columns}, null::integer as stretch
    from memory_timeline m where ${here} ${order}`;
  }
  const parts = thinned
    .map(({ executorId, mode, stretches, first, last }) => {
      return `(${text(executorId)}, ${text(mode)}, ${stretches}, ${first}, ${last})`;
    })
    .join(", ");
  const ranges = spared
    .map(({ executorId, from, to }) => {
      return `(m.executor_id = ${text(executorId)} and epoch_us(m.ts) between ${from} and ${to})`;
    })
    .join(" or ");
  const kept = KEPT.flatMap((column) => [
    // Of equals the same one each time: a database gives one page, byte for byte.
    `arg_max(seq, (${column}, seq)) filter (${column} is not null)`,
    `arg_min(seq, (${column}, seq)) filter (${column} is not null)`,
    `min(seq) filter (${column} is null)`,
  ]).join(", ");
  return `
with part(executor_id, mode, stretches, first, last) as (values ${parts}),
placed as (
  select m.executor_id, m.mode, m.seq, ${KEPT.map((column) => `m.${column}`).join(", ")},
    least(stretches - 1,
      floor((epoch_us(ts) - first) * stretches / greatest(1, last - first)))::integer as stretch
  from memory_timeline m join part using (executor_id, mode) where ${here}),
chosen as (
  select executor_id, mode, stretch,
    unnest(list_distinct([min(seq), max(seq), ${kept}])) as seq
  from placed group by all),
kept as (select executor_id, mode, seq, any_value(stretch) as stretch from chosen group by all)
select ${columns},
  least(p.stretches - 1,
    floor((epoch_us(m.ts) - p.first) * p.stretches
      / greatest(1, p.last - p.first)))::integer as stretch
from memory_timeline m
  left join part p using (executor_id, mode)
  left join kept k on (k.executor_id, k.mode, k.seq) = (m.executor_id, m.mode, m.seq)
where ${here}
  and (p.executor_id is null or k.seq is not null${ranges === "" ? "" : ` or ${ranges}`})
${order}`;
}
