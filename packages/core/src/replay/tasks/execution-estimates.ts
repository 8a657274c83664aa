/**
 * Estimates of both modes: one alone, unless Tungsten lives off-heap, where SQL operators hold that
 * and RDD collections the heap.
 */

import type { Amount } from "../../amount.ts";
import type { ByteInterval } from "../../byte-interval.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { ExecutorState, RunningTask } from "../executor-state.ts";
import { ExecutionEstimate } from "./execution-estimate.ts";
import { ReportedEstimate } from "./reported-estimate.ts";

export interface PeakOfMode {
  readonly mode: MemoryMode;
  readonly peak: Amount;
}

export class ExecutionEstimates {
  readonly #onHeap: ExecutionEstimate;
  readonly #offHeap: ExecutionEstimate | undefined;
  /** of an executor without a log, in place of the others */
  readonly #reported: readonly (readonly [MemoryMode, ReportedEstimate])[];
  readonly #evidence: ConstructorParameters<typeof ExecutionEstimate>[1];

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
    this.#evidence = known;
    const modes = this.#offHeap === undefined ? ON_HEAP : BOTH;
    this.#reported = state.followsTasks
      ? []
      : modes.map((mode) => [mode, new ReportedEstimate(state, known, isSql, mode)]);
    if (!state.followsTasks) known.evidence.whenEnded = (taskId) => this.#endKnown(taskId);
  }

  /** A task runs from now on, of an executor without a log. */
  began(task: RunningTask): void {
    for (const [, estimate] of this.#reported) estimate.began(task);
  }

  /** A task runs no more, of an executor without a log. */
  ended(taskId: number): void {
    for (const [, estimate] of this.#reported) estimate.ended(taskId);
  }

  #endKnown(taskId: number): void {
    for (const [, estimate] of this.#reported) estimate.endKnown(taskId);
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

  /** @returns whether a state is due that shows it */
  holdsAtLeast(bytes: number): boolean {
    // With sorters of both modes nothing tells whose it is.
    if (this.#offHeap?.hasRunners !== true) return this.#onHeap.holdsAtLeast(bytes);
    return this.#onHeap.hasRunners ? false : this.#offHeap.holdsAtLeast(bytes);
  }

  breaksBetween(from: number, ts: number): number[] {
    const breaks = this.#onHeap.breaksBetween(from, ts);
    return this.#offHeap === undefined
      ? breaks
      : [...breaks, ...this.#offHeap.breaksBetween(from, ts)];
  }

  /** The middles of lives, of an executor without a log: once a task, as each sample is a row. */
  middlesBetween(from: number, ts: number): number[] {
    return this.#reported.flatMap(([, estimate]) => estimate.breaksBetween(from, ts));
  }

  update(ts: number, printedWithin = 0): void {
    for (const [, estimate] of this.#reported) estimate.update(ts);
    if (this.#reported.length > 0) return;
    this.#onHeap.update(ts, printedWithin);
    this.#offHeap?.update(ts, printedWithin);
  }

  /** What a task's tracks have to have shown when it ends. */
  peaks(taskId: number): PeakOfMode[] {
    const found: PeakOfMode[] = [];
    const add = (mode: MemoryMode, peak: Amount | undefined) => {
      if (peak !== undefined) found.push({ mode, peak });
    };
    for (const [mode, estimate] of this.#reported) add(mode, estimate.peak(taskId));
    if (this.#reported.length > 0) return found;
    add("on_heap", this.#onHeap.peak(taskId));
    add("off_heap", this.#offHeap?.peak(taskId));
    return found;
  }

  /**
   * A task's peak by its totals; undefined: nothing tells it.
   * @param ceiling  most that execution could hold in its life, bytes
   */
  peakByTotals(taskId: number, mode: MemoryMode, ceiling: number): Amount | undefined {
    return (mode === "on_heap" ? this.#onHeap : this.#offHeap)?.peakByTotals(taskId, ceiling);
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
    this.#evidence.polled.forget(taskId);
  }
}

const ON_HEAP: readonly MemoryMode[] = ["on_heap"];
const BOTH: readonly MemoryMode[] = ["on_heap", "off_heap"];
