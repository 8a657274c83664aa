/**
 * Waits for 1/2N: begun by the pool's own line, ended by the grant that followed (spec memory-model
 * 2.3).
 */
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { LogStep } from "../links/lookahead.ts";
import type { ReplayContext } from "../replay-context.ts";

interface OpenWait {
  readonly taskId: number;
  readonly mode: MemoryMode;
  readonly seq: number;
  readonly from: LogStep;
  readonly activeTasks: number;
  readonly poolBytes: number;
  readonly heldBy: { readonly taskId: number; readonly bytes: number } | undefined;
  /** last line that says it still waits: printed anew at every wake-up that still fails */
  still: LogStep;
  /** what another task did since then that gives memory back */
  release: LogStep | undefined;
}

/** How a wait ended, as far as logged. */
export interface WaitAnswer {
  readonly granted: number | undefined;
  readonly requested: number | undefined;
  /**
   * a line tells the grant; else it came somewhere between the last line that says otherwise and
   * now
   */
  readonly certain: boolean;
  readonly open?: true;
}

const UNTOLD: WaitAnswer = { granted: undefined, requested: undefined, certain: false };

export class Waits {
  readonly #context: ReplayContext;
  readonly #open = new Map<number, OpenWait>();

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /** Printed once for every wake-up that still fails: only the first begins a wait. */
  began(step: LogStep, taskId: number | undefined, mode: MemoryMode): void {
    if (taskId === undefined) return;
    const { state } = this.#context;
    const known = this.#open.get(taskId);
    if (known !== undefined) {
      known.still = step;
      known.release = undefined;
      return;
    }
    const ledger = state.ledger(mode);
    this.#storageGaveAll(mode, taskId);
    let heldBy: OpenWait["heldBy"];
    for (const [other, { best }] of ledger.executionByTask) {
      if (other !== taskId && best > (heldBy?.bytes ?? 0)) heldBy = { taskId: other, bytes: best };
    }
    const { maxBytes, regionBytes, fixedPools } = ledger.rules;
    const waits = ledger.executionByTask.has(taskId) ? 0 : 1;
    this.#open.set(taskId, {
      taskId,
      mode,
      seq: state.nextSeq(),
      from: step,
      activeTasks: ledger.executionByTask.size + waits,
      poolBytes: maxBytes - (fixedPools ? regionBytes : ledger.storagePool.best),
      heldBy,
      still: step,
      release: undefined,
    });
    state.totals.waits++;
    state.sample(step, "derived");
  }

  /** A task gave memory back, which wakes all that wait. */
  released(step: LogStep, taskId: number | undefined): void {
    for (const wait of this.#open.values()) {
      if (wait.taskId !== taskId) wait.release ??= step;
    }
  }

  /** The task did something: whatever it waited for has been answered. */
  ended(taskId: number, step: LogStep, answer: WaitAnswer = UNTOLD): void {
    const wait = this.#open.get(taskId);
    if (wait === undefined) return;
    this.#open.delete(taskId);
    const { state } = this.#context;
    const { from, still, heldBy } = wait;
    const open = answer.open === true;
    const end = answer.certain ? step : (wait.release ?? step);
    state.emit("memory_waits", {
      executorId: state.executorId,
      seq: wait.seq,
      taskId,
      mode: wait.mode,
      ts: from.ts,
      endTs: open ? undefined : Math.max(end.ts, from.ts),
      endTsMin: answer.certain ? step.tsMin : still.tsMin,
      endTsMax: open ? undefined : step.tsMax,
      requestedBytes: answer.requested,
      grantedBytes: answer.granted,
      activeTasks: wait.activeTasks,
      poolBytes: wait.poolBytes,
      heldByTaskId: heldBy?.taskId,
      heldBytes: heldBy?.bytes,
      origin: "logged",
      sourceFileId: from.sourceFileId,
      sourceLine: from.line,
    });
  }

  /** The logs end while tasks wait. */
  finish(step: LogStep | undefined): void {
    for (const { taskId, from } of this.#open.values()) {
      this.ended(taskId, step ?? from, { ...UNTOLD, open: true });
    }
  }

  /**
   * A request that storage could meet never waits (spec 2.3: the pool is grown first): what storage
   * had borrowed or had free has gone to execution, and all it keeps is what it uses.
   */
  #storageGaveAll(mode: MemoryMode, taskId: number): void {
    const { state } = this.#context;
    const ledger = state.ledger(mode);
    if (ledger.rules.fixedPools) return;
    ledger.takeFreeStorage();
    state.follower?.gaveAll(ledger, taskId);
  }
}
