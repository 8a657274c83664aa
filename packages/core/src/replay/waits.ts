/** Waits for 1/2N: begun by the pool's own line, ended by the grant that followed (spec memory-model 2.3). */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { LogStep } from "./lookahead.ts";
import type { ReplayContext } from "./replay-context.ts";

interface OpenWait {
  readonly taskId: number;
  readonly mode: MemoryMode;
  readonly seq: number;
  readonly from: LogStep;
}

export class Waits {
  readonly #context: ReplayContext;
  readonly #open = new Map<number, OpenWait>();

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /** Printed once for every wake-up that still fails: only the first begins a wait. */
  began(step: LogStep, taskId: number | undefined, mode: MemoryMode): void {
    if (taskId === undefined || this.#open.has(taskId)) return;
    this.#context.execution.fellShort(); // what storage had free was given up before the wait
    this.#open.set(taskId, { taskId, mode, seq: this.#context.state.nextSeq(), from: step });
    this.#context.state.totals.waits++;
  }

  /** The task did something: whatever it waited for has been answered. */
  ended(
    taskId: number,
    step: LogStep,
    answer: {
      granted: number | undefined;
      requested: number | undefined;
      certain: boolean;
      open?: true;
    },
  ): void {
    const wait = this.#open.get(taskId);
    if (wait === undefined) return;
    this.#open.delete(taskId);
    const { state } = this.#context;
    const ledger = state.ledger(wait.mode);
    let heldBy: number | undefined;
    let held = 0;
    for (const [other, size] of ledger.executionByTask) {
      if (other !== taskId && size.best > held) {
        heldBy = other;
        held = size.best;
      }
    }
    const { rules, storagePool } = ledger;
    const pool = rules.fixedPools
      ? rules.maxBytes - rules.regionBytes
      : rules.maxBytes - storagePool.best;
    state.emit("memory_waits", {
      executorId: state.executorId,
      seq: wait.seq,
      taskId,
      mode: wait.mode,
      ts: wait.from.ts,
      endTs: answer.open === true ? undefined : step.ts,
      endTsMin: answer.certain ? step.tsMin : wait.from.tsMin,
      endTsMax: answer.open === true ? undefined : step.tsMax,
      requestedBytes: answer.requested,
      grantedBytes: answer.granted,
      activeTasks: Math.max(ledger.executionByTask.size, 1),
      poolBytes: pool,
      heldByTaskId: heldBy,
      heldBytes: heldBy === undefined ? undefined : held,
      origin: "logged",
      sourceFileId: wait.from.sourceFileId,
      sourceLine: wait.from.line,
    });
  }

  /** The logs end while tasks wait. */
  finish(step: LogStep | undefined): void {
    for (const taskId of this.#open.keys()) {
      const from = this.#open.get(taskId)?.from;
      const last = step ?? from;
      if (last !== undefined) {
        this.ended(taskId, last, {
          granted: undefined,
          requested: undefined,
          certain: false,
          open: true,
        });
      }
    }
  }
}
