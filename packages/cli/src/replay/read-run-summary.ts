/** Reads a summary out of a replayed database, with SQL over the tables of the contract. */
import type { EvictionCause, EvidenceLevel, OomEventRow, RemovedClass } from "@respark/core";
import { type Ask, numberIn, type Row, sqlText, textIn } from "@respark/report";
import type { DiagnosticSummary, ExecutorSummary, RunSummary } from "./run-summary.ts";

/** Characters of a curve. */
const STEPS = 48;

/** Summaries of these applications, in their order. */
export async function readRunSummaries(
  ask: Ask,
  applications: readonly { readonly appId: string; readonly attemptId: string }[],
): Promise<RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const { appId, attemptId } of applications) {
    const where = `app_id = ${sqlText(appId)} and attempt_id = ${sqlText(attemptId)}`;
    const [application] = await ask(applicationSql(where));
    if (application === undefined) continue;
    const curves = byExecutor(await ask(curveSql(where)));
    summaries.push({
      appId,
      attemptId,
      name: textIn(application, "name"),
      sparkVersion: textIn(application, "spark_version"),
      memoryManager: textIn(application, "memory_manager"),
      modelEvidence: modelEvidence(textIn(application, "model_evidence")),
      evidenceLevel: evidenceLevel(textIn(application, "evidence_level")),
      hasEventLog: textIn(application, "event_log") === "true",
      hasExecutorLog: textIn(application, "executor_log") === "true",
      startedAt: numberIn(application, "started_us"),
      durationMillis: numberIn(application, "duration_ms"),
      leftRunning:
        textIn(application, "no_end") === "true"
          ? {
              jobs: numberIn(application, "jobs_running") ?? 0,
              tasks: numberIn(application, "tasks_running") ?? 0,
            }
          : undefined,
      statements: numberIn(application, "statements") ?? 0,
      statementsMet: numberIn(application, "statements_met") ?? 0,
      statementsExplained: numberIn(application, "statements_explained") ?? 0,
      decisions: numberIn(application, "decisions") ?? 0,
      decisionsForeseen: numberIn(application, "decisions_foreseen") ?? 0,
      executors: (await ask(executorSql(where))).map((row) => executorOf(row, curves)),
      jobs: numberIn(application, "jobs") ?? 0,
      jobsFailed: numberIn(application, "jobs_failed") ?? 0,
      jobError: textIn(application, "job_error"),
      outOfMemory: (await ask(outOfMemorySql(where))).flatMap((row) => {
        const kind = outOfMemoryClass(textIn(row, "class"));
        return kind === undefined
          ? []
          : [
              {
                class: kind,
                tasks: numberIn(row, "tasks") ?? 0,
                executors: numberIn(row, "executors") ?? 0,
                example: textIn(row, "example") ?? "",
              },
            ];
      }),
      executorsLost: (await ask(lostSql(where))).map((row) => ({
        class: removedClass(textIn(row, "class")),
        executors: numberIn(row, "executors") ?? 0,
        example: textIn(row, "example") ?? "",
      })),
      evictionCauses: (await ask(causeSql(where))).map((row) => ({
        cause: evictionCause(textIn(row, "cause")),
        evictions: numberIn(row, "evictions") ?? 0,
      })),
      missedAfterEviction: numberIn(application, "missed_after_eviction") ?? 0,
      missedAfterNoRoom: numberIn(application, "missed_after_no_room") ?? 0,
      missedAfterLoss: numberIn(application, "missed_after_loss") ?? 0,
      missed: (await ask(missedSql(where))).map((row) => ({
        quantity: textIn(row, "quantity") ?? "",
        statements: numberIn(row, "statements") ?? 0,
        executors: numberIn(row, "executors") ?? 0,
        example: textIn(row, "example") ?? "",
      })),
      diagnostics: (await ask(diagnosticSql(where))).map(diagnosticOf),
    });
  }
  return summaries;
}

