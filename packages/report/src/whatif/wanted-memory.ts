/**
 * A run's demand for memory, put together for the simulation: program order, reads, broadcasts,
 * executors.
 */
import {
  parseBlockId,
  type StorageLevel,
  type WantedBroadcast,
  type WantedMemory,
  type WantedStage,
  type WantedTask,
} from "@respark/core";
import { cachedReads, readsThatDiffer, stageKey } from "./cached-reads.ts";
import { EXECUTOR_START_SPREAD } from "./fitted.ts";
import { ReadTimes } from "./read-times.ts";
import type { RecordedBlockEvent, RecordedStage, RecordedTask, RunRecord } from "./run-record.ts";
import { SqlDemand } from "./sql-demand.ts";
import { clipped, grouped, logDeviation, median } from "./statistics.ts";
import { type BlockEvidence, type WantedBlocks, wantedBlocks } from "./wanted-blocks.ts";
import { type ExecutionEvidence, wantedExecution } from "./wanted-execution.ts";

export interface Demand {
  readonly wanted: WantedMemory;
  readonly blocks: BlockEvidence;
  readonly execution: ExecutionEvidence;
  /** Tasks of the run that count: the last good attempt of each partition. */
  readonly tasks: number;
}

/** What happens to a block because a task wants it; an eviction names the task that made room. */
const READS: ReadonlySet<string> = new Set([
  "hit_memory",
  "hit_disk",
  "hit_remote",
  "miss",
  "store",
  "put_fail",
]);
/**
 * Spread of durations: of tasks that read cached blocks, and of those that work for execution
 * memory.
 */
const CACHED_SIGMA = 0.6;
const OVERHEAD_SIGMA = { least: 0.1, most: 0.8 } as const;
const EXECUTION_SIGMA = { least: 0.15, most: 0.3 } as const;

/** What a recorded run wanted of memory, stage by stage, and how much of that is stated. */
export function demandOf(
  run: RunRecord,
  levels: ReadonlyMap<number, StorageLevel> = new Map(),
): Demand {
  const tasksOf = grouped(run.tasks, (task) => stageKey(task.stageId, task.stageAttempt));
  const stages = run.stages.filter(
    (stage) => (tasksOf.get(stageKey(stage.stageId, stage.attempt))?.length ?? 0) > 0,
  );
  const completions = stages.map(({ completedAt }) => completedAt).sort((a, b) => a - b);
  const completedBy = (at: number): number => countUntil(completions, at);
  const blocks = wantedBlocks(run, { completedBy, levels });
  const eventsOf = grouped(
    run.blockEvents.filter(({ taskId, op }) => taskId !== undefined && READS.has(op)),
    ({ taskId }) => taskId ?? -1,
  );
  const broadcasts = new Broadcasts(run, stages, completedBy);
  const execution: ExecutionEvidence = { statedBytes: 0, inferredBytes: 0, deadTasks: 0 };
  const sql = new SqlDemand(run);
  const order = completionOrder(stages);
  const startedAt = stages[0]?.submittedAt ?? 0;
  const slots = slotsOf(run);
  const overheads = stages.map((stage) =>
    overheadsOf(tasksOf.get(stageKey(stage.stageId, stage.attempt)) ?? [], slots),
  );
  const times = new ReadTimes(run, stages, tasksOf, eventsOf, blocks);
  const wantedStages = stages.map((stage, index): WantedStage => {
    const all = tasksOf.get(stageKey(stage.stageId, stage.attempt)) ?? [];
    execution.deadTasks += all.filter(
      ({ taskId, status }) => status === "failed" && run.taskMemoryDeaths.has(taskId),
    ).length;
    return {
      stageId: stage.stageId,
      attempt: stage.attempt,
      jobId: stage.jobId,
      afterStages: completedBy(stage.submittedAt),
      gapMillis: gapBefore(stage, completions),
      completionOrder: order[index] ?? index,
      reads: cachedReads(run, stage, blocks),
      broadcasts: broadcasts.of(stage),
      ...(overheads[index] ?? overheadsOf(all, slots)),
      ...wantedTasks(run, stage, lastGood(all), { blocks, eventsOf, times, sql, execution }),
    };
  });
  return {
    wanted: {
      executors: wantedExecutors(run, startedAt),
      startSigma: EXECUTOR_START_SPREAD,
      rdds: blocks.rdds,
      broadcasts: broadcasts.wanted,
      stages: wantedStages,
      overheadSigma: overheadSigma(overheads),
      speedSigma: speedSigma(run, stages, tasksOf, blocks),
      remoteReads: times.remoteReads,
      ...schedulingOf(run),
    },
    blocks: blocks.evidence,
    execution,
    tasks: wantedStages.reduce((sum, { tasks }) => sum + tasks.length, 0),
  };
}

