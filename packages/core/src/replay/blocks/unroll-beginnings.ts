/**
 * When tasks begin to unroll the blocks that they put, as far as later lines say that they do. A
 * put whose end is not in sight (the log stops, or it takes longer than lines wait) may hold
 * anything.
 */
import { amount } from "../../amount.ts";
import { rddIdOf } from "../../block-id.ts";
import type { LogStep } from "../links/lookahead.ts";
import { evictedFor, preparation, rddsPutBy } from "../links/unroll-preparation.ts";
import type { ReplayContext } from "../replay-context.ts";

interface AwaitedPut {
  readonly blockId: string;
  readonly taskId: number;
  readonly begun: LogStep;
  readonly precise: boolean;
}

export class UnrollBeginnings {
  readonly #context: ReplayContext;
  /** puts whose end is not in sight yet, by block */
  readonly #awaited = new Map<string, AwaitedPut>();

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /** A task began: what the log will say it puts, it unrolls from now on. */
  taskBegan(step: LogStep, taskId: number, rdds: Iterable<number>, partition: number): void {
    // A lookup that finds nothing says better when an unroll begins.
    if (this.#context.logged.lookups) return;
    const isReported = this.#context.evidence.task(taskId) !== undefined;
    const puts = [
      ...(isReported ? rdds : rddsPutBy(this.#context, step, { taskId, partition })),
    ].map((rdd) => `rdd_${rdd}_${partition}`);
    const inSight = puts.filter((blockId) => this.#open(step, blockId, taskId, false));
    if (inSight.length === 0) this.#awaitLast(step, puts, taskId);
  }

  /** At DEBUG: a task looked for a block and found none, so that it computes and puts it. */
  lookedUp(step: LogStep, blockId: string, taskId: number | undefined): void {
    const isOpen = this.#open(step, blockId, taskId, true);
    if (!isOpen && taskId !== undefined) this.#await(step, blockId, taskId, true);
  }

  /**
   * A serialized block is read back from disk: its memory is taken at once, after what had to be
   * evicted for it, and its line comes when the bytes are copied (MemoryStore.putBytes).
   */
  readBack(step: LogStep, blockId: string): void {
    const { state, lookahead } = this.#context;
    if (rddIdOf(blockId) === undefined || state.ledgerOfBlock(blockId) !== undefined) return;
    const [end] = lookahead.upcoming(blockId);
    if (end?.fact.kind !== "block_stored" || end.fact.form !== "bytes") return;
    if (end.thread === undefined || end.thread !== step.thread) return;
    this.#context.windows.open({
      blockId,
      taskId: end.taskId,
      from: step.ts,
      usuallyFrom: evictedFor(this.#context, end) ?? step.ts,
      until: end.ts,
      size: amount(end.fact.size),
      mode: this.#modeOf(blockId),
      precise: true,
      fails: false,
      isWhole: true,
    });
  }

  /** Lines have come: ends of puts may be in sight by now. */
  look(ts: number): void {
    for (const { blockId, taskId, begun, precise } of this.#awaited.values()) {
      if (this.#open(begun, blockId, taskId, precise)) this.#awaited.delete(blockId);
      else if (!this.#mayStillCome(blockId, taskId)) {
        this.#awaited.delete(blockId);
        this.#context.windows.close(blockId);
      } else this.#openEndless(begun, blockId, taskId, ts);
    }
  }

  /**
   * Of a stage's persisted RDDs a task puts the last one that is not there, and those before it as
   * it computes that; with the last one there it computes none.
   */
  #awaitLast(step: LogStep, puts: readonly string[], taskId: number): void {
    const last = puts.reduce<string | undefined>(
      (a, b) => (a === undefined || (rddIdOf(b) ?? 0) > (rddIdOf(a) ?? 0) ? b : a),
      undefined,
    );
    if (last !== undefined) this.#await(step, last, taskId, false);
  }

  #await(step: LogStep, blockId: string, taskId: number, precise: boolean): void {
    if (rddIdOf(blockId) === undefined || !this.#mayStillCome(blockId, taskId)) return;
    this.#awaited.set(blockId, { blockId, taskId, begun: step, precise });
    this.#openEndless(step, blockId, taskId, step.ts);
  }

  /** The task runs on beyond all lines in sight, and the block is neither there nor on disk. */
  #mayStillCome(blockId: string, taskId: number): boolean {
    const { state, history, lookahead } = this.#context;
    if (!state.running.has(taskId) || lookahead.finishes(taskId)) return false;
    if (state.ledgerOfBlock(blockId) !== undefined || history.isOnDisk(blockId)) return false;
    return !lookahead.isStillUsed(blockId);
  }

  #openEndless(begun: LogStep, blockId: string, taskId: number, ts: number): void {
    this.#context.windows.open({
      blockId,
      taskId,
      from: begun.ts,
      usuallyFrom: begun.ts,
      until: ts,
      size: undefined,
      mode: this.#modeOf(blockId),
      precise: false,
      fails: false,
    });
  }

  #modeOf(blockId: string): "on_heap" | "off_heap" {
    return this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap";
  }

  /** @returns whether the end of the put is in sight */
  #open(step: LogStep, blockId: string, taskId: number | undefined, precise: boolean): boolean {
    const end = this.#context.lookahead
      .upcoming(blockId)
      .find((next) => next.fact.kind === "block_stored" || next.fact.kind === "unroll_failed");
    if (end === undefined) return false;
    const { fact } = end;
    if (fact.kind === "block_stored" && fact.form === "bytes" && rddIdOf(blockId) === undefined)
      return true;
    const printed =
      fact.kind === "block_stored"
        ? fact.size
        : fact.kind === "unroll_failed"
          ? fact.computed
          : undefined;
    if (printed === undefined) return true;
    this.#context.windows.open({
      blockId,
      taskId,
      ...(precise
        ? { from: step.ts, usuallyFrom: step.ts }
        : preparation(this.#context, step, end)),
      until: end.ts,
      size: amount(printed),
      mode: this.#modeOf(blockId),
      precise,
      fails: fact.kind === "unroll_failed",
    });
    return true;
  }
}
