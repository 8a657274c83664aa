/**
 * Execution memory where no grant is logged (INFO, or no executor log): statements measure the sum at an instant; between them it is
 * bounded by who runs, what each is known to have reached, and the pool.
 */

import { type Amount, amount, NOTHING } from "../amount.ts";
import type { ByteInterval } from "../byte-interval.ts";
import type { ExecutorEvidence, TaskEvidence } from "./evidence.ts";
import type { ExecutorState, RunningTask } from "./executor-state.ts";
import { heldAt, type PoolNow, peakOf, SHAPE_BREAKS } from "./task-demand.ts";

/** How long a measured sum is taken to stand when nothing else is known (µs). */
const MEASURE_STANDS_MICROS = 20_000;

export class ExecutionEstimate {
  readonly #state: ExecutorState;
  readonly #evidence: ExecutorEvidence;
  readonly #isSql: (stageId: number) => boolean;
  #measured: { readonly total: Amount; readonly ts: number } | undefined;
  #ts = 0;
  /** highest use by task, for the track that has to show it */
  readonly #peaks = new Map<number, Amount>();

  constructor(
    state: ExecutorState,
    evidence: ExecutorEvidence,
    isSql: (stageId: number) => boolean,
  ) {
    this.#state = state;
    this.#evidence = evidence;
    this.#isSql = isSql;
  }

