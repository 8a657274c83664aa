/**
 * Removals reported to the driver, without a line in INFO logs. A report of the event log
 * carries no time: the block went after the event before it and before the next one that has a
 * time. Until then it may be there or gone; how much that is, is the ledger's drift.
 */
import { rddIdOf, valueOfPiece } from "../../block-id.ts";
import { type ByteInterval, exactly, sum, touches } from "../../byte-interval.ts";
import type { BlockStatus } from "../../event-fact.ts";
import type { Origin } from "../../rows.ts";
import { isInMemory, isRemoval } from "../evidence.ts";
import type { ExecutorState, StepPlace } from "../executor-state.ts";
import type { LogStep } from "../links/lookahead.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import { PassingBlocks } from "./passing-blocks.ts";

/** Where removals take effect. */
interface Memory {
  readonly state: ExecutorState;
  removeBlocks(at: StepPlace, blockIds: readonly string[], origin: Origin): void;
}

interface RemovalReport {
  readonly blockId: string;
  /** µs of the last event with a time before the report, and of the first after it */
  from: number;
  until: number | undefined;
  /** no report: it is a part of a broadcast of which another part was inferred to be gone */
  readonly isInferred?: boolean;
}

/** How long a reported removal waits for the store it ends, which may be printed a little later. */
const SETTLING_MICROS = 2_000_000;
/** How long a driver may take to hear of a removal, and print it. */
const DRIVER_HEARS_MICROS = 200_000;
const NO_DRIFT = { below: 0, above: 0 } as const;

export class RemovalReports {
  readonly #reports: RemovalReport[] = [];
  /**
   * Blocks of this executor are reported, stored or removed: what is not reported as gone is there.
   */
  isTold = false;
  readonly passing: PassingBlocks = new PassingBlocks();

  /** A block left memory; the executor's own log tells evictions. */
  heard(status: BlockStatus, ts: number): void {
    this.isTold = true;
    if (isInMemory(status) || !isRemoval(status)) return;
    this.#reports.push({ blockId: status.blockId, from: ts, until: undefined });
  }

  /**
   * A line of a driver's log (up to 3.5; DEBUG from 4.0 on) between these times, µs; the block went
   * shortly before. Blocks of RDDs have lines in the executor's own log, whether they are evicted
   * or removed.
   */
  printed(
    blockId: string,
    { from, until }: { readonly from: number; readonly until: number },
  ): void {
    if (rddIdOf(blockId) !== undefined) return;
    this.#reports.push({ blockId, from: from - DRIVER_HEARS_MICROS, until });
  }

  /** A block that leaves memory between two times (µs). */
  goes(blockId: string, from: number, until: number): void {
    this.#reports.unshift({ blockId, from, until, isInferred: true });
  }

  /** An event with a time. */
  timePasses(ts: number): void {
    for (let at = this.#reports.length - 1; at >= 0; at--) {
      const report = this.#reports[at];
      if (report === undefined || report.until !== undefined) return;
      if (ts > report.from) report.until = ts;
    }
  }

  /**
   * How many of the removals reported within the second that a step's line was printed in, the
   * oldest ones, make up what is missing; 0: none do.
   */
  makingUp({ state }: Memory, step: LogStep, missing: ByteInterval): number {
    const latest = step.tsMax ?? step.ts;
    let freed: ByteInterval = exactly(0);
    for (const [at, { blockId, from }] of this.#reports.entries()) {
      if (from > latest) return 0;
      if (from <= step.ts) continue; // it may be gone already: the ledger's drift
      for (const id of withItsValue(blockId)) {
        const size = state.ledgerOfBlock(id)?.blocks.get(id)?.size;
        if (size !== undefined) freed = sum(freed, size);
      }
      if (touches(freed, missing)) return at + 1;
    }
    return 0;
  }

  /** The blocks of so many reports, the oldest ones, go before a step. */
  goFirst(memory: Memory, step: LogStep, reports: number): void {
    const gone = this.#reports.splice(0, reports);
    for (const ledger of memory.state.ledgers) ledger.driftsBy(NO_DRIFT);
    for (const { blockId } of gone)
      for (const id of withItsValue(blockId)) memory.removeBlocks(step, [id], "derived");
  }