function applicationSql(where: string): string {
  return `
    select epoch_us(started_at) as started_us,
      ended_at is null and exists (from source_files where ${where} and kind = 'event_log') as no_end,
      exists (from source_files where ${where} and kind = 'event_log') as event_log,
      exists (
        from source_files
        where ${where} and (kind = 'executor_log' or contains(line_kinds, 'tasks'))) as executor_log,
      (select count(*) from jobs where ${where} and status = 'running') as jobs_running,
      (select count(*) from tasks where ${where} and status = 'running') as tasks_running,
      name, spark_version, memory_manager, model_evidence, evidence_level,
      (epoch_us(ended_at) - epoch_us(started_at)) / 1000 as duration_ms,
      (select count(*) from block_events where ${where} and miss_kind = 'after_evict') as missed_after_eviction,
      (select count(*) from block_events where ${where} and miss_kind = 'after_put_fail') as missed_after_no_room,
      (select count(*) from block_events where ${where} and miss_kind = 'after_loss') as missed_after_loss,
      (select count(*) from jobs where ${where}) as jobs,
      (select count(*) from jobs where ${where} and status = 'failed') as jobs_failed,
      (select arg_min(error, job_id) from jobs where ${where} and status = 'failed' and error is not null) as job_error,
      statements, statements_met, statements_explained, decisions, decisions_foreseen
    from applications where ${where}`;
}

function executorSql(where: string): string {
  return `
    with timeline as (
      select executor_id, mode, max(max_memory_bytes) as memory_bytes, max(storage_used_bytes) as storage_peak_bytes,
        max(execution_used_bytes) as execution_peak_bytes, max(storage_used_bytes_min) as storage_peak_bytes_min,
        max(storage_used_bytes_max) as storage_peak_bytes_max, max(execution_used_bytes_min) as execution_peak_bytes_min,
        max(execution_used_bytes_max) as execution_peak_bytes_max
      from memory_timeline where ${where} group by all),
    borrowed as (
      select executor_id, mode, max(greatest(0, storage_used_bytes
        - case mode when 'off_heap' then off_heap_storage_bytes else storage_region_bytes end)) as borrowed_peak_bytes
      from memory_timeline t join executors e using (app_id, attempt_id, executor_id) where ${where} group by all),
    block as (
      select executor_id, coalesce(mode, 'on_heap') as mode, count(*) filter (op in ('evict', 'drop_to_disk')) as evictions,
        sum(memory_bytes) filter (op in ('evict', 'drop_to_disk')) as evicted_bytes, count(*) filter (op = 'put_fail') as failed_puts,
        count(*) filter (op in ('evict', 'drop_to_disk') and memory_bytes is null) as evictions_of_unknown_size
      from block_events where ${where} group by all),
    spill as (
      select executor_id, count(*) as spills, sum(memory_bytes) as spilled_bytes,
        count(*) filter (memory_bytes is null) as spills_of_unknown_size from spills where ${where} group by all),
    told as (
      select task_id, sum(memory_bytes) as bytes, sum(coalesce(memory_bytes_max, memory_bytes)) as most from spills where ${where} group by all),
    -- What totals count beyond the lines of the same task. A line without a task is some task's: it takes from what is left.
    nameless as (
      select executor_id, sum(coalesce(memory_bytes_max, memory_bytes)) as most, bool_or(memory_bytes is null) as of_unknown_size
      from spills where ${where} and task_id is null group by all),
    beyond as (
      select t.executor_id, sum(t.memory_spilled_bytes - coalesce(s.bytes, 0)) as bytes
      from (select * from tasks where ${where} and memory_spilled_bytes > 0) t left join told s using (task_id)
      where t.memory_spilled_bytes > coalesce(s.most, 0) group by all),
    untold as (
      select executor_id, case when n.of_unknown_size then 0 else greatest(0, b.bytes - coalesce(n.most, 0)) end as untold_bytes
      from beyond b left join nameless n using (executor_id)),
    wait as (select executor_id, mode, count(*) as waits from memory_waits where ${where} group by all),
    checks as (
      select executor_id, count(*) as statements, count(*) filter (outcome = 'predicted') as statements_met
      from replay_checks where ${where} and kind = 'statement' group by all)
    select e.executor_id, coalesce(t.mode, 'on_heap') as mode, e.evidence_level, e.removed_reason,
      t.memory_bytes, t.storage_peak_bytes, t.storage_peak_bytes_min, t.storage_peak_bytes_max,
      t.execution_peak_bytes, t.execution_peak_bytes_min, t.execution_peak_bytes_max, b.borrowed_peak_bytes,
      if(e.evidence_level = 'event_log', k.evictions, coalesce(k.evictions, 0)) as evictions, k.evicted_bytes, coalesce(k.evictions_of_unknown_size, 0) as evictions_of_unknown_size, if(e.evidence_level in ('debug', 'info'), coalesce(k.failed_puts, 0), nullif(k.failed_puts, 0)) as failed_puts,
      case when coalesce(t.mode, 'on_heap') <> 'on_heap' then 0 when e.evidence_level in ('debug', 'info') then coalesce(s.spills, 0) else s.spills end as spills, s.spilled_bytes,
      if(coalesce(t.mode, 'on_heap') = 'on_heap', coalesce(u.untold_bytes, 0), 0)::bigint as untold_spilled_bytes,
      exists (from source_files where ${where} and kind = 'event_log')
        and not exists (from tasks n where ${where} and n.executor_id = e.executor_id and n.memory_spilled_bytes is null) as spill_totals_told, coalesce(s.spills_of_unknown_size, 0) as spills_of_unknown_size, if(e.evidence_level in ('debug', 'info'), coalesce(w.waits, 0), w.waits) as waits,
      coalesce(c.statements, 0) as statements, coalesce(c.statements_met, 0) as statements_met
    from (select * from executors where ${where}) e
      left join timeline t using (executor_id) left join borrowed b on b.executor_id = e.executor_id and b.mode = t.mode
      left join block k on k.executor_id = e.executor_id and k.mode = coalesce(t.mode, 'on_heap')
      left join spill s on s.executor_id = e.executor_id and coalesce(t.mode, 'on_heap') = 'on_heap'
      left join untold u on u.executor_id = e.executor_id
      left join wait w on w.executor_id = e.executor_id and w.mode = coalesce(t.mode, 'on_heap') left join checks c on c.executor_id = e.executor_id
    where coalesce(t.mode, 'on_heap') = 'on_heap' or t.storage_peak_bytes > 0 or t.execution_peak_bytes > 0
    order by e.executor_id = 'driver', try_cast(e.executor_id as bigint), e.executor_id, mode desc`;
}