/** Settings of the scheduler; of those that are not logged Spark's defaults. */
function schedulingOf({
  conf,
}: RunRecord): Pick<WantedMemory, "localityWaitMillis" | "fair" | "maxFailures"> {
  const wait = durationMillis(conf.get("spark.locality.wait")) ?? 3000;
  return {
    localityWaitMillis: {
      process: durationMillis(conf.get("spark.locality.wait.process")) ?? wait,
      node: durationMillis(conf.get("spark.locality.wait.node")) ?? wait,
    },
    fair: conf.get("spark.scheduler.mode")?.toUpperCase() === "FAIR",
    maxFailures: Number(conf.get("spark.task.maxFailures") ?? 4),
  };
}

/** What each task of a stage reads and asks for, and how far their durations spread. */
function wantedTasks(
  run: RunRecord,
  stage: RunRecord["stages"][number],
  tasks: readonly RunRecord["tasks"][number][],
  {
    blocks,
    eventsOf,
    times,
    sql,
    execution,
  }: {
    readonly blocks: ReturnType<typeof wantedBlocks>;
    readonly eventsOf: ReadonlyMap<number, readonly RunRecord["blockEvents"][number][]>;
    readonly times: ReadTimes;
    readonly sql: SqlDemand;
    readonly execution: ExecutionEvidence;
  },
): Pick<WantedStage, "durationSigma" | "tasks"> {
  const consumers = wantedExecution(run, stage, tasks, sql, execution);
  const ownReads = readsThatDiffer(tasks, eventsOf, blocks);
  const works = tasks.some(({ taskId }) => consumers.has(taskId));
  return {
    durationSigma: works
      ? clipped(rateDeviation(tasks), EXECUTION_SIGMA.least, EXECUTION_SIGMA.most)
      : CACHED_SIGMA,
    tasks: tasks.map(
      (task): WantedTask => ({
        taskId: task.taskId,
        partition: task.partition,
        ...times.of(stage, task),
        reads: ownReads?.get(task.taskId) ?? (ownReads === undefined ? undefined : []),
        consumers: consumers.get(task.taskId) ?? [],
      }),
    ),
  };
}

/**
 * A program that had all executors before its first stage may have waited for them: then when they
 * come is not drawn.
 */
function wantedExecutors(run: RunRecord, firstStageAt: number): WantedMemory["executors"] {
  const isLate = run.executors.some(({ addedAt }) => (addedAt ?? firstStageAt) > firstStageAt);
  return run.executors.map(({ executorId, host, addedAt = firstStageAt }) => ({
    executorId,
    host,
    availableAtMillis: addedAt - firstStageAt,
    startMillis: isLate && run.startedAt !== undefined ? Math.max(0, addedAt - run.startedAt) : 0,
  }));
}

export function slotsOf(run: RunRecord): number {
  const cores = run.executors.find((executor) => executor.cores !== undefined)?.cores ?? 1;
  const perTask = Number(run.conf.get("spark.task.cpus") ?? 1);
  return Math.max(1, Math.floor(cores / Math.max(1, perTask)));
}