  /**
   * A removal was reported within the second that the line of a step was printed in: it may have
   * come first.
   */
  isPending(step: LogStep): boolean {
    const latest = step.tsMax ?? step.ts;
    return this.#reports.some(({ from }) => from > step.ts && from <= latest);
  }

  /**
   * A line that leaves more room than all blocks would: of those that may have gone by now some
   * have, the ones reported first. They make up the missing bytes, as far as they can.
   */
  haveGone(memory: Memory, step: LogStep, missing: number): void {
    const { state } = memory;
    let freed = 0;
    let kept = 0;
    const gone: string[] = [];
    for (const report of this.#reports) {
      if (freed >= missing || report.from > step.ts) {
        this.#reports[kept++] = report;
        continue;
      }
      for (const id of withItsValue(report.blockId)) {
        freed += state.ledgerOfBlock(id)?.blocks.get(id)?.size.atLeast ?? 0;
        gone.push(id);
      }
    }
    this.#reports.length = kept;
    if (gone.length === 0) return;
    memory.removeBlocks(step, gone, "derived");
    this.apply(memory, step);
  }

  /** No more than so many bytes can be missing now: a block that is larger is still there. */
  areStillThere(memory: Memory, step: LogStep, missing: number): void {
    let some = false;
    for (const report of this.#reports) {
      if (report.from > step.ts) continue;
      const size = memory.state.ledgerOfBlock(report.blockId)?.blocks.get(report.blockId)?.size;
      if (size === undefined || size.atLeast <= missing) continue;
      report.from = step.ts + 1;
      some = true;
    }
    if (some) this.apply(memory, step);
    if (this.isTold) return;
    const { onHeap } = memory.state;
    const below = Math.max(0, Math.min(onHeap.drift.below, missing));
    if (below < onHeap.drift.below) onHeap.driftsBy({ below, above: 0 });
  }

  /** Times after `from` and not after `to` (µs) at which a removal may have happened, or has. */
  breaksBetween(from: number, to: number): number[] {
    const breaks: number[] = [];
    for (const report of this.#reports)
      for (const ts of [report.from, report.until])
        if (ts !== undefined && ts > from && ts <= to) breaks.push(ts);
    return breaks;
  }

  /** Before a step: what has gone by then goes, what may have gone drifts. */
  apply(memory: Memory, step: LogStep): void {
    const { state } = memory;
    if (this.#reports.length === 0 && this.isTold) return;
    const below = new Map<ModeLedger, number>();
    let kept = 0;
    for (const report of this.#reports) {
      const { blockId, from, until } = report;
      const goes = withItsValue(blockId);
      if (from > step.ts || until === undefined || until > step.ts) {
        this.#reports[kept++] = report;
        if (from > step.ts || !this.isTold) continue;
        for (const id of goes) {
          const ledger = state.ledgerOfBlock(id);
          const size = ledger?.blocks.get(id)?.size.atMost ?? 0;
          if (ledger !== undefined) below.set(ledger, (below.get(ledger) ?? 0) + size);
        }
        continue;
      }
      const known = state.ledgerOfBlock(blockId) !== undefined;
      if (report.isInferred === true) {
        const { onHeap } = state;
        let open = onHeap.mayStillHold;
        for (const id of goes) open += onHeap.blocks.get(id)?.size.atMost ?? 0;
        onHeap.mayHoldStill(open);
      }
      for (const id of goes) memory.removeBlocks(step, [id], "derived");
      if (!known && step.ts - until < SETTLING_MICROS) this.#reports[kept++] = report;
    }
    this.#reports.length = kept;
    if (!this.isTold) below.set(state.onHeap, this.passing.below(state, step));
    for (const ledger of state.ledgers) {
      const bytes = below.get(ledger) ?? 0;
      if (bytes !== ledger.drift.below)
        ledger.driftsBy(bytes === 0 ? NO_DRIFT : { below: bytes, above: 0 });
    }
  }
}

/** Only pieces are reported; the value they made goes with the first of them. */
function withItsValue(blockId: string): readonly string[] {
  const value = valueOfPiece(blockId);
  return value === undefined ? [blockId] : [value, blockId];
}
