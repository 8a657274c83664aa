/**
 * Unroll memory is logged only when it fails. A window is the time in which a task unrolls a block,
 * known from what the log says later; within it the memory held is bounded by the unroll rules: 1
 * MiB first, then up to 1.5 × the estimate (spec memory-model 3.4).
 */
import { type Amount, amount, exactAmount, NOTHING } from "../../amount.ts";
import { type ByteInterval, exactly, sum } from "../../byte-interval.ts";
import { MOST_HELD, USUAL_GROWTH, USUALLY_HELD } from "../../calibration/unrolls.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { ExecutorState } from "../executor-state.ts";

export interface UnrollWindow {
  readonly blockId: string;
  readonly taskId: number | undefined;
  /** µs: from then on it may hold memory */
  readonly from: number;
  /** µs: from then on it does, as a rule */
  readonly usuallyFrom: number;
  /** when the log says that it was stored or failed */
  readonly until: number;
  /** size reached at `until`; undefined: its end is not in sight */
  readonly size: Amount | undefined;
  readonly mode: "on_heap" | "off_heap";
  readonly precise: boolean;
  /** it ends in a failure: what was held never exceeded what was computed */
  readonly fails: boolean;
  /** no unroll: memory for all of it is taken at once, before its bytes are copied (putBytes) */
  readonly isWhole?: boolean;
}

const PARTS: readonly number[] = [0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85];
const SHORT_MICROS = 40_000;
/** How long a failed unroll's memory is sure to be held. */
const KEPT_MICROS = 3_000;

export class UnrollWindows {
  readonly #state: ExecutorState;
  readonly #open = new Map<string, UnrollWindow>();
  /**
   * after a failed unroll, by holder: kept until the task has read what was unrolled, at the latest
   * until it ends
   */
  readonly #kept = new Map<
    string,
    { readonly mode: "on_heap" | "off_heap"; readonly from: number }
  >();

  /** block → who holds what a failed put of it had unrolled */
  readonly #failed = new Map<string, { readonly mode: MemoryMode; readonly holder: string }>();

  constructor(state: ExecutorState) {
    this.#state = state;
  }

  open(window: UnrollWindow): void {
    this.#open.set(window.blockId, window);
  }

  /** Nothing is known of what is unrolled any more. */
  forgetAll(): void {
    this.#open.clear();
    this.#kept.clear();
    this.#failed.clear();
  }

  /** The put of a block ended: its unroll memory became the block, or is for the caller to keep. */
  close(blockId: string): void {
    const window = this.#open.get(blockId);
    if (window === undefined) return;
    this.#open.delete(blockId);
    this.#state.ledger(window.mode).endUnroll(`put ${blockId}`);
  }

  /** A failed unroll's memory: all of it for a moment, then as much as its reader has left. */
  keep(holder: string, mode: "on_heap" | "off_heap", ts: number, blockId: string): void {
    this.#kept.set(holder, { mode, from: ts });
    this.#failed.set(blockId, { mode, holder });
  }

  /**
   * A block that did not fit is on disk: all that was unrolled has been read. It may be unrolled
   * once more, from there, without a line.
   */
  drained(blockId: string): void {
    const failed = this.#failed.get(blockId);
    if (failed === undefined) return;
    this.#failed.delete(blockId);
    this.#kept.delete(failed.holder);
    const ledger = this.#state.ledger(failed.mode);
    const held = ledger.unrollHolders.get(failed.holder);
    if (held !== undefined) ledger.unrollFor(failed.holder, { ...held, atLeast: 0, best: 0 });
  }

