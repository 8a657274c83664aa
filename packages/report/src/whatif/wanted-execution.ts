/**
 * What tasks wanted of execution memory: what they report, where they did not spill; else what
 * their own spills bound.
 */
import type { ConsumerDemand, Wanted } from "@respark/core";
import { MAP_SIZE_SPREAD, SIBLING_SPREAD, SPILL_FILES } from "./fitted.ts";
import type { RecordedStage, RecordedTask, RunRecord } from "./run-record.ts";
import type { SqlDemand } from "./sql-demand.ts";
import { clipped, logDeviation, median } from "./statistics.ts";

export interface ExecutionEvidence {
  /** Demand that a task reported without having spilled. */
  statedBytes: number;
  /** Demand that is bounded by spills, or narrowed by siblings. */
  inferredBytes: number;
  /** Tasks that died of task memory: a lower bound is all they tell. */
  deadTasks: number;
}

/** A spread over a few siblings is held to be like that of others, as if by so many more. */
const OTHERS_WEIGH = 2;
/** Deviations of the logarithm that a size may lie off at most. */
const MOST_DEVIATIONS = 3;

/** Consumers of each task of a stage, by task id. */
export function wantedExecution(
  run: RunRecord,
  stage: RecordedStage,
  tasks: readonly RecordedTask[],
  sql: SqlDemand,
  evidence: ExecutionEvidence,
): ReadonlyMap<number, readonly ConsumerDemand[]> {
  const found = new Map<number, readonly ConsumerDemand[]>();
  const perRecord = bytesPerRecord(tasks);
  const isSql = stage.sqlExecutionId !== undefined;
  const diskRatio = diskRatioOf(tasks, isSql);
  const operators = isSql ? sql.operatorsOf(stage, tasks, diskRatio) : undefined;
  const sorts = readsSorted(run, stage);
  for (const task of tasks) {
    const known = operators?.get(task.taskId);
    if (known !== undefined) {
      for (const demand of known) noteKnown(demand, evidence);
      found.set(task.taskId, known);
      continue;
    }
    const consumer = run.spillers.get(task.taskId) ?? likelyConsumer(task, sorts);
    const bytes = demandOf(task, perRecord, evidence, isSql ? undefined : consumer);
    if (bytes === undefined) continue;
    const tungsten = isSql || consumer.startsWith("Unsafe") || consumer.startsWith("Shuffle");
    found.set(task.taskId, [
      tungsten
        ? { kind: "pages", bytes, diskRatio }
        : { kind: "spillable", consumer, bytes, diskRatio },
    ]);
  }
  return found;
}

function noteKnown(demand: ConsumerDemand, evidence: ExecutionEvidence): void {
  if (demand.kind === "spillable" || demand.kind === "pages") {
    const { best, atLeast, atMost } = demand.bytes;
    if (atLeast === atMost) evidence.statedBytes += best;
    else evidence.inferredBytes += best;
  } else evidence.statedBytes += demand.rows.best * demand.rowBytes;
}

interface PerRecord {
  readonly best: number | undefined;
  readonly spread: number;
}

function recordsOf(task: RecordedTask): number {
  return (task.shuffleReadRecords ?? 0) || (task.shuffleWriteRecords ?? 0);
}

/**
 * What a record costs in a stage: from tasks that did not spill, else from the middle of what each
 * that did can have wanted: what it spilled, and up to as much as it ever held.
 */
function bytesPerRecord(tasks: readonly RecordedTask[]): PerRecord {
  const unspilled: number[] = [];
  const middles: number[] = [];
  for (const task of tasks) {
    const records = recordsOf(task);
    const peak = task.peakBytes ?? 0;
    const spilled = task.memorySpilledBytes ?? 0;
    if (records === 0) continue;
    if (spilled > 0) middles.push((spilled + peak / 2) / records);
    else if (peak > 0) unspilled.push(peak / records);
  }
  return unspilled.length > 0
    ? { best: median(unspilled), spread: spreadOf(unspilled) }
    : { best: median(middles), spread: SIBLING_SPREAD };
}

/** Few siblings tell little of how far others lie apart. */
function spreadOf(siblings: readonly number[]): number {
  const degrees = siblings.length - 1;
  const own = degrees * logDeviation(siblings) ** 2;
  return Math.sqrt((own + OTHERS_WEIGH * SIBLING_SPREAD ** 2) / (degrees + OTHERS_WEIGH));
}

/** Whether the stage sorts what it reads: its collections hold records, and no groups. */
function readsSorted(run: RunRecord, stage: RecordedStage): boolean {
  const inStage = new Set(stage.rddIds);
  return run.rdds.some(
    ({ rddId, scope }) => inStage.has(rddId) && /"name":"[^"]*sort/i.test(scope ?? ""),
  );
}

/** The collection of a task of which none is named. */
function likelyConsumer(task: RecordedTask, sorts: boolean): string {
  return sorts || (task.shuffleReadRecords ?? 0) === 0 ? "ExternalSorter" : "ExternalAppendOnlyMap";
}

function demandOf(
  task: RecordedTask,
  perRecord: PerRecord,
  evidence: ExecutionEvidence,
  consumer: string | undefined,
): Wanted | undefined {
  const peak = task.peakBytes ?? 0;
  const spilled = task.memorySpilledBytes ?? 0;
  if (spilled === 0) {
    if (peak <= 0) return undefined;
    evidence.statedBytes += peak;
    return around(peak, consumer === "ExternalAppendOnlyMap" ? MAP_SIZE_SPREAD : 0);
  }
  const atLeast = spilled;
  const atMost = spilled + Math.max(peak, spilled * 0.1);
  evidence.inferredBytes += (atLeast + atMost) / 2;
  const records = recordsOf(task);
  if (records > 0 && perRecord.best !== undefined) {
    const best = clipped(records * perRecord.best, atLeast, atMost);
    return { best, atLeast, atMost, sigma: perRecord.spread };
  }
  return { best: (atLeast + atMost) / 2, atLeast, atMost, sigma: undefined };
}

/**
 * Bytes on disk a byte spilled: as the stage's spills show, else from what its shuffle read and
 * wrote.
 */
function diskRatioOf(tasks: readonly RecordedTask[], isSql: boolean): Wanted {
  const memory = tasks.reduce((sum, { memorySpilledBytes }) => sum + (memorySpilledBytes ?? 0), 0);
  const disk = tasks.reduce((sum, { diskSpilledBytes }) => sum + (diskSpilledBytes ?? 0), 0);
  if (memory > 0 && disk > 0) {
    const best = disk / memory;
    return { best, atLeast: best * 0.5, atMost: best * 2, sigma: 0.1 };
  }
  const peaks = tasks.reduce((sum, { peakBytes }) => sum + (peakBytes ?? 0), 0);
  const shuffled = tasks.reduce(
    (sum, task) => sum + Math.max(task.shuffleReadBytes ?? 0, task.shuffleWriteBytes ?? 0),
    0,
  );
  const { factor, sigma } = isSql ? SPILL_FILES.sql : SPILL_FILES.rdd;
  return around(peaks > 0 && shuffled > 0 ? (factor * shuffled) / peaks : 0.1, sigma);
}

function around(best: number, sigma: number): Wanted {
  const most = Math.exp(MOST_DEVIATIONS * sigma);
  return { best, atLeast: best / most, atMost: best * most, sigma };
}
