/** Reads a summary out of a replayed database, with SQL over the tables of the contract. */
import type { EvictionCause, EvidenceLevel, OomEventRow, RemovedClass } from "@respark/core";
import { type Ask, answerOf, firstOf, kindsOf, type RowOf, sqlText } from "@respark/report";
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
    const application = await firstOf(ask, applicationKinds, applicationSql(where));
    if (application === undefined) continue;
    const curves = byExecutor(await answerOf(ask, curveKinds, curveSql(where)));
    const executors = await answerOf(ask, executorKinds, executorSql(where));
    summaries.push({
      appId,
      attemptId,
      ...applicationOf(application),
      executors: executors.map((row) => executorOf(row, curves)),
      ...(await lossesOf(ask, where)),
      missed: (await answerOf(ask, missedKinds, missedSql(where))).map((row) => ({
        quantity: row.quantity ?? "",
        statements: row.statements ?? 0,
        executors: row.executors ?? 0,
        example: row.example ?? "",
      })),
      diagnostics: (await answerOf(ask, diagnosticKinds, diagnosticSql(where))).map(diagnosticOf),
    });
  }
  return summaries;
}

const applicationKinds = {
  ...kindsOf("applications", [
    "name",
    "spark_version",
    "memory_manager",
    "model_evidence",
    "evidence_level",
    "statements",
    "statements_met",
    "statements_explained",
    "decisions",
    "decisions_foreseen",
  ]),
  started_us: "number",
  no_end: "flag",
  event_log: "flag",
  executor_log: "flag",
  jobs_running: "number",
  tasks_running: "number",
  duration_ms: "number",
  missed_after_eviction: "number",
  missed_after_no_room: "number",
  missed_after_loss: "number",
  jobs: "number",
  jobs_failed: "number",
  job_error: "text",
} as const;

function applicationOf(row: RowOf<typeof applicationKinds>) {
  return {
    name: row.name,
    sparkVersion: row.spark_version,
    memoryManager: row.memory_manager,
    modelEvidence: modelEvidence(row.model_evidence),
    evidenceLevel: evidenceLevel(row.evidence_level),
    hasEventLog: row.event_log === true,
    hasExecutorLog: row.executor_log === true,
    startedAt: row.started_us,
    durationMillis: row.duration_ms,
    leftRunning:
      row.no_end === true
        ? { jobs: row.jobs_running ?? 0, tasks: row.tasks_running ?? 0 }
        : undefined,
    statements: row.statements ?? 0,
    statementsMet: row.statements_met ?? 0,
    statementsExplained: row.statements_explained ?? 0,
    decisions: row.decisions ?? 0,
    decisionsForeseen: row.decisions_foreseen ?? 0,
    jobs: row.jobs ?? 0,
    jobsFailed: row.jobs_failed ?? 0,
    jobError: row.job_error,
    missedAfterEviction: row.missed_after_eviction ?? 0,
    missedAfterNoRoom: row.missed_after_no_room ?? 0,
    missedAfterLoss: row.missed_after_loss ?? 0,
  };
}

/** What was lost, and of what: memory errors, executors, evictions. */
async function lossesOf(
  ask: Ask,
  where: string,
): Promise<Pick<RunSummary, "outOfMemory" | "executorsLost" | "evictionCauses">> {
  const errors = await answerOf(ask, { ...lossKinds, tasks: "number" }, outOfMemorySql(where));
  const lost = await answerOf(ask, lossKinds, lostSql(where));
  const causeKinds = { cause: "text", evictions: "number", of_broadcasts: "number" } as const;
  const causes = await answerOf(ask, causeKinds, causeSql(where));
  return {
    outOfMemory: errors.flatMap((row) => {
      const kind = outOfMemoryClass(row.class);
      const { tasks = 0, executors = 0, example = "" } = row;
      return kind === undefined ? [] : [{ class: kind, tasks, executors, example }];
    }),
    executorsLost: lost.map((row) => ({
      class: removedClass(row.class),
      executors: row.executors ?? 0,
      example: row.example ?? "",
    })),
    evictionCauses: causes.map((row) => ({
      cause: evictionCause(row.cause),
      evictions: row.evictions ?? 0,
      ofBroadcasts: row.of_broadcasts ?? 0,
    })),
  };
}