  /** A statement told the sum now. */
  measured(implied: ByteInterval, agrees: boolean): void {
    const { onHeap, running } = this.#state;
    const ceiling = onHeap.executionCeiling();
    if (implied.atLeast > ceiling || (!agrees && running.size === 0)) return;
    if (implied.atLeast > this.#mostThatRunnersHold()) return; // some block went or came that the log has not told
    const total = amount({
      atLeast: Math.max(0, implied.atLeast),
      atMost: Math.min(ceiling, Math.max(0, implied.atMost)),
    });
    this.#measured = { total, ts: this.#ts };
    this.#apply(total);
  }

  /** Blocks were evicted for execution: what it holds now reaches to what storage left, within the last block (2.0+). */
  grewByEviction(lastVictimBytes: number): void {
    const { onHeap, running } = this.#state;
    if (onHeap.rules.fixedPools || !onHeap.rules.evictionCreditsExecution) return;
    const used = onHeap.storageUsed;
    const { maxBytes } = onHeap.rules;
    const share = Math.floor(onHeap.executionCeiling() / Math.max(1, running.size));
    const full = maxBytes - used.best;
    const total = amount(
      {
        atLeast: Math.max(0, Math.min(maxBytes - used.atMost - lastVictimBytes, share)),
        atMost: Math.max(0, maxBytes - used.atLeast),
      },
      Math.max(0, full - Math.floor(lastVictimBytes / 2)),
    );
    this.#measured = { total, ts: this.#ts };
    onHeap.storagePool = used;
    this.#apply(total);
  }

  /** A spill for want of memory: the request before it had taken all that was free from storage. */
  fellShort(): void {
    const { onHeap } = this.#state;
    if (onHeap.rules.fixedPools) return;
    const used = onHeap.storageUsed;
    onHeap.storagePool = {
      atLeast: used.atLeast,
      atMost: Math.max(used.atMost, onHeap.storagePool.atMost),
      best: used.best,
    };
  }

  /** Times after `from` and before `ts` at which a running task's bounds change. */
  breaksBetween(from: number, ts: number): number[] {
    const found: number[] = [];
    for (const task of this.#state.running.values()) {
      const life = this.#lifeOf(task);
      if (life === undefined || !this.#usesMemory(life.evidence)) continue;
      for (const part of SHAPE_BREAKS) {
        const at = Math.ceil(life.from + (life.until - life.from) * part);
        if (at > from && at <= ts) found.push(at);
      }
    }
    return found;
  }

  /** Who runs has changed, or time has passed: bounds of each task's use. */
  update(ts: number): void {
    this.#ts = ts;
    const { onHeap, running } = this.#state;
    for (const taskId of onHeap.executionByTask.keys()) {
      if (!running.has(taskId)) onHeap.executionByTask.delete(taskId);
    }
    if (running.size === 0) {
      onHeap.executionTotal = NOTHING;
      this.#measured = undefined;
      return;
    }
    const ceiling = onHeap.executionCeiling();
    const share = ceiling / running.size;
    let best = 0;
    let below = 0;
    let above = 0;
    let aboveTogether = 0;
    for (const task of running.values()) {
      const held = this.#heldBy(task, ts);
      // Of a task whose end is not known yet nothing is known but the pool: no track of its own says so.
      if (held.atMost > 0 && this.#lifeOf(task) !== undefined)
        onHeap.executionByTask.set(task.taskId, held);
      else onHeap.executionByTask.delete(task.taskId);
      best += held.best;
      below += (held.best - held.atLeast) ** 2;
      if (this.#spilled(task.taskId)) aboveTogether += Math.min(share, held.atMost) - held.best;
      else above += (held.atMost - held.best) ** 2;
    }
    const measured = this.#measured;
    if (measured !== undefined && ts - measured.ts <= MEASURE_STANDS_MICROS) {
      this.#apply(measured.total);
      return;
    }
    // Each task's bounds are those of most tasks, not of all; they do not stray the same way at once, so their deviations add as
    // squares. Only tasks that spill fill their shares together.
    const within = (bytes: number) => Math.round(Math.min(ceiling, Math.max(0, bytes)));
    this.#apply(
      amount(
        {
          atLeast: within(best - 1.2 * Math.sqrt(below)),
          atMost: within(best + 0.9 * Math.sqrt(above) + aboveTogether),
        },
        within(best),
      ),
    );
  }

  /** The end of a task: its peak, which its track has to have shown. */
  peak(taskId: number): Amount | undefined {
    const task = this.#evidence.task(taskId);
    if (task?.finishedAt === undefined) return undefined;
    const peak = peakOf(task, this.#poolNow(task.stageId));
    return peak.atMost > 0 ? peak : undefined;
  }

  #apply(total: Amount): void {
    const { onHeap } = this.#state;
    onHeap.executionTotal = total;
    onHeap.growForExecution(total, 0);
  }

  #heldBy(task: RunningTask, ts: number): Amount {
    const life = this.#lifeOf(task);
    const ceiling = this.#state.onHeap.executionCeiling();
    if (life === undefined) return amount({ atLeast: 0, atMost: ceiling }, 0);
    const pool = this.#poolNow(life.evidence.stageId);
    const now = peakOf(life.evidence, pool);
    const known = this.#peaks.get(task.taskId);
    const peak =
      known === undefined
        ? now
        : {
            atLeast: Math.min(known.atLeast, now.atLeast),
            atMost: Math.max(known.atMost, now.atMost),
            best: now.best,
          };
    this.#peaks.set(task.taskId, peak);
    const progress = (ts - life.from) / Math.max(1, life.until - life.from);
    return heldAt(now, progress, (life.evidence.memorySpilledBytes ?? 0) > 0);
  }

  forget(taskId: number): void {
    this.#peaks.delete(taskId);
  }

  #poolNow(stageId: number): PoolNow {
    const { onHeap, running } = this.#state;
    return {
      ceiling: onHeap.executionCeiling(),
      running: running.size,
      sql: this.#isSql(stageId),
    };
  }

  #mostThatRunnersHold(): number {
    let most = 0;
    for (const task of this.#state.running.values()) {
      const evidence = this.#evidence.task(task.taskId);
      if (evidence?.finishedAt === undefined) return Number.POSITIVE_INFINITY;
      most += peakOf(evidence, this.#poolNow(evidence.stageId)).atMost;
    }
    return most;
  }

  #spilled(taskId: number): boolean {
    return (this.#evidence.task(taskId)?.memorySpilledBytes ?? 0) > 0;
  }

  #usesMemory(task: TaskEvidence): boolean {
    return peakOf(task, this.#poolNow(task.stageId)).atMost > 0;
  }

  /** A task's life as both logs tell it; undefined while its end is not known. */
  #lifeOf(task: RunningTask): { from: number; until: number; evidence: TaskEvidence } | undefined {
    const evidence = this.#evidence.task(task.taskId);
    if (evidence?.finishedAt === undefined) return undefined;
    return { from: task.startedAt, until: evidence.finishedAt, evidence };
  }
}