  /** Task ended, or its blocks cannot be unrolled any more. */
  closeOfTask(taskId: number): void {
    for (const [blockId, { holder }] of this.#failed)
      if (holder === `task ${taskId}`) this.#failed.delete(blockId);
    for (const window of this.#open.values()) {
      if (window.taskId === taskId) this.close(window.blockId);
    }
  }

  /**
   * Times after `from` and before `ts` at which what a window holds is sampled anew; short ones
   * need none.
   */
  breaksBetween(from: number, ts: number): number[] {
    const found: number[] = [];
    for (const kept of this.#kept.values()) {
      const at = kept.from + KEPT_MICROS;
      if (at > from && at <= ts) found.push(at);
    }
    for (const window of this.#open.values()) {
      const length = window.until - window.from;
      if (window.isWhole === true) {
        if (window.usuallyFrom > from && window.usuallyFrom <= ts) found.push(window.usuallyFrom);
        continue;
      }
      if (length < SHORT_MICROS || window.size === undefined) continue;
      for (const part of PARTS) {
        const at = Math.ceil(window.from + length * part);
        if (at > from && at <= ts) found.push(at);
      }
    }
    return found;
  }

  /** Brings every open window to time `ts`. */
  advance(ts: number): void {
    for (const [holder, { mode, from }] of this.#kept) {
      const ledger = this.#state.ledger(mode);
      const held = ledger.unrollHolders.get(holder);
      if (held === undefined) this.#kept.delete(holder);
      else if (ts - from >= KEPT_MICROS) {
        ledger.unrollFor(holder, { atLeast: 0, atMost: held.atMost, best: 0 });
        this.#kept.delete(holder);
      }
    }
    for (const window of this.#open.values()) {
      const ledger = this.#state.ledger(window.mode);
      ledger.unrollFor(`put ${window.blockId}`, this.#heldAt(window, ts));
    }
  }

  /**
   * Unroll memory by what is known without lines ahead: how much a put had reached when it failed
   * is printed by its last line alone.
   */
  foreseen(mode: MemoryMode): ByteInterval {
    const ledger = this.#state.ledger(mode);
    let held: ByteInterval = exactly(0);
    for (const bytes of ledger.unrollHolders.values()) held = sum(held, bytes);
    for (const window of this.#open.values()) {
      if (window.fails && window.mode === mode)
        return { atLeast: 0, atMost: ledger.rules.maxBytes };
    }
    return held;
  }

  /** What the unroll of a block of `size` held at its end. */
  finalHold(size: Amount): Amount {
    const { unrollThresholdBytes, unrollGrowth } = this.#state.rules;
    const usually = (USUALLY_HELD * unrollGrowth) / USUAL_GROWTH;
    if (size.atMost < unrollThresholdBytes / 2) return exactAmount(unrollThresholdBytes);
    return amount(
      {
        atLeast: Math.max(unrollThresholdBytes, size.atLeast),
        atMost: Math.max(unrollThresholdBytes, Math.floor(size.atMost * this.#mostHeld)),
      },
      Math.max(unrollThresholdBytes, Math.floor(size.best * usually)),
    );
  }

  /** Most that an unroll holds over what the block weighs in the end. */
  get #mostHeld(): number {
    return (MOST_HELD * this.#state.rules.unrollGrowth) / USUAL_GROWTH;
  }

  #heldAt(window: UnrollWindow, ts: number): Amount {
    if (ts < window.from) return NOTHING;
    const { unrollThresholdBytes } = this.#state.rules;
    const progress = progressOf(window.from, window.until, ts);
    const usually = progressOf(window.usuallyFrom, window.until, ts);
    const { size, precise, fails } = window;
    if (size === undefined) {
      const { maxBytes } = this.#state.ledger(window.mode).rules;
      return amount({ atLeast: 0, atMost: maxBytes }, unrollThresholdBytes);
    }
    if (window.isWhole === true)
      return ts < window.usuallyFrom ? amount({ atLeast: 0, atMost: size.atMost }, 0) : size;
    // How much of the final size is held at which part of the window: the middle 96 % of unrolls in
    // our runs.
    const low = precise && progress > 0.8 ? size.atLeast * 0.08 : 0;
    const high = fails
      ? size.atMost * Math.min(1, 0.4 + progress)
      : size.atMost * Math.min(this.#mostHeld, (precise ? 0.7 : 0.6) + progress);
    const best = size.best * (precise ? 0.1 + 1.05 * progress : usually);
    return amount(
      { atLeast: Math.floor(low), atMost: Math.max(unrollThresholdBytes, Math.floor(high)) },
      Math.floor(best),
    );
  }
}

/** Share of the time between two moments, µs, that has passed. */
function progressOf(from: number, until: number, ts: number): number {
  return Math.max(0, Math.min(1, (ts - from) / Math.max(1, until - from)));
}
