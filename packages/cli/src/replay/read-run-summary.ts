/** Reads a summary out of a replayed database, with SQL over the tables of the contract. */
import type { EvictionCause, EvidenceLevel, OomEventRow, RemovedClass } from "@respark/core";
import { type Ask, answerOf, firstOf, kindsOf, type RowOf, sqlText } from "@respark/report";
import type { DiagnosticSummary, ExecutorSummary, RunSummary } from "./run-summary.ts";
import {
  applicationSql,
  causeSql,
  curveSql,
  diagnosticSql,
  executorSql,
  lostSql,
  missedSql,
  outOfMemorySql,
  STEPS,
} from "./run-summary-sql.ts";

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
  logs_incomplete: "number",
  an_incomplete_log: "text",
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
    incompleteLogs:
      row.an_incomplete_log === undefined
        ? undefined
        : { logs: row.logs_incomplete ?? 1, example: row.an_incomplete_log },
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