function curveSql(where: string): string {
  return `
    with span as (
      select epoch_us(min(ts)) as began, greatest(1, epoch_us(max(ts)) - epoch_us(min(ts))) as micros
      from memory_timeline where ${where})
    select executor_id, mode, least(${STEPS - 1}, (epoch_us(ts) - began) * ${STEPS} // micros) as step,
      max(storage_used_bytes) as storage_most, arg_max(storage_used_bytes, seq) as storage_last,
      max(execution_used_bytes) as execution_most, arg_max(execution_used_bytes, seq) as execution_last,
      case when count(*) = count(end_ts) then (epoch_us(max(end_ts)) - any_value(began)) * ${STEPS} // any_value(micros) end as ends
    from memory_timeline, span where ${where} and ts is not null group by all order by all`;
}

function causeSql(where: string): string {
  return `
    select cause, count(*) as evictions from block_events
    where ${where} and op in ('evict', 'drop_to_disk') group by cause order by evictions desc, cause`;
}

/**
 * A task's error may be told by its executor, its driver and the event log alike: it counts once.
 */
function outOfMemorySql(where: string): string {
  return `
    select class, count(distinct task_id) as tasks, count(distinct executor_id) as executors, min(executor_id) as example
    from oom_events where ${where} group by class order by executors desc, tasks desc, class`;
}

function lostSql(where: string): string {
  return `
    select class, count(*) as executors, min(executor_id) as example
    from (select *, coalesce(removed_class, 'unknown') as class from executors)
    where ${where} and executor_id <> 'driver' and (removed_at is not null or removed_class is not null)
    group by class order by executors desc, class`;
}

function missedSql(where: string): string {
  return `
    select quantity, count(*) as statements, count(distinct executor_id) as executors, min(executor_id) as example
    from replay_checks where ${where} and kind = 'statement' and outcome = 'unexplained'
    group by quantity order by statements desc, quantity limit 3`;
}

function diagnosticSql(where: string): string {
  return `
    select code, severity, sum(count) as count, min(message) as example from diagnostics where ${where}
    group by code, severity
    order by case severity when 'error' then 0 when 'warning' then 1 else 2 end, sum(count) desc, code`;
}

/** Steps of the curves of each executor, by mode. */
function byExecutor(curves: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const steps = new Map<string, Row[]>();
  for (const step of curves) {
    const track = `${textIn(step, "mode")} ${textIn(step, "executor_id")}`;
    const known = steps.get(track);
    if (known === undefined) steps.set(track, [step]);
    else known.push(step);
  }
  return steps;
}