/** How many of the sorted times are not later. */
function countUntil(sorted: readonly number[], at: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function completionOrder(stages: readonly RecordedStage[]): number[] {
  const indexes = stages.map((_, index) => index);
  indexes.sort((a, b) => (stages[a]?.completedAt ?? 0) - (stages[b]?.completedAt ?? 0) || a - b);
  const order: number[] = [];
  for (const [place, index] of indexes.entries()) order[index] = place;
  return order;
}

function gapBefore(stage: RecordedStage, completions: readonly number[]): number {
  const before = completions[countUntil(completions, stage.submittedAt) - 1];
  return before === undefined ? 0 : stage.submittedAt - before;
}

/**
 * The attempt of each partition whose demand is known best: the one that succeeded, else the last.
 */
function lastGood(tasks: readonly RecordedTask[]): RecordedTask[] {
  const best = new Map<number, RecordedTask>();
  for (const task of tasks) {
    const known = best.get(task.index);
    if (known === undefined || known.status !== "success" || task.status === "success")
      best.set(task.index, task);
  }
  return [...best.values()].sort((a, b) => a.index - b.index);
}

/** Which broadcasts a stage's tasks fetched, each once: the task binary is the youngest. */
class Broadcasts {
  readonly wanted: WantedBroadcast[] = [];
  readonly #positions = new Map<number, number>();
  readonly #byStage = new Map<string, Set<number>>();

  constructor(
    run: RunRecord,
    stages: readonly RecordedStage[],
    completedBy: (at: number) => number,
  ) {
    const stageOfTask = new Map(
      run.tasks.map((task) => [task.taskId, stageKey(task.stageId, task.stageAttempt)]),
    );
    const byId = grouped(
      run.blockEvents.filter(({ blockId }) => blockId.startsWith("broadcast_")),
      ({ blockId }) => parseBlockId(blockId).broadcastId ?? -1,
    );
    for (const [broadcastId, events] of byId) {
      const pieces = new Map<string, number>();
      let valueBytes = 0;
      let removedAt: number | undefined;
      for (const event of events) {
        const { blockId, op, memoryBytes, at } = event;
        if (op === "remove") removedAt = Math.min(removedAt ?? at, at);
        if (op !== "store" || memoryBytes === undefined) continue;
        const stage = stageOfStore(event, stageOfTask, stages);
        if (stage !== undefined) this.#noted(stage, broadcastId);
        if (blockId.includes("piece")) pieces.set(blockId, memoryBytes);
        else valueBytes = memoryBytes;
      }
      this.#positions.set(broadcastId, this.wanted.length);
      this.wanted.push({
        broadcastId,
        pieceBytes: [...pieces.values()],
        valueBytes,
        removedAfterStages: removedAt === undefined ? undefined : completedBy(removedAt),
      });
    }
  }

  #noted(stage: string, broadcastId: number): void {
    const known = this.#byStage.get(stage);
    if (known === undefined) this.#byStage.set(stage, new Set([broadcastId]));
    else known.add(broadcastId);
  }

  /**
   * The task binary is the youngest; it is fetched before the task runs, the others when they are
   * first asked for.
   */
  of(stage: RecordedStage): readonly number[] {
    const ids = this.#byStage.get(stageKey(stage.stageId, stage.attempt)) ?? new Set();
    const [binary, ...others] = [...ids].sort((a, b) => b - a);
    const inOrder = binary === undefined ? [] : [binary, ...others.reverse()];
    return inOrder.flatMap((id) => this.#positions.get(id) ?? []);
  }
}

/**
 * The stage whose tasks stored a broadcast: the task's where the log names it, else the youngest
 * that ran then.
 */
function stageOfStore(
  { at, taskId }: RecordedBlockEvent,
  stageOfTask: ReadonlyMap<number, string>,
  stages: readonly RecordedStage[],
): string | undefined {
  const named = taskId === undefined ? undefined : stageOfTask.get(taskId);
  if (named !== undefined) return named;
  const running = stages.findLast(
    ({ submittedAt, completedAt }) => submittedAt <= at && at <= completedAt,
  );
  const found = running ?? stages.findLast(({ submittedAt }) => submittedAt <= at);
  return found === undefined ? undefined : stageKey(found.stageId, found.attempt);
}

interface Overheads {
  readonly firstOverheadMillis: number;
  readonly overheadMillis: number;
  /** Of each executor's first tasks. */
  readonly firsts: readonly number[];
}

/**
 * Time between launch and running: of the first tasks that each executor had of the stage, and of
 * the others.
 */
function overheadsOf(tasks: readonly RecordedTask[], slots: number): Overheads {
  const overhead = (task: RecordedTask): number =>
    Math.max(0, task.finishedAt - task.launchedAt - (task.runMillis ?? 0));
  const later: number[] = [];
  const firsts: number[] = [];
  for (const mine of grouped(tasks, ({ executorId }) => executorId).values()) {
    const inOrder = [...mine].sort((a, b) => a.launchedAt - b.launchedAt || a.taskId - b.taskId);
    firsts.push(median(inOrder.slice(0, slots).map(overhead)) ?? 0);
    later.push(...inOrder.slice(slots).map(overhead));
  }
  const typical = median(firsts) ?? 5;
  return {
    firstOverheadMillis: typical,
    overheadMillis: median(later) ?? Math.min(typical, 5),
    firsts,
  };
}

/** How unequally long executors take to start with a stage, over all stages. */
function overheadSigma(overheads: readonly Overheads[]): number {
  const deviations = overheads
    .filter(({ firsts }) => firsts.length > 1)
    .map(({ firsts }) => logDeviation(firsts.map((millis) => millis + 1)));
  const squares = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  return clipped(
    deviations.length === 0 ? 0 : Math.sqrt(squares / deviations.length),
    OVERHEAD_SIGMA.least,
    OVERHEAD_SIGMA.most,
  );
}

/** How unequal tasks of a stage are in what they do in a second. */
function rateDeviation(tasks: readonly RecordedTask[]): number {
  return logDeviation(
    tasks.flatMap((task) => {
      const records = task.shuffleReadRecords ?? task.shuffleWriteRecords ?? 0;
      return records > 0 && (task.runMillis ?? 0) > 0 ? [(task.runMillis ?? 1) / records] : [];
    }),
  );
}

/**
 * How unequally fast the executors are: 1.5 times the spread of the tasks they took where nothing
 * kept them (spec 5.1). A stage in which an executor ran its first task tells of late starts,
 * which are drawn by themselves: it counts only where there is no other.
 */
function speedSigma(
  run: RunRecord,
  stages: readonly RecordedStage[],
  tasksOf: ReadonlyMap<string, readonly RecordedTask[]>,
  blocks: WantedBlocks,
): number {
  if (run.executors.length < 3) return 0;
  const starting: string[] = [];
  const settled: string[] = [];
  const cached = new Set<number>();
  const started = new Set<string>();
  for (const stage of stages) {
    const reads = cachedReads(run, stage, blocks);
    const isCold = reads.every(({ rdd }) => !cached.has(rdd));
    for (const { rdd } of reads) cached.add(rdd);
    const ranOn = (tasksOf.get(stageKey(stage.stageId, stage.attempt)) ?? []).map(
      ({ executorId }) => executorId,
    );
    const isSettled = ranOn.every((executorId) => started.has(executorId));
    for (const executorId of ranOn) started.add(executorId);
    if (isCold) (isSettled ? settled : starting).push(...ranOn);
  }
  const counts = grouped(settled.length > 0 ? settled : starting, (executorId) => executorId);
  return 1.5 * logDeviation([...counts.values()].map(({ length }) => length));
}

function durationMillis(text: string | undefined): number | undefined {
  const parts = /^\s*(\d+)\s*(ms|s|m|min|h)?\s*$/.exec(text ?? "");
  if (parts === null) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };
  const factor = Object.entries(unit).find(([name]) => name === (parts[2] ?? "ms"))?.[1] ?? 1;
  return Number(parts[1]) * factor;
}
