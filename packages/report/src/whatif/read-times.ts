/**
 * How long tasks take by what became of their cached reads: met here, met on another executor, or
 * computed.
 */
import type { WantedMemory } from "@respark/core";
import { cachedReads, stageKey } from "./cached-reads.ts";
import { REMOTE_READS } from "./fitted.ts";
import type { RecordedBlockEvent, RecordedStage, RecordedTask, RunRecord } from "./run-record.ts";
import { median } from "./statistics.ts";
import type { WantedBlocks } from "./wanted-blocks.ts";

type ReadState = "hit" | "miss" | "remote";

/** So many reads of a run's own are better evidence than those. */
const ENOUGH = 4;

/**
 * Run times by the state of a task's cached reads; what a task did not show, others of the same RDD
 * do.
 */
export class ReadTimes {
  readonly #stateOf = new Map<number, ReadState>();
  readonly #typical = new Map<number, { hit: number | undefined; miss: number | undefined }>();
  readonly #rddOf = new Map<string, number>();
  readonly #remote: { readonly millis: number; readonly isFirst: boolean }[] = [];

  constructor(
    run: RunRecord,
    stages: readonly RecordedStage[],
    tasksOf: ReadonlyMap<string, readonly RecordedTask[]>,
    eventsOf: ReadonlyMap<number, readonly RecordedBlockEvent[]>,
    blocks: WantedBlocks,
  ) {
    const millis = new Map<number, Record<ReadState, number[]>>();
    const firstDone = new Map<string, number>();
    for (const stage of stages) {
      const key = stageKey(stage.stageId, stage.attempt);
      const [read] = cachedReads(run, stage, blocks);
      if (read === undefined) continue;
      this.#rddOf.set(key, read.rdd);
      const mine = millis.get(read.rdd) ?? { hit: [], miss: [], remote: [] };
      millis.set(read.rdd, mine);
      for (const task of tasksOf.get(key) ?? []) {
        const state = stateOf(task, eventsOf.get(task.taskId));
        this.#stateOf.set(task.taskId, state);
        if (task.runMillis === undefined) continue;
        mine[state].push(task.runMillis);
        if (state !== "remote") continue;
        const done = firstDone.get(task.executorId);
        this.#remote.push({
          millis: task.runMillis,
          isFirst: done === undefined || task.launchedAt < done,
        });
        if (done === undefined) firstDone.set(task.executorId, task.finishedAt);
      }
    }
    for (const [rdd, { hit, miss }] of millis)
      this.#typical.set(rdd, { hit: median(hit), miss: median(miss) });
  }

  /**
   * What a read from another executor takes, as the run's own did where there are enough of them.
   */
  get remoteReads(): WantedMemory["remoteReads"] {
    const first = this.#remote.filter(({ isFirst }) => isFirst).map(({ millis }) => millis);
    const later = this.#remote.filter(({ isFirst }) => !isFirst).map(({ millis }) => millis);
    const known = (own: readonly number[]): number | undefined =>
      own.length < ENOUGH ? undefined : median(own);
    return {
      firstMillis: known(first) ?? REMOTE_READS.firstMillis,
      laterMillis: known(later) ?? REMOTE_READS.laterMillis,
      sigma: REMOTE_READS.sigma,
    };
  }

  of(stage: RecordedStage, task: RecordedTask): { hitMillis: number; missMillis: number } {
    const run = Math.max(1, task.runMillis ?? task.finishedAt - task.launchedAt);
    const rdd = this.#rddOf.get(stageKey(stage.stageId, stage.attempt));
    if (rdd === undefined) return { hitMillis: run, missMillis: run };
    const typical = this.#typical.get(rdd);
    const state = this.#stateOf.get(task.taskId);
    if (state === "remote")
      return { hitMillis: typical?.hit ?? run * 0.1, missMillis: typical?.miss ?? run };
    if (state === "miss")
      return { hitMillis: Math.min(run, typical?.hit ?? run * 0.2), missMillis: run };
    return { hitMillis: run, missMillis: Math.max(run, typical?.miss ?? run * 5) };
  }
}

function stateOf(task: RecordedTask, events: readonly RecordedBlockEvent[] | undefined): ReadState {
  const read = events?.find(({ op, blockId }) => blockId.startsWith("rdd_") && op !== "store");
  if (read?.op === "hit_remote") return "remote";
  if (read !== undefined) return read.op.startsWith("hit") ? "hit" : "miss";
  return (task.inputBytes ?? 0) > 0 ? "hit" : "miss";
}
