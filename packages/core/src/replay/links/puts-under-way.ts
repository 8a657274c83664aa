/**
 * Who is putting a block, before any line says how the put ended: a put whose task dies says
 * nothing more, and what it evicted was not evicted for execution.
 */

import { rddIdOf } from "../../block-id.ts";
import { putWeight } from "../../calibration/eviction-causes.ts";
import type { EvictionCause } from "../../rows.ts";
import { partitionOf } from "../blocks/block-history.ts";
import type { RunningTask } from "../executor-state.ts";
import type { ReplayContext } from "../replay-context.ts";
import type { LogStep, Lookahead } from "./lookahead.ts";

/** A put that may be what asked for memory. */
export interface PossiblePut {
  readonly taskId: number | undefined;
  readonly blockId: string;
  readonly cause: EvictionCause;
  /** how well it is founded: 1 where lines name it */
  readonly weight: number;
}

/** How many lines ahead a task's end is looked for. */
const LINES_TO_END = 2_000;

export class PutsUnderWay {
  readonly #context: ReplayContext;
  readonly #lookahead: Lookahead;
  /** thread → blocks that it computes, the innermost last: found nowhere, and not put yet */
  readonly #computing = new Map<string, string[]>();
  /**
   * thread → the block that it brings back from disk: its level is logged, and not that it was
   * found
   */
  readonly #reading = new Map<string, { readonly blockId: string; readonly bytes: boolean }>();

  constructor(context: ReplayContext) {
    this.#context = context;
    this.#lookahead = context.lookahead;
  }

  /** A step of the log, before it is replayed. */
  see(step: LogStep): void {
    const { thread, fact } = step;
    if (thread === undefined) return;
    switch (fact.kind) {
      case "block_missing":
        if (fact.where !== "everywhere" || rddIdOf(fact.blockId) === undefined) return;
        this.#computing.set(thread, [...(this.#computing.get(thread) ?? []), fact.blockId]);
        this.#reading.delete(thread);
        return;
      case "block_level":
        // BlockManager.doGetLocalValues and maybeCacheDiskBytesInMemory, Spark 2.0 … 4.2: what is
        // on disk goes back into memory.
        if (fact.useMemory && this.#context.state.ledgerOfBlock(fact.blockId) === undefined) {
          this.#reading.set(thread, { blockId: fact.blockId, bytes: !fact.deserialized });
        }
        return;
      case "block_lookup":
        this.#reading.delete(thread);
        return;
      case "block_found":
      case "block_stored":
      case "unroll_failed":
      case "put_done":
      case "put_failed":
        this.#ended(thread, fact.blockId);
        return;
      case "task_running":
      case "task_finished":
        this.#computing.delete(thread);
        this.#reading.delete(thread);
        return;
      default:
        return;
    }
  }

  /** What a thread is putting now, by its own lines before: the innermost put. */
  of(thread: string): Pick<PossiblePut, "blockId" | "cause"> | undefined {
    const reading = this.#reading.get(thread);
    if (reading !== undefined) {
      return { blockId: reading.blockId, cause: reading.bytes ? "storage" : "unroll" };
    }
    const blockId = this.#computing.get(thread)?.at(-1);
    return blockId === undefined ? undefined : { blockId, cause: "unroll" };
  }

  /**
   * Puts that may be under way by what tasks compute: partitions of their stages' persisted RDDs
   * that are not in memory, and whose task either stores them later or dies without a line. The
   * victims' own RDDs never ask (spec memory-model 3.5).
   */
  possible(
    taskIds: Iterable<number>,
    victimRdds: ReadonlySet<number | undefined>,
  ): readonly PossiblePut[] {
    const { state, evidence } = this.#context;
    const found: PossiblePut[] = [];
    for (const taskId of taskIds) {
      const task = state.running.get(taskId);
      const partition = evidence.task(taskId)?.partition ?? task?.index;
      if (task === undefined || partition === undefined) continue;
      for (const rddId of this.#context.persistedRdds(task.stageId)) {
        if (victimRdds.has(rddId)) continue;
        const put = this.#possiblePut(taskId, rddId, `rdd_${rddId}_${partition}`);
        if (put !== undefined) found.push(put);
      }
    }
    return found;
  }

  #possiblePut(taskId: number, rddId: number, blockId: string): PossiblePut | undefined {
    const { state, history } = this.#context;
    if (state.ledgerOfBlock(blockId) !== undefined) return undefined;
    const onDisk = history.isOnDisk(blockId);
    const serialized = this.#context.isDeserializedRdd(rddId) === false;
    const cause = onDisk && serialized ? "storage" : "unroll";
    const [next] = this.#lookahead.upcoming(blockId);
    if (next?.fact.kind === "block_stored" || next?.fact.kind === "unroll_failed") {
      return { taskId, blockId, cause, weight: 1 };
    }
    const end = this.#endOf(taskId, blockId);
    if (end === "named") return { taskId, blockId, cause: "unroll", weight: 1 };
    // A task that ends well has stored or refused, in words, all that it tried to put.
    const weight = onDisk ? putWeight.onDisk : putWeight.elsewhere;
    return end === "well" ? undefined : { taskId, blockId, cause, weight };
  }

  /**
   * Whether a task's end is a good one; named: the put of this block is said to have failed with
   * it.
   */
  #endOf(taskId: number, blockId: string): "well" | "badly" | "named" | undefined {
    for (let ahead = 1; ahead < LINES_TO_END; ahead++) {
      const { fact } = this.#lookahead.peek(ahead) ?? {};
      if (fact === undefined) return undefined;
      if (fact.kind === "put_failed" && fact.blockId === blockId) return "named";
      if (fact.kind === "block_remark" && fact.what === "remove_missing") {
        if (fact.blockId === blockId) return "named";
      }
      if (fact.kind === "task_finished" && fact.taskId === taskId) {
        return fact.how === "finished" ? "well" : "badly";
      }
    }
    return undefined;
  }

  #ended(thread: string, blockId: string): void {
    if (this.#reading.get(thread)?.blockId === blockId) this.#reading.delete(thread);
    const left = this.#computing.get(thread)?.filter((other) => other !== blockId);
    if (left === undefined) return;
    if (left.length === 0) this.#computing.delete(thread);
    else this.#computing.set(thread, left);
  }
}

/** Which running task puts a block: the one that computes its partition, where one alone does. */
export function taskPutting(from: Running, blockId: string): number | undefined {
  const candidates = candidatesFor(from, blockId);
  return candidates.length === 1 ? candidates[0]?.taskId : undefined;
}

/** A block of an RDD of which no running task computes the partition came from another executor. */
export function isReplica(from: Running, blockId: string): boolean {
  const { running } = from.state;
  const allKnown = [...running.values()].every(
    ({ taskId, index }) => (from.evidence.task(taskId)?.partition ?? index) !== undefined,
  );
  return running.size > 0 && allKnown && candidatesFor(from, blockId).length === 0;
}

type Running = Pick<ReplayContext, "state" | "evidence">;

function candidatesFor({ state, evidence }: Running, blockId: string): readonly RunningTask[] {
  const partition = partitionOf(blockId);
  const all = [...state.running.values()];
  if (partition === undefined) return all;
  return all.filter((task) => (evidence.task(task.taskId)?.partition ?? task.index) === partition);
}
