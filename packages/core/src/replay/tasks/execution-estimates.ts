/** The estimates of both modes: one alone, unless Spark's own data structures (Tungsten) live off-heap, where queries hold that and collections the heap. */

import type { Amount } from "../../amount.ts";
import type { ByteInterval } from "../../byte-interval.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { ExecutorState } from "../executor-state.ts";
import { ExecutionEstimate } from "./execution-estimate.ts";

export interface PeakOfMode {
  readonly mode: MemoryMode;
  readonly peak: Amount;
}

export class ExecutionEstimates {
  readonly #onHeap: ExecutionEstimate;
  readonly #offHeap: ExecutionEstimate | undefined;

  constructor(
    state: ExecutorState,
    known: ConstructorParameters<typeof ExecutionEstimate>[1],
    isSql: (stageId: number) => boolean,
  ) {
    this.#onHeap = new ExecutionEstimate(state, known, isSql, "on_heap");
    this.#offHeap =
      state.rules.tungstenMode === "off_heap" && state.offHeap !== undefined
        ? new ExecutionEstimate(state, known, isSql, "off_heap")
        : undefined;
  }

  /** A statement told the sum of both modes now: with tasks in both it tells of neither alone. */
  measured(implied: ByteInterval, agrees: boolean): void {
    if (this.#offHeap === undefined || !this.#offHeap.hasRunners) {
      this.#onHeap.measured(implied, agrees);
    } else if (!this.#onHeap.hasRunners) {
      this.#offHeap.measured(implied, agrees);
    }
  }

  grewByEviction(lastVictimBytes: number): void {
    this.#onHeap.grewByEviction(lastVictimBytes);
  }

  fellShort(): void {
    if (this.#offHeap?.hasRunners === true && !this.#onHeap.hasRunners) this.#offHeap.fellShort();
    else this.#onHeap.fellShort();
  }

  breaksBetween(from: number, ts: number, parts?: readonly number[]): number[] {
    const breaks = this.#onHeap.breaksBetween(from, ts, parts);
    return this.#offHeap === undefined
      ? breaks
      : [...breaks, ...this.#offHeap.breaksBetween(from, ts, parts)];
  }

  update(ts: number, printedWithin = 0): void {
    this.#onHeap.update(ts, printedWithin);
    this.#offHeap?.update(ts, printedWithin);
  }

  /** What a task's tracks have to have shown when it ends. */
  peaks(taskId: number): PeakOfMode[] {
    const found: PeakOfMode[] = [];
    const onHeap = this.#onHeap.peak(taskId);
    if (onHeap !== undefined) found.push({ mode: "on_heap", peak: onHeap });
    const offHeap = this.#offHeap?.peak(taskId);
    if (offHeap !== undefined) found.push({ mode: "off_heap", peak: offHeap });
    return found;
  }

  /** At a task's end: whether a moment that polls may have missed is to be sampled. */
  mayHavePeaked(taskId: number): boolean {
    const onHeap = this.#onHeap.mayHavePeaked(taskId);
    return this.#offHeap?.mayHavePeaked(taskId) === true || onHeap;
  }

  /** Whether a task may hold on-heap execution memory by its totals: how sure that is, 0 … 1. */
  mayTake(taskId: number): number {
    return this.#onHeap.mayTake(taskId);
  }

  forget(taskId: number): void {
    this.#onHeap.forget(taskId);
    this.#offHeap?.forget(taskId);
  }
}
