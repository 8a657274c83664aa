/**
 * Unroll memory is logged only when it fails. A window is the time in which a task unrolls a block, known from what the log says
 * later; within it the memory held is bounded by the unroll rules: 1 MiB first, then up to 1.5 × the estimate (spec memory-model 3.4).
 */
import { type Amount, amount, NOTHING } from "./amount.ts";
import type { ExecutorState } from "./executor-state.ts";

interface UnrollWindow {
  readonly blockId: string;
  readonly taskId: number | undefined;
  readonly from: number;
  /** when the log says that it was stored or failed */
  readonly until: number;
  /** size reached at `until` */
  readonly size: Amount;
  readonly mode: "on_heap" | "off_heap";
  readonly precise: boolean;
}

export class UnrollWindows {
  readonly #state: ExecutorState;
  readonly #open = new Map<string, UnrollWindow>();

  constructor(state: ExecutorState) {
    this.#state = state;
  }

  open(window: UnrollWindow): void {
    this.#open.set(window.blockId, window);
  }

  isOpen(blockId: string): boolean {
    return this.#open.has(blockId);
  }

  /** The put of a block ended: its unroll memory became the block, or is for the caller to keep. */
  close(blockId: string): void {
    const window = this.#open.get(blockId);
    if (window === undefined) return;
    this.#open.delete(blockId);
    this.#state.ledger(window.mode).unrollHolders.delete(`put ${blockId}`);
  }

  /** Task ended, or its blocks cannot be unrolled any more. */
  closeOfTask(taskId: number): void {
    for (const window of [...this.#open.values()]) {
      if (window.taskId === taskId) this.close(window.blockId);
    }
  }

  /** Brings every open window to time `ts`. */
  advance(ts: number): void {
    for (const window of this.#open.values()) {
      const ledger = this.#state.ledger(window.mode);
      ledger.unrollHolders.set(`put ${window.blockId}`, this.#heldAt(window, ts));
    }
  }

  /** Most that a window may have held at any time up to its end: for the pool's high-water mark. */
  peak(blockId: string): Amount | undefined {
    const window = this.#open.get(blockId);
    return window === undefined ? undefined : this.finalHold(window.size);
  }

  /** What the unroll of a block of `size` held at its end. */
  finalHold(size: Amount): Amount {
    const { unrollThresholdBytes, unrollGrowth } = this.#state.rules;
    if (size.atMost < unrollThresholdBytes) {
      return {
        atLeast: unrollThresholdBytes,
        atMost: unrollThresholdBytes,
        best: unrollThresholdBytes,
      };
    }
    return amount(
      {
        atLeast: Math.max(unrollThresholdBytes, size.atLeast),
        atMost: Math.floor(size.atMost * unrollGrowth),
      },
      Math.floor(size.best * (1 + (unrollGrowth - 1) / 2)),
    );
  }

  #heldAt(window: UnrollWindow, ts: number): Amount {
    if (ts < window.from) return NOTHING;
    const { unrollThresholdBytes, unrollGrowth } = this.#state.rules;
    const length = Math.max(1, window.until - window.from);
    const progress = Math.min(1, (ts - window.from) / length);
    // Values arrive at no steady pace, and the window's start is only known to lie before the first of them.
    const late = window.precise ? Math.max(0, progress - 0.5) : Math.max(0, progress * 2 - 1.4);
    const early = Math.min(1, window.precise ? progress + 0.35 : progress + 0.6);
    const low = Math.floor(window.size.atLeast * late);
    const high = Math.max(
      unrollThresholdBytes,
      Math.floor(window.size.atMost * early * unrollGrowth),
    );
    const estimate =
      window.size.best * Math.max(0, window.precise ? progress : progress * 1.3 - 0.3);
    return amount(
      { atLeast: low, atMost: high },
      Math.max(
        Math.min(high, unrollThresholdBytes),
        Math.floor(estimate * (1 + (unrollGrowth - 1) / 2)),
      ),
    );
  }
}