function executorOf(row: Row, curves: ReadonlyMap<string, readonly Row[]>): ExecutorSummary {
  const executorId = textIn(row, "executor_id") ?? "";
  const mode = textIn(row, "mode") === "off_heap" ? "off_heap" : "on_heap";
  const steps = curves.get(`${mode} ${executorId}`) ?? [];
  const level = evidenceLevel(textIn(row, "evidence_level"));
  const storagePeakBytes = told(numberIn(row, "storage_peak_bytes"), level !== "event_log");
  return {
    executorId,
    mode,
    evidenceLevel: level,
    removedReason: textIn(row, "removed_reason"),
    memoryBytes: numberIn(row, "memory_bytes"),
    storagePeakBytes,
    executionPeakBytes: told(
      numberIn(row, "execution_peak_bytes"),
      level === "debug" || level === "info",
    ),
    storagePeakBytesMin: numberIn(row, "storage_peak_bytes_min"),
    storagePeakBytesMax: numberIn(row, "storage_peak_bytes_max"),
    executionPeakBytesMin: numberIn(row, "execution_peak_bytes_min"),
    executionPeakBytesMax: numberIn(row, "execution_peak_bytes_max"),
    borrowedPeakBytes:
      storagePeakBytes === undefined
        ? undefined
        : told(numberIn(row, "borrowed_peak_bytes"), level !== "event_log"),
    evictions: numberIn(row, "evictions"),
    evictedBytes: numberIn(row, "evicted_bytes"),
    evictionsOfUnknownSize: numberIn(row, "evictions_of_unknown_size") ?? 0,
    failedPuts: numberIn(row, "failed_puts"),
    spills: numberIn(row, "spills"),
    spilledBytes: numberIn(row, "spilled_bytes"),
    spillsOfUnknownSize: numberIn(row, "spills_of_unknown_size") ?? 0,
    untoldSpilledBytes: numberIn(row, "untold_spilled_bytes") ?? 0,
    spillTotalsTold: textIn(row, "spill_totals_told") === "true",
    waits: numberIn(row, "waits"),
    statements: numberIn(row, "statements") ?? 0,
    statementsMet: numberIn(row, "statements_met") ?? 0,
    storageCurve: curveOf(steps, "storage"),
    executionCurve: curveOf(steps, "execution"),
  };
}

/** Where no log tells of a pool, an estimate of nothing is no knowledge that it was empty. */
function told(peak: number | undefined, byLogs: boolean): number | undefined {
  return peak === 0 && !byLogs ? undefined : peak;
}

/**
 * The most in each step, where a step without a change goes on with what was last, until the
 * executor is gone.
 */
function curveOf(steps: readonly Row[], pool: "storage" | "execution"): (number | undefined)[] {
  const curve: (number | undefined)[] = [];
  let last: number | undefined;
  let ends: number | undefined;
  for (let step = 0; step < STEPS; step += 1) {
    const changes = steps.find((row) => numberIn(row, "step") === step);
    if (changes === undefined) {
      curve.push(ends === undefined || step <= ends ? last : undefined);
      continue;
    }
    ends = numberIn(changes, "ends");
    const most = numberIn(changes, `${pool}_most`);
    curve.push(last !== undefined && most !== undefined ? Math.max(last, most) : most);
    last = numberIn(changes, `${pool}_last`);
  }
  return curve;
}

function diagnosticOf(row: Row): DiagnosticSummary {
  const severity = textIn(row, "severity");
  return {
    code: textIn(row, "code") ?? "",
    severity: severity === "error" || severity === "warning" ? severity : "info",
    count: numberIn(row, "count") ?? 0,
    example: textIn(row, "example") ?? "",
  };
}

function evidenceLevel(text: string | undefined): EvidenceLevel {
  if (text === "debug" || text === "info" || text === "event_log_blocks") return text;
  return "event_log";
}

function evictionCause(text: string | undefined): EvictionCause | undefined {
  return text === "execution" || text === "storage" || text === "unroll" ? text : undefined;
}

const OUT_OF_MEMORY = [
  "jvm_heap",
  "gc_overhead",
  "container",
  "task_memory",
  "direct",
  "broadcast",
  "metaspace",
  "permgen",
  "native_thread",
  "array_size",
  "native",
  "gpu",
  "native_engine",
  "python",
] as const;

function outOfMemoryClass(text: string | undefined): OomEventRow["class"] | undefined {
  return OUT_OF_MEMORY.find((kind) => kind === text);
}

const REMOVED = [
  "jvm_heap",
  "gc_overhead",
  "container_physical",
  "container_virtual",
  "direct",
  "preempted",
  "decommissioned",
  "lost_heartbeat",
  "killed_by_driver",
  "killed",
  "exited",
] as const;

function removedClass(text: string | undefined): RemovedClass {
  return REMOVED.find((kind) => kind === text) ?? "unknown";
}

function modelEvidence(text: string | undefined): "vectors" | "source" | undefined {
  return text === "vectors" || text === "source" ? text : undefined;
}