const lossKinds = { class: "text", executors: "number", example: "text" } as const;
const missedKinds = {
  quantity: "text",
  statements: "number",
  executors: "number",
  example: "text",
} as const;
const diagnosticKinds = {
  code: "text",
  severity: "text",
  count: "number",
  example: "text",
} as const;

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
      if(coalesce(t.mode, 'on_heap') = 'on_heap', coalesce(u.untold_bytes, 0), 0)::bigint as unlogged_spilled_bytes,
      exists (from source_files where ${where} and kind = 'event_log')
        and not exists (from tasks n where ${where} and n.executor_id = e.executor_id and n.memory_spilled_bytes is null) as spill_totals_logged, coalesce(s.spills_of_unknown_size, 0) as spills_of_unknown_size, if(e.evidence_level in ('debug', 'info'), coalesce(w.waits, 0), w.waits) as waits,
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
    select cause, count(*) as evictions,
      count(*) filter (starts_with(block_id, 'broadcast_')) as of_broadcasts from block_events
    where ${where} and op in ('evict', 'drop_to_disk') group by cause order by evictions desc, cause`;
}

/**
 * A task's error may be logged by its executor, its driver and the event log: it counts once.
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

const curveKinds = {
  ...kindsOf("memory_timeline", ["executor_id", "mode"]),
  step: "number",
  storage_most: "number",
  storage_last: "number",
  execution_most: "number",
  execution_last: "number",
  ends: "number",
} as const;
type Step = RowOf<typeof curveKinds>;

/** Steps of the curves of each executor, by mode. */
function byExecutor(curves: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const steps = new Map<string, Step[]>();
  for (const step of curves) {
    const track = `${step.mode} ${step.executor_id}`;
    const known = steps.get(track);
    if (known === undefined) steps.set(track, [step]);
    else known.push(step);
  }
  return steps;
}

const executorKinds = {
  ...kindsOf("executors", ["executor_id", "evidence_level", "removed_reason"]),
  mode: "key",
  memory_bytes: "number",
  storage_peak_bytes: "number",
  storage_peak_bytes_min: "number",
  storage_peak_bytes_max: "number",
  execution_peak_bytes: "number",
  execution_peak_bytes_min: "number",
  execution_peak_bytes_max: "number",
  borrowed_peak_bytes: "number",
  evictions: "number",
  evicted_bytes: "number",
  evictions_of_unknown_size: "number",
  failed_puts: "number",
  spills: "number",
  spilled_bytes: "number",
  spills_of_unknown_size: "number",
  unlogged_spilled_bytes: "number",
  spill_totals_logged: "flag",
  waits: "number",
  statements: "number",
  statements_met: "number",
} as const;

function executorOf(
  row: RowOf<typeof executorKinds>,
  curves: ReadonlyMap<string, readonly Step[]>,
): ExecutorSummary {
  const mode = row.mode === "off_heap" ? "off_heap" : "on_heap";
  const steps = curves.get(`${mode} ${row.executor_id}`) ?? [];
  const level = evidenceLevel(row.evidence_level);
  const storagePeakBytes = unlessUnlogged(row.storage_peak_bytes, level !== "event_log");
  return {
    executorId: row.executor_id,
    mode,
    evidenceLevel: level,
    removedReason: row.removed_reason,
    memoryBytes: row.memory_bytes,
    storagePeakBytes,
    executionPeakBytes: unlessUnlogged(
      row.execution_peak_bytes,
      level === "debug" || level === "info",
    ),
    storagePeakBytesMin: row.storage_peak_bytes_min,
    storagePeakBytesMax: row.storage_peak_bytes_max,
    executionPeakBytesMin: row.execution_peak_bytes_min,
    executionPeakBytesMax: row.execution_peak_bytes_max,
    borrowedPeakBytes:
      storagePeakBytes === undefined
        ? undefined
        : unlessUnlogged(row.borrowed_peak_bytes, level !== "event_log"),
    evictions: row.evictions,
    evictedBytes: row.evicted_bytes,
    evictionsOfUnknownSize: row.evictions_of_unknown_size ?? 0,
    failedPuts: row.failed_puts,
    spills: row.spills,
    spilledBytes: row.spilled_bytes,
    spillsOfUnknownSize: row.spills_of_unknown_size ?? 0,
    unloggedSpilledBytes: row.unlogged_spilled_bytes ?? 0,
    spillTotalsLogged: row.spill_totals_logged === true,
    waits: row.waits,
    statements: row.statements ?? 0,
    statementsMet: row.statements_met ?? 0,
    storageCurve: curveOf(steps, (step) => [step.storage_most, step.storage_last]),
    executionCurve: curveOf(steps, (step) => [step.execution_most, step.execution_last]),
  };
}

/** Where no log shows a pool, an estimate of 0 is no knowledge that it was empty. */
function unlessUnlogged(peak: number | undefined, isLogged: boolean): number | undefined {
  return peak === 0 && !isLogged ? undefined : peak;
}

/**
 * The most in each step, where a step without a change goes on with what was last, until the
 * executor is gone.
 */
function curveOf(
  steps: readonly Step[],
  mostAndLast: (step: Step) => readonly [number | undefined, number | undefined],
): (number | undefined)[] {
  const curve: (number | undefined)[] = [];
  let last: number | undefined;
  let ends: number | undefined;
  for (let at = 0; at < STEPS; at += 1) {
    const changes = steps.find(({ step }) => step === at);
    if (changes === undefined) {
      curve.push(ends === undefined || at <= ends ? last : undefined);
      continue;
    }
    ends = changes.ends;
    const [most, lastOfStep] = mostAndLast(changes);
    curve.push(last !== undefined && most !== undefined ? Math.max(last, most) : most);
    last = lastOfStep;
  }
  return curve;
}

function diagnosticOf({
  code = "",
  severity,
  count = 0,
  example = "",
}: RowOf<typeof diagnosticKinds>): DiagnosticSummary {
  return {
    code,
    severity: severity === "error" || severity === "warning" ? severity : "info",
    count,
    example,
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
