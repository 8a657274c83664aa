/** The same numbers from respark: an event log replayed by the command, asked by SQL. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, processHost } from "@respark/cli";
import { type Database, openDatabase } from "@respark/report";
import type { ApplicationNumbers, NumbersById } from "./numbers.ts";

/** One for all: it listens to the process's streams. */
const host = processHost();

/** By attempt. */
export async function replayedNumbers(path: string): Promise<Record<string, ApplicationNumbers>> {
  const folder = await mkdtemp(join(tmpdir(), "respark-history-server-"));
  let said = "";
  const hear = (text: string | Uint8Array): Promise<void> => {
    said += Buffer.from(text).toString();
    return Promise.resolve();
  };
  try {
    const replayed = join(folder, "replayed.duckdb");
    const output = { isTerminal: false, columns: 100, write: hear };
    const code = await main({
      ...host,
      args: ["replay", path, "-o", replayed, "--quiet"],
      stdout: output,
      stderr: output,
    });
    if (code !== 0) throw new Error(`replay of ${path} ended with ${code}: ${said}`);
    const database = await openDatabase(replayed);
    try {
      const found: Record<string, ApplicationNumbers> = {};
      for (const row of await database.rows(attemptsSql)) {
        const attempt = `${plain(row["attempt_id"]) ?? ""}`;
        found[attempt] = await numbersOf(database, `attempt_id = '${attempt.replace(/'/g, "''")}'`);
      }
      return found;
    } finally {
      database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const attemptsSql = "select attempt_id from applications order by all";

async function numbersOf(database: Database, attempt: string): Promise<ApplicationNumbers> {
  const { "": application = {} } = await byId(
    database,
    `select '' as id, epoch_ms(started_at) as started_ms, epoch_ms(ended_at) as ended_ms
     from applications where ${attempt}`,
  );
  return {
    application,
    executors: await byId(database, executorsSql(attempt)),
    stages: await byId(database, stagesSql(attempt)),
    jobs: await byId(database, jobsSql(attempt)),
    rdds: await byId(database, rddsSql(attempt)),
  };
}

function executorsSql(attempt: string): string {
  return `
    with task as (
      select executor_id as id, count(*) as tasks, coalesce(sum(gc_ms), 0) as gc_ms,
        sum(epoch_ms(finished_at) - epoch_ms(launched_at)) as duration_ms, count(*) filter (status = 'failed') as failed_tasks,
        count(*) filter (status = 'success') as completed_tasks,
        coalesce(sum(input_bytes), 0) as input_bytes, coalesce(sum(shuffle_read_bytes), 0) as shuffle_read_bytes,
        coalesce(sum(shuffle_write_bytes), 0) as shuffle_write_bytes
      from tasks where ${attempt} group by all),
    exclusion as (
      select e.executor_id as id,
        max_by(x.change = 'excluded', x.ts) filter (x.scope in ('executor', 'node'))::int as excluded,
        to_json(list_sort(list_distinct(list(x.stage_id) filter (x.stage_id is not null and not ended)))) as excluded_in_stages
      from (select * from executors where ${attempt}) e
        join (
          select *, exists (select 1 from stages s where ${attempt} and s.stage_id = exclusions.stage_id
            and s.status in ('complete', 'failed')) as ended
          from exclusions where ${attempt}) x on x.executor_id = e.executor_id or x.executor_id is null and x.host = e.host and e.executor_id <> 'driver'
      group by all),
    peak as (
      select executor_id as id, to_json(map_from_entries(list((name, value)))) as peaks from (
        select executor_id, name, max(value) as value from executor_metrics where ${attempt} group by all)
      group by all)
    select e.executor_id as id, case when e.executor_id <> 'driver' then cores end as cores,
      case memory_manager when 'unified' then max_memory_bytes + coalesce(off_heap_storage_bytes, 0) + coalesce(off_heap_execution_bytes, 0)
        else storage_region_bytes end as storage_memory_bytes,
      coalesce(off_heap_storage_bytes, 0) + coalesce(off_heap_execution_bytes, 0) as off_heap_storage_memory_bytes,
      epoch_ms(added_at) as added_ms, epoch_ms(removed_at) as removed_ms,
      case when e.executor_id <> 'driver' then coalesce(duration_ms, 0) end as duration_ms,
      case when e.executor_id <> 'driver' then coalesce(gc_ms, 0) end as gc_ms,
      coalesce(excluded, 0) as excluded, coalesce(excluded_in_stages, '[]') as excluded_in_stages,
      coalesce(tasks, 0) as tasks, coalesce(failed_tasks, 0) as failed_tasks, coalesce(completed_tasks, 0) as completed_tasks, coalesce(input_bytes, 0) as input_bytes,
      coalesce(shuffle_read_bytes, 0) as shuffle_read_bytes, coalesce(shuffle_write_bytes, 0) as shuffle_write_bytes, peaks
    from (select * from executors where ${attempt}) e
      left join task on task.id = e.executor_id left join exclusion on exclusion.id = e.executor_id left join peak on peak.id = e.executor_id
    order by e.executor_id`;
}

function jobsSql(attempt: string): string {
  return `
    with task as (
      select job_id, count(*) filter (t.status = 'success') as completed_tasks,
        count(*) filter (t.status = 'failed') as failed_tasks
      from (select * from tasks where ${attempt}) t
        join (select * from stages where ${attempt}) s using (stage_id, stage_attempt_id)
      group by all),
    stage as (
      select job_id, count(*) filter (status = 'complete') as completed_stages,
        count(*) filter (status = 'failed') as failed_stages
      from stages where ${attempt} group by all)
    select job_id as id, status, epoch_ms(submitted_at) as submitted_ms, epoch_ms(completed_at) as completed_ms,
      to_json(list_sort(stage_ids)) as stages, coalesce(completed_tasks, 0) as completed_tasks,
      coalesce(failed_tasks, 0) as failed_tasks,
      coalesce(completed_stages, 0) as completed_stages, coalesce(failed_stages, 0) as failed_stages,
      case when status = 'running' then 0 else len(stage_ids) - coalesce((
        select count(distinct stage_id) from stages s
        where ${attempt} and s.job_id = j.job_id and s.status in ('complete', 'failed', 'running')), 0) end as skipped_stages
    from (select * from jobs where ${attempt}) j left join task using (job_id) left join stage using (job_id)
    order by job_id`;
}

function stagesSql(attempt: string): string {
  return `
    with task as (
      select stage_id, stage_attempt_id, count(*) filter (status = 'success') as complete_tasks,
        count(*) filter (status = 'failed') as failed_tasks, count(*) filter (status = 'killed') as killed_tasks,
        count(*) filter (status in ('running', 'unknown')) as active_tasks, sum(deserialize_ms) as deserialize_ms,
        sum(result_serialization_ms) as result_serialization_ms, sum(shuffle_fetch_wait_ms) as fetch_wait_ms,
        sum(input_records) as input_records, sum(output_records) as output_records,
        sum(shuffle_read_records) as shuffle_read_records, sum(shuffle_write_records) as shuffle_write_records,
        epoch_ms(min(launched_at)) as first_launched_ms,
        sum(run_ms) as run_ms, sum(cpu_ns) as cpu_ns, sum(gc_ms) as gc_ms, sum(result_bytes) as result_bytes,
        sum(memory_spilled_bytes) as memory_spilled_bytes, sum(disk_spilled_bytes) as disk_spilled_bytes,
        sum(peak_execution_bytes) as peak_execution_bytes, sum(input_bytes) as input_bytes, sum(output_bytes) as output_bytes,
        sum(shuffle_read_remote_bytes) as shuffle_read_remote_bytes, sum(shuffle_read_local_bytes) as shuffle_read_local_bytes,
        sum(shuffle_write_bytes) as shuffle_write_bytes
      from tasks where ${attempt} group by all),
    peak as (
      select stage_id, stage_attempt_id, to_json(map_from_entries(list((name, value)))) as peaks from (
        select stage_id, stage_attempt_id, name, max(value) as value from executor_metrics
        where ${attempt} and stage_id is not null group by all)
      group by all)
    select stage_id || '.' || stage_attempt_id as id, status, tasks as planned_tasks, complete_tasks, failed_tasks, killed_tasks,
      epoch_ms(submitted_at) as submitted_ms, epoch_ms(completed_at) as completed_ms, run_ms, cpu_ns, gc_ms, result_bytes,
      memory_spilled_bytes, disk_spilled_bytes, peak_execution_bytes, input_bytes, output_bytes, shuffle_read_remote_bytes,
      shuffle_read_local_bytes, shuffle_write_bytes, peaks, active_tasks, deserialize_ms,
      result_serialization_ms, fetch_wait_ms, input_records, output_records, shuffle_read_records, shuffle_write_records,
      first_launched_ms, to_json(list_sort(rdd_ids)) as rdds
    from (select * from stages where ${attempt}) left join task using (stage_id, stage_attempt_id)
      left join peak using (stage_id, stage_attempt_id)
    order by stage_id, stage_attempt_id`;
}

/**
 * What is cached when the log ends: the last thing that happened to each block. Without block
 * updates the server knows of none, where respark reads the updated blocks of task ends.
 */
function rddsSql(attempt: string): string {
  return `
    with event as (
      select executor_id, block_id, op, memory_bytes, disk_bytes from block_events
      where ${attempt} and op in ('store', 'evict', 'drop_to_disk', 'remove')
        and executor_id not in (select executor_id from executors where ${attempt} and removed_at is not null)
        and exists (from spark_conf where ${attempt} and key = 'spark.eventLog.logBlockUpdates.enabled' and value = 'true')
        and exists (from applications where ${attempt} and regexp_matches(spark_version, '^(2\\.[3-9]|[3-9])'))
      qualify row_number() over (partition by executor_id, block_id order by seq desc) = 1),
    held as (
      select executor_id, try_cast(split_part(block_id, '_', 2) as bigint) as rdd_id, block_id,
        case op when 'store' then memory_bytes else 0 end as memory_bytes, coalesce(disk_bytes, 0) as disk_bytes
      from event where block_id like 'rdd\\_%' escape '\\' and op in ('store', 'drop_to_disk')),
    block as (
      select rdd_id, block_id, sum(memory_bytes) as memory_bytes, sum(disk_bytes) as disk_bytes,
        list_sort(list(executor_id)) as executors
      from held where memory_bytes > 0 or disk_bytes > 0 group by all)
    select rdd_id as id, any_value(r.partitions) as partitions, count(distinct block_id) as cached_partitions,
      sum(memory_bytes) as memory_bytes, sum(disk_bytes) as disk_bytes, any_value(r.storage_level) as storage_level,
      to_json(list([to_json(block_id), to_json(memory_bytes::bigint), to_json(disk_bytes::bigint), to_json(executors)] order by block_id)) as blocks
    from block left join (select * from rdds where ${attempt}) r using (rdd_id)
    group by rdd_id order by rdd_id`;
}

async function byId(database: Database, sql: string): Promise<NumbersById> {
  const found: Record<string, Record<string, number | string | null>> = {};
  for (const { id, peaks, ...columns } of await database.rows(sql)) {
    const numbers: Record<string, number | string | null> = {};
    for (const [name, value] of Object.entries(columns)) numbers[name] = plain(value);
    if (typeof peaks === "string") {
      const named: Record<string, number> = JSON.parse(peaks);
      for (const [name, value] of Object.entries(named)) numbers[`peak ${name}`] = value;
    }
    found[`${plain(id) ?? ""}`] = numbers;
  }
  return found;
}

/** Sums come as digits or bigints: all are far below 2^53. */
function plain(value: unknown): number | string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" && !/^-?\d+$/.test(value)) return value;
  return Number(value);
}
