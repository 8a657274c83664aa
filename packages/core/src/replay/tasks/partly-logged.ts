/**
 * Tasks of whose life the log has a part: they began before its first line, or end after its last.
 * What they hold then is bounded by the pool, and by their totals where an event log has them.
 */
import { type Amount, amount, NOTHING } from "../../amount.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { UnseenBlocks } from "../blocks/unseen-blocks.ts";
import type { LoggedClasses } from "../evidence/logged-classes.ts";
import type { ExecutorEvidence } from "../evidence.ts";
import type { ExecutorState } from "../executor-state.ts";
import type { LogStep } from "../links/lookahead.ts";
import type { ExecutionEstimates } from "./execution-estimates.ts";

export class PartlyLogged {
  readonly #state: ExecutorState;
  readonly #unseen: UnseenBlocks;
  readonly #execution: ExecutionEstimates;
  readonly #evidence: ExecutorEvidence;
  readonly #logged: LoggedClasses;
  /** of tasks that began before the log, those that run still as far as lines name them */
  readonly #begunBefore = new Set<number>();

  constructor(of: {
    readonly state: ExecutorState;
    readonly unseen: UnseenBlocks;
    readonly execution: ExecutionEstimates;
    readonly evidence: ExecutorEvidence;
    readonly logged: LoggedClasses;
  }) {
    this.#state = of.state;
    this.#unseen = of.unseen;
    this.#execution = of.execution;
    this.#evidence = of.evidence;
    this.#logged = of.logged;
  }

  /**
   * A line about a task's memory: where the task's start is not logged, its grants before are
   * unknown.
   */
  named(step: LogStep, taskId: number, mode: MemoryMode): void {
    const state = this.#state;
    if (!this.#unseen.isLogLate || state.running.has(taskId)) return;
    if (this.#begunBefore.has(taskId)) return;
    this.#begunBefore.add(taskId);
    this.#unseen.beganBefore(step, taskId);
    state.holdsUnlogged(taskId, true);
    state.sampleTask(step, taskId, mode, this.#open(taskId, mode, NOTHING));
  }

  finished(step: LogStep, taskId: number, isToldToRun: boolean): void {
    if (!isToldToRun) {
      // Where the line of its start is lost, others of it may be, too.
      this.#unseen.lostGrantOf(taskId);
      this.#unseen.losesLines(this.#logged);
    }
    const isPartlyTold = this.#unseen.takePartlyTold(taskId);
    if (isPartlyTold && this.#logged.grants) this.#showPeak(step, taskId);
    this.#unseen.endedSince(step, taskId);
    if (this.#begunBefore.delete(taskId)) this.#state.holdsUnlogged(taskId, false);
  }

  /** Lines of its grants may be lost: it held what its totals leave open. */
  #showPeak(step: LogStep, taskId: number): void {
    for (const { mode, rules } of this.#state.ledgers) {
      const peak = this.#execution.peakByTotals(taskId, mode, rules.maxBytes);
      if (peak !== undefined)
        this.#state.sampleTask(step, taskId, mode, amount({ ...peak, atLeast: 0 }, peak.best));
    }
  }

  /** It may hold memory though all that lines granted it is released. */
  mayHoldMore(taskId: number): boolean {
    return this.#begunBefore.has(taskId);
  }

  /**
   * The log does not say which tasks run: what they hold is unknown, and any may unroll a block at
   * any time.
   */
  tasksAreHidden(): void {
    const state = this.#state;
    state.hideExecution();
    for (const ledger of state.ledgers) ledger.mayBeUsedUnseen();
  }

  /** The log's last line: tasks that run then hold what no line tells until they end. */
  endOfLog(last: LogStep): void {
    const state = this.#state;
    const ends: { readonly taskId: number; readonly at: number }[] = [];
    for (const taskId of new Set([...state.running.keys(), ...this.#begunBefore])) {
      const at = this.#evidence.task(taskId)?.finishedAt;
      const peaks = new Set(this.#execution.peaks(taskId).map(({ mode }) => mode));
      for (const { mode, executionByTask } of state.ledgers) {
        const held = executionByTask.get(taskId);
        // Where grants are logged, a task that has none holds nothing, unless its end tells more.
        const mayHold = at === undefined && !this.#logged.grants;
        if (held === undefined && !peaks.has(mode) && !mayHold) continue;
        state.sampleTask(last, taskId, mode, this.#open(taskId, mode, held ?? NOTHING));
      }
      if (at !== undefined) ends.push({ taskId, at });
    }
    for (const { taskId, at } of ends.sort((a, b) => a.at - b.at))
      state.endTaskTracks(taskId, Math.max(at, last.ts));
  }

  /** Anything from nothing to its peak by its totals, or without these to all that there is. */
  #open(taskId: number, mode: MemoryMode, held: Amount): Amount {
    const ledger = this.#state.ledger(mode);
    const { fixedPools, maxBytes } = ledger.rules;
    // What storage keeps now says nothing of other times.
    const ceiling = fixedPools ? ledger.executionCeiling() : maxBytes;
    const peak = this.#execution.peakByTotals(taskId, mode, ceiling);
    const most = peak?.atMost ?? ceiling;
    return amount(
      { atLeast: 0, atMost: Math.max(held.atMost, most) },
      Math.max(held.best, peak?.best ?? 0),
    );
  }
}
