/**
 * Execution memory at INFO, where no grant is logged: statements measure the sum at an instant, and between them it is bounded by who
 * runs, what they are known to have reached, and the pool.
 */
import type { ByteInterval } from "../byte-interval.ts";
import { type Amount, amount, NOTHING } from "./amount.ts";
import type { ExecutorEvidence } from "./evidence.ts";
import type { ExecutorState } from "./executor-state.ts";

export class ExecutionEstimate {
  readonly #state: ExecutorState;
  readonly #evidence: ExecutorEvidence;

  constructor(state: ExecutorState, evidence: ExecutorEvidence) {
    this.#state = state;
    this.#evidence = evidence;
  }

  /** A statement told the sum now. */
  measured(implied: ByteInterval, agrees: boolean): void {
    const { onHeap } = this.#state;
    const ceiling = onHeap.executionCeiling();
    if (implied.atLeast > ceiling) return;
    const now = amount({
      atLeast: Math.max(0, implied.atLeast),
      atMost: Math.min(ceiling, Math.max(0, implied.atMost)),
    });
    if (agrees || this.#state.running.size > 0) this.#share(now);
  }

  /** Who runs has changed, or time has passed: bounds of each task's share. */
  update(_ts: number): void {
    const { onHeap, running } = this.#state;
    for (const taskId of onHeap.executionByTask.keys()) {
      if (!running.has(taskId)) onHeap.executionByTask.delete(taskId);
    }
    if (running.size === 0) {
      onHeap.executionTotal = NOTHING;
      return;
    }
    onHeap.executionTotal = undefined;
    for (const taskId of running.keys()) {
      const bound = this.#boundOf(taskId);
      if (bound.atMost > 0) onHeap.executionByTask.set(taskId, bound);
      else onHeap.executionByTask.delete(taskId);
    }
  }

  #boundOf(taskId: number): Amount {
    const task = this.#evidence.task(taskId);
    const ceiling = this.#state.onHeap.executionCeiling();
    if (task === undefined) return amount({ atLeast: 0, atMost: ceiling }, 0);
    const exactPeak = task.peakOnHeapBytes;
    if (exactPeak !== undefined && task.finishedAt !== undefined) {
      return amount({ atLeast: 0, atMost: Math.min(ceiling, Math.ceil(exactPeak * 1.03)) });
    }
    const peak = task.peakExecutionBytes ?? 0;
    const spilled = task.memorySpilledBytes ?? 0;
    if (
      task.finishedAt !== undefined &&
      peak === 0 &&
      spilled === 0 &&
      (task.shuffleBytes ?? 1) === 0
    ) {
      return NOTHING;
    }
    if (peak > 0 && spilled === 0) {
      return amount({ atLeast: 0, atMost: Math.min(ceiling, Math.ceil(peak * 2.5)) }, peak / 2);
    }
    return amount({ atLeast: 0, atMost: ceiling }, Math.min(ceiling, peak / 2));
  }

  #share(total: Amount): void {
    const { onHeap, running } = this.#state;
    if (running.size === 0) {
      if (total.atLeast > 0) return;
      onHeap.executionTotal = NOTHING;
      return;
    }
    onHeap.executionTotal = total;
    const [only] = running.keys();
    if (running.size === 1 && only !== undefined) onHeap.executionByTask.set(only, total);
  }
}
